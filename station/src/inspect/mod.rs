//! What the messages of a capture say: decoded, in short for people, their signatures judged.
//!
//! [`capture::inspect`](crate::capture::inspect) finds the messages, an [`Interpreter`] reads them.
//! The message set is the one the handshake agreed on, never one that happens to fit.

mod protocol;
mod signed;
mod summary;

pub use protocol::{Protocol, Undecoded, read_sap};
pub use signed::Verdict;

use crate::capture::file::Reader;
use crate::capture::inspect::{Endpoint, Event, Inspection, Layer, Record, Sap, Transport};
use exi::xml::{self, Deviation, Form};
use exi::{Document, Schema};
use serde_json::Value;
use signed::{Iso2Judge, Iso20Judge};
use slac::mme;
use std::collections::HashMap;
use v2g::v2gtp::PayloadType;
use v2g::{app_protocol, din, iso2, iso20, sdp};
use v2g_tls::capture::Secrets;

/// Reads records in the order of the capture.
#[derive(Debug, Default)]
pub struct Interpreter {
    assumed: Option<String>,
    /// By number of the TCP connection.
    judges: HashMap<u32, Judges>,
}

/// One of them has something to say.
#[derive(Debug, Default)]
struct Judges {
    iso2: Iso2Judge,
    iso20: Iso20Judge,
}

/// What a record says.
#[derive(Debug)]
pub struct Reading {
    /// The message's name; without one, what it is.
    pub message: String,
    /// The message set it was decoded with.
    pub schema: Option<&'static Schema>,
    /// What matters of its content.
    pub facts: Vec<String>,
    /// On the signature that the message carries or should carry.
    pub verdict: Option<Verdict>,
    /// What it should not be like, although it is read.
    pub deviations: Vec<Deviation>,
    /// Why it could not be read.
    pub error: Option<Undecoded>,
}

impl Interpreter {
    /// `assumed` is the protocol, by its namespace, of connections whose handshake the capture does
    /// not show.
    pub fn new(assumed: Option<String>) -> Self {
        Self { assumed, judges: HashMap::new() }
    }

    /// Reads the next record.
    pub fn read(&mut self, record: &Record) -> Reading {
        match record.layer {
            Layer::Slac => homeplug(record),
            Layer::Sdp => discovery(record),
            Layer::Sap => {
                let schema = &app_protocol::SCHEMA;
                match content(schema, &record.payload) {
                    Ok(content) => Reading::of(schema, &content, record),
                    Err(error) => Reading::failed("supportedAppProtocol", Some(schema), error),
                }
            }
            Layer::V2g => self.message(record),
        }
    }

    fn message(&mut self, record: &Record) -> Reading {
        let schema = match protocol::schema(record, self.assumed.as_deref()) {
            Ok(schema) => schema,
            Err(error) => return Reading::failed(&protocol::describe(record), None, error),
        };
        let content = match content(schema, &record.payload) {
            Ok(content) => content,
            Err(error) => return Reading::failed(&protocol::describe(record), Some(schema), error),
        };
        let mut reading = Reading::of(schema, &content, record);
        let judges = self.judges.entry(record.stream.unwrap_or(u32::MAX)).or_default();
        let (verdict, remark) = judges.judge(schema, &reading.message, &record.payload);
        reading.verdict = verdict.or_else(|| signed::nobodys(&content, &reading.message));
        reading.facts.extend(remark.map(String::from));
        reading
    }
}

impl Judges {
    /// Takes every message of a connection in order. What became JSON decodes.
    fn judge(
        &mut self,
        schema: &Schema,
        name: &str,
        exi: &[u8],
    ) -> (Option<Verdict>, Option<&'static str>) {
        if schema.name == iso2::msg::SCHEMA.name {
            match iso2::msg::V2gMessage::decode(exi) {
                Ok(message) => (self.iso2.judge(&message), self.iso2.remark(&message)),
                Err(_) => (None, None),
            }
        } else if schema.name == iso20::msg::common::SCHEMA.name {
            self.iso20.judge(name, exi)
        } else if schema.name == din::msg::SCHEMA.name {
            // No car of that time has a contract.
            let message = din::msg::V2gMessage::decode(exi).ok();
            (signed::stray(message.as_ref().and_then(|m| m.header.signature.as_ref())), None)
        } else {
            (None, None)
        }
    }
}

