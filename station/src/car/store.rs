//! Where a delivered contract goes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use pki::{Certificate, Evcoid, PrivateKey, pem};
use ring::rand::SystemRandom;
use v2g::delivery::NewContract;
use v2g::evcc::{Contract, ContractKey};
use zeroize::Zeroizing;

/// The work of keeping a contract.
pub type Keeping<'a> = Pin<Box<dyn Future<Output = io::Result<Arc<dyn ContractKey>>> + Send + 'a>>;

/// Keeps contracts that were delivered to a car.
pub trait ContractStore: Send + Sync {
    /// Puts certificates and key where they last, and gives the key to use from now on: the same, or one in a hardware
    /// module. Ends within 20 s, or the contract is not used.
    fn keep<'a>(&'a self, contract: Arc<NewContract>) -> Keeping<'a>;
}

/// One PEM file: the key, the contract certificate, its authorities. It is replaced as a whole and read by its owner alone.
#[derive(Clone, Debug)]
pub struct ContractFile(PathBuf);

impl ContractFile {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The contract that was kept, if there is one.
    pub fn read(&self) -> io::Result<Option<Contract>> {
        match fs::read_to_string(&self.0).map(Zeroizing::new) {
            Ok(text) => parse(&text, &text).map(Some).map_err(invalid),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, contract: &NewContract) -> io::Result<()> {
        let chain = std::iter::once(&contract.leaf).chain(&contract.subs);
        let chain: String = chain.map(|member| pem::certificate(member.der())).collect();
        let key = contract.key.to_pem();
        // All the room at once: a text that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(key.len() + chain.len()));
        text.push_str(&key);
        text.push_str(&chain);
        let mut half = self.0.clone().into_os_string();
        half.push(".half");
        let written = replace(Path::new(&half), &self.0, text.as_bytes());
        if written.is_err() {
            // The disk may be full: nothing secret is left over.
            let _ = fs::remove_file(&half);
        }
        written
    }
}

impl ContractStore for ContractFile {
    fn keep<'a>(&'a self, contract: Arc<NewContract>) -> Keeping<'a> {
        let (file, key) = (self.clone(), contract.key.clone());
        Box::pin(async move {
            let written = tokio::task::spawn_blocking(move || file.write(&contract));
            written.await.map_err(io::Error::other)??;
            Ok(key as Arc<dyn ContractKey>)
        })
    }
}

/// A contract from PEM texts: leaf and authorities, the leaf's key.
pub fn parse(chain: &str, key: &str) -> Result<Contract, String> {
    let mut chain = pem::certificates(chain).map_err(|error| error.to_string())?.into_iter();
    let leaf = chain.next().unwrap_or_default();
    let certificate = Certificate::parse(&leaf).map_err(|error| error.to_string())?;
    let name = certificate.subject().common_name();
    let evcoid = Evcoid::parse(name.ok_or("the certificate has no common name")?);
    let evcoid = evcoid.map_err(|error| error.to_string())?;
    let key = PrivateKey::from_pem(key, &SystemRandom::new()).map_err(|error| error.to_string())?;
    Ok(Contract { evcoid, leaf, subs: chain.collect(), key: Arc::new(key) })
}

fn invalid(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Either the old octets or the new ones are there, whenever the power fails.
fn replace(half: &Path, path: &Path, octets: &[u8]) -> io::Result<()> {
    match fs::remove_file(half) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(half)?;
    file.write_all(octets)?;
    file.sync_all()?;
    fs::rename(half, path)?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}
