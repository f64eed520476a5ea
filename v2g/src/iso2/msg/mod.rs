//! The message set of ISO 15118-2, a file for each phase.
//!
//! A struct is the schema: fields stand in schema order, their types carry cardinality and facets.

pub mod certificate;
pub mod charge_loop;
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
pub use charge_loop::*;
pub use charge_parameter::*;
pub use charging_ac::*;
pub use charging_dc::*;
pub use grammar::{EitherEmaid, Grammar, SCHEMA};
pub use payment::*;
pub use power_delivery::*;
pub use schedule::*;
pub use service::*;
pub use session::*;
pub use types::*;

use crate::xmldsig::{self, AnyText, Signature};
use exi::{Exi, Octets, Text};

pub(crate) const DEF: &str = "urn:iso:15118:2:2013:MsgDef";
pub(crate) const HEADER: &str = "urn:iso:15118:2:2013:MsgHeader";
pub(crate) const BODY: &str = "urn:iso:15118:2:2013:MsgBody";
const NS: &str = BODY;
pub(crate) const DATA: &str = "urn:iso:15118:2:2013:MsgDataTypes";

/// The root of every message.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = DEF)]
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

/// Up to 8 octets, given by the station in SessionSetupRes; zero asks for a new session. [V2G2-750]
pub type SessionId = Octets<8>;

/// A fault the sender tells about.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = DATA, rare)]
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
#[exi(substitution)]
pub enum BodyElement {
    AuthorizationReq(AuthorizationReq),
    AuthorizationRes(AuthorizationRes),
    #[exi(head)]
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
    CurrentDemandReq(CurrentDemandReq),
    CurrentDemandRes(CurrentDemandRes),
    MeteringReceiptReq(MeteringReceiptReq),
    MeteringReceiptRes(MeteringReceiptRes),
    PaymentDetailsReq(PaymentDetailsReq),
    PaymentDetailsRes(PaymentDetailsRes),
    PaymentServiceSelectionReq(PaymentServiceSelectionReq),
    PaymentServiceSelectionRes(PaymentServiceSelectionRes),
    PowerDeliveryReq(PowerDeliveryReq),
    PowerDeliveryRes(PowerDeliveryRes),
    PreChargeReq(PreChargeReq),
    PreChargeRes(PreChargeRes),
    ServiceDetailReq(ServiceDetailReq),
    ServiceDetailRes(ServiceDetailRes),
    ServiceDiscoveryReq(ServiceDiscoveryReq),
    ServiceDiscoveryRes(ServiceDiscoveryRes),
    SessionSetupReq(SessionSetupReq),
    SessionSetupRes(SessionSetupRes),
    SessionStopReq(SessionStopReq),
    SessionStopRes(SessionStopRes),
    WeldingDetectionReq(WeldingDetectionReq),
    WeldingDetectionRes(WeldingDetectionRes),
}
