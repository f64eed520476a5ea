//! `pnc pki audit verify`

use super::with_store;
use crate::cli::colour::{Colour, Painter, plain};
use crate::cli::pki::files;
use crate::cli::{exit, misused, out};
use ::pki::{Certificate, PublicKey};
use ::pki_service::audit::{Head, Progress, Report, Verifier};
use clap::Args;
use serde_json::{Value, json};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// One JSON object.
    #[arg(long)]
    json: bool,
    /// A head noted before, as `pnc pki audit show --head` prints it: the log must lead through it. Without one, a log that
    /// was cut short or written anew looks whole.
    #[arg(long, value_name = "NUMBER:HASH")]
    known: Vec<Head>,
    /// Certificates whose keys may sign heads of the log; a head signed by another key is then an error.
    #[arg(long, value_name = "CERT")]
    signer: Vec<String>,
    /// The store: a file, sqlite:FILE or postgres://USER@HOST/DATABASE.
    store: String,
}

/// 0: the log is as it was written. 1: it is not, or cannot be read. 2: wrong usage.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let keys: Result<Vec<_>, _> = arguments.signer.iter().map(|file| keys(file)).collect();
    let keys = match keys {
        Ok(keys) => keys.into_iter().flatten().collect(),
        Err(error) => return misused(error),
    };
    let verifier = Verifier { known: arguments.known.clone(), keys };
    with_store(&arguments.store, async |store| {
        let mut bar = Bar::new();
        let report = verifier.verify(&store, |progress| bar.draw(progress)).await?;
        bar.clear();
        if arguments.json {
            out::line(object(&report).to_string());
        } else {
            tell(&report);
        }
        Ok(exit(report.finding.is_none()))
    })
}

fn keys(file: &str) -> Result<Vec<PublicKey>, String> {
    let named = |error: &dyn std::fmt::Display| format!("{file}: {error}");
    let read = |der: &Vec<u8>| {
        let certificate = Certificate::parse(der).map_err(|error| named(&error))?;
        certificate.public_key().copied().map_err(|error| named(&error))
    };
    files::certificates(file)?.iter().map(read).collect()
}

fn tell(report: &Report) {
    let painter = Painter::stdout();
    let Report { head, certificates, seals, .. } = report;
    match &report.finding {
        None => out::line(format!(
            "{}: {} records, {certificates} certificates, {seals} signed heads\nhead {head}",
            painter.paint(Colour::Green, "whole"),
            head.seq,
        )),
        Some(finding) => out::line(format!(
            "{}: {}\n{} records before it are good",
            painter.paint(Colour::Red, "not whole"),
            plain(&finding.to_string()),
            finding.seq.saturating_sub(1).min(head.seq),
        )),
    }
}

fn object(report: &Report) -> Value {
    let finding = report.finding.as_ref();
    json!({
        "whole": finding.is_none(),
        "records": report.head.seq,
        "head": report.head.to_string(),
        "certificates": report.certificates,
        "signed_heads": report.seals,
        "finding": finding.map(|finding| json!({
            "record": finding.seq, "problem": finding.problem.to_string(),
        })),
    })
}

/// How far the walk is, on a terminal only.
struct Bar {
    shown: Option<Instant>,
    terminal: bool,
}

impl Bar {
    /// Often enough to be seen moving.
    const EVERY: Duration = Duration::from_millis(200);

    fn new() -> Self {
        Self { shown: None, terminal: io::stderr().is_terminal() }
    }

    fn draw(&mut self, Progress { done, of }: Progress) {
        let due = self.shown.is_none_or(|at| at.elapsed() >= Self::EVERY);
        if self.terminal && due {
            let percent = done * 100 / of.max(1);
            // A terminal that is gone needs no progress.
            let _ = write!(io::stderr(), "\r{done} of {of} records, {percent} %");
            self.shown = Some(Instant::now());
        }
    }

    fn clear(&self) {
        if self.shown.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
