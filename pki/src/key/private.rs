use core::fmt;

use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::{Algorithm, KeyAgreement, KeyError, PublicKey, Signer, p256, p521};

/// A private key in memory. Its octets are erased on drop where this type holds them.
pub struct PrivateKey {
    public: PublicKey,
    secret: Secret,
}

enum Secret {
    P256(p256::Secret),
    P521(p521::Secret),
}

impl PrivateKey {
    /// A fresh key on P-256.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, KeyError> {
        Self::from_pkcs8_der(&p256::Secret::generate(rng)?, rng)
    }

    /// A fresh key of an algorithm.
    pub fn generate_for(algorithm: Algorithm, rng: &dyn SecureRandom) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::P256 => Self::generate(rng),
            Algorithm::P521 => {
                let (secret, point) = p521::Secret::generate(rng)?;
                Ok(Self { public: PublicKey::P521(point), secret: Secret::P521(secret) })
            }
        }
    }

    /// From its secret number, big-endian, [`Algorithm::secret_len`] octets, and its public half. The number must be in
    /// range and belong to the public half.
    pub fn from_scalar(
        scalar: &[u8],
        public: &PublicKey,
        rng: &dyn SecureRandom,
    ) -> Result<Self, KeyError> {
        let secret = match public {
            PublicKey::P256(point) => Secret::P256(p256::Secret::new(scalar, point, rng)?),
            PublicKey::P521(point) => Secret::P521(p521::Secret::new(scalar, point)?),
        };
        Ok(Self { public: *public, secret })
    }

    /// The secret number, big-endian, [`Algorithm::secret_len`] octets: what a contract key delivery wraps.
    pub fn scalar(&self) -> &[u8] {
        match &self.secret {
            Secret::P256(secret) => secret.scalar(),
            Secret::P521(secret) => secret.scalar(),
        }
    }
}

impl Signer for PrivateKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign_raw(&self, message: &[u8], rng: &dyn SecureRandom) -> Result<Vec<u8>, KeyError> {
        match &self.secret {
            Secret::P256(secret) => secret.sign(message, rng),
            Secret::P521(secret) => secret.sign(message),
        }
    }
}

impl KeyAgreement for PrivateKey {
    fn agree(&self, peer: &PublicKey) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        match (&self.secret, peer) {
            (Secret::P256(secret), PublicKey::P256(peer)) => secret.agree(peer),
            (Secret::P521(secret), PublicKey::P521(peer)) => secret.agree(peer),
            _ => Err(KeyError::Mismatch { wanted: self.public.algorithm() }),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("public", &self.public).finish_non_exhaustive()
    }
}
