//! Installation and renewal of contract certificates through the station.

use super::{BODY as NS, ContractId, DATA, MANY, ResponseCode};
use crate::xmldsig::AnyText;
use exi::{Bytes, Exi, List, Text};

/// A certificate in DER, at most 1200 octets.
pub type CertificateBytes = Bytes<0, 1200>;
/// The sender's half of the key agreement.
pub type DhParams = Bytes<0, 256>;
/// A contract's private key, encrypted for the car.
pub type EncryptedPrivateKey = Bytes<0, 128>;

/// A leaf certificate and those between it and its root.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = DATA, rare)]
pub struct CertificateChain {
    pub certificate: CertificateBytes,
    pub sub_certificates: Option<SubCertificates>,
}

/// The certificates between a leaf and its root.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = DATA, rare)]
pub struct SubCertificates {
    pub certificate: List<CertificateBytes, 1, MANY>,
}

/// The roots a car can check against, by names of up to 40 characters.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = DATA, rare)]
pub struct ListOfRootCertificateIds {
    pub root_certificate_id: List<Text<0, 40>, 1, MANY>,
}

/// The car asks for a first contract certificate.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct CertificateInstallationReq {
    #[exi(attr, unqualified)]
    pub id: Option<AnyText>,
    pub oem_provisioning_cert: CertificateBytes,
    pub list_of_root_certificate_ids: ListOfRootCertificateIds,
    pub dh_params: DhParams,
}

/// A contract certificate and its key.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct CertificateInstallationRes {
    #[exi(attr, unqualified)]
    pub id: AnyText,
    pub response_code: ResponseCode,
    pub contract_signature_cert_chain: CertificateChain,
    pub contract_signature_encrypted_private_key: EncryptedPrivateKey,
    pub dh_params: DhParams,
    pub contract_id: ContractId,
}

/// The car asks for a fresh certificate of a contract it has.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct CertificateUpdateReq {
    #[exi(attr, unqualified)]
    pub id: Option<AnyText>,
    pub contract_signature_cert_chain: CertificateChain,
    pub contract_id: ContractId,
    pub list_of_root_certificate_ids: ListOfRootCertificateIds,
    pub dh_params: DhParams,
}

/// A fresh contract certificate and its key.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct CertificateUpdateRes {
    #[exi(attr, unqualified)]
    pub id: AnyText,
    pub response_code: ResponseCode,
    pub contract_signature_cert_chain: CertificateChain,
    pub contract_signature_encrypted_private_key: EncryptedPrivateKey,
    pub dh_params: DhParams,
    pub contract_id: ContractId,
    /// Days until the car should try again; -1 for never.
    pub retry_counter: i16,
}
