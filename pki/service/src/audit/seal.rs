use pki::key::{KeyError, PublicKey, Signer};
use ring::rand::SecureRandom;
use serde_json::{Value, json};

use super::record::{Head, Record};

/// A signature over a head of the log. Kept in the log itself as a record of its own, and worth more if kept elsewhere too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The head that is signed.
    pub head: Head,
    /// The raw signature, in hexadecimal.
    pub signature: String,
}

/// Why a seal does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The record is no seal.
    #[error("the record is no seal")]
    Form,
    /// None of the keys made the signature.
    #[error("the signature is of none of the keys")]
    Signature,
}

impl Seal {
    /// Signs a head.
    pub fn sign(head: Head, signer: &dyn Signer, rng: &dyn SecureRandom) -> Result<Self, KeyError> {
        let signature = signer.sign_raw(message(head).as_bytes(), rng)?;
        Ok(Self { head, signature: hex::encode(signature) })
    }

    /// Reads a seal from its record.
    pub fn of_record(record: &Record) -> Result<Self, SealError> {
        let head = record.object.parse().map_err(|_| SealError::Form)?;
        let signature = record.detail.get("signature").and_then(Value::as_str);
        Ok(Self { head, signature: signature.ok_or(SealError::Form)?.to_owned() })
    }

    /// Checks that one of the keys made the signature.
    pub fn verify(&self, keys: &[PublicKey]) -> Result<(), SealError> {
        let signature = hex::decode(&self.signature).map_err(|_| SealError::Form)?;
        let message = message(self.head);
        let good = keys.iter().any(|key| key.verify_raw(message.as_bytes(), &signature).is_ok());
        if good { Ok(()) } else { Err(SealError::Signature) }
    }

    /// What its record says beside the head.
    pub(crate) fn detail(&self) -> Value {
        json!({ "signature": self.signature })
    }
}

/// What is signed: no other text signed in this project begins so.
fn message(head: Head) -> String {
    format!("pnc audit head {head}")
}
