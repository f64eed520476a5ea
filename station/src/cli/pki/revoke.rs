//! `pnc pki revoke`: certificates are revoked, suspended, or no longer suspended.

use super::values;
use crate::cli::hex::hex;
use crate::cli::{failed, out};
use ::pki::revocation::Reason;
use clap::Args;
use pnc::ca::{Directory, reason};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Directory of authorities, as `pnc pki init` makes it.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Files of the certificates, PEM or DER; the first of a file counts.
    #[arg(value_name = "CERT", required_unless_present = "serial")]
    certificates: Vec<String>,
    /// Serial number in hex, as the register has it, of a certificate of the authority named by --ca.
    #[arg(long, value_name = "HEX", requires = "ca", conflicts_with = "certificates")]
    serial: Option<String>,
    /// Authority that issued it.
    #[arg(long, value_name = "CA", requires = "serial")]
    ca: Option<String>,
    /// Why, in RFC 5280's name: keyCompromise, superseded, cessationOfOperation, .. certificateHold suspends, removeFromCRL ends
    /// that.
    #[arg(long, value_name = "REASON", default_value = "unspecified", value_parser = parse)]
    reason: Reason,
}

/// 0: all are revoked. 1: one is not; those before it are. 2: wrong usage.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    match revoke(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(error),
    }
}

fn revoke(arguments: &Arguments) -> Result<(), String> {
    let (directory, now) = (Directory::new(&arguments.directory), pnc::time::unix());
    let told = |serial: &str| out::line(format!("{serial}  {}", arguments.reason));
    if let (Some(serial), Some(ca)) = (&arguments.serial, &arguments.ca) {
        let serial = serial.to_ascii_lowercase();
        let ca = directory.open(ca).map_err(|error| error.to_string())?;
        let register = ca.register();
        register
            .and_then(|mut register| register.revoke(&serial, arguments.reason, now))
            .map_err(|error| error.to_string())?;
        told(&serial);
    }
    for path in &arguments.certificates {
        let certificate = values::certificate(path)?;
        let revoked = directory
            .issuer_of_certificate(&certificate)
            .and_then(|ca| ca.revoke(certificate.serial(), arguments.reason, now));
        revoked.map_err(|error| format!("{path}: {error}"))?;
        told(&hex(certificate.serial()));
    }
    Ok(())
}

fn parse(text: &str) -> Result<Reason, String> {
    reason(text).ok_or_else(|| {
        "unspecified, keyCompromise, cACompromise, affiliationChanged, superseded, \
         cessationOfOperation, certificateHold, removeFromCRL, privilegeWithdrawn or aACompromise"
            .to_owned()
    })
}
