//! `pnc pki audit verify`

use super::with_store;
use crate::cli::colour::{Colour, Painter, plain};
use crate::cli::pki::files;
use crate::cli::progress::Progress;
use crate::cli::{exit, misused, out};
use ::pki::{Certificate, PublicKey};
use ::pki_service::audit::{Head, Report, Verifier};
use clap::Args;
use serde_json::{Value, json};
use std::process::ExitCode;

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
        let mut progress = Progress::new(Some(store.audit_head().await?.seq));
        let walk = verifier.verify(&store, |walk| progress.update(walk.done, walk.done, "records"));
        let report = walk.await;
        progress.end();
        let report = report?;
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
