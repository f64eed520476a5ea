//! The message set of DIN SPEC 70121, a file for each phase.
//!
//! It is an early form of ISO 15118-2 with namespaces, lists without bounds and some types of its own.
//! The field uses it for DC without a contract; the schema has the rest too.

pub mod certificate;
pub mod charge_parameter;
pub mod charging_ac;
pub mod charging_dc;
pub mod grammar;
pub mod payment;
pub mod power_delivery;
pub mod schedule;
pub mod service;
pub mod session;
pub mod types;

pub use crate::enumerations::*;
pub use certificate::*;
pub use charge_parameter::*;
pub use charging_ac::*;
pub use charging_dc::*;
pub use grammar::{Grammar, SCHEMA};
pub use payment::*;
pub use power_delivery::*;
pub use schedule::*;
pub use service::*;
pub use session::*;
pub use types::*;

use crate::xmldsig::{self, Signature};
use exi::{Exi, Octets, Text};

pub(crate) const DEF: &str = "urn:din:70121:2012:MsgDef";
const NS: &str = DEF;
pub(crate) const HEADER: &str = "urn:din:70121:2012:MsgHeader";
pub(crate) const BODY: &str = "urn:din:70121:2012:MsgBody";
pub(crate) const DATA: &str = "urn:din:70121:2012:MsgDataTypes";
/// The schema sets no bound.
const MANY: u32 = u32::MAX;

/// The root of every message.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct V2gMessage {
    pub header: Header,
    pub body: Body,
}

/// Session, fault notice and signature of a message.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = HEADER, inline)]
pub struct Header {
    pub session_id: SessionId,
    pub notification: Option<Notification>,
    pub signature: Option<Signature>,
}

/// Up to 8 octets, given by the station in SessionSetupRes; zero asks for a new session. [V2G-DC-393]
pub type SessionId = Octets<8>;

/// A fault the sender tells about.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = DATA)]
pub struct Notification {
    pub fault_code: FaultCode,
    pub fault_msg: Option<Text<0, 64>>,
}

/// Holds the message proper; the schema allows it to be empty.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(inline)]
pub struct Body {
    #[exi(choice)]
    pub element: Option<BodyElement>,
}

/// Every message of the set, in the order of the names.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, substitution)]
pub enum BodyElement {
    #[exi(ns = DEF, head)]
    BodyElement(Empty),
    CableCheckReq(CableCheckReq),
    CableCheckRes(CableCheckRes),
    CertificateInstallationReq(CertificateInstallationReq),
    CertificateInstallationRes(CertificateInstallationRes),
    CertificateUpdateReq(CertificateUpdateReq),
    CertificateUpdateRes(CertificateUpdateRes),
    ChargeParameterDiscoveryReq(ChargeParameterDiscoveryReq),
    ChargeParameterDiscoveryRes(ChargeParameterDiscoveryRes),
    ChargingStatusReq(ChargingStatusReq),
    ChargingStatusRes(ChargingStatusRes),
    ContractAuthenticationReq(ContractAuthenticationReq),
    ContractAuthenticationRes(ContractAuthenticationRes),
    CurrentDemandReq(CurrentDemandReq),
    CurrentDemandRes(CurrentDemandRes),
    MeteringReceiptReq(MeteringReceiptReq),
    MeteringReceiptRes(MeteringReceiptRes),
    PaymentDetailsReq(PaymentDetailsReq),
    PaymentDetailsRes(PaymentDetailsRes),
    PowerDeliveryReq(PowerDeliveryReq),
    PowerDeliveryRes(PowerDeliveryRes),
    PreChargeReq(PreChargeReq),
    PreChargeRes(PreChargeRes),
    ServiceDetailReq(ServiceDetailReq),
    ServiceDetailRes(ServiceDetailRes),
    ServiceDiscoveryReq(ServiceDiscoveryReq),
    ServiceDiscoveryRes(ServiceDiscoveryRes),
    ServicePaymentSelectionReq(ServicePaymentSelectionReq),
    ServicePaymentSelectionRes(ServicePaymentSelectionRes),
    SessionSetupReq(SessionSetupReq),
    SessionSetupRes(SessionSetupRes),
    SessionStopReq(SessionStopReq),
    SessionStopRes(SessionStopRes),
    WeldingDetectionReq(WeldingDetectionReq),
    WeldingDetectionRes(WeldingDetectionRes),
}
