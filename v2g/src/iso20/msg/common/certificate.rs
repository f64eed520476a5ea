//! Installation of contract certificates through the station.

use super::MSG as NS;
use crate::iso20::msg::types::{
    Header, Identifier, ListOfRootCertificateIds, Processing, ResponseCode,
};
use crate::xmldsig::AnyText;
use exi::{Bytes, Exi, List};

/// A certificate in DER, at most 1600 octets.
pub type CertificateBytes = Bytes<0, 1600>;

/// A leaf certificate and those between it and its root.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct CertificateChain {
    pub certificate: CertificateBytes,
    pub sub_certificates: Option<SubCertificates>,
}

/// A chain that a signature can refer to.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SignedCertificateChain {
    #[exi(attr)]
    pub id: AnyText,
    pub certificate: CertificateBytes,
    pub sub_certificates: Option<SubCertificates>,
}

/// A contract's chain, which has certificates between leaf and root.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ContractCertificateChain {
    pub certificate: CertificateBytes,
    pub sub_certificates: SubCertificates,
}

/// The certificates between a leaf and its root.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SubCertificates {
    pub certificate: List<CertificateBytes, 1, 3>,
}

/// The car asks for contract certificates, with its OEM provisioning certificate. [V2G20-2342]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct CertificateInstallationReq {
    pub header: Header,
    pub oem_provisioning_certificate_chain: SignedCertificateChain,
    pub list_of_root_certificate_ids: ListOfRootCertificateIds,
    pub maximum_contract_certificate_chains: u8,
    pub prioritized_emaids: Option<EmaidList>,
}

/// The contracts the car wants first.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct EmaidList {
    pub emaid: List<Identifier, 1, 8>,
}

/// A contract certificate and its key, and how many more there are.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct CertificateInstallationRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_processing: Processing,
    pub cps_certificate_chain: CertificateChain,
    pub signed_installation_data: SignedInstallationData,
    pub remaining_contract_certificate_chains: u8,
}

/// A contract certificate and its key, signed by the provisioning service.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SignedInstallationData {
    #[exi(attr)]
    pub id: AnyText,
    pub contract_certificate_chain: ContractCertificateChain,
    pub ecdh_curve: EcdhCurve,
    /// The service's half of the key agreement.
    pub dh_public_key: Bytes<133, 133>,
    #[exi(choice)]
    pub encrypted_private_key: EncryptedPrivateKey,
}

/// The curve of the key agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum EcdhCurve {
    #[exi(name = "SECP521")]
    Secp521,
    X448,
}

/// A contract's private key, encrypted for the car or for its TPM.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(names = "SECP521_EncryptedPrivateKey X448_EncryptedPrivateKey TPM_EncryptedPrivateKey", rare)]
pub enum EncryptedPrivateKey {
    Secp521(Bytes<94, 94>),
    X448(Bytes<84, 84>),
    Tpm(Bytes<206, 206>),
}
