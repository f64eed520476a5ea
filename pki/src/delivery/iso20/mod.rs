//! The key wrap of ISO 15118-20: ephemeral-static agreement on P-521 or, with the feature `ed448`, X448; AES-256-GCM.
//!
//! Public descriptions agree on all of it but the derivation of the key: see [`ConcatKdf`]. Of X448 they leave more open, and
//! nothing public opens by what is done here:
//!
//! - The car's certificate has a key of Ed448, which signs its request. The secret is agreed on with the key of X448 that
//!   belongs to it (RFC 7748 4.2, RFC 8032 5.2.5).
//! - `DHPublicKey` has 133 octets in the schema and fewer in what is said about it; here u stands behind zeros.
//! - A key of Ed448 has 57 octets, the message has room for 56. Here the last octet of a contract's key is zero, as it is of
//!   every key that [`PrivateKey::generate_for`] makes, and is left out. Longer keys are refused: [`DeliveryError::TooLong`].

mod kdf;
#[cfg(test)]
mod tests;
#[cfg(feature = "ed448")]
#[cfg(test)]
mod tests448;

use core::ops::Deref;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::{CONTRACT, DeliveryError, RECEIVER, agreeing};
use crate::cert::Certificate;
use crate::id::Pcid;
use crate::key::{
    Algorithm, KeyAgreement, KeyError, PrivateKey, PublicKey, Signer as _, agree_ephemeral,
};

pub use kdf::{ConcatKdf, Kdf};

/// A contract's private key as only the receiver can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// The private key.
    pub encrypted: EncryptedKey,
    /// `DHPublicKey`: an uncompressed point on P-521, or u of X448 behind zeros.
    pub dh_public_key: [u8; 133],
}

/// An encrypted private key: initialization vector (12), encrypted octets, authentication tag (16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncryptedKey {
    /// `SECP521_EncryptedPrivateKey`: 66 octets inside.
    Secp521([u8; 94]),
    /// `X448_EncryptedPrivateKey`: 56 octets inside.
    X448([u8; 84]),
}

impl Deref for EncryptedKey {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Secp521(octets) => octets,
            Self::X448(octets) => octets,
        }
    }
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
    match certificate.public_key() {
        // No key usage may say that it agrees (RFC 8410 5).
        Ok(key @ PublicKey::Ed448(_)) => Ok(key),
        Err(error @ KeyError::NotBuilt { .. }) => Err(DeliveryError::Agreement(error)),
        _ => agreeing(certificate, Algorithm::P521),
    }
}

/// Wraps the private key of a contract for the owner of `receiver`, the key of a provisioning certificate: a contract on
/// P-521 for a car on P-521, one of Ed448 for a car of Ed448. Equal inputs never give equal octets.
pub fn wrap(
    contract: &PrivateKey,
    receiver: &PublicKey,
    bound_to: &AssociatedData,
    kdf: &dyn Kdf,
    rng: &dyn SecureRandom,
) -> Result<WrappedKey, DeliveryError> {
    let algorithm = contract.public_key().algorithm();
    wrap_number(transported(contract)?, algorithm, receiver, bound_to, kdf, rng)
}

