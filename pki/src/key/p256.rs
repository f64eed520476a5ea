//! P-256. ring signs, verifies and agrees with fresh keys; agreement with a key that stays, which ring lacks, is RustCrypto's.

use ::p256::elliptic_curve::ecdh::diffie_hellman;
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey as Peer, agree_ephemeral};
use ring::rand::SecureRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair,
    UnparsedPublicKey,
};
use zeroize::Zeroizing;

use super::{KeyError, Point};

type Public = Point<65>;

pub(super) struct Secret {
    scalar: Zeroizing<[u8; 32]>,
    pair: EcdsaKeyPair,
}

impl Secret {
    pub(super) fn generate(rng: &dyn SecureRandom) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, rng);
        Ok(Zeroizing::new(document.map_err(|_| KeyError::Signer)?.as_ref().to_vec()))
    }

    pub(super) fn new(
        scalar: &[u8],
        public: &Public,
        rng: &dyn SecureRandom,
    ) -> Result<Self, KeyError> {
        let mut octets = Zeroizing::new([0; 32]);
        if scalar.len() != octets.len() {
            return Err(KeyError::Malformed("P-256 private key"));
        }
        octets.copy_from_slice(scalar);
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        // Zero, numbers beyond the order and other keys' public halves are refused here.
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, public.octets(), rng)
                .map_err(|_| KeyError::Inconsistent)?;
        Ok(Self { scalar: octets, pair })
    }

    pub(super) fn scalar(&self) -> &[u8] {
        &*self.scalar
    }

    pub(super) fn sign(&self, message: &[u8], rng: &dyn SecureRandom) -> Result<Vec<u8>, KeyError> {
        let signature = self.pair.sign(rng, message).map_err(|_| KeyError::Signer)?;
        Ok(signature.as_ref().to_vec())
    }

    pub(super) fn agree(&self, peer: &Public) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let peer =
            ::p256::PublicKey::from_sec1_bytes(peer.octets()).map_err(|_| KeyError::NotOnCurve)?;
        let secret =
            ::p256::SecretKey::from_slice(&*self.scalar).map_err(|_| KeyError::Inconsistent)?;
        let shared = diffie_hellman(secret.to_nonzero_scalar(), peer.as_affine());
        Ok(Zeroizing::new(shared.raw_secret_bytes().to_vec()))
    }
}

pub(super) fn on_curve(point: &Public) -> Result<(), KeyError> {
    let known = ::p256::PublicKey::from_sec1_bytes(point.octets());
    known.map(drop).map_err(|_| KeyError::NotOnCurve)
}

pub(super) fn agree_once(
    peer: &Public,
    rng: &dyn SecureRandom,
) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>), KeyError> {
    let key = EphemeralPrivateKey::generate(&ECDH_P256, rng).map_err(|_| KeyError::Signer)?;
    let public = key.compute_public_key().map_err(|_| KeyError::Signer)?.as_ref().to_vec();
    let shared = agree_ephemeral(key, &Peer::new(&ECDH_P256, peer.octets()), |shared| {
        Zeroizing::new(shared.to_vec())
    });
    Ok((public, shared.map_err(|_| KeyError::NotOnCurve)?))
}

pub(super) fn verify_raw(key: &Public, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.octets())
        .verify(message, signature)
        .map_err(|_| KeyError::BadSignature)
}

pub(super) fn verify_der(key: &Public, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.octets())
        .verify(message, signature)
        .map_err(|_| KeyError::BadSignature)
}
