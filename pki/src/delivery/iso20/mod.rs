//! The key wrap of ISO 15118-20: ephemeral-static agreement on P-521, AES-256-GCM.
//!
//! Public descriptions agree on all of it but the derivation of the key: see [`ConcatKdf`]. The other curve of the
//! standard, X448, is not offered: they do not even agree on how long its public keys are in the message.

mod kdf;
#[cfg(test)]
mod tests;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::{CONTRACT, DeliveryError, RECEIVER, agreeing};
use crate::cert::Certificate;
use crate::id::Pcid;
use crate::key::{Algorithm, KeyAgreement, KeyError, PrivateKey, PublicKey, agree_ephemeral};

pub use kdf::{ConcatKdf, Kdf};

/// A contract's private key as only the receiver can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// `SECP521_EncryptedPrivateKey`: initialization vector (12), encrypted number (66), authentication tag (16).
    pub encrypted: [u8; 94],
    /// `DHPublicKey`: an uncompressed point.
    pub dh_public_key: [u8; 133],
}

/// What an encrypted key is bound to without containing it: the receiver's PCID in its normal form, then the subject key
/// identifier of the contract certificate in upper-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssociatedData(Vec<u8>);

impl AssociatedData {
    /// For a contract certificate on its way to the owner of a provisioning certificate.
    pub fn new(provisioning: &Certificate, contract: &Certificate) -> Result<Self, DeliveryError> {
        let pcid = provisioning.subject().common_name().and_then(pcid);
        let pcid = pcid.ok_or(DeliveryError::NoPcid)?;
        let id = contract.extensions().subject_key_id.as_ref();
        let id = id.filter(|id| !id.value.is_empty()).ok_or(DeliveryError::NoKeyId)?;
        let mut octets = pcid.into_bytes();
        octets.extend(id.value.iter().flat_map(|octet| format!("{octet:02X}").into_bytes()));
        Ok(Self(octets))
    }

    /// The octets.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

/// The public key for which a delivery may be wrapped: the one of a provisioning certificate, unless that says that the
/// key stays in a TPM.
pub fn receiver(certificate: &Certificate) -> Result<&PublicKey, DeliveryError> {
    let methods = certificate.extensions().subject_info.iter().flat_map(|access| &access.value);
    if methods.into_iter().any(|method| TPM.contains(&method.as_str())) {
        return Err(DeliveryError::ForTpm);
    }
    agreeing(certificate, Algorithm::P521)
}

/// Wraps the private key of a contract for a receiver, with a fresh key and initialization vector.
pub fn wrap(
    contract: &PrivateKey,
    receiver: &PublicKey,
    bound_to: &AssociatedData,
    kdf: &dyn Kdf,
    rng: &dyn SecureRandom,
) -> Result<WrappedKey, DeliveryError> {
    let number = contract.scalar().try_into().map_err(|_| not_p521(CONTRACT))?;
    wrap_number(number, receiver, bound_to, kdf, rng)
}

fn wrap_number(
    number: &[u8; LEN],
    receiver: &PublicKey,
    bound_to: &AssociatedData,
    kdf: &dyn Kdf,
    rng: &dyn SecureRandom,
) -> Result<WrappedKey, DeliveryError> {
    if receiver.algorithm() != Algorithm::P521 {
        return Err(not_p521(RECEIVER));
    }
    let (public, secret) = agree_ephemeral(receiver, rng).map_err(DeliveryError::Agreement)?;
    let dh_public_key = public.point().try_into().map_err(|_| not_p521(RECEIVER))?;
    let mut iv = [0; IV];
    rng.fill(&mut iv).map_err(|_| DeliveryError::Random)?;
    let mut body = Zeroizing::new(*number);
    let sealed = cipher(kdf, &secret).and_then(|cipher| {
        let (nonce, bound_to) = (Nonce::assume_unique_for_key(iv), Aad::from(&bound_to.0));
        cipher.seal_in_place_separate_tag(nonce, bound_to, &mut *body).ok()
    });
    // Neither a key of 32 octets nor a text of 66 can be refused.
    let tag = sealed.ok_or(DeliveryError::Random)?;
    let mut encrypted = [0; IV + LEN + TAG];
    let octets = iv.iter().chain(body.iter()).chain(tag.as_ref());
    encrypted.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
    Ok(WrappedKey { encrypted, dh_public_key })
}

/// Unwraps the private key of a contract. `contract` is the public key of the contract certificate delivered with it: only
/// the private key that belongs to it comes out.
pub fn unwrap(
    encrypted: &[u8],
    dh_public_key: &[u8],
    receiver: &dyn KeyAgreement,
    contract: &PublicKey,
    bound_to: &AssociatedData,
    kdf: &dyn Kdf,
    rng: &dyn SecureRandom,
) -> Result<PrivateKey, DeliveryError> {
    let length = DeliveryError::Length { found: encrypted.len(), wanted: IV + LEN + TAG };
    let encrypted: &[u8; IV + LEN + TAG] = encrypted.try_into().map_err(|_| length)?;
    if contract.algorithm() != Algorithm::P521 {
        return Err(not_p521(CONTRACT));
    }
    let peer = PublicKey::of(Algorithm::P521, dh_public_key).map_err(DeliveryError::DhPublicKey)?;
    let secret = receiver.agree(&peer).map_err(|error| match error {
        KeyError::NotOnCurve => DeliveryError::DhPublicKey(error),
        error => DeliveryError::Agreement(error),
    })?;
    let (iv, sealed) = encrypted.split_at(IV);
    let mut body = Zeroizing::new([0; LEN + TAG]);
    body.copy_from_slice(sealed);
    let number = cipher(kdf, &secret).and_then(|cipher| {
        let nonce = Nonce::try_assume_unique_for_key(iv).ok()?;
        cipher.open_in_place(nonce, Aad::from(&bound_to.0), &mut *body).ok()
    });
    let number = number.ok_or(DeliveryError::NotAuthentic)?;
    PrivateKey::from_scalar(number, contract, rng).map_err(|_| DeliveryError::NotOfContract)
}

/// In upper case and without separators. Longer identifiers than the usual are in use.
fn pcid(name: &str) -> Option<String> {
    if let Ok(pcid) = Pcid::parse(name) {
        return Some(pcid.normal().to_owned());
    }
    let plain = name.bytes().all(|octet| octet.is_ascii_alphanumeric());
    (plain && (17..=64).contains(&name.len())).then(|| name.to_ascii_uppercase())
}

fn cipher(kdf: &dyn Kdf, secret: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, &*kdf.derive(secret)).ok().map(LessSafeKey::new)
}

fn not_p521(whose: &'static str) -> DeliveryError {
    DeliveryError::Curve { whose, wanted: Algorithm::P521 }
}

/// Storage key and policy digest in the subject information access of a certificate whose key stays in a TPM.
const TPM: [&str; 2] = ["1.0.15118.20.0.4", "1.0.15118.20.0.5"];
const IV: usize = 12;
const LEN: usize = 66;
const TAG: usize = 16;
