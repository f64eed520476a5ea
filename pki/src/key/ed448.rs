//! Ed448 (RFC 8032), pure and with an empty context, by RustCrypto: ring has none.

use ::ed448_goldilocks::shake::Shake256;
use ::ed448_goldilocks::shake::digest::{ExtendableOutput as _, Update as _, XofReader as _};
use ::ed448_goldilocks::{CompressedEdwardsY, Signature, SigningKey, VerifyingKey};
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::{KeyError, x448};

type Public = [u8; 57];

pub(super) struct Secret(Box<SigningKey>);

impl Secret {
    /// Of 448 random bits, twice what the curve is worth: the last octet of a seed is left zero, since a delivery of
    /// ISO 15118-20 has no room for it.
    pub(super) fn generate(rng: &dyn SecureRandom) -> Result<(Self, Public), KeyError> {
        let mut seed = Zeroizing::new([0; 57]);
        let (random, _) = seed.split_at_mut(56);
        rng.fill(random).map_err(|_| KeyError::Signer)?;
        Self::from_seed(&*seed)
    }

    /// The key of a seed, with its public half.
    pub(super) fn from_seed(seed: &[u8]) -> Result<(Self, Public), KeyError> {
        let key =
            SigningKey::try_from(seed).map_err(|_| KeyError::Malformed("Ed448 private key"))?;
        let public = key.verifying_key().to_bytes();
        Ok((Self(Box::new(key)), public))
    }

    pub(super) fn scalar(&self) -> &[u8] {
        self.0.as_bytes()
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(self.0.sign_raw(message).to_bytes().to_vec())
    }

    /// By the key of X448 with the same secret number (RFC 8032 5.2.5): the curves are isogenous.
    pub(super) fn agree(&self, peer: &[u8; 56]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut number = Zeroizing::new([0; 56]);
        Shake256::default().chain(self.0.as_bytes()).finalize_xof().read(&mut *number);
        x448::agree_by(&number, peer)
    }
}

/// The public key of X448 to which a public key belongs: u is y²/x² (RFC 7748 4.2).
pub(super) fn to_x448(key: &Public) -> Result<[u8; 56], KeyError> {
    let point = is_reduced(key).then(|| CompressedEdwardsY::from(*key).decompress().into_option());
    let point = point.flatten().ok_or(KeyError::NotOnCurve)?;
    Ok(point.to_edwards().to_montgomery().0)
}

pub(super) fn verify(key: &Public, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    let signature = Signature::from_slice(signature).map_err(|_| KeyError::BadSignature)?;
    if !is_reduced(key) || !is_reduced(signature.r_bytes()) {
        return Err(KeyError::BadSignature);
    }
    VerifyingKey::from_bytes(key)
        .and_then(|key| key.verify_raw(&signature, message))
        .map_err(|_| KeyError::BadSignature)
}

/// Whether an encoded point is the only encoding of it: y below the prime, and no bit beside x's sign (RFC 8032 5.2.3).
/// The library reads others as well.
fn is_reduced(point: &Public) -> bool {
    let (y, sign) = point.split_at(56);
    sign.iter().all(|octet| octet & 0x7f == 0) && y.iter().rev().lt(PRIME.iter().rev())
}

/// 2^448 - 2^224 - 1, little-endian.
const PRIME: [u8; 56] = {
    let mut prime = [0xff; 56];
    prime[28] = 0xfe;
    prime
};
