//! Certificates from files.

use ::pki::pem;
use std::fs::File;
use std::io::{self, Read};

/// Largest file that is read: thousands of certificates.
const MAX_FILE: u64 = 16 << 20;

/// The certificates of a file, PEM or one in DER; `-` is standard input. The error names the file.
pub(super) fn certificates(path: &str) -> Result<Vec<Vec<u8>>, String> {
    let octets = read(path).map_err(|error| format!("{path}: {error}"))?;
    from_octets(octets).map_err(|error| format!("{path}: {error}"))
}

/// The same for what was read already.
pub(super) fn from_octets(octets: Vec<u8>) -> Result<Vec<Vec<u8>>, String> {
    const SEQUENCE: u8 = 0x30;
    if octets.first() == Some(&SEQUENCE) {
        return Ok(vec![octets]);
    }
    let text = String::from_utf8(octets).map_err(|_| "neither PEM nor DER")?;
    pem::certificates(&text).map_err(|error| error.to_string())
}

/// The octets of a file; `-` is standard input. The error names the file.
pub(super) fn octets(path: &str) -> Result<Vec<u8>, String> {
    read(path).map_err(|error| format!("{path}: {error}"))
}

/// The text of a file; `-` is standard input. The error names the file.
pub(super) fn text(path: &str) -> Result<String, String> {
    String::from_utf8(octets(path)?).map_err(|_| format!("{path}: not text"))
}

fn read(path: &str) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    let source: Box<dyn Read> =
        if path == "-" { Box::new(io::stdin().lock()) } else { Box::new(File::open(path)?) };
    source.take(MAX_FILE + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > MAX_FILE {
        let message = format!("more than {} MiB", MAX_FILE >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(octets)
}
