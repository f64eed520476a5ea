//! Certificates, parsed into what the checks of Plug & Charge need.

mod error;
mod name;
mod parse;
mod usage;

pub use error::{CertError, Field};
pub use name::{Attribute, AttributeKind, Name};
pub(crate) use parse::{extensions_of, name_of};
pub use usage::{ExtendedKeyUsage, KeyUsage};

use crate::key::{Algorithm, KeyError, PublicKey};

/// A parsed X.509 certificate. Nothing is verified yet: see [`crate::chain`] and [`crate::profile`].
#[derive(Clone)]
pub struct Certificate {
    der: Box<[u8]>,
    /// The signed part of `der`.
    tbs: core::ops::Range<usize>,
    version: u32,
    serial: Vec<u8>,
    signature_algorithm: SignatureAlgorithm,
    signature: Vec<u8>,
    issuer: Name,
    subject: Name,
    not_before: i64,
    not_after: i64,
    key: CertificateKey,
    extensions: Extensions,
}

/// Algorithm of a certificate's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// ecdsa-with-SHA256, the one of ISO 15118-2.
    EcdsaSha256,
    /// ecdsa-with-SHA512, one of ISO 15118-20.
    EcdsaSha512,
    /// Ed448 (RFC 8410), the other of ISO 15118-20.
    Ed448,
    /// Any other, as a dotted object identifier.
    Other(String),
}

/// Public key of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateKey {
    /// Curve P-256, uncompressed point: the one of ISO 15118-2.
    P256(PublicKey),
    /// Curve P-256, but the point is compressed, malformed or not on the curve.
    P256Point,
    /// Curve P-521, uncompressed point: one of ISO 15118-20.
    P521(PublicKey),
    /// Curve P-521, but the point is compressed, malformed or not on the curve.
    P521Point,
    /// Ed448 (RFC 8410), the other of ISO 15118-20 [V2G20-2319].
    Ed448(PublicKey),
    /// X448 (RFC 8410): agrees on secrets, signs nothing.
    X448(PublicKey),
    /// Another elliptic curve, as a dotted object identifier.
    OtherCurve(String),
    /// RSA.
    Rsa,
    /// Any other algorithm, as a dotted object identifier.
    Other(String),
}

/// The extensions that the checks look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// Basic constraints.
    pub basic_constraints: Option<Extension<BasicConstraints>>,
    /// Key usage.
    pub key_usage: Option<Extension<KeyUsage>>,
    /// Extended key usage.
    pub extended_key_usage: Option<Extension<Vec<ExtendedKeyUsage>>>,
    /// Subject key identifier.
    pub subject_key_id: Option<Extension<Vec<u8>>>,
    /// Authority key identifier.
    pub authority_key_id: Option<Extension<AuthorityKeyId>>,
    /// OCSP responders of the authority information access.
    pub ocsp: Option<Extension<Vec<String>>>,
    /// Addresses of revocation lists.
    pub crl: Option<Extension<Vec<String>>>,
    /// Dotted object identifiers of the certificate policies.
    pub policies: Option<Extension<Vec<String>>>,
    /// Dotted object identifiers of the access methods of the subject information access.
    pub subject_info: Option<Extension<Vec<String>>>,
    /// Dotted object identifiers of all extensions with their criticality, in order.
    pub all: Vec<Extension<String>>,
}

/// An extension's value and whether it is critical.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension<T> {
    /// Whoever does not understand it must refuse the certificate.
    pub critical: bool,
    /// The value.
    pub value: T,
}

/// Basic constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// May issue certificates.
    pub ca: bool,
    /// How many authorities may follow below.
    pub path_len: Option<u32>,
}

/// Authority key identifier: what tells the issuer's key from its others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityKeyId {
    /// The issuer's subject key identifier.
    pub key_id: Option<Vec<u8>>,
    /// Whether the issuer's certificate is named as well, by issuer or serial number.
    pub names_certificate: bool,
}

