//! `pnc inspect`: what a capture says, message by message.

mod json;
mod people;

use super::colour::Painter;
use super::hex;
use clap::Args;
use clap::builder::PossibleValuesParser;
use pnc::capture::file::{self, Reader};
use pnc::capture::inspect::{Event, Inspection, Note, Record, Sap, collect_secrets};
#[cfg(feature = "live")]
use pnc::capture::live::Live;
use pnc::inspect::{Interpreter, Reading, read_sap};
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
    /// The message set of connections that were under way when the capture began.
    #[arg(long, value_parser = PossibleValuesParser::new([v2g::iso2::msg::SCHEMA.name]))]
    schema: Option<String>,
}

/// How finds are shown.
trait Show {
    fn message(&mut self, record: &Record, reading: &Reading) -> io::Result<()>;
    fn note(&mut self, note: &Note) -> io::Result<()>;
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
    let assumed = arguments.schema.as_deref().and_then(super::exi::schema);
    let mut interpreter = Interpreter::new(assumed);
    let mut inspection = Inspection::new(reader, read_sap as fn(&[u8]) -> Option<Sap>, secrets);
    let stdout = io::stdout();
    let mut show: Box<dyn Show> = match arguments.json {
        true => Box::new(json::Lines(stdout.lock())),
        false => Box::new(people::Lines::new(stdout.lock(), Painter::stdout(), arguments.xml)),
    };
    while let Some(event) = inspection.next().map_err(named)? {
        match event {
            Event::Record(record) => show.message(&record, &interpreter.read(&record)),
            Event::Note(note) => show.note(&note),
        }
        .map_err(Failure::Output)?;
    }
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
