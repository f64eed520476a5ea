//! Keys of ISO 15118: P-256 in ISO 15118-2 [V2G2-006] [V2G2-007], P-521 and Ed448 in ISO 15118-20.
//!
//! Ed448, and X448 by which its keys agree, are there with the feature `ed448`. Without it such keys are read and named, and
//! whatever needs their use ends in [`KeyError::NotBuilt`].
//!
//! Whatever signs or agrees on secrets does it through [`Signer`] and [`KeyAgreement`], so that private keys can stay in
//! a hardware module; [`PrivateKey`] holds one in memory and does both.

#[cfg(not(feature = "ed448"))]
mod absent;
mod agreement;
#[cfg(feature = "ed448")]
mod ed448;
mod error;
mod forms;
mod p256;
mod p521;
mod private;
mod public;
#[cfg(test)]
mod tests;
#[cfg(feature = "ed448")]
#[cfg(test)]
mod tests448;
#[cfg(feature = "ed448")]
mod x448;

use core::fmt;

use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use crate::der;

#[cfg(not(feature = "ed448"))]
use absent::{ed448, x448};

pub use agreement::agree_ephemeral;
pub use error::KeyError;
pub use private::PrivateKey;
pub use public::{Point, PublicKey};

/// Something that signs with a key it may keep to itself, a hardware module for instance.
pub trait Signer: Send + Sync {
    /// The public half.
    fn public_key(&self) -> &PublicKey;

    /// Signs as the key's [`Algorithm`] says, as messages carry it: [`Algorithm::signature_len`] octets, which with ECDSA
    /// are r and s of equal length.
    /// `rng` is for signers that need one.
    fn sign_raw(&self, message: &[u8], rng: &dyn SecureRandom) -> Result<Vec<u8>, KeyError>;
}

/// Something that agrees on secrets with a key it may keep to itself, a hardware module for instance.
pub trait KeyAgreement: Send + Sync {
    /// The secret shared with the owner of `peer`, by Diffie-Hellman: the one coordinate, as long as the curve's field.
    ///
    /// A key of another algorithm, a point that is not on the curve and one of low order are refused. Keys of Ed448 agree as
    /// the keys of X448 that belong to them.
    fn agree(&self, peer: &PublicKey) -> Result<Zeroizing<Vec<u8>>, KeyError>;
}

/// What a key is good for: its curve, and the signature made with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// secp256r1; ECDSA with SHA-256. Of ISO 15118-2.
    P256,
    /// secp521r1; ECDSA with SHA-512. Of ISO 15118-20 [V2G20-2674].
    P521,
    /// Ed448 (RFC 8032), pure, with an empty context. The other of ISO 15118-20 [V2G20-2319].
    Ed448,
    /// X448 (RFC 7748), which agrees on secrets and signs nothing. In ISO 15118-20 the keys of deliveries alone.
    X448,
}

impl Algorithm {
    /// Every algorithm, whether this build has it or not.
    pub const ALL: [Self; 4] = [Self::P256, Self::P521, Self::Ed448, Self::X448];

    /// Those whose keys sign.
    pub const SIGNING: [Self; 3] = [Self::P256, Self::P521, Self::Ed448];

    /// Whether this build has it: Ed448 and X448 come with the feature `ed448`.
    pub const fn is_built(self) -> bool {
        match self {
            Self::P256 | Self::P521 => true,
            Self::Ed448 | Self::X448 => cfg!(feature = "ed448"),
        }
    }

    /// Octets of a raw signature; none with X448.
    pub const fn signature_len(self) -> usize {
        match self {
            Self::P256 => 64,
            Self::P521 => 132,
            Self::Ed448 => 114,
            Self::X448 => 0,
        }
    }

    /// Octets of the secret number, or of the seed that stands for it with Ed448.
    pub const fn secret_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P521 => 66,
            Self::Ed448 => 57,
            Self::X448 => 56,
        }
    }

    /// A raw signature as certificates carry it: a DER sequence of r and s with ECDSA, as it is with Ed448 (RFC 8410 6).
    pub fn signature_to_der(self, raw: &[u8]) -> Vec<u8> {
        match self {
            Self::P256 | Self::P521 => {
                let (r, s) = raw.split_at(raw.len() / 2);
                der::sequence(&[&der::unsigned(r), &der::unsigned(s)])
            }
            Self::Ed448 | Self::X448 => raw.to_vec(),
        }
    }

    /// The elements of the key's algorithm identifier.
    pub(crate) const fn identifier(self) -> &'static [u8] {
        match self {
            Self::P256 => P256_ALGORITHM,
            Self::P521 => P521_ALGORITHM,
            Self::Ed448 => ED448_ALGORITHM,
            Self::X448 => X448_ALGORITHM,
        }
    }

    /// Content of the object identifier of its signatures; with X448, which has none, that of its keys.
    pub(crate) const fn signature_oid(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
            Self::P521 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4],
            Self::Ed448 => &[0x2b, 0x65, 0x71],
            Self::X448 => &[0x2b, 0x65, 0x6f],
        }
    }

    fn from_identifier(identifier: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.identifier() == identifier)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::P256 => "P-256",
            Self::P521 => "P-521",
            Self::Ed448 => "Ed448",
            Self::X448 => "X448",
        })
    }
}

/// id-ecPublicKey (1.2.840.10045.2.1), secp256r1 (1.2.840.10045.3.1.7).
const P256_ALGORITHM: &[u8] = &[
    0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, //
    0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7,
];

/// id-ecPublicKey (1.2.840.10045.2.1), secp521r1 (1.3.132.0.35).
const P521_ALGORITHM: &[u8] = &[
    0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, //
    0x06, 5, 0x2b, 0x81, 0x04, 0x00, 0x23,
];

/// id-Ed448 (1.3.101.113), without parameters (RFC 8410 3).
const ED448_ALGORITHM: &[u8] = &[0x06, 3, 0x2b, 0x65, 0x71];

/// id-X448 (1.3.101.111), without parameters (RFC 8410 3).
const X448_ALGORITHM: &[u8] = &[0x06, 3, 0x2b, 0x65, 0x6f];