impl Certificate {
    /// Largest certificate that is read, in octets. The profiles allow less: 800 in ISO 15118-2 [V2G2-010].
    pub const MAX_DER: usize = 8192;

    /// Parses one certificate in DER; nothing may follow it.
    pub fn parse(der: &[u8]) -> Result<Self, CertError> {
        parse::certificate(der)
    }

    /// The certificate in DER, as parsed.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// X.509 version, 1 to 3.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Content octets of the serial number, as encoded.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Issuer's name.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// Subject's name.
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// First second of validity, seconds since 1970.
    pub fn not_before(&self) -> i64 {
        self.not_before
    }

    /// Last second of validity, seconds since 1970.
    pub fn not_after(&self) -> i64 {
        self.not_after
    }

    /// Public key.
    pub fn key(&self) -> &CertificateKey {
        &self.key
    }

    /// Public key, if it is of an algorithm of ISO 15118 that this build has.
    pub fn public_key(&self) -> Result<&PublicKey, KeyError> {
        match &self.key {
            CertificateKey::P256(key)
            | CertificateKey::P521(key)
            | CertificateKey::Ed448(key)
            | CertificateKey::X448(key) => match key.algorithm() {
                algorithm if !algorithm.is_built() => Err(KeyError::NotBuilt { algorithm }),
                _ => Ok(key),
            },
            CertificateKey::P256Point | CertificateKey::P521Point => {
                Err(KeyError::Malformed("uncompressed point"))
            }
            _ => Err(KeyError::Unsupported),
        }
    }

    /// Algorithm of the signature.
    pub fn signature_algorithm(&self) -> &SignatureAlgorithm {
        &self.signature_algorithm
    }

    /// Extensions.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Whether the basic constraints make it an authority.
    pub fn is_ca(&self) -> bool {
        self.extensions.basic_constraints.as_ref().is_some_and(|constraints| constraints.value.ca)
    }

    /// Whether subject and issuer are the same name.
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Verifies this certificate's signature with the issuer's key; the signature must be of the key's algorithm.
    pub fn verify_signed_by(&self, issuer: &PublicKey) -> Result<(), KeyError> {
        let wanted = issuer.algorithm();
        if SignatureAlgorithm::of(wanted).as_ref() != Some(&self.signature_algorithm) {
            return Err(KeyError::Mismatch { wanted });
        }
        issuer.verify_der(self.der.get(self.tbs.clone()).unwrap_or_default(), &self.signature)
    }
}

impl SignatureAlgorithm {
    /// The one of signatures by a key; none by a key of X448.
    pub fn of(key: Algorithm) -> Option<Self> {
        match key {
            Algorithm::P256 => Some(Self::EcdsaSha256),
            Algorithm::P521 => Some(Self::EcdsaSha512),
            Algorithm::Ed448 => Some(Self::Ed448),
            Algorithm::X448 => None,
        }
    }
}

impl core::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Certificate({})", self.subject)
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl core::fmt::Display for CertificateKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::P256(_) => f.write_str("EC P-256"),
            Self::P256Point => f.write_str("EC P-256, no uncompressed point of it"),
            Self::P521(_) => f.write_str("EC P-521"),
            Self::P521Point => f.write_str("EC P-521, no uncompressed point of it"),
            Self::OtherCurve(oid) => write!(f, "EC on curve {oid}"),
            Self::Ed448(_) => f.write_str("Ed448"),
            Self::X448(_) => f.write_str("X448"),
            Self::Rsa => f.write_str("RSA"),
            Self::Other(oid) => f.write_str(oid),
        }
    }
}

impl core::fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::EcdsaSha256 => f.write_str("ecdsa-with-SHA256"),
            Self::EcdsaSha512 => f.write_str("ecdsa-with-SHA512"),
            Self::Ed448 => f.write_str("Ed448"),
            Self::Other(oid) => f.write_str(oid),
        }
    }
}
