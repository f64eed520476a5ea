//! PEM text of certificates and keys.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use pem::{EncodeConfig, LineEnding, Pem};

/// Why a PEM text cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// Not PEM: no block, a broken frame or broken base64.
    #[error("not PEM: {0}")]
    Malformed(String),
    /// Not base64.
    #[error("not base64")]
    Base64,
    /// More text than what it stands for can have.
    #[error("{found} octets of text, at most {max} are read")]
    TooLong {
        /// Octets found.
        found: usize,
        /// Octets that are read.
        max: usize,
    },
    /// No block of the kind asked for.
    #[error("no {wanted} in the PEM text")]
    Missing {
        /// What was asked for.
        wanted: &'static str,
    },
}

/// The certificates of a PEM text, in their order; other blocks are skipped.
pub fn certificates(text: &str) -> Result<Vec<Vec<u8>>, PemError> {
    let certificates: Vec<_> = blocks(text)?
        .into_iter()
        .filter(|block| block.tag() == CERTIFICATE)
        .map(Pem::into_contents)
        .collect();
    if certificates.is_empty() {
        Err(PemError::Missing { wanted: "certificate" })
    } else {
        Ok(certificates)
    }
}

/// The revocation lists of a PEM text, in their order; other blocks are skipped.
pub fn revocation_lists(text: &str) -> Result<Vec<Vec<u8>>, PemError> {
    let lists = blocks(text)?.into_iter().filter(|block| block.tag() == REVOCATION_LIST);
    let lists: Vec<_> = lists.map(Pem::into_contents).collect();
    if lists.is_empty() { Err(PemError::Missing { wanted: "revocation list" }) } else { Ok(lists) }
}

/// PEM text of one revocation list.
pub fn revocation_list(der: &[u8]) -> String {
    encode(REVOCATION_LIST, der)
}

/// PEM text of one certificate.
pub fn certificate(der: &[u8]) -> String {
    encode(CERTIFICATE, der)
}

/// Base64 in lines of 64 characters without a frame, as enrolment over HTTP sends requests and certificates (RFC 7030).
pub fn to_base64(octets: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(octets);
    let mut lines = String::with_capacity(text.len() + text.len() / 64 + 1);
    for (i, character) in text.chars().enumerate() {
        if i > 0 && i % 64 == 0 {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines.push('\n');
    lines
}

/// Octets from base64 without a frame; blanks and line breaks may stand anywhere. Beyond `max` octets nothing is read.
pub fn from_base64(text: &[u8], max: usize) -> Result<Vec<u8>, PemError> {
    // Four characters for three octets, and a line break behind every four of them.
    let longest = max.div_ceil(3).saturating_mul(6);
    if text.len() > longest {
        return Err(PemError::TooLong { found: text.len(), max: longest });
    }
    let text: Vec<u8> = text.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
    let octets = BASE64_STANDARD.decode(text).map_err(|_| PemError::Base64)?;
    match octets.len() {
        found if found > max => Err(PemError::TooLong { found, max }),
        _ => Ok(octets),
    }
}

pub(crate) fn blocks(text: &str) -> Result<Vec<Pem>, PemError> {
    pem::parse_many(text).map_err(|error| PemError::Malformed(error.to_string()))
}

pub(crate) fn encode(tag: &str, der: &[u8]) -> String {
    pem::encode_config(&Pem::new(tag, der), EncodeConfig::new().set_line_ending(LineEnding::LF))
}

const CERTIFICATE: &str = "CERTIFICATE";
const REVOCATION_LIST: &str = "X509 CRL";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_base64_is_read_with_any_line_breaks_and_never_beyond_the_limit() {
        let octets: Vec<u8> = (0..=255).collect();
        let text = to_base64(&octets);
        assert!(text.lines().all(|line| (1..=64).contains(&line.len())));
        assert_eq!(from_base64(text.as_bytes(), 256).as_ref(), Ok(&octets));
        let spread = text.replace('\n', " \r\n\t");
        assert_eq!(from_base64(spread.as_bytes(), 256), Ok(octets));
        let found = 256;
        assert_eq!(from_base64(text.as_bytes(), 255), Err(PemError::TooLong { found, max: 255 }));
        let long = vec![b' '; 100];
        assert_eq!(from_base64(&long, 30), Err(PemError::TooLong { found: 100, max: 60 }));
        for bad in ["AAA", "A=AA", "AAAA=", "AA-_", "AAAB====", "AB=="] {
            assert_eq!(from_base64(bad.as_bytes(), 30), Err(PemError::Base64), "{bad}");
        }
        assert_eq!(from_base64(b"", 30), Ok(Vec::new()));
    }
}
