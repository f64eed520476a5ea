//! Questions and answers a line each: what a test bench asks by the thousand.

use super::{schema, unframed};
use crate::cli::hex;
use ::exi::Kind;
use ::exi::xml::{self, Form};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt::Display;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

/// Longest question, in octets.
const MAX_LINE: u64 = 16 << 20;

/// Answers every line of `input`, a bad one with an error. Ends with the input.
pub(super) fn answer(input: impl Read, output: impl Write) -> io::Result<()> {
    let mut input = BufReader::new(input);
    let mut output = BufWriter::new(output);
    let mut line = Vec::new();
    loop {
        // Before more has to be waited for, the answers so far go out.
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
        line.clear();
        input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return output.flush();
        }
        let answer = if line.ends_with(b"\n") || (line.len() as u64) < MAX_LINE {
            solve(&line)
        } else {
            input.skip_until(b'\n')?;
            Err(Error::request(format!("longer than {MAX_LINE} octets")))
        };
        let answer = answer.unwrap_or_else(|error| Answer::Error { error });
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
    }
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Question {
    Decode {
        schema: String,
        #[serde(default)]
        kind: FormName,
        hex: String,
        #[serde(default)]
        format: FormatName,
        #[serde(default)]
        strict: bool,
    },
    Encode {
        schema: String,
        #[serde(default)]
        kind: FormName,
        #[serde(flatten)]
        message: Message,
    },
}

/// A message that is asked about.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Message {
    Xml(String),
    Json(Value),
}

/// A message as an answer, its members in the order of the schema.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Text {
    Xml(String),
    Json(Box<RawValue>),
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FormatName {
    #[default]
    Xml,
    Json,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FormName {
    #[default]
    Document,
    Fragment,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Message {
        #[serde(flatten)]
        message: Text,
        /// If the question was strict.
        #[serde(skip_serializing_if = "Option::is_none")]
        deviations: Option<Vec<Deviation>>,
    },
    Hex {
        hex: String,
    },
    Error {
        error: Error,
    },
}

#[derive(Serialize)]
struct Deviation {
    name: &'static str,
    path: String,
    bit: usize,
}

#[derive(Serialize)]
struct Error {
    kind: &'static str,
    /// Where the octets are wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    bit: Option<usize>,
    /// Where the XML or JSON is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    message: String,
}

fn solve(line: &[u8]) -> Result<Answer, Error> {
    match serde_json::from_slice(line).map_err(Error::request)? {
        Question::Decode { schema: name, kind, hex, format, strict } => {
            let schema = schema(&name).ok_or_else(|| unknown(&name))?;
            let octets = hex::parse(&hex).map_err(Error::request)?;
            let (_, octets) = unframed(&octets).map_err(Error::request)?;
            let message = match format {
                FormatName::Xml => Text::Xml(xml::decode(schema, kind.into(), octets)?),
                FormatName::Json => {
                    let json = xml::decode_json(schema, kind.into(), octets)?;
                    Text::Json(RawValue::from_string(json).map_err(Error::request)?)
                }
            };
            let deviations = if strict {
                let all = xml::deviations(schema, kind.into(), octets)
                    .map_err(|stop| xml::Error::Exi(stop.error))?;
                let named =
                    |d: xml::Deviation| Deviation { name: d.rule.name(), path: d.path, bit: d.bit };
                Some(all.into_iter().map(named).collect())
            } else {
                None
            };
            Ok(Answer::Message { message, deviations })
        }
        Question::Encode { schema: name, kind, message } => {
            let schema = schema(&name).ok_or_else(|| unknown(&name))?;
            let octets = match message {
                Message::Xml(xml) => xml::encode(schema, kind.into(), &xml),
                Message::Json(json) => xml::encode_json(schema, kind.into(), &json.to_string()),
            }?;
            Ok(Answer::Hex { hex: hex::hex(&octets) })
        }
    }
}

fn unknown(schema: &str) -> Error {
    Error::request(format!("no schema is called {schema:?}"))
}

impl Error {
    fn request(message: impl Display) -> Self {
        Self { kind: "request", bit: None, line: None, message: message.to_string() }
    }
}

impl From<xml::Error> for Error {
    fn from(error: xml::Error) -> Self {
        let message = error.to_string();
        match error {
            xml::Error::Exi(error) => {
                Self { kind: name(error.kind), bit: Some(error.bit), line: None, message }
            }
            xml::Error::Xml(error) => {
                Self { kind: "xml", bit: None, line: Some(error.line), message }
            }
        }
    }
}

pub(super) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Eof => "eof",
        Kind::Event => "event",
        Kind::Range => "range",
        Kind::Utf8 => "utf8",
        Kind::Memory => "memory",
        Kind::Full => "full",
        _ => "exi",
    }
}

impl From<FormName> for Form {
    fn from(name: FormName) -> Self {
        match name {
            FormName::Document => Self::Document,
            FormName::Fragment => Self::Fragment,
        }
    }
}
