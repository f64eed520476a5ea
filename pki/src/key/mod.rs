//! Keys of ISO 15118: P-256 in ISO 15118-2 [V2G2-006] [V2G2-007], P-521 in ISO 15118-20.
//!
//! Whatever signs or agrees on secrets does it through [`Signer`] and [`KeyAgreement`], so that private keys can stay in
//! a hardware module; [`PrivateKey`] holds one in memory and does both.

mod agreement;
mod error;
mod forms;
mod p256;
mod p521;
mod private;
mod public;
#[cfg(test)]
mod tests;

use core::fmt;

use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use crate::der;

pub use agreement::agree_ephemeral;
pub use error::KeyError;
pub use private::PrivateKey;
pub use public::{Point, PublicKey};

/// Something that signs with a key it may keep to itself, a hardware module for instance.
pub trait Signer: Send + Sync {
    /// The public half.
    fn public_key(&self) -> &PublicKey;

    /// Signs as the key's [`Algorithm`] says: r and s of equal length, [`Algorithm::signature_len`] octets together.
    /// `rng` is for signers that need one.
    fn sign_raw(&self, message: &[u8], rng: &dyn SecureRandom) -> Result<Vec<u8>, KeyError>;
}

/// Something that agrees on secrets with a key it may keep to itself, a hardware module for instance.
pub trait KeyAgreement: Send + Sync {
    /// The secret shared with the owner of `peer`, by Diffie-Hellman: the x-coordinate, as long as the curve's field.
    ///
    /// A key of another algorithm and a point that is not on the curve are refused.
    fn agree(&self, peer: &PublicKey) -> Result<Zeroizing<Vec<u8>>, KeyError>;
}

/// What a key is good for: its curve, and the signature made with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// secp256r1; ECDSA with SHA-256. Of ISO 15118-2.
    P256,
    /// secp521r1; ECDSA with SHA-512. Of ISO 15118-20.
    P521,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 2] = [Self::P256, Self::P521];

    /// Octets of a raw signature.
    pub const fn signature_len(self) -> usize {
        2 * self.secret_len()
    }

    /// Octets of the secret number.
    pub const fn secret_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P521 => 66,
        }
    }

    /// The elements of the key's algorithm identifier.
    pub(crate) const fn identifier(self) -> &'static [u8] {
        match self {
            Self::P256 => P256_ALGORITHM,
            Self::P521 => P521_ALGORITHM,
        }
    }

    /// Content of the object identifier of its signatures.
    pub(crate) const fn signature_oid(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
            Self::P521 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4],
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
        })
    }
}

/// The DER sequence of a raw ECDSA signature, as certificates carry it.
pub fn signature_to_der(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at(raw.len() / 2);
    der::sequence(&[&der::unsigned(r), &der::unsigned(s)])
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
