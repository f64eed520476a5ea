//! The handshake that picks a protocol: `supportedAppProtocol`, sent before any V2G message.

use exi::{Exi, Int, List, SchemaSet, Text};

const NS: &str = "urn:iso:15118:2:2010:AppProtocol";

/// The protocols a car can speak, each under a number of its own choice. [V2G2-167]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct SupportedAppProtocolReq {
    #[exi(ns = "")]
    pub app_protocol: List<AppProtocol, 1, 20>,
}

/// One protocol of the offer.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = "")]
pub struct AppProtocol {
    pub protocol_namespace: Text<0, 100>,
    pub version_number_major: u32,
    pub version_number_minor: u32,
    /// The car's number for this entry; the answer names it.
    #[exi(name = "SchemaID")]
    pub schema_id: u8,
    /// 1 is what the car likes best. [V2G2-167]
    pub priority: Int<1, 20>,
}

/// Which entry of the offer the session goes on with. [V2G2-170] [V2G2-172]
#[derive(Debug, Clone, Copy, PartialEq, Exi)]
#[exi(ns = "")]
pub struct SupportedAppProtocolRes {
    pub response_code: ResponseCode,
    #[exi(name = "SchemaID")]
    pub schema_id: Option<u8>,
}

/// How the handshake went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum ResponseCode {
    #[exi(name = "OK_SuccessfulNegotiation")]
    OkSuccessfulNegotiation,
    #[exi(name = "OK_SuccessfulNegotiationWithMinorDeviation")]
    OkSuccessfulNegotiationWithMinorDeviation,
    #[exi(name = "Failed_NoNegotiation")]
    FailedNoNegotiation,
}

/// The schema set of the handshake.
#[derive(Debug, Clone, Copy)]
pub enum Grammar {}

impl SchemaSet for Grammar {
    const NAME: &'static str = "appproto";
    const GLOBALS: u32 = 2;
    const ELEMENTS: u32 = 9;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[];
}

exi::roots! {
    /// The handshake as data.
    pub static SCHEMA: Grammar;
    documents {
        0 = "supportedAppProtocolReq" in NS => SupportedAppProtocolReq;
        1 = "supportedAppProtocolRes" in NS => SupportedAppProtocolRes;
    }
    fragments {}
}
