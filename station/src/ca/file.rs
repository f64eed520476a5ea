//! Files that are there whole or not at all.

use super::CaError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Writes a file for everybody to read. One that is there already stays as it is, and is an error.
pub fn write_new(path: &Path, octets: &[u8]) -> Result<(), CaError> {
    put(path, octets, 0o644, false)
}

/// Writes a private key, which only its owner may read. One that is there already stays as it is, and is an error.
pub fn write_key(path: &Path, octets: &[u8]) -> Result<(), CaError> {
    put(path, octets, 0o600, false)
}

/// Writes a file for everybody to read in place of the one that is there.
pub fn replace(path: &Path, octets: &[u8]) -> Result<(), CaError> {
    put(path, octets, 0o644, true)
}

/// Makes a directory and those above it.
pub(super) fn make_directory(path: &Path) -> Result<(), CaError> {
    fs::create_dir_all(path).map_err(CaError::file(path))
}

fn put(path: &Path, octets: &[u8], mode: u32, over: bool) -> Result<(), CaError> {
    let half = beside(path);
    let written = write(&half, path, octets, mode, over);
    if written.is_err() {
        let _ = fs::remove_file(&half);
    }
    written.map_err(CaError::file(path))
}

fn write(half: &Path, path: &Path, octets: &[u8], mode: u32, over: bool) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(half)?;
    file.write_all(octets)?;
    file.sync_all()?;
    if over {
        fs::rename(half, path)?;
    } else {
        // Unlike a rename, a link never takes the place of what is there.
        fs::hard_link(half, path)?;
        fs::remove_file(half)?;
    }
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

/// A name in the same directory that nothing else has.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.half", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn files_are_whole_never_overwritten_and_keys_are_for_their_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let (key, list) = (directory.path().join("key.pem"), directory.path().join("list"));
        write_key(&key, b"one").unwrap();
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        let error = write_key(&key, b"two").unwrap_err();
        assert!(
            matches!(&error, CaError::File { error, .. } if error.kind() == io::ErrorKind::AlreadyExists)
        );
        assert_eq!(fs::read(&key).unwrap(), b"one");
        replace(&list, b"one").unwrap();
        replace(&list, b"two").unwrap();
        assert_eq!(fs::read(&list).unwrap(), b"two");
        assert!(write_new(&directory.path().join("no/such/place"), b"").is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "halves are left");
    }
}
