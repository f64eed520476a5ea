use core::fmt;

use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::{Algorithm, KeyAgreement, KeyError, PublicKey, Signer, ed448, p256, p521, x448};

/// A private key in memory. Its octets are erased on drop where this type holds them.
pub struct PrivateKey {
    public: PublicKey,
    secret: Secret,
}

enum Secret {
    P256(p256::Secret),
    P521(p521::Secret),
    Ed448(ed448::Secret),
    X448(x448::Secret),
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
            Algorithm::Ed448 => ed448::Secret::generate(rng).map(Self::of_ed448),
            Algorithm::X448 => x448::Secret::generate(rng).map(Self::of_x448),
        }
    }

    /// From its secret number, [`Algorithm::secret_len`] octets as [`Self::scalar`] gives them, and its public half. The
    /// number must be in range and belong to the public half.
    pub fn from_scalar(
        scalar: &[u8],
        public: &PublicKey,
        rng: &dyn SecureRandom,
    ) -> Result<Self, KeyError> {
        let secret = match public {
            PublicKey::P256(point) => Secret::P256(p256::Secret::new(scalar, point, rng)?),
            PublicKey::P521(point) => Secret::P521(p521::Secret::new(scalar, point)?),
            PublicKey::Ed448(_) | PublicKey::X448(_) => {
                let key = Self::of_curve448(public.algorithm(), scalar)?;
                return if key.public == *public { Ok(key) } else { Err(KeyError::Inconsistent) };
            }
        };
        Ok(Self { public: *public, secret })
    }

    /// From the secret octets of Ed448 or X448, of which the public half follows.
    pub(crate) fn of_curve448(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Ed448 => ed448::Secret::from_seed(secret).map(Self::of_ed448),
            Algorithm::X448 => x448::Secret::from_number(secret).map(Self::of_x448),
            Algorithm::P256 | Algorithm::P521 => Err(KeyError::NoPublicKey),
        }
    }

    fn of_ed448((secret, point): (ed448::Secret, [u8; 57])) -> Self {
        Self { public: PublicKey::Ed448(point), secret: Secret::Ed448(secret) }
    }

    fn of_x448((secret, u): (x448::Secret, [u8; 56])) -> Self {
        Self { public: PublicKey::X448(u), secret: Secret::X448(secret) }
    }

    /// The secret number, [`Algorithm::secret_len`] octets: big-endian on P-256 and P-521, as RFC 7748 has it with X448;
    /// with Ed448 the seed (RFC 8032 5.2.5).
    pub fn scalar(&self) -> &[u8] {
        match &self.secret {
            Secret::P256(secret) => secret.scalar(),
            Secret::P521(secret) => secret.scalar(),
            Secret::Ed448(secret) => secret.scalar(),
            Secret::X448(secret) => secret.scalar(),
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
            Secret::Ed448(secret) => secret.sign(message),
            Secret::X448(_) => Err(KeyError::SignsNothing),
        }
    }
}

impl KeyAgreement for PrivateKey {
    fn agree(&self, peer: &PublicKey) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        match (&self.secret, peer) {
            (Secret::P256(secret), PublicKey::P256(peer)) => secret.agree(peer),
            (Secret::P521(secret), PublicKey::P521(peer)) => secret.agree(peer),
            (Secret::Ed448(secret), PublicKey::Ed448(_) | PublicKey::X448(_)) => {
                secret.agree(&peer.to_x448()?)
            }
            (Secret::X448(secret), PublicKey::Ed448(_) | PublicKey::X448(_)) => {
                secret.agree(&peer.to_x448()?)
            }
            _ => Err(KeyError::Mismatch { wanted: self.public.algorithm() }),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("public", &self.public).finish_non_exhaustive()
    }
}
