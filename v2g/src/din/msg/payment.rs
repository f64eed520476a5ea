//! Contract, challenge and authorization.

use super::{BODY as NS, CertificateChain, ContractId, EvseProcessing, ResponseCode};
use crate::xmldsig::AnyText;
use exi::Exi;

/// The car shows its contract.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PaymentDetailsReq {
    pub contract_id: ContractId,
    pub contract_signature_cert_chain: CertificateChain,
}

/// The station's verdict on the contract, and a challenge to sign.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PaymentDetailsRes {
    pub response_code: ResponseCode,
    pub gen_challenge: AnyText,
    /// Unix time in seconds.
    pub date_time_now: i64,
}

/// The car asks to be authorized; without a contract it is empty. [V2G-DC-494]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ContractAuthenticationReq {
    /// What the signature refers to.
    #[exi(attr, unqualified)]
    pub id: Option<AnyText>,
    pub gen_challenge: Option<AnyText>,
}

/// Whether the car is authorized, or is to ask again. [V2G-DC-495]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ContractAuthenticationRes {
    pub response_code: ResponseCode,
    pub evse_processing: EvseProcessing,
}
