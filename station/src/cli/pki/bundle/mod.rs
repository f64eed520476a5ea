//! `pnc pki bundle`: signed contract deliveries of both editions, and cars' requests for them, as files of EXI.

mod make;
mod open;
mod request;

use super::values;
use crate::cli::failed;
use ::pki::Certificate;
use ::pki::chain::{Anchors, RootKind};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Makes a car's signed request for contracts: a CertificateInstallationReq, as `POST /v1/provision` takes it.
    Request(request::Arguments),
    /// Issues a contract and makes the signed delivery of it for one car: a CertificateInstallationRes.
    Make(make::Arguments),
    /// Opens a delivery as the car would, checks all of it, and writes the contract.
    Open(open::Arguments),
}

/// The roots that a car has.
#[derive(Debug, Args)]
struct Roots {
    /// Files of V2G roots.
    #[arg(long, value_name = "CERT", required = true)]
    v2g_root: Vec<String>,
    /// Files of mobility operators' roots, if the car has any.
    #[arg(long, value_name = "CERT")]
    mo_root: Vec<String>,
}

/// 0: made, or good. 1: not.
pub(super) fn run(command: &Command) -> ExitCode {
    let done = match command {
        Command::Request(arguments) => request::run(arguments),
        Command::Make(arguments) => make::run(arguments),
        Command::Open(arguments) => open::run(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(error),
    }
}

impl Roots {
    fn anchors(&self) -> Result<Anchors, String> {
        let mut anchors = Anchors::new();
        for (kind, paths) in [(RootKind::V2g, &self.v2g_root), (RootKind::Mo, &self.mo_root)] {
            for path in paths {
                for root in values::chain(path)? {
                    anchors.add(kind, root.der()).map_err(|error| format!("{path}: {error}"))?;
                }
            }
        }
        Ok(anchors)
    }
}

fn ders(certificates: &[Certificate]) -> Vec<&[u8]> {
    certificates.iter().map(Certificate::der).collect()
}

fn text(error: impl ToString) -> String {
    error.to_string()
}
