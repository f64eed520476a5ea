//! The key wrap of ISO 15118-2: ephemeral-static agreement on P-256, AES-128-CBC [V2G2-815] [V2G2-818].

use aes::Aes128;
use aes::cipher::array::Array;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use ring::rand::SecureRandom;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{CONTRACT, DeliveryError, RECEIVER, agreeing};
use crate::cert::Certificate;
use crate::key::{Algorithm, KeyAgreement, KeyError, PrivateKey, PublicKey, agree_ephemeral};

/// A contract's private key as only the receiver can read it. It carries no integrity of its own: both parts are signed
/// in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// `ContractSignatureEncryptedPrivateKey`: initialization vector, then the encrypted number [V2G2-817].
    pub encrypted: [u8; 48],
    /// `DHpublickey`: an uncompressed point [V2G2-819].
    pub dh_public_key: [u8; 65],
}

/// The public key for which a delivery may be wrapped: the one of a provisioning certificate in an installation
/// [V2G2-820], of the current contract certificate in an update [V2G2-821].
pub fn receiver(certificate: &Certificate) -> Result<&PublicKey, DeliveryError> {
    agreeing(certificate, Algorithm::P256)
}

/// Wraps the private key of a contract for a receiver, with a fresh key and initialization vector [V2G2-814].
pub fn wrap(
    contract: &PrivateKey,
    receiver: &PublicKey,
    rng: &dyn SecureRandom,
) -> Result<WrappedKey, DeliveryError> {
    let number = contract.scalar().try_into().map_err(|_| not_p256(CONTRACT))?;
    wrap_number(number, receiver, rng)
}

pub(super) fn wrap_number(
    number: &[u8; LEN],
    receiver: &PublicKey,
    rng: &dyn SecureRandom,
) -> Result<WrappedKey, DeliveryError> {
    if receiver.algorithm() != Algorithm::P256 {
        return Err(not_p256(RECEIVER));
    }
    let (public, secret) = agree_ephemeral(receiver, rng).map_err(DeliveryError::Agreement)?;
    let dh_public_key = public.point().try_into().map_err(|_| not_p256(RECEIVER))?;
    let mut iv = [0; IV];
    rng.fill(&mut iv).map_err(|_| DeliveryError::Random)?;
    let mut encrypted = [0; IV + LEN];
    let (head, body) = encrypted.split_at_mut(IV);
    head.copy_from_slice(&iv);
    body.copy_from_slice(number);
    let (blocks, _) = Array::slice_as_chunks_mut(body);
    let cipher = cbc::Encryptor::<Aes128>::new_from_slices(&*wrapping_key(&secret), &iv);
    cipher.map_err(|_| DeliveryError::Random)?.encrypt_blocks(blocks);
    Ok(WrappedKey { encrypted, dh_public_key })
}

/// Unwraps the private key of a contract. `contract` is the public key of the contract certificate delivered with it: only
/// the private key that belongs to it comes out [V2G2-823].
pub fn unwrap(
    encrypted: &[u8],
    dh_public_key: &[u8],
    receiver: &dyn KeyAgreement,
    contract: &PublicKey,
    rng: &dyn SecureRandom,
) -> Result<PrivateKey, DeliveryError> {
    let encrypted: &[u8; IV + LEN] = encrypted
        .try_into()
        .map_err(|_| DeliveryError::Length { found: encrypted.len(), wanted: IV + LEN })?;
    if contract.algorithm() != Algorithm::P256 {
        return Err(not_p256(CONTRACT));
    }
    let peer = PublicKey::of(Algorithm::P256, dh_public_key).map_err(DeliveryError::DhPublicKey)?;
    let secret = receiver.agree(&peer).map_err(|error| match error {
        KeyError::NotOnCurve => DeliveryError::DhPublicKey(error),
        error => DeliveryError::Agreement(error),
    })?;
    let (iv, body) = encrypted.split_at(IV);
    let mut scalar = Zeroizing::new([0; LEN]);
    scalar.copy_from_slice(body);
    let (blocks, _) = Array::slice_as_chunks_mut(&mut *scalar);
    let cipher = cbc::Decryptor::<Aes128>::new_from_slices(&*wrapping_key(&secret), iv);
    cipher.map_err(|_| DeliveryError::NotOfContract)?.decrypt_blocks(blocks);
    PrivateKey::from_scalar(&*scalar, contract, rng).map_err(|_| DeliveryError::NotOfContract)
}

fn not_p256(whose: &'static str) -> DeliveryError {
    DeliveryError::Curve { whose, wanted: Algorithm::P256 }
}

/// One round of the concatenation key derivation of NIST SP 800-56A with SHA-256, cut to 128 bits [V2G2-818].
fn wrapping_key(secret: &[u8]) -> Zeroizing<[u8; 16]> {
    let hash = Sha256::new().chain_update(1_u32.to_be_bytes()).chain_update(secret);
    let mut digest = Zeroizing::new([0; 32]);
    hash.chain_update(OTHER_INFO).finalize_into((&mut *digest).into());
    let mut key = Zeroizing::new([0; 16]);
    key.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    key
}

const IV: usize = 16;
const LEN: usize = 32;

/// Algorithm, sender ("U"), receiver ("V") [V2G2-818].
const OTHER_INFO: [u8; 3] = [0x01, 0x55, 0x56];
