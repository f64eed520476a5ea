//! Contract, challenge and authorization.

use super::{BODY as NS, CertificateChain, EmaidText, EvseProcessing, ResponseCode};
use crate::xmldsig::AnyText;
use exi::{Exi, ShortBytes};

/// The car shows its contract. [V2G2-205]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PaymentDetailsReq {
    #[exi(name = "eMAID")]
    pub emaid: EmaidText,
    pub contract_signature_cert_chain: CertificateChain,
}

/// The station's verdict on the contract, and a challenge to sign. [V2G2-697] [V2G2-208]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PaymentDetailsRes {
    pub response_code: ResponseCode,
    pub gen_challenge: GenChallenge,
    /// Unix time in seconds.
    pub evse_time_stamp: i64,
}

/// 16 random octets, used once. [V2G2-697] [V2G2-698]
pub type GenChallenge = ShortBytes<16, 16>;

/// The car asks to be authorized; with a contract it signs the challenge. [V2G2-210]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct AuthorizationReq {
    /// What the signature refers to.
    #[exi(attr)]
    pub id: Option<AnyText>,
    pub gen_challenge: Option<GenChallenge>,
}

/// Whether the car is authorized, or is to ask again. [V2G2-212]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AuthorizationRes {
    pub response_code: ResponseCode,
    pub evse_processing: EvseProcessing,
}
