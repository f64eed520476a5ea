//! OCSP (RFC 6960): requests, responses, and a responder.

mod request;
mod responder;
mod response;

use core::fmt;

use crate::key::KeyError;

pub use request::OcspRequest;
pub use responder::{Reply, Responder, ResponderName, States};
pub use response::OcspResponse;

/// Why a request or a response cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OcspError {
    /// More octets than are read.
    #[error("{found} octets, at most {max} are read")]
    TooLong {
        /// Octets found.
        found: usize,
        /// Octets that are read.
        max: usize,
    },
    /// A part that cannot be decoded.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// The responder gave no answer but this.
    #[error("the responder answers {0}")]
    Refused(ResponseStatus),
    /// A critical extension that is not understood.
    #[error("unknown critical extension")]
    Critical,
    /// It says nothing about the certificate: another serial number or another issuer.
    #[error("no answer about this certificate")]
    NoAnswer,
    /// Neither the issuer signed it nor anyone whom the issuer lets do so.
    #[error("the signer may not answer for this issuer: {0}")]
    Unauthorized(&'static str),
    /// The signature does not verify.
    #[error("bad signature")]
    BadSignature,
    /// It does not repeat the nonce of the request.
    #[error("the nonce is not that of the request")]
    Nonce,
    /// The issuer's key is none of ISO 15118, or none that this build has.
    #[error("the issuer's key cannot verify anything: {0}")]
    IssuerKey(KeyError),
}

/// Outcome of a request as a whole (RFC 6960 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResponseStatus {
    /// There are answers.
    Successful,
    /// The request cannot be read.
    MalformedRequest,
    /// The responder failed.
    InternalError,
    /// Ask again later.
    TryLater,
    /// The request must be signed.
    SigRequired,
    /// The responder does not answer for this issuer, or not to this client.
    Unauthorized,
}

impl ResponseStatus {
    fn code(self) -> u8 {
        match self {
            Self::Successful => 0,
            Self::MalformedRequest => 1,
            Self::InternalError => 2,
            Self::TryLater => 3,
            Self::SigRequired => 5,
            Self::Unauthorized => 6,
        }
    }

    fn from_content(content: &[u8]) -> Option<Self> {
        Some(match content {
            [0] => Self::Successful,
            [1] => Self::MalformedRequest,
            [2] => Self::InternalError,
            [3] => Self::TryLater,
            [5] => Self::SigRequired,
            [6] => Self::Unauthorized,
            _ => return None,
        })
    }
}

impl fmt::Display for ResponseStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Successful => "successful",
            Self::MalformedRequest => "malformedRequest",
            Self::InternalError => "internalError",
            Self::TryLater => "tryLater",
            Self::SigRequired => "sigRequired",
            Self::Unauthorized => "unauthorized",
        })
    }
}

/// id-pkix-ocsp-nonce, 1.3.6.1.5.5.7.48.1.2
const NONCE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 2];
/// id-pkix-ocsp-basic, 1.3.6.1.5.5.7.48.1.1
const BASIC: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1, 1];
