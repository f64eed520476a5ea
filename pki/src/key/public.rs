use core::fmt;

use super::{Algorithm, KeyError, p256, p521};
use crate::der::{self, Malformed, Reader};

/// A public key. Whether its point is on the curve shows at the first use.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum PublicKey {
    /// On secp256r1.
    P256(Point<65>),
    /// On secp521r1.
    P521(Point<133>),
}

/// An uncompressed point: 0x04, x, y.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Point<const N: usize>([u8; N]);

impl PublicKey {
    /// From an uncompressed point; its length tells the curve: 65 octets on P-256, 133 on P-521.
    pub fn from_point(point: &[u8]) -> Result<Self, KeyError> {
        match point.len() {
            133 => Point::new(point).map(Self::P521),
            _ => Point::new(point).map(Self::P256),
        }
    }

    /// From a `SubjectPublicKeyInfo` in DER.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let malformed = |Malformed| KeyError::Malformed("public key");
        let mut document = Reader::new(der);
        let mut info = document.enter(der::SEQUENCE).map_err(malformed)?;
        document.end().map_err(malformed)?;
        let algorithm = info.take(der::SEQUENCE).map_err(malformed)?;
        let algorithm = Algorithm::from_identifier(algorithm).ok_or(KeyError::Unsupported)?;
        let point = info.take(der::BIT_STRING).map_err(malformed)?;
        info.end().map_err(malformed)?;
        Self::of(algorithm, point.strip_prefix(&[0]).unwrap_or_default())
    }

    pub(crate) fn of(algorithm: Algorithm, point: &[u8]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::P256 => Point::new(point).map(Self::P256),
            Algorithm::P521 => Point::new(point).map(Self::P521),
        }
    }

    /// Its curve, and the signatures it verifies.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::P256(_) => Algorithm::P256,
            Self::P521(_) => Algorithm::P521,
        }
    }

    /// The uncompressed point: 0x04, x, y.
    pub fn point(&self) -> &[u8] {
        match self {
            Self::P256(point) => &point.0,
            Self::P521(point) => &point.0,
        }
    }

    /// `SubjectPublicKeyInfo` in DER.
    pub fn to_spki(&self) -> Vec<u8> {
        der::sequence(&[
            &der::element(der::SEQUENCE, self.algorithm().identifier()),
            &der::bit_string(self.point()),
        ])
    }

    /// Verifies a signature given as r and s, as messages carry it.
    pub fn verify_raw(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        match self {
            Self::P256(point) => p256::verify_raw(point, message, signature),
            Self::P521(point) => p521::verify_raw(point, message, signature),
        }
    }

    /// Verifies a signature given as the DER sequence that certificates carry.
    pub fn verify_der(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        match self {
            Self::P256(point) => p256::verify_der(point, message, signature),
            Self::P521(point) => p521::verify_der(point, message, signature),
        }
    }
}

impl<const N: usize> Point<N> {
    pub(super) fn new(point: &[u8]) -> Result<Self, KeyError> {
        match <[u8; N]>::try_from(point) {
            Ok(point) if point.first() == Some(&4) => Ok(Self(point)),
            _ => Err(KeyError::Malformed("uncompressed point")),
        }
    }

    /// 0x04, x, y.
    pub fn octets(&self) -> &[u8; N] {
        &self.0
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, ", self.algorithm())?;
        self.point().iter().skip(1).take(8).try_for_each(|b| write!(f, "{b:02x}"))?;
        f.write_str("..)")
    }
}

impl<const N: usize> fmt::Debug for Point<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}
