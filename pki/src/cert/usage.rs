use core::fmt;
use core::ops::BitOr;

use crate::key::Algorithm;

/// A set of key usages (RFC 5280 4.2.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyUsage(pub(crate) u16);

impl KeyUsage {
    /// No usage.
    pub const NONE: Self = Self(0);
    /// Signatures other than on certificates and revocation lists.
    pub const DIGITAL_SIGNATURE: Self = Self(1);
    /// Signatures that bind the signer, also called content commitment.
    pub const NON_REPUDIATION: Self = Self(1 << 1);
    /// Transport of keys.
    pub const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    /// Encryption of data.
    pub const DATA_ENCIPHERMENT: Self = Self(1 << 3);
    /// Agreement on keys.
    pub const KEY_AGREEMENT: Self = Self(1 << 4);
    /// Signatures on certificates.
    pub const KEY_CERT_SIGN: Self = Self(1 << 5);
    /// Signatures on revocation lists.
    pub const CRL_SIGN: Self = Self(1 << 6);
    /// Agreement on keys that encrypt only.
    pub const ENCIPHER_ONLY: Self = Self(1 << 7);
    /// Agreement on keys that decrypt only.
    pub const DECIPHER_ONLY: Self = Self(1 << 8);

    /// Union, for constants.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every usage of `other` is in here.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What is in here and not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What is in here that a key of an algorithm can be used for: one of Ed448 neither agrees nor enciphers (RFC 8410 5).
    #[must_use]
    pub const fn of_key(self, algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::P256 | Algorithm::P521 => self,
            Algorithm::Ed448 => self.without(
                Self::KEY_ENCIPHERMENT
                    .with(Self::DATA_ENCIPHERMENT)
                    .with(Self::KEY_AGREEMENT)
                    .with(Self::ENCIPHER_ONLY)
                    .with(Self::DECIPHER_ONLY),
            ),
            Algorithm::X448 => Self(
                self.0 & Self::KEY_AGREEMENT.with(Self::ENCIPHER_ONLY).with(Self::DECIPHER_ONLY).0,
            ),
        }
    }

    /// Whether no usage is in here.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for KeyUsage {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (i, name) in NAMES.iter().enumerate().filter(|(i, _)| self.0 >> i & 1 == 1) {
            debug_assert!(i < 9);
            write!(f, "{separator}{name}")?;
            separator = ", ";
        }
        if self.is_empty() { f.write_str("none") } else { Ok(()) }
    }
}

/// One purpose of an extended key usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtendedKeyUsage {
    /// Any purpose.
    Any,
    /// TLS server.
    ServerAuth,
    /// TLS client.
    ClientAuth,
    /// OCSP responder.
    OcspSigning,
    /// Any other, as a dotted object identifier.
    Other(String),
}

impl fmt::Display for ExtendedKeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any",
            Self::ServerAuth => "serverAuth",
            Self::ClientAuth => "clientAuth",
            Self::OcspSigning => "OCSPSigning",
            Self::Other(oid) => oid,
        })
    }
}

/// Names of the bits, in their order.
const NAMES: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];
