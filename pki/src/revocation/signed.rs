//! The frame that certificates, OCSP responses and revocation lists share: what is signed, the algorithm, the signature.

use ring::rand::SecureRandom;

use crate::der::{self, Malformed, Reader};
use crate::key::{Algorithm, KeyError, PublicKey, Signer};

/// Something signed, with the octets that the signature covers.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    pub(super) body: Vec<u8>,
    /// Content of the algorithm identifier.
    pub(super) algorithm: Vec<u8>,
    signature: Vec<u8>,
}

impl Signed {
    /// Reads the three elements; what follows is left to the caller.
    pub(super) fn read(outer: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            body: outer.whole(der::SEQUENCE)?.to_vec(),
            algorithm: outer.take(der::SEQUENCE)?.to_vec(),
            signature: outer.octets_of_bits()?.to_vec(),
        })
    }

    /// Verifies the signature, which must be of the key's algorithm.
    pub(super) fn verify(&self, key: &PublicKey) -> Result<(), KeyError> {
        let wanted = key.algorithm();
        if self.algorithm != der::oid(wanted.signature_oid()) {
            return Err(KeyError::Mismatch { wanted });
        }
        key.verify_der(&self.body, &self.signature)
    }
}

/// The algorithm identifier of signatures made with a key.
pub(super) fn algorithm_identifier(algorithm: Algorithm) -> Vec<u8> {
    der::sequence(&[&der::oid(algorithm.signature_oid())])
}

/// What is signed, the algorithm identifier and the signature, one after the other.
pub(super) fn sign(
    body: Vec<u8>,
    signer: &dyn Signer,
    rng: &dyn SecureRandom,
) -> Result<Vec<u8>, KeyError> {
    let algorithm = signer.public_key().algorithm();
    let signature = algorithm.signature_to_der(&signer.sign_raw(&body, rng)?);
    Ok([body, algorithm_identifier(algorithm), der::bit_string(&signature)].concat())
}
