//! A JSON object a line.

use super::{Counts, Show, hex::hex};
use pnc::capture::inspect::{Layer, Note, Record};
use pnc::inspect::Reading;
use serde::Serialize;
use std::io::{self, Write};

/// Writes every find as it comes.
pub(super) struct Lines<W>(pub(super) W);

/// Notes have the layer `note`; the last line has the layer `summary` and counts.
#[derive(Default, Serialize)]
#[serde(default)]
struct Line<'a> {
    frame: u64,
    /// Seconds since 1970-01-01 UTC, to the microsecond.
    time: Option<f64>,
    src: Option<String>,
    dst: Option<String>,
    layer: String,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    transport: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    summary: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Signature>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deviations: Vec<Deviation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exi: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xml: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct Deviation<'a> {
    name: &'static str,
    path: &'a str,
    bit: usize,
}

#[derive(Serialize)]
struct Summary<'a> {
    layer: &'static str,
    #[serde(flatten)]
    counts: &'a Counts,
}

#[derive(Serialize)]
struct Signature {
    good: bool,
    verdict: String,
}

impl<W: Write> Show for Lines<W> {
    fn message(&mut self, record: &Record, reading: &Reading) -> io::Result<()> {
        let mut error = reading.error.as_ref().map(ToString::to_string);
        let xml = reading.xml(record).and_then(|xml| {
            xml.map_err(|problem| error.get_or_insert(problem.to_string()).len()).ok()
        });
        self.line(&Line {
            frame: record.frame,
            time: seconds(record.time),
            src: Some(record.src.to_string()),
            dst: Some(record.dst.to_string()),
            layer: record.layer.to_string(),
            message: &reading.message,
            transport: Some(record.transport.to_string()),
            stream: record.stream,
            payload_type: record.payload_type.map(|code| format!("0x{:04x}", u16::from(code))),
            protocol: record.protocol.as_ref().map(|agreed| agreed.namespace.as_str()),
            schema: reading.schema.map(|schema| schema.name),
            summary: &reading.facts,
            signature: reading
                .verdict
                .as_ref()
                .map(|verdict| Signature { good: verdict.is_good(), verdict: verdict.to_string() }),
            deviations: reading
                .deviations
                .iter()
                .map(|d| Deviation { name: d.rule.name(), path: &d.path, bit: d.bit })
                .collect(),
            exi: matches!(record.layer, Layer::Sap | Layer::V2g).then(|| hex(&record.payload)),
            xml,
            error,
        })
    }

    fn note(&mut self, note: &Note) -> io::Result<()> {
        self.line(&Line {
            frame: note.frame,
            time: seconds(note.time),
            layer: "note".into(),
            message: &note.kind.to_string(),
            stream: note.stream,
            ..Line::default()
        })
    }

    fn end(&mut self, counts: &Counts) -> io::Result<()> {
        self.line(&Summary { layer: "summary", counts })
    }
}

impl<W: Write> Lines<W> {
    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        // One write a line, so that lines of a live capture do not wait.
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.0.write_all(&text)
    }
}

/// Microseconds of this century fit a double.
fn seconds(nanoseconds: Option<u64>) -> Option<f64> {
    nanoseconds.map(|ns| (ns / 1000) as f64 / 1e6)
}
