//! Which message set a record belongs to.

use crate::capture::inspect::{Offer, Record, Sap};
use exi::{Document, Schema, xml};
use slac::mme;
use v2g::app_protocol::{SupportedAppProtocolReq, SupportedAppProtocolRes};
use v2g::handshake::Protocol;
use v2g::v2gtp::PayloadType;
use v2g::{iso2, sdp};

/// Why a record could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Undecoded {
    #[error("no handshake in the capture tells which message set this is")]
    NoHandshake,
    #[error("{0} is not decoded here")]
    Protocol(String),
    #[error("{payload_type} has no place in {protocol}")]
    PayloadType { payload_type: PayloadType, protocol: &'static str },
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

/// The message set by the agreed protocol and the payload type, or else the assumed one.
pub(super) fn schema(
    record: &Record,
    assumed: Option<&'static Schema>,
) -> Result<&'static Schema, Undecoded> {
    let schema = match &record.protocol {
        Some(agreed) if agreed.namespace == Protocol::Iso2.namespace() => &iso2::msg::SCHEMA,
        Some(agreed) => return Err(Undecoded::Protocol(name(&agreed.namespace))),
        None => assumed.ok_or(Undecoded::NoHandshake)?,
    };
    match record.payload_type {
        Some(payload_type) if payload_type != PayloadType::Exi => {
            Err(Undecoded::PayloadType { payload_type, protocol: Protocol::Iso2.name() })
        }
        _ => Ok(schema),
    }
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
        "urn:iso:15118:2:2013:MsgDef" => Protocol::Iso2.name().into(),
        _ => match namespace.strip_prefix("urn:iso:std:iso:15118:-20:") {
            Some(set) => format!("ISO 15118-20 {set}"),
            None => format!("private protocol {namespace}"),
        },
    }
}
