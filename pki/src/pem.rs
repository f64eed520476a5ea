//! PEM text of certificates and keys.

use pem::{EncodeConfig, LineEnding, Pem};

/// Why a PEM text cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// Not PEM: no block, a broken frame or broken base64.
    #[error("not PEM: {0}")]
    Malformed(String),
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

/// PEM text of one certificate.
pub fn certificate(der: &[u8]) -> String {
    encode(CERTIFICATE, der)
}

pub(crate) fn blocks(text: &str) -> Result<Vec<Pem>, PemError> {
    pem::parse_many(text).map_err(|error| PemError::Malformed(error.to_string()))
}

pub(crate) fn encode(tag: &str, der: &[u8]) -> String {
    pem::encode_config(&Pem::new(tag, der), EncodeConfig::new().set_line_ending(LineEnding::LF))
}

const CERTIFICATE: &str = "CERTIFICATE";
