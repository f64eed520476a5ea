//! What was learnt, on disk: a file of responses and one of lists, each replaced as a whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use pki::revocation::{Cache, Crl};

/// A directory; clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Store {
    directory: Arc<PathBuf>,
    /// One writer at a time.
    writing: Arc<Mutex<()>>,
}

/// What was kept.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) cache: Option<Cache>,
    /// Lists with their DER.
    pub(super) crls: Vec<(Vec<u8>, Crl)>,
}

impl Store {
    /// Opens the directory, making it if need be.
    pub(super) fn open(
        directory: &Path,
        capacity: usize,
        max_age: i64,
    ) -> io::Result<(Self, Kept)> {
        fs::create_dir_all(directory)?;
        let store = Self { directory: Arc::new(directory.to_owned()), writing: Arc::default() };
        let cache = store.read(RESPONSES, |octets| {
            Cache::from_bytes(octets, capacity, max_age).map_err(|error| error.to_string())
        })?;
        let crls = store.read(LISTS, |octets| {
            let text = std::str::from_utf8(octets).map_err(|error| error.to_string())?;
            let ders = pki::pem::revocation_lists(text).map_err(|error| error.to_string())?;
            let parsed = ders.into_iter().map(|der| Crl::parse(&der).map(|crl| (der, crl)));
            parsed.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())
        })?;
        Ok((store, Kept { cache, crls: crls.unwrap_or_default() }))
    }

    /// Replaces what is kept, away from the threads that serve.
    pub(super) async fn save(&self, cache: &Cache, crls: &[Vec<u8>]) -> io::Result<()> {
        let (store, responses) = (self.clone(), cache.to_bytes());
        let lists: String = crls.iter().map(|der| pki::pem::revocation_list(der)).collect();
        let saving = tokio::task::spawn_blocking(move || {
            let _one = store.writing.lock().unwrap_or_else(PoisonError::into_inner);
            store.replace(RESPONSES, &responses)?;
            if lists.is_empty() { Ok(()) } else { store.replace(LISTS, lists.as_bytes()) }
        });
        saving.await.map_err(io::Error::other)?
    }

    /// A file that is not there is nothing; one that cannot be understood is put aside, for people to look at.
    fn read<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&[u8]) -> Result<T, String>,
    ) -> io::Result<Option<T>> {
        let path = self.directory.join(name);
        let octets = match fs::read(&path) {
            Ok(octets) => octets,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match parse(&octets) {
            Ok(parsed) => Ok(Some(parsed)),
            Err(why) => {
                log::error!("{}: {why}; put aside", path.display());
                fs::rename(&path, path.with_extension("damaged"))?;
                Ok(None)
            }
        }
    }

    /// First wholly under another name, then under its own.
    fn replace(&self, name: &str, octets: &[u8]) -> io::Result<()> {
        let path = self.directory.join(name);
        let half = path.with_extension("half");
        let mut file = File::create(&half)?;
        file.write_all(octets)?;
        file.sync_all()?;
        fs::rename(&half, &path)?;
        File::open(&*self.directory)?.sync_all()
    }
}

const RESPONSES: &str = "responses.der";
const LISTS: &str = "lists.pem";
