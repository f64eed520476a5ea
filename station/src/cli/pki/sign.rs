//! `pnc pki sign`: certificates for requests.

use super::csr;
use super::values::kind;
use crate::cli::hex::hex;
use crate::cli::{failed, out};
use ::pki::profile::CertificateKind;
use clap::Args;
use pnc::ca::{Directory, write_new};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Directory of authorities, as `pnc pki init` makes it.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Profile of the certificate: secc, contract, oem-provisioning, mo-sub2, ..
    #[arg(value_name = "KIND", value_parser = kind)]
    kind: CertificateKind,
    /// File of the request, PEM or DER; `-` is standard input.
    #[arg(value_name = "CSR")]
    request: String,
    /// Authority that issues it; the one that issues such certificates where it is not given.
    #[arg(long, value_name = "CA")]
    ca: Option<String>,
    /// Days of validity, within those of the authority.
    #[arg(long)]
    days: Option<u32>,
    /// Where certificate and authorities go as PEM; standard output where it is not given.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// 0: signed. 1: not. 2: wrong usage.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    match sign(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(error),
    }
}

fn sign(arguments: &Arguments) -> Result<(), String> {
    let request = csr::read(&arguments.request)?;
    if let Some(path) = arguments.out.as_ref().filter(|path| path.exists()) {
        return Err(format!("{} is there already; nothing was issued", path.display()));
    }
    let directory = Directory::new(&arguments.directory);
    let ca = directory.issuer_of(arguments.kind, arguments.ca.as_deref());
    let issued = ca
        .and_then(|ca| ca.sign(arguments.kind, &request, arguments.days, pnc::time::unix()))
        .map_err(|error| error.to_string())?;
    match &arguments.out {
        Some(path) => {
            write_new(path, issued.chain_pem().as_bytes()).map_err(|error| error.to_string())?;
            out::line(format!("{}  {}", hex(issued.certificate.serial()), path.display()));
        }
        None => out::text(&issued.chain_pem()),
    }
    Ok(())
}