fn wrap_number(
    number: &[u8],
    algorithm: Algorithm,
    receiver: &PublicKey,
    bound_to: &AssociatedData,
    kdf: &dyn Kdf,
    rng: &dyn SecureRandom,
) -> Result<WrappedKey, DeliveryError> {
    if receiver.algorithm() != algorithm {
        return Err(DeliveryError::Curve { whose: RECEIVER, wanted: algorithm });
    }
    let (public, secret) = agree_ephemeral(receiver, rng).map_err(DeliveryError::Agreement)?;
    let mut iv = [0; IV];
    rng.fill(&mut iv).map_err(|_| DeliveryError::Random)?;
    let mut body = Zeroizing::new(number.to_vec());
    let sealed = cipher(kdf, &secret).and_then(|cipher| {
        let (nonce, bound_to) = (Nonce::assume_unique_for_key(iv), Aad::from(&bound_to.0));
        cipher.seal_in_place_separate_tag(nonce, bound_to, body.as_mut_slice()).ok()
    });
    // Neither a key of 32 octets nor so short a text can be refused.
    let tag = sealed.ok_or(DeliveryError::Random)?;
    let octets = [&iv[..], &body, tag.as_ref()].concat();
    let length = |_| DeliveryError::Length { found: octets.len(), wanted: P521_LEN };
    let encrypted = match algorithm {
        Algorithm::Ed448 | Algorithm::X448 => {
            octets.as_slice().try_into().map(EncryptedKey::X448).map_err(length)?
        }
        Algorithm::P256 | Algorithm::P521 => {
            octets.as_slice().try_into().map(EncryptedKey::Secp521).map_err(length)?
        }
    };
    Ok(WrappedKey { encrypted, dh_public_key: padded(&public) })
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
    let (wanted, agreed_on) = match contract.algorithm() {
        Algorithm::P521 => (P521_LEN, Algorithm::P521),
        Algorithm::Ed448 => (X448_LEN, Algorithm::X448),
        Algorithm::P256 | Algorithm::X448 => return Err(not_p521(CONTRACT)),
    };
    let found = encrypted.len();
    let (iv, sealed) = encrypted
        .split_at_checked(IV)
        .filter(|_| found == wanted)
        .ok_or(DeliveryError::Length { found, wanted })?;
    let peer = unpadded(dh_public_key, agreed_on).map_err(DeliveryError::DhPublicKey)?;
    let secret = receiver.agree(&peer).map_err(|error| match error {
        KeyError::NotOnCurve | KeyError::LowOrder => DeliveryError::DhPublicKey(error),
        error => DeliveryError::Agreement(error),
    })?;
    let mut body = Zeroizing::new(sealed.to_vec());
    let number = cipher(kdf, &secret).and_then(|cipher| {
        let nonce = Nonce::try_assume_unique_for_key(iv).ok()?;
        cipher.open_in_place(nonce, Aad::from(&bound_to.0), body.as_mut_slice()).ok()
    });
    let number = Zeroizing::new(number.ok_or(DeliveryError::NotAuthentic)?.to_vec());
    let number = match contract.algorithm() {
        Algorithm::Ed448 => Zeroizing::new([&number[..], &[0]].concat()),
        _ => number,
    };
    PrivateKey::from_scalar(&number, contract, rng).map_err(|_| DeliveryError::NotOfContract)
}

/// What is encrypted of a contract's key: the number on P-521, the seed of Ed448 without its last octet, which must be zero.
fn transported(contract: &PrivateKey) -> Result<&[u8], DeliveryError> {
    match (contract.public_key().algorithm(), contract.scalar()) {
        (Algorithm::P521, number) => Ok(number),
        (Algorithm::Ed448, [seed @ .., 0]) => Ok(seed),
        (Algorithm::Ed448, _) => Err(DeliveryError::TooLong),
        (Algorithm::P256 | Algorithm::X448, _) => Err(not_p521(CONTRACT)),
    }
}

/// A public key in the 133 octets of the message, behind zeros where it is shorter.
fn padded(public: &PublicKey) -> [u8; DH] {
    let mut octets = [0; DH];
    octets.iter_mut().rev().zip(public.point().iter().rev()).for_each(|(to, from)| *to = *from);
    octets
}

fn unpadded(octets: &[u8], algorithm: Algorithm) -> Result<PublicKey, KeyError> {
    let key = match algorithm {
        Algorithm::X448 => octets.strip_prefix(&[0; DH - 56]).unwrap_or_default(),
        _ => octets,
    };
    PublicKey::of(algorithm, key)
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
const TAG: usize = 16;
const P521_LEN: usize = IV + 66 + TAG;
const X448_LEN: usize = IV + 56 + TAG;
const DH: usize = 133;
