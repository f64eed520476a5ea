use super::{BuildError, Delivered};
use crate::fixed;
use crate::iso2::msg::*;
use crate::signature::SignError;
use crate::xmldsig::Signature;
use alloc::vec::Vec;
use exi::{Bytes, List, Text};
use pki::delivery::{WrappedKey, receiver, wrap};
use pki::{Certificate, Evcoid, PrivateKey, PublicKey, Signer};
use ring::rand::SecureRandom;

/// A contract as it goes to one car: its certificates, its wrapped private key and its identifier. What the provisioning
/// service signs.
#[derive(Clone, Debug, PartialEq)]
pub struct ContractData {
    chain: CertificateChain,
    private_key: ContractSignatureEncryptedPrivateKey,
    dh_public_key: DiffieHellmanPublicKey,
    emaid: Emaid,
}

impl ContractData {
    /// Wraps a contract's key for the owner of `receiver_certificate`: the car's provisioning certificate for an installation
    /// [V2G2-820], its current contract certificate for an update [V2G2-821]. `subs` has the leaf's issuer first.
    pub fn new(
        contract: &Certificate,
        subs: &[impl AsRef<[u8]>],
        key: &PrivateKey,
        receiver_certificate: &Certificate,
        rng: &dyn SecureRandom,
    ) -> Result<Self, BuildError> {
        belongs(contract, key.public_key())?;
        Self::from_wrapped(contract, subs, &wrap(key, receiver(receiver_certificate)?, rng)?)
    }

    /// From a key that was wrapped before: what a provisioning service keeps of a delivery to make it again.
    pub fn from_wrapped(
        contract: &Certificate,
        subs: &[impl AsRef<[u8]>],
        wrapped: &WrappedKey,
    ) -> Result<Self, BuildError> {
        Ok(Self {
            chain: certificate_chain(Some("id1"), contract.der(), subs)?,
            private_key: ContractSignatureEncryptedPrivateKey {
                id: fixed("id2"),
                value: Bytes::new(wrapped.encrypted.as_slice()).unwrap_or_default(),
            },
            dh_public_key: DiffieHellmanPublicKey {
                id: fixed("id3"),
                value: Bytes::new(wrapped.dh_public_key.as_slice()).unwrap_or_default(),
            },
            emaid: Emaid { id: fixed("id4"), value: emaid(contract)? },
        })
    }

    /// The provisioning service's signature over the four parts [V2G2-891].
    pub fn sign(
        &self,
        service: &dyn Signer,
        rng: &dyn SecureRandom,
    ) -> Result<Signature, SignError> {
        let delivered = Delivered {
            response_code: ResponseCode::Ok,
            provisioning: &self.chain,
            chain: &self.chain,
            private_key: &self.private_key,
            dh_public_key: &self.dh_public_key,
            emaid: &self.emaid,
        };
        delivered.sign(service, rng)
    }

    /// The response to an installation, with the provisioning service's certificates.
    pub fn into_installation(self, provisioning: CertificateChain) -> CertificateInstallationRes {
        CertificateInstallationRes {
            response_code: ResponseCode::Ok,
            sa_provisioning_certificate_chain: provisioning,
            contract_signature_cert_chain: self.chain,
            contract_signature_encrypted_private_key: self.private_key,
            dh_public_key: self.dh_public_key,
            emaid: self.emaid,
        }
    }

    /// The response to an update, with the provisioning service's certificates.
    pub fn into_update(self, provisioning: CertificateChain) -> CertificateUpdateRes {
        CertificateUpdateRes {
            response_code: ResponseCode::Ok,
            sa_provisioning_certificate_chain: provisioning,
            contract_signature_cert_chain: self.chain,
            contract_signature_encrypted_private_key: self.private_key,
            dh_public_key: self.dh_public_key,
            emaid: self.emaid,
            retry_counter: None,
        }
    }
}

/// Certificates in DER as messages carry them, the leaf's issuer first among `subs`.
pub fn certificate_chain(
    id: Option<&'static str>,
    leaf: &[u8],
    subs: &[impl AsRef<[u8]>],
) -> Result<CertificateChain, BuildError> {
    let list = subs.iter().map(|sub| octets(sub.as_ref())).collect::<Result<Vec<_>, _>>()?;
    let sub_certificates = if list.is_empty() {
        None
    } else {
        let certificate =
            List::new(list).map_err(|_| BuildError::Authorities { found: subs.len(), room: 4 })?;
        Some(SubCertificates { certificate })
    };
    Ok(CertificateChain { id: id.map(fixed), certificate: octets(leaf)?, sub_certificates })
}

/// The authorities of a chain.
pub(super) fn subs(chain: &CertificateChain) -> impl Iterator<Item = &[u8]> {
    let subs = chain.sub_certificates.iter().flat_map(|subs| subs.certificate.iter());
    subs.map(|sub| sub.as_slice())
}

pub(super) fn octets(der: &[u8]) -> Result<CertificateBytes, BuildError> {
    Bytes::new(der).map_err(|_| BuildError::CertificateLength { found: der.len(), room: 800 })
}

/// The contract's identifier without separators, as it goes into messages.
pub(super) fn emaid(contract: &Certificate) -> Result<EmaidText, BuildError> {
    let evcoid = contract.subject().common_name().and_then(|name| Evcoid::parse(name).ok());
    let evcoid = evcoid.ok_or(BuildError::Evcoid)?;
    Text::new(evcoid.normal()).map_err(|_| BuildError::Evcoid)
}

pub(super) fn belongs(certificate: &Certificate, key: &PublicKey) -> Result<(), BuildError> {
    match certificate.public_key() {
        Ok(certified) if certified == key => Ok(()),
        _ => Err(BuildError::ForeignKey),
    }
}
