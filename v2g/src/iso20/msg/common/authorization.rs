//! Who pays: the driver at the station, or the contract in the car.

use super::{ContractCertificateChain, MSG as NS};
use crate::iso20::msg::types::{Empty, Header, Name, Processing, ResponseCode};
use crate::xmldsig::AnyText;
use exi::{Exi, Few, List, ShortBytes};

/// The car asks for the ways to authorize.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AuthorizationSetupReq {
    pub header: Header,
}

/// The ways to authorize, and whether the station passes on a CertificateInstallationReq.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AuthorizationSetupRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub authorization_services: Few<Authorization, 1, 2>,
    pub certificate_installation_service: bool,
    #[exi(choice)]
    pub authorization_mode: AsResAuthorizationMode,
}

/// The ways to authorize.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum Authorization {
    /// By other means than the car: a card, an app.
    Eim,
    /// By the contract certificate in the car.
    Pnc,
}

/// What the car needs to know: with Plug & Charge on offer `Pnc`, else `Eim`. [V2G20-1219] [V2G20-1220]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(names = "EIM_ASResAuthorizationMode PnC_ASResAuthorizationMode", rare)]
pub enum AsResAuthorizationMode {
    Eim(Empty),
    Pnc(PncAsResAuthorizationMode),
}

/// The challenge to sign, and the providers whose contracts are good here.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PncAsResAuthorizationMode {
    pub gen_challenge: GenChallenge,
    pub supported_providers: Option<SupportedProvidersList>,
}

/// 128 random bits. [V2G20-697]
pub type GenChallenge = ShortBytes<16, 16>;

/// The providers whose contracts are good here.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SupportedProvidersList {
    pub provider_id: List<Name, 1, 128>,
}

/// The car says how it authorizes, again and again until the station is done. [V2G20-1582]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AuthorizationReq {
    pub header: Header,
    pub selected_authorization_service: Authorization,
    #[exi(choice)]
    pub authorization_mode: AReqAuthorizationMode,
}

/// What the chosen way needs.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(names = "EIM_AReqAuthorizationMode PnC_AReqAuthorizationMode", rare)]
pub enum AReqAuthorizationMode {
    Eim(Empty),
    Pnc(PncAReqAuthorizationMode),
}

/// The station's challenge with the contract's certificates, signed with the contract's key.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PncAReqAuthorizationMode {
    #[exi(attr)]
    pub id: AnyText,
    pub gen_challenge: GenChallenge,
    pub contract_certificate_chain: ContractCertificateChain,
}

/// Whether the car is authorized, or the station still asks.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AuthorizationRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_processing: Processing,
}
