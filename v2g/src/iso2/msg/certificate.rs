//! Installation and renewal of contract certificates through the station.

use super::{BODY, CertificateBytes, DATA as NS, EmaidText, ResponseCode};
use crate::xmldsig::{AnyText, X509IssuerSerial};
use exi::{Bytes, Exi, List};

/// A leaf certificate and those between it and its root.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct CertificateChain {
    #[exi(attr)]
    pub id: Option<AnyText>,
    pub certificate: CertificateBytes,
    pub sub_certificates: Option<SubCertificates>,
}

/// The certificates between a leaf and its root.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(inline)]
pub struct SubCertificates {
    pub certificate: List<CertificateBytes, 1, 4>,
}

/// The roots a car can check against.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ListOfRootCertificateIds {
    pub root_certificate_id: List<X509IssuerSerial, 1, 20>,
}

/// A contract's private key, encrypted for the car.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ContractSignatureEncryptedPrivateKey {
    #[exi(attr)]
    pub id: AnyText,
    #[exi(text)]
    pub value: Bytes<0, 48>,
}

/// The sender's half of the key agreement, an uncompressed point.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct DiffieHellmanPublicKey {
    #[exi(attr)]
    pub id: AnyText,
    #[exi(text)]
    pub value: Bytes<0, 65>,
}

/// An EVCOID that a signature can refer to.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(relaxed)]
pub struct Emaid {
    #[exi(attr)]
    pub id: AnyText,
    #[exi(text)]
    pub value: EmaidText,
}

/// The car asks for a first contract certificate. [V2G2-235]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct CertificateInstallationReq {
    #[exi(attr)]
    pub id: AnyText,
    pub oem_provisioning_cert: CertificateBytes,
    pub list_of_root_certificate_ids: ListOfRootCertificateIds,
}

/// A contract certificate and its key, signed by the provisioning service. [V2G2-891]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY)]
pub struct CertificateInstallationRes {
    pub response_code: ResponseCode,
    pub sa_provisioning_certificate_chain: CertificateChain,
    pub contract_signature_cert_chain: CertificateChain,
    pub contract_signature_encrypted_private_key: ContractSignatureEncryptedPrivateKey,
    #[exi(name = "DHpublickey")]
    pub dh_public_key: DiffieHellmanPublicKey,
    #[exi(name = "eMAID")]
    pub emaid: Emaid,
}

/// The car asks for a fresh certificate of a contract it has. [V2G2-228]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct CertificateUpdateReq {
    #[exi(attr)]
    pub id: AnyText,
    pub contract_signature_cert_chain: CertificateChain,
    #[exi(name = "eMAID")]
    pub emaid: EmaidText,
    pub list_of_root_certificate_ids: ListOfRootCertificateIds,
}

/// A fresh contract certificate and its key, signed by the provisioning service. [V2G2-230]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct CertificateUpdateRes {
    pub response_code: ResponseCode,
    pub sa_provisioning_certificate_chain: CertificateChain,
    pub contract_signature_cert_chain: CertificateChain,
    pub contract_signature_encrypted_private_key: ContractSignatureEncryptedPrivateKey,
    #[exi(name = "DHpublickey")]
    pub dh_public_key: DiffieHellmanPublicKey,
    #[exi(name = "eMAID")]
    pub emaid: Emaid,
    /// Days until the car should try again; -1 for never.
    pub retry_counter: Option<i16>,
}
