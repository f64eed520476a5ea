use core::fmt;

/// Why octets are no certificate that can be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertError {
    /// More octets than [`super::Certificate::MAX_DER`].
    #[error("{found} octets, at most {max} are read")]
    TooLong {
        /// Octets found.
        found: usize,
        /// Octets that are read.
        max: usize,
    },
    /// A field cannot be decoded.
    #[error("malformed {field}")]
    Malformed {
        /// The field.
        field: Field,
    },
    /// Octets follow the certificate.
    #[error("{count} octets follow the certificate")]
    TrailingData {
        /// How many.
        count: usize,
    },
    /// The algorithm beside the signature is not the signed one.
    #[error("the signature algorithm is named twice, differently")]
    AlgorithmMismatch,
    /// The same extension twice.
    #[error("extension {oid} is there twice")]
    DuplicateExtension {
        /// Dotted object identifier.
        oid: String,
    },
    /// An extension whose value cannot be decoded.
    #[error("malformed extension {oid}")]
    Extension {
        /// Dotted object identifier.
        oid: String,
    },
}

/// Part of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The certificate as a whole: no DER, or cut off.
    Certificate,
    /// Version.
    Version,
    /// Serial number.
    Serial,
    /// Algorithm identifier.
    Algorithm,
    /// Issuer or subject.
    Name,
    /// Validity.
    Validity,
    /// Subject's public key.
    PublicKey,
    /// List of extensions.
    Extensions,
    /// Signature value.
    Signature,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate",
            Self::Version => "version",
            Self::Serial => "serial number",
            Self::Algorithm => "algorithm identifier",
            Self::Name => "name",
            Self::Validity => "validity",
            Self::PublicKey => "public key",
            Self::Extensions => "extensions",
            Self::Signature => "signature value",
        })
    }
}
