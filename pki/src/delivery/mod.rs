//! Delivery of a contract's private key to the car that it is for: by ISO 15118-2 here, by ISO 15118-20 in [`iso20`].

mod error;
mod iso2;
pub mod iso20;
#[cfg(test)]
mod tests;

pub use error::DeliveryError;
pub use iso2::{WrappedKey, receiver, unwrap, wrap};

use crate::cert::{Certificate, KeyUsage};
use crate::key::{Algorithm, PublicKey};

/// The public key of a certificate whose owner may agree on a key of an algorithm.
fn agreeing(certificate: &Certificate, wanted: Algorithm) -> Result<&PublicKey, DeliveryError> {
    let usage = certificate.extensions().key_usage.as_ref().map(|usage| usage.value);
    if let Some(found) = usage.filter(|usage| !usage.contains(KeyUsage::KEY_AGREEMENT)) {
        return Err(DeliveryError::NotForAgreement { found });
    }
    let key = certificate.public_key().ok().filter(|key| key.algorithm() == wanted);
    key.ok_or(DeliveryError::Curve { whose: RECEIVER, wanted })
}

const RECEIVER: &str = "receiver's key";
const CONTRACT: &str = "contract's key";
