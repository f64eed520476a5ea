//! `pnc pki resolve`: from a contract chain to its identifier and its state.

mod batch;
mod question;
mod verdict;

use super::files;
use super::trust::TrustArguments;
use crate::cli::{failed, misused, out};
use ::pki::{Anchors, ContractPool};
use batch::Totals;
use clap::Args;
use std::io;
use std::process::ExitCode;
use verdict::Resolver;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The contract with its authorities, PEM; `-` is standard input.
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    chain: Option<String>,
    /// Resolves one chain for each line of a file; `-` is standard input.
    ///
    /// A line is the path of a PEM file, or a JSON object {"chain": CHAIN, "id": ANYTHING}. CHAIN is PEM text, or a list of
    /// certificates in base64 (DER), the leaf first. For each line one JSON object is printed, in the order of the lines,
    /// with "line" and the "id" of the question. All cores work; memory does not grow with the file.
    #[arg(long, value_name = "FILE")]
    batch: Option<String>,
    #[command(flatten)]
    trust: TrustArguments,
    /// What is known of contracts, one a line: `DE-ABC-C12345678-9, active, 2027-12-31`.
    #[arg(long, value_name = "FILE")]
    pool: Option<String>,
    /// Threads for a batch. As many as there are cores where it is not given.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// 0: every chain verifies and no contract is known not to charge. 1: some do not. 2: wrong usage.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let (anchors, pool) = match (arguments.trust.anchors(), pool(arguments.pool.as_deref())) {
        (Ok(anchors), Ok(pool)) => (anchors, pool),
        (Err(error), _) | (_, Err(error)) => return misused(error),
    };
    match (&arguments.batch, &arguments.chain) {
        (Some(file), _) => many(arguments, file, &anchors, pool.as_ref()),
        (None, Some(chain)) => one(arguments, chain, &anchors, pool.as_ref()),
        (None, None) => misused("neither a chain nor a batch"),
    }
}

fn one(
    arguments: &Arguments,
    path: &str,
    anchors: &Anchors,
    pool: Option<&ContractPool>,
) -> ExitCode {
    let certificates = match files::certificates(path) {
        Ok(certificates) => certificates,
        Err(error) => return failed(error),
    };
    let answer = Resolver::new(&arguments.trust, anchors, pool).resolve(&certificates);
    if arguments.json {
        out::line(answer.object().to_string());
    } else {
        out::text(&answer.text());
    }
    crate::cli::exit(answer.is_good())
}

fn many(
    arguments: &Arguments,
    file: &str,
    anchors: &Anchors,
    pool: Option<&ContractPool>,
) -> ExitCode {
    let threads = arguments.threads.map_or_else(cores, usize::from);
    let resolver = || Resolver::new(&arguments.trust, anchors, pool);
    match batch::run(file, threads, resolver) {
        Ok(totals) => {
            let Totals { lines, good, refused, unreadable } = totals;
            out::note(format!(
                "{lines} lines: {good} may charge, {refused} may not, {unreadable} unreadable"
            ));
            crate::cli::exit(good == lines)
        }
        // A reader that has gone needs no more.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => failed(format!("{file}: {error}")),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn pool(path: Option<&str>) -> Result<Option<ContractPool>, String> {
    let Some(path) = path else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let pool = ContractPool::parse(&text).map_err(|error| format!("{path}, {error}"))?;
    Ok(Some(pool))
}
