use core::fmt;

use super::{Algorithm, KeyError, ed448, p256, p521};
use crate::der::{self, Malformed, Reader};

/// A public key. Its point is on the curve.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum PublicKey {
    /// On secp256r1.
    P256(Point<65>),
    /// On secp521r1.
    P521(Point<133>),
    /// Of Ed448: y and the sign of x, little-endian.
    Ed448([u8; 57]),
    /// Of X448: u, little-endian.
    X448([u8; 56]),
}

/// An uncompressed point: 0x04, x, y.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Point<const N: usize>([u8; N]);

impl PublicKey {
    /// From an uncompressed point; its length tells the curve: 65 octets on P-256, 133 on P-521.
    /// [`KeyError::NotOnCurve`] if it is no point of that.
    pub fn from_point(point: &[u8]) -> Result<Self, KeyError> {
        match point.len() {
            133 => Self::of(Algorithm::P521, point),
            _ => Self::of(Algorithm::P256, point),
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

    /// From the octets of a key of an algorithm: what [`Self::point`] gives. [`KeyError::NotOnCurve`] if they are no point of the
    /// curve of P-256 or P-521.
    pub fn of(algorithm: Algorithm, point: &[u8]) -> Result<Self, KeyError> {
        let length = |_| KeyError::Malformed("public key");
        match algorithm {
            Algorithm::P256 => {
                let point = Point::new(point)?;
                p256::on_curve(&point).map(|()| Self::P256(point))
            }
            Algorithm::P521 => {
                let point = Point::new(point)?;
                p521::on_curve(&point).map(|()| Self::P521(point))
            }
            Algorithm::Ed448 => point.try_into().map(Self::Ed448).map_err(length),
            Algorithm::X448 => point.try_into().map(Self::X448).map_err(length),
        }
    }

    /// Its curve, and the signatures it verifies.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::P256(_) => Algorithm::P256,
            Self::P521(_) => Algorithm::P521,
            Self::Ed448(_) => Algorithm::Ed448,
            Self::X448(_) => Algorithm::X448,
        }
    }

    /// The octets of the key, as certificates have them: 0x04, x, y of a point on P-256 or P-521.
    pub fn point(&self) -> &[u8] {
        match self {
            Self::P256(point) => &point.0,
            Self::P521(point) => &point.0,
            Self::Ed448(point) => point,
            Self::X448(u) => u,
        }
    }

    /// The public key of X448 by which a key of Ed448 agrees on secrets, or of X448 itself.
    pub(super) fn to_x448(self) -> Result<[u8; 56], KeyError> {
        match self {
            Self::Ed448(point) => ed448::to_x448(&point),
            Self::X448(u) => Ok(u),
            Self::P256(_) | Self::P521(_) => Err(KeyError::Mismatch { wanted: Algorithm::X448 }),
        }
    }

    /// `SubjectPublicKeyInfo` in DER.
    pub fn to_spki(&self) -> Vec<u8> {
        der::sequence(&[
            &der::element(der::SEQUENCE, self.algorithm().identifier()),
            &der::bit_string(self.point()),
        ])
    }

    /// Verifies a raw signature, as messages carry it.
    pub fn verify_raw(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        match self {
            Self::P256(point) => p256::verify_raw(point, message, signature),
            Self::P521(point) => p521::verify_raw(point, message, signature),
            Self::Ed448(point) => ed448::verify(point, message, signature),
            Self::X448(_) => Err(KeyError::SignsNothing),
        }
    }

    /// Verifies a signature as certificates carry it: see [`Algorithm::signature_to_der`].
    pub fn verify_der(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        match self {
            Self::P256(point) => p256::verify_der(point, message, signature),
            Self::P521(point) => p521::verify_der(point, message, signature),
            Self::Ed448(point) => ed448::verify(point, message, signature),
            Self::X448(_) => Err(KeyError::SignsNothing),
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
