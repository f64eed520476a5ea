use super::super::{BuildError, data::belongs};
use super::{octets, sub_certificates};
use crate::fixed;
use crate::iso20::msg::common::*;
use crate::iso20::msg::types::{Header, Processing, ResponseCode};
use crate::signature::{SignError, Signed, SignedInfoGrammar, VerifyError, sign, verify};
use crate::xmldsig::Signature;
use alloc::boxed::Box;
use exi::Bytes;
use pki::delivery::iso20::{AssociatedData, EncryptedKey, Kdf, WrappedKey, receiver, wrap};
use pki::{Certificate, Evcoid, PrivateKey, PublicKey, Signer};
use ring::rand::SecureRandom;

/// A contract as it goes to one car: its certificates and its wrapped private key. What the provisioning service signs.
#[derive(Clone, Debug, PartialEq)]
pub struct ContractData(SignedInstallationData);

/// The provisioning service, as it answers.
pub struct ProvisioningService<'a> {
    /// Its certificates. No signature covers them.
    pub chain: CertificateChain,
    /// Its key.
    pub signer: &'a dyn Signer,
}

impl ContractData {
    /// Wraps a contract's key for the owner of a provisioning certificate. `subs` has the leaf's issuer first.
    pub fn new(
        contract: &Certificate,
        subs: &[impl AsRef<[u8]>],
        key: &PrivateKey,
        provisioning: &Certificate,
        kdf: &dyn Kdf,
        rng: &dyn SecureRandom,
    ) -> Result<Self, BuildError> {
        belongs(contract, key.public_key())?;
        let bound_to = AssociatedData::new(provisioning, contract)?;
        let wrapped = wrap(key, receiver(provisioning)?, &bound_to, kdf, rng)?;
        Self::from_wrapped(contract, subs, &wrapped)
    }

    /// From a key that was wrapped before: what a provisioning service keeps of a delivery to make it again.
    pub fn from_wrapped(
        contract: &Certificate,
        subs: &[impl AsRef<[u8]>],
        wrapped: &WrappedKey,
    ) -> Result<Self, BuildError> {
        let name = contract.subject().common_name();
        if name.is_none_or(|name| Evcoid::parse(name).is_err()) {
            return Err(BuildError::Evcoid);
        }
        let (ecdh_curve, encrypted_private_key) = match wrapped.encrypted {
            EncryptedKey::Secp521(octets) => {
                let octets = Bytes::new(octets.as_slice()).unwrap_or_default();
                (EcdhCurve::Secp521, EncryptedPrivateKey::Secp521(octets))
            }
            EncryptedKey::X448(octets) => {
                let octets = Bytes::new(octets.as_slice()).unwrap_or_default();
                (EcdhCurve::X448, EncryptedPrivateKey::X448(octets))
            }
        };
        Ok(Self(SignedInstallationData {
            id: fixed("id1"),
            contract_certificate_chain: ContractCertificateChain {
                certificate: octets(contract.der())?,
                sub_certificates: sub_certificates(subs)?,
            },
            ecdh_curve,
            dh_public_key: Bytes::new(wrapped.dh_public_key.as_slice()).unwrap_or_default(),
            encrypted_private_key,
        }))
    }

    /// The response, signed by the provisioning service; `remaining` more contracts wait for the car's next request.
    pub fn into_response(
        self,
        header: Header,
        service: ProvisioningService<'_>,
        remaining: u8,
        rng: &dyn SecureRandom,
    ) -> Result<CertificateInstallationRes, SignError> {
        let signature = sign(&[signed(&self.0)?], service.signer, rng)?;
        Ok(CertificateInstallationRes {
            header: Header { signature: Some(Box::new(signature)), ..header },
            response_code: ResponseCode::Ok,
            evse_processing: Processing::Finished,
            cps_certificate_chain: service.chain,
            signed_installation_data: self.0,
            remaining_contract_certificate_chains: remaining,
        })
    }
}

/// Checks that a signature covers a delivery and nothing else, and fits the key.
///
/// That the key belongs to a provisioning service is not checked here.
pub fn verify_signature(
    data: &SignedInstallationData,
    signature: &Signature,
    key: &PublicKey,
) -> Result<SignedInfoGrammar, VerifyError> {
    verify(signature, &[signed(data)?], key)
}

fn signed(data: &SignedInstallationData) -> Result<Signed<'_>, exi::Error> {
    Signed::element::<Grammar, _>(data.id.as_str(), data)
}
