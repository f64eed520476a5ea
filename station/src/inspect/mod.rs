//! What the messages of a capture say: decoded, in short for people, their signatures judged.
//!
//! [`capture::inspect`](crate::capture::inspect) finds the messages, an [`Interpreter`] reads them.
//! The message set is the one the handshake agreed on, never one that happens to fit.

mod protocol;
mod signed;
mod summary;

pub use protocol::{Undecoded, read_sap};
pub use signed::Verdict;

use crate::capture::file::Reader;
use crate::capture::inspect::{Endpoint, Event, Inspection, Layer, Record, Sap, Transport};
use exi::xml::{self, Form};
use exi::{Document, Schema};
use serde_json::Value;
use signed::Judge;
use slac::mme;
use std::collections::HashMap;
use v2g::iso2::msg::V2gMessage;
use v2g::v2gtp::PayloadType;
use v2g::{app_protocol, iso2, sdp};
use v2g_tls::capture::Secrets;

/// Reads records in the order of the capture.
#[derive(Debug, Default)]
pub struct Interpreter {
    assumed: Option<&'static Schema>,
    /// By number of the TCP connection.
    judges: HashMap<u32, Judge>,
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
    /// Why it could not be read.
    pub error: Option<Undecoded>,
}

impl Interpreter {
    /// `assumed` is the message set of connections whose handshake the capture does not show.
    pub fn new(assumed: Option<&'static Schema>) -> Self {
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
        let schema = match protocol::schema(record, self.assumed) {
            Ok(schema) => schema,
            Err(error) => return Reading::failed(&protocol::describe(record), None, error),
        };
        let content = match content(schema, &record.payload) {
            Ok(content) => content,
            Err(error) => return Reading::failed(&protocol::describe(record), Some(schema), error),
        };
        let mut reading = Reading::of(schema, &content, record);
        if schema.name == iso2::msg::SCHEMA.name {
            self.judge(record, &mut reading);
        }
        reading
    }

    fn judge(&mut self, record: &Record, reading: &mut Reading) {
        // What became JSON decodes.
        let Ok((message, report)) = V2gMessage::decode_reporting(&record.payload) else { return };
        let judge = self.judges.entry(record.stream.unwrap_or(u32::MAX)).or_default();
        reading.verdict = judge.judge(&message);
        reading.facts.extend(judge.remark(&message).map(String::from));
        if report.trailing > 0 {
            reading.facts.push(format!("{} octets too many", report.trailing));
        }
        if report.padding {
            reading.facts.push("padding not 0".into());
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
            error: None,
        }
    }

    fn failed(message: &str, schema: Option<&'static Schema>, error: impl Into<Undecoded>) -> Self {
        Self { schema, error: Some(error.into()), ..Self::new(message) }
    }

    fn of(schema: &'static Schema, content: &Value, record: &Record) -> Self {
        let (name, facts) = summary::of(content, record);
        Self { schema: Some(schema), facts, ..Self::new(name) }
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
    let mut interpreter = Interpreter::new(Some(&iso2::msg::SCHEMA));
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
