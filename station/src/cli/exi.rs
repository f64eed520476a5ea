//! `pnc exi`: messages between EXI and XML or JSON.

mod batch;
mod trace;

use super::hex;
use ::exi::Schema;
use ::exi::xml::{self, Form};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};
use std::fmt;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use v2g::v2gtp::{self, PayloadType};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Prints the XML or JSON of a message. It is decoded into the message's type and encoded anew on the way.
    Decode(DecodeArguments),
    /// Prints the EXI of a message as hex.
    Encode(EncodeArguments),
    /// Prints what every bit of a message says, and of a broken one what could stand where it breaks.
    Trace(trace::Arguments),
    /// Answers questions, one JSON object a line, until standard input ends.
    ///
    /// A question is {"op":"decode","schema":"iso2","kind":"document","hex":".."} or
    /// {"op":"encode","schema":"iso2","kind":"fragment","xml":".."}, or with "json":{..} in place of the XML.
    /// The answers come in order, a line each: {"xml":".."}, {"json":{..}} if it asked for "format":"json",
    /// {"hex":".."} or {"error":{"kind":"..","bit":0,"message":".."}}. A question with "strict":true
    /// has "deviations":[{"name":"..","path":"..","bit":0}] beside its XML or JSON.
    Batch,
}

#[derive(Debug, Args)]
pub(super) struct DecodeArguments {
    #[command(flatten)]
    grammar: GrammarArguments,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Tell everything that is read although it is not written so, and fail if there is any.
    #[arg(long)]
    strict: bool,
    /// The octets, with or without their V2GTP header; `-` reads them from standard input.
    #[arg(value_name = "HEX|-")]
    hex: String,
}

#[derive(Debug, Args)]
pub(super) struct EncodeArguments {
    #[command(flatten)]
    grammar: GrammarArguments,
    /// How it is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The message; `-` reads standard input.
    #[arg(value_name = "FILE|-")]
    file: String,
}

#[derive(Debug, Args)]
struct GrammarArguments {
    /// The message set. It is never guessed: some octets are messages of two sets.
    #[arg(long, value_parser = PossibleValuesParser::new(v2g::SCHEMAS.iter().map(|s| s.name)))]
    schema: String,
    /// An element by itself, as it is signed, not a message.
    #[arg(long)]
    fragment: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Xml,
    Json,
}

pub(super) fn run(command: Command) -> ExitCode {
    let done = match command {
        Command::Decode(arguments) => decode(&arguments),
        Command::Encode(arguments) => encode(&arguments),
        Command::Trace(arguments) => trace::run(&arguments),
        Command::Batch => {
            batch::answer(io::stdin().lock(), io::stdout().lock()).map_err(From::from)
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has gone, which is no fault.
        Err(Failure::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Told) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("pnc exi: {error}");
            ExitCode::FAILURE
        }
    }
}

fn decode(arguments: &DecodeArguments) -> Result<(), Failure> {
    let octets = octets(&arguments.hex)?;
    let (schema, form) = arguments.grammar.chosen()?;
    let text = match arguments.format {
        Format::Xml => xml::decode(schema, form, &octets),
        Format::Json => xml::decode_json(schema, form, &octets),
    }?;
    print(&text)?;
    if !arguments.strict {
        return Ok(());
    }
    let deviations = xml::deviations(schema, form, &octets)
        .map_err(|stop| Failure::Message(xml::Error::Exi(stop.error)))?;
    for deviation in &deviations {
        eprintln!("pnc exi: {deviation}");
    }
    if deviations.is_empty() { Ok(()) } else { Err(Failure::Told) }
}

/// The octets that an argument or standard input gives, without a V2GTP header.
fn octets(argument: &str) -> Result<Vec<u8>, Failure> {
    let octets = match argument {
        "-" => hex::parse(&read_stdin()?),
        text => hex::parse(text),
    }
    .map_err(Failure::Hex)?;
    let (header, rest) = unframed(&octets).map_err(Failure::V2gtp)?;
    if let Some(payload_type) = header {
        eprintln!(
            "pnc exi: skipped a V2GTP header (0x{:04x}, {} octets)",
            u16::from(payload_type),
            rest.len()
        );
    }
    Ok(rest.to_vec())
}

fn encode(arguments: &EncodeArguments) -> Result<(), Failure> {
    let text = match arguments.file.as_str() {
        "-" => read_stdin()?,
        path => std::fs::read_to_string(path).map_err(|error| Failure::File(path.into(), error))?,
    };
    let (schema, form) = arguments.grammar.chosen()?;
    let octets = match arguments.format {
        Format::Xml => xml::encode(schema, form, &text),
        Format::Json => xml::encode_json(schema, form, &text),
    }?;
    print(&hex::hex(&octets))
}

impl GrammarArguments {
    fn chosen(&self) -> Result<(&'static Schema, Form), Failure> {
        let schema = schema(&self.schema).ok_or_else(|| Failure::Schema(self.schema.clone()))?;
        Ok((schema, if self.fragment { Form::Fragment } else { Form::Document }))
    }
}

/// The message set of that name.
pub(super) fn schema(name: &str) -> Option<&'static Schema> {
    v2g::SCHEMAS.iter().copied().find(|schema| schema.name == name)
}

/// Takes a V2GTP header off; EXI never begins like one.
fn unframed(octets: &[u8]) -> Result<(Option<PayloadType>, &[u8]), v2gtp::Error> {
    if octets.starts_with(&[v2gtp::VERSION, v2gtp::INVERSE_VERSION]) {
        let (payload_type, payload) = v2gtp::parse(octets)?;
        Ok((Some(payload_type), payload))
    } else {
        Ok((None, octets))
    }
}

fn read_stdin() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    Ok(text)
}

fn print(text: &str) -> Result<(), Failure> {
    Ok(writeln!(io::stdout().lock(), "{text}")?)
}

/// Why there is no answer.
#[derive(Debug)]
enum Failure {
    Hex(hex::HexError),
    V2gtp(v2gtp::Error),
    Schema(String),
    Message(xml::Error),
    /// What is wrong was printed already.
    Told,
    File(String, io::Error),
    Io(io::Error),
}

impl From<xml::Error> for Failure {
    fn from(error: xml::Error) -> Self {
        Self::Message(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hex(error) => error.fmt(f),
            Self::V2gtp(error) => error.fmt(f),
            Self::Schema(name) => write!(f, "no schema is called {name:?}"),
            Self::Message(error) => error.fmt(f),
            Self::File(path, error) => write!(f, "{path}: {error}"),
            Self::Io(error) => error.fmt(f),
            Self::Told => Ok(()),
        }
    }
}
