use core::fmt;

use crate::cert::CertError;
use crate::key::{Algorithm, KeyError};
use crate::pem::PemError;

/// Why octets are no request that can be granted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsrError {
    /// Neither PEM nor base64, or without a request.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// More octets than [`super::Csr::MAX_DER`].
    #[error("{found} octets, at most {max} are read")]
    TooLong {
        /// Octets found.
        found: usize,
        /// Octets that are read.
        max: usize,
    },
    /// A part cannot be decoded.
    #[error("malformed {0}")]
    Malformed(CsrPart),
    /// The key is none that ISO 15118 has, or malformed.
    #[error("the key: {0}")]
    Key(KeyError),
    /// The signature is not of the one algorithm that the key signs with.
    #[error("a signature other than that of a key on {wanted}")]
    SignatureAlgorithm {
        /// The key's.
        wanted: Algorithm,
    },
    /// The signature does not verify: whoever sent it need not have the key, or it was changed.
    #[error("the signature does not verify")]
    BadSignature,
    /// The same attribute twice.
    #[error("attribute {oid} is there twice")]
    DuplicateAttribute {
        /// Dotted object identifier.
        oid: String,
    },
    /// The extensions asked for cannot be read.
    #[error("extensions asked for: {0}")]
    Extensions(CertError),
}

/// Part of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsrPart {
    /// The request as a whole: no DER, cut off, or something follows.
    Request,
    /// Version.
    Version,
    /// The name.
    Subject,
    /// The public key.
    PublicKey,
    /// The attributes.
    Attributes,
    /// Algorithm or value of the signature.
    Signature,
}

impl fmt::Display for CsrPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "request",
            Self::Version => "version",
            Self::Subject => "subject",
            Self::PublicKey => "public key",
            Self::Attributes => "attributes",
            Self::Signature => "signature",
        })
    }
}
