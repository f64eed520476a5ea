//! Which message set a record belongs to.

use crate::capture::inspect::{Offer, Record, Sap};
use exi::{Document, Schema, xml};
use slac::mme;
use v2g::app_protocol::{SupportedAppProtocolReq, SupportedAppProtocolRes};
use v2g::message_set::{NoMessageSet, message_set};
use v2g::sdp;
use v2g::v2gtp::PayloadType;

/// A protocol that is decoded here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// DIN SPEC 70121.
    Din,
    /// ISO 15118-2.
    Iso2,
    /// ISO 15118-20, whatever kind of energy transfer.
    Iso20,
}

impl Protocol {
    /// A namespace that stands for it in a handshake.
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Din => "urn:din:70121:2012:MsgDef",
            Self::Iso2 => "urn:iso:15118:2:2013:MsgDef",
            Self::Iso20 => "urn:iso:std:iso:15118:-20:DC",
        }
    }
}

/// Why a record could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Undecoded {
    #[error("no handshake in the capture tells which message set this is")]
    NoHandshake,
    #[error("{0} is not decoded here")]
    Protocol(String),
    #[error("{payload_type} has no place in {protocol}")]
    PayloadType { payload_type: PayloadType, protocol: String },
    #[error("the message set {0} is not built in")]
    NotBuilt(&'static str),
    #[error(transparent)]
    Exi(xml::Error),
    #[error(transparent)]
    Sdp(sdp::Error),
    #[error(transparent)]
    Homeplug(mme::Error),
}

/// Decodes the handshake, as [`capture::inspect`](crate::capture::inspect) asks for it.
pub fn read_sap(exi: &[u8]) -> Option<Sap> {
    if let Ok(request) = SupportedAppProtocolReq::decode(exi) {
        let offers = request.app_protocol.iter().map(|entry| Offer {
            namespace: entry.protocol_namespace.as_str().into(),
            major: entry.version_number_major,
            minor: entry.version_number_minor,
            schema_id: entry.schema_id,
        });
        return Some(Sap::Request(offers.collect()));
    }
    let response = SupportedAppProtocolRes::decode(exi).ok()?;
    Some(Sap::Response(response.schema_id))
}

/// The message set by the payload type and the agreed protocol, or else the assumed one.
pub(super) fn schema(record: &Record, assumed: Option<&str>) -> Result<&'static Schema, Undecoded> {
    let agreed = record.protocol.as_ref().map(|agreed| agreed.namespace.as_str());
    let protocol = agreed.or(assumed).ok_or(Undecoded::NoHandshake)?;
    let payload_type = record.payload_type.unwrap_or(PayloadType::Exi);
    message_set(Some(protocol), payload_type).map_err(|error| match error {
        NoMessageSet::Protocol(_) => Undecoded::Protocol(name(protocol)),
        NoMessageSet::PayloadType(payload_type) => {
            Undecoded::PayloadType { payload_type, protocol: name(protocol) }
        }
        NoMessageSet::NotBuilt(set) => Undecoded::NotBuilt(set),
    })
}

/// What a record is when its message has no name.
pub(super) fn describe(record: &Record) -> String {
    let octets = record.payload.len();
    match (record.payload_type, &record.protocol) {
        (None, _) => format!("{octets} octets"),
        (Some(payload_type), None) => format!("{payload_type} ({octets} octets)"),
        (Some(payload_type), Some(agreed)) => {
            format!("{payload_type} of {} ({octets} octets)", agreed.namespace)
        }
    }
}

/// What people call the protocol of a namespace.
pub(super) fn name(namespace: &str) -> String {
    match namespace {
        "urn:din:70121:2012:MsgDef" => "DIN 70121".into(),
        "urn:iso:15118:2:2010:MsgDef" => "ISO 15118-2, draft of 2010".into(),
        "urn:iso:15118:2:2013:MsgDef" => "ISO 15118-2".into(),
        _ => match namespace.strip_prefix("urn:iso:std:iso:15118:-20:") {
            Some(set) => format!("ISO 15118-20 {set}"),
            None => format!("private protocol {namespace}"),
        },
    }
}
