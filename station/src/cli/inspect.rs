//! `pnc inspect`: what a capture says, message by message.

mod json;
mod people;

use super::colour::Painter;
use super::hex;
use clap::Args;
use pnc::capture::file::{self, Reader};
use pnc::capture::inspect::{Event, Inspection, Note, Record, Sap, collect_secrets};
#[cfg(feature = "live")]
use pnc::capture::live::Live;
use pnc::inspect::{Interpreter, Protocol, Reading, read_sap};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use v2g_tls::capture::Secrets;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A capture, pcap or pcapng; `-` reads standard input.
    #[arg(value_name = "FILE|-")]
    #[cfg_attr(feature = "live", arg(required_unless_present = "interface"))]
    #[cfg_attr(not(feature = "live"), arg(required = true))]
    file: Option<PathBuf>,
    /// Listen to an interface instead, until interrupted.
    #[cfg(feature = "live")]
    #[arg(long, value_name = "IF", conflicts_with = "file")]
    interface: Option<String>,
    /// Secrets of TLS connections, as written for SSLKEYLOGFILE.
    #[arg(long, value_name = "FILE")]
    keylog: Option<PathBuf>,
    /// One JSON object for each message.
    #[arg(long)]
    json: bool,
    /// The XML of each message too; in JSON it always is there.
    #[arg(long)]
    xml: bool,
    /// The protocol of connections that were under way when the capture began: `din`, `iso2`, `iso20`,
    /// or the namespace of its handshake. It is never guessed.
    #[arg(long, alias = "schema", value_name = "PROTOCOL", value_parser = namespace)]
    protocol: Option<String>,
}

/// How finds are shown.
trait Show {
    fn message(&mut self, record: &Record, reading: &Reading) -> io::Result<()>;
    fn note(&mut self, note: &Note) -> io::Result<()>;
    fn end(&mut self, counts: &Counts) -> io::Result<()>;
}

/// What a whole capture held.
#[derive(Default, Serialize)]
struct Counts {
    /// By layer, or by message set if it is EXI.
    messages: BTreeMap<String, u64>,
    /// By name, how many messages have at least one.
    deviations: BTreeMap<&'static str, u64>,
    signatures_good: u64,
    signatures_not_good: u64,
    errors: u64,
}

impl Counts {
    fn add(&mut self, record: &Record, reading: &Reading) {
        let kind =
            reading.schema.map_or_else(|| record.layer.to_string(), |schema| schema.name.into());
        *self.messages.entry(kind).or_default() += 1;
        let mut names: Vec<_> = reading.deviations.iter().map(|d| d.rule.name()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            *self.deviations.entry(name).or_default() += 1;
        }
        match &reading.verdict {
            Some(verdict) if verdict.is_good() => self.signatures_good += 1,
            Some(_) => self.signatures_not_good += 1,
            None => {}
        }
        self.errors += u64::from(reading.error.is_some());
    }
}

/// What a protocol is called in a handshake.
fn namespace(name: &str) -> Result<String, String> {
    let protocol = match name {
        "din" => Protocol::Din,
        "iso2" => Protocol::Iso2,
        "iso20" => Protocol::Iso20,
        _ if name.starts_with("urn:") => return Ok(name.into()),
        _ => return Err("neither din, iso2 or iso20 nor a namespace".into()),
    };
    Ok(protocol.namespace().into())
}

/// 0: read to its end. 1: the file is damaged or cannot be read. 2: wrong usage.
pub(super) fn run(arguments: Arguments) -> ExitCode {
    match inspect(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has gone, which is no fault.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("pnc inspect: {error}");
            ExitCode::FAILURE
        }
    }
}

fn inspect(arguments: &Arguments) -> Result<(), Failure> {
    let mut secrets = Secrets::default();
    if let Some(path) = &arguments.keylog {
        let log = std::fs::read(path).map_err(|error| Failure::KeyLog(path.clone(), error))?;
        secrets.add(&String::from_utf8_lossy(&log));
    }
    #[cfg(feature = "live")]
    if let Some(interface) = &arguments.interface {
        let live = Live::open(interface).map_err(|e| Failure::Live(interface.clone(), e))?;
        return show(arguments, interface.into(), Box::new(live), secrets);
    }
    let file = arguments.file.clone().unwrap_or_else(|| "-".into());
    let input: Box<dyn Read> = if file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        let open = || File::open(&file).map_err(|error| Failure::Open(file.clone(), error));
        let opened = open()?;
        // Secrets often come after the packets they open. A pipe can be read but once.
        if opened.metadata().is_ok_and(|metadata| metadata.is_file())
            && let Ok(mut reader) = Reader::new(io::BufReader::new(open()?))
        {
            collect_secrets(&mut reader, &mut secrets);
        }
        Box::new(io::BufReader::new(opened))
    };
    show(arguments, file, input, secrets)
}

fn show(
    arguments: &Arguments,
    name: PathBuf,
    input: Box<dyn Read>,
    secrets: Secrets,
) -> Result<(), Failure> {
    let named = |error| Failure::Capture(name.clone(), error);
    let reader = Reader::new(input).map_err(named)?;
    let mut interpreter = Interpreter::new(arguments.protocol.clone());
    let mut counts = Counts::default();
    let mut inspection = Inspection::new(reader, read_sap as fn(&[u8]) -> Option<Sap>, secrets);
    let stdout = io::stdout();
    let mut show: Box<dyn Show> = match arguments.json {
        true => Box::new(json::Lines(stdout.lock())),
        false => Box::new(people::Lines::new(stdout.lock(), Painter::stdout(), arguments.xml)),
    };
    while let Some(event) = inspection.next().map_err(named)? {
        match event {
            Event::Record(record) => {
                let reading = interpreter.read(&record);
                counts.add(&record, &reading);
                show.message(&record, &reading)
            }
            Event::Note(note) => show.note(&note),
        }
        .map_err(Failure::Output)?;
    }
    show.end(&counts).map_err(Failure::Output)?;
    io::stdout().flush().map_err(Failure::Output)
}

/// Why the inspection ended.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{}: {}", .0.display(), .1)]
    Open(PathBuf, io::Error),
    #[error("{}: {}", .0.display(), .1)]
    KeyLog(PathBuf, io::Error),
    #[error("{}: {}", .0.display(), .1)]
    Capture(PathBuf, file::Error),
    #[cfg(feature = "live")]
    #[error("{0}: {1}")]
    Live(String, pcap::Error),
    #[error("output: {0}")]
    Output(io::Error),
}
