//! Records as files of a directory. A record is there wholly or not at all, whenever the power fails.

use super::Record;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A directory of records.
#[derive(Clone, Debug)]
pub struct Ledger {
    directory: PathBuf,
}

/// The record of one session, journaled while it is open.
#[derive(Debug)]
pub(crate) struct Entry {
    directory: PathBuf,
    name: String,
}

impl Ledger {
    /// Uses a directory, made if need be, and closes what an earlier run left open: as `interrupted`
    /// what was not over.
    ///
    /// Gives the records closed so. One station at a time may use a directory.
    pub fn open(directory: impl Into<PathBuf>) -> io::Result<(Self, Vec<Record>)> {
        let directory = directory.into();
        fs::create_dir_all(&directory)?;
        let mut closed = Vec::new();
        for file in fs::read_dir(&directory)? {
            let path = file?.path();
            let Some(name) = path.file_name().and_then(OsStr::to_str) else { continue };
            if name.ends_with(HALF) {
                fs::remove_file(&path)?;
            } else if let Some(name) = name.strip_suffix(OPEN) {
                let entry = Entry { directory: directory.clone(), name: name.to_owned() };
                closed.extend(entry.recover(&path)?);
            }
        }
        Ok((Self { directory }, closed))
    }

    /// Every closed record, oldest first.
    pub fn records(&self) -> io::Result<Vec<Record>> {
        let mut paths = Vec::new();
        for file in fs::read_dir(&self.directory)? {
            let path = file?.path();
            let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
            if name.ends_with(CLOSED) && !name.ends_with(OPEN) {
                paths.push(path);
            }
        }
        paths.sort();
        paths.iter().map(|path| read(path)).collect()
    }

    /// A session begins.
    pub(crate) fn begin(&self, record: &Record) -> io::Result<Entry> {
        let start: String = record.start.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let name = format!("{start}-{}", record.session_id);
        let entry = Entry { directory: self.directory.clone(), name };
        entry.note(record)?;
        Ok(entry)
    }
}

impl Entry {
    /// Notes how things stand.
    pub(crate) fn note(&self, record: &Record) -> io::Result<()> {
        self.write(OPEN, record)
    }

    /// The session is over. After an error the journal stays, with this record if that can be noted.
    pub(crate) fn close(self, record: &Record) -> io::Result<()> {
        if let Err(error) = self.write(CLOSED, record) {
            if let Err(error) = self.note(record) {
                log::error!("record {}: {error}", self.name);
            }
            return Err(error);
        }
        fs::remove_file(self.path(OPEN))?;
        sync(&self.directory)
    }

    fn recover(self, path: &Path) -> io::Result<Option<Record>> {
        if self.path(CLOSED).exists() {
            // It was closed, and the power failed before the journal was gone.
            fs::remove_file(path)?;
            return Ok(None);
        }
        let mut record = match read(path) {
            Ok(record) => record,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                // Nothing here writes such a file; it is kept for people to look at.
                log::error!("record {error}");
                fs::rename(path, self.path(DAMAGED))?;
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        // One with a reason was over and could not be closed.
        record.stop_reason.get_or_insert_with(|| "interrupted".into());
        self.close(&record)?;
        Ok(Some(record))
    }

    /// First wholly under another name, then under its own.
    fn write(&self, suffix: &str, record: &Record) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(record)?;
        text.push(b'\n');
        let half = self.path(HALF);
        let mut file = File::create(&half)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&half, self.path(suffix))?;
        sync(&self.directory)
    }

    fn path(&self, suffix: &str) -> PathBuf {
        self.directory.join(format!("{}{suffix}", self.name))
    }
}

fn read(path: &Path) -> io::Result<Record> {
    serde_json::from_slice(&fs::read(path)?).map_err(|error| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
    })
}

/// Makes names in a directory last.
fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

const OPEN: &str = ".open.json";
const CLOSED: &str = ".json";
const HALF: &str = ".half";
const DAMAGED: &str = ".damaged";

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, energy: u64) -> Record {
        let mut record = Record {
            session_id: id.into(),
            start: format!("2026-11-22T17:0{id}:00.000Z"),
            ..Record::default()
        };
        record.read_meter("M", 1000);
        record.read_meter("M", 1000 + energy);
        record
    }

    #[test]
    fn a_session_cut_off_at_any_point_is_recovered_once_with_what_was_noted() {
        let directory = tempfile::tempdir().unwrap();
        let (ledger, left) = Ledger::open(directory.path()).unwrap();
        assert_eq!(left, []);
        ledger.begin(&record("1", 0)).unwrap().close(&record("1", 5)).unwrap();
        // Killed after a note.
        ledger.begin(&record("2", 0)).unwrap().note(&record("2", 7)).unwrap();
        // Killed between the last rename and the removal of the journal.
        let entry = ledger.begin(&record("3", 0)).unwrap();
        entry.write(CLOSED, &record("3", 9)).unwrap();
        // Killed while writing.
        fs::write(directory.path().join("4.half"), b"{\"sess").unwrap();
        // Not ours.
        fs::write(directory.path().join("5.open.json"), b"{\"sess").unwrap();

        let (ledger, left) = Ledger::open(directory.path()).unwrap();
        let interrupted = Some("interrupted".to_owned());
        assert_eq!(left, [Record { stop_reason: interrupted, ..record("2", 7) }]);
        let energies: Vec<_> = ledger.records().unwrap().iter().map(|r| r.energy_wh).collect();
        assert_eq!(energies, [5, 7, 9]);
        let (_, left) = Ledger::open(directory.path()).unwrap();
        assert_eq!(left, []);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 4);
    }
}
