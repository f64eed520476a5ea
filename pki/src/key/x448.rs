//! X448 (RFC 7748), by RustCrypto.

use ::x448::{PublicKey as Point, StaticSecret};
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::KeyError;

type Public = [u8; 56];

pub(super) struct Secret {
    number: Zeroizing<[u8; 56]>,
    key: StaticSecret,
}

impl Secret {
    pub(super) fn generate(rng: &dyn SecureRandom) -> Result<(Self, Public), KeyError> {
        let mut number = Zeroizing::new([0; 56]);
        rng.fill(&mut *number).map_err(|_| KeyError::Signer)?;
        Self::from_number(&*number)
    }

    /// The key of a secret number, little-endian, with its public half.
    pub(super) fn from_number(number: &[u8]) -> Result<(Self, Public), KeyError> {
        let number = number.try_into().map_err(|_| KeyError::Malformed("X448 private key"))?;
        let number: Zeroizing<[u8; 56]> = Zeroizing::new(number);
        let key = StaticSecret::from(*number);
        let public = *Point::from(&key).as_bytes();
        Ok((Self { number, key }, public))
    }

    pub(super) fn scalar(&self) -> &[u8] {
        &*self.number
    }

    pub(super) fn agree(&self, peer: &Public) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        agree(&self.key, peer)
    }
}

/// The secret that a number shares with a peer.
pub(super) fn agree_by(number: &[u8; 56], peer: &Public) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    agree(&StaticSecret::from(*number), peer)
}

/// Points of low order would make everybody's secret zero, in whatever encoding (RFC 7748 6.2).
fn agree(key: &StaticSecret, peer: &Public) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let peer = Point::from_bytes(peer).ok_or(KeyError::LowOrder)?;
    let shared = key.diffie_hellman(&peer);
    if shared.as_bytes().iter().fold(0, |any, octet| any | octet) == 0 {
        return Err(KeyError::LowOrder);
    }
    Ok(Zeroizing::new(shared.as_bytes().to_vec()))
}
