//! P-521, by RustCrypto: ring has none. Signatures are deterministic (RFC 6979).

use ::p521::ecdsa::signature::{Signer as _, Verifier as _};
use ::p521::ecdsa::{Signature, SigningKey, VerifyingKey};
use ::p521::elliptic_curve::ecdh::diffie_hellman;
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::{KeyError, Point};
use crate::der::{self, Malformed, Reader};

type Public = Point<133>;

pub(super) struct Secret {
    scalar: Zeroizing<[u8; 66]>,
    key: SigningKey,
}

impl Secret {
    pub(super) fn generate(rng: &dyn SecureRandom) -> Result<(Self, Public), KeyError> {
        let mut scalar = Zeroizing::new([0; 66]);
        for _ in 0..ATTEMPTS {
            rng.fill(&mut *scalar).map_err(|_| KeyError::Signer)?;
            scalar[0] &= 1;
            if let Ok(key) = SigningKey::from_slice(&*scalar) {
                let public = Point::new(key.verifying_key().to_sec1_point(false).as_bytes())?;
                return Ok((Self { scalar, key }, public));
            }
        }
        Err(KeyError::Signer)
    }

    pub(super) fn new(scalar: &[u8], public: &Public) -> Result<Self, KeyError> {
        let mut octets = Zeroizing::new([0; 66]);
        if scalar.len() != octets.len() {
            return Err(KeyError::Malformed("P-521 private key"));
        }
        octets.copy_from_slice(scalar);
        let key = SigningKey::from_slice(scalar).map_err(|_| KeyError::Inconsistent)?;
        if key.verifying_key().to_sec1_point(false).as_bytes() != public.octets() {
            return Err(KeyError::Inconsistent);
        }
        Ok(Self { scalar: octets, key })
    }

    pub(super) fn scalar(&self) -> &[u8] {
        &*self.scalar
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature: Signature = self.key.try_sign(message).map_err(|_| KeyError::Signer)?;
        Ok(signature.to_bytes().to_vec())
    }

    pub(super) fn agree(&self, peer: &Public) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let peer =
            ::p521::PublicKey::from_sec1_bytes(peer.octets()).map_err(|_| KeyError::NotOnCurve)?;
        let shared = diffie_hellman(self.key.as_nonzero_scalar(), peer.as_affine());
        Ok(Zeroizing::new(shared.raw_secret_bytes().to_vec()))
    }
}

pub(super) fn on_curve(point: &Public) -> Result<(), KeyError> {
    let known = ::p521::PublicKey::from_sec1_bytes(point.octets());
    known.map(drop).map_err(|_| KeyError::NotOnCurve)
}

pub(super) fn agree_once(
    peer: &Public,
    rng: &dyn SecureRandom,
) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>), KeyError> {
    let (secret, public) = Secret::generate(rng)?;
    Ok((public.octets().to_vec(), secret.agree(peer)?))
}

pub(super) fn verify_raw(key: &Public, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    let signature = Signature::from_slice(signature).map_err(|_| KeyError::BadSignature)?;
    VerifyingKey::from_sec1_bytes(key.octets())
        .and_then(|key| key.verify(message, &signature))
        .map_err(|_| KeyError::BadSignature)
}

pub(super) fn verify_der(key: &Public, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    let raw = halves(signature).map_err(|Malformed| KeyError::BadSignature)?;
    verify_raw(key, message, &raw)
}

/// r and s of a DER signature, each as long as the order.
fn halves(signature: &[u8]) -> Result<[u8; 132], Malformed> {
    let mut document = Reader::new(signature);
    let mut pair = document.enter(der::SEQUENCE)?;
    document.end()?;
    let mut raw = [0; 132];
    for half in raw.chunks_exact_mut(66) {
        let number = pair.take_unsigned()?;
        let start = half.len().checked_sub(number.len()).ok_or(Malformed)?;
        half.iter_mut().skip(start).zip(number).for_each(|(to, from)| *to = *from);
    }
    pair.end()?;
    Ok(raw)
}

/// A random number of 521 bits is beyond the order once in 2^260.
const ATTEMPTS: usize = 8;