impl Reading {
    /// The XML of the message; `None` for what is no decoded EXI.
    pub fn xml(&self, record: &Record) -> Option<Result<String, xml::Error>> {
        if self.error.is_some() {
            return None;
        }
        Some(xml::decode(self.schema?, Form::Document, &record.payload))
    }

    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            schema: None,
            facts: Vec::new(),
            verdict: None,
            deviations: Vec::new(),
            error: None,
        }
    }

    fn failed(message: &str, schema: Option<&'static Schema>, error: impl Into<Undecoded>) -> Self {
        Self { schema, error: Some(error.into()), ..Self::new(message) }
    }

    fn of(schema: &'static Schema, content: &Value, record: &Record) -> Self {
        let (name, facts) = summary::of(content, record);
        let deviations = xml::deviations(schema, Form::Document, &record.payload);
        let deviations = deviations.unwrap_or_default();
        Self { schema: Some(schema), facts, deviations, ..Self::new(name) }
    }
}

/// The message as a tree, through its Rust type; none if a number in it is beyond what JSON readers take.
fn content(schema: &Schema, octets: &[u8]) -> Result<Value, Undecoded> {
    let json = xml::decode_json(schema, Form::Document, octets).map_err(Undecoded::Exi)?;
    Ok(serde_json::from_str(&json).unwrap_or_default())
}

fn homeplug(record: &Record) -> Reading {
    match record.homeplug() {
        Some(Ok(frame)) => {
            let text = frame.message.to_string();
            match frame.message.name() {
                Some(name) => {
                    let facts = text.strip_prefix(name).unwrap_or_default().trim_start();
                    let facts = (!facts.is_empty()).then(|| facts.to_owned()).into_iter().collect();
                    Reading { facts, ..Reading::new(name) }
                }
                None => Reading::new(text),
            }
        }
        // Modems of other families share the wire.
        Some(Err(mme::Error { kind: mme::ErrorKind::Ethertype(other), .. })) => {
            let facts = vec![format!("{} octets", record.payload.len())];
            Reading { facts, ..Reading::new(format!("ethertype 0x{other:04x}")) }
        }
        Some(Err(error)) => Reading::failed("HomePlug frame", None, Undecoded::Homeplug(error)),
        None => Reading::new("HomePlug frame"),
    }
}

fn discovery(record: &Record) -> Reading {
    let security = |security| match security {
        sdp::Security::Tls => "TLS",
        sdp::Security::None => "no TLS",
    };
    let (name, facts) = match record.payload_type {
        Some(PayloadType::SdpRequest) => (
            "SDPReq",
            sdp::Request::parse(&record.payload).map(|r| vec![security(r.security).into()]),
        ),
        Some(PayloadType::SdpResponse) => (
            "SDPRes",
            sdp::Response::parse(&record.payload).map(|r| {
                let end = Endpoint::Ip((r.address, r.port).into());
                vec![security(r.security).into(), end.to_string()]
            }),
        ),
        _ => return Reading::new(protocol::describe(record)),
    };
    match facts {
        Ok(facts) => Reading { facts, ..Reading::new(name) },
        Err(error) => Reading::failed(name, None, Undecoded::Sdp(error)),
    }
}

/// Reads any octets as a capture, and as a message of every layer, as a fuzz target does.
pub fn fuzz(data: &[u8]) {
    for assumed in [Protocol::Din, Protocol::Iso2, Protocol::Iso20] {
        fuzz_as(assumed, data);
    }
}

fn fuzz_as(assumed: Protocol, data: &[u8]) {
    let mut interpreter = Interpreter::new(Some(assumed.namespace().into()));
    if let Ok(reader) = Reader::new(data) {
        let sap = read_sap as fn(&[u8]) -> Option<Sap>;
        let mut inspection = Inspection::new(reader, sap, Secrets::default());
        while let Ok(Some(event)) = inspection.next() {
            if let Event::Record(record) = event {
                interpreter.read(&record).xml(&record);
            }
        }
    }
    let end = Endpoint::Mac([0; 6]);
    for (layer, payload_type) in [
        (Layer::Slac, None),
        (Layer::Sdp, Some(PayloadType::SdpRequest)),
        (Layer::Sdp, Some(PayloadType::SdpResponse)),
        (Layer::Sap, Some(PayloadType::Exi)),
        (Layer::V2g, Some(PayloadType::Exi)),
        (Layer::V2g, Some(PayloadType::Ac)),
        (Layer::V2g, Some(PayloadType::Dc)),
    ] {
        let record = Record {
            frame: 1,
            first_frame: 1,
            time: None,
            src: end,
            dst: end,
            layer,
            transport: Transport::Tcp,
            stream: Some(0),
            payload_type,
            payload: data.to_vec(),
            protocol: None,
        };
        let reading = interpreter.read(&record);
        let xml = reading.xml(&record);
        // What has a schema and no error has its XML.
        assert!(reading.schema.is_none() || reading.error.is_some() || matches!(xml, Some(Ok(_))));
    }
}

#[cfg(test)]
mod tests;
