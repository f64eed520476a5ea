//! `pnc pki crl`: revocation lists.

use super::values;
use crate::cli::hex::hex;
use crate::cli::{exit, failed, out};
use ::pki::revocation::{Crl, Status, Window};
use ::pki::{pem, time};
use clap::{Args, Subcommand};
use pnc::ca::Directory;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Issues the next revocation list of an authority.
    Issue(Issue),
    /// Says what a list holds. Nothing is verified.
    Show(Show),
    /// Looks a certificate up in a list, whose signature is verified.
    Check(Check),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Issue {
    /// Directory of authorities, as `pnc pki init` makes it.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The authority.
    #[arg(value_name = "CA")]
    ca: String,
    /// Days until the next one.
    #[arg(long, default_value_t = 7)]
    days: u32,
    /// Where a copy in DER goes, as HTTP serves it. The directory keeps it as PEM.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// One JSON object.
    #[arg(long)]
    json: bool,
    /// File of the list, PEM or DER; `-` is standard input.
    #[arg(value_name = "CRL")]
    list: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Check {
    /// File of the list, PEM or DER.
    #[arg(value_name = "CRL")]
    list: String,
    /// File of the certificate.
    #[arg(value_name = "CERT")]
    certificate: String,
    /// File of its issuer's certificate.
    #[arg(value_name = "ISSUER")]
    issuer: String,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// 0: done, or not revoked. 1: failed, revoked, or the list is too old.
pub(super) fn run(command: &Command) -> ExitCode {
    let done = match command {
        Command::Issue(arguments) => issue(arguments).map(|()| true),
        Command::Show(arguments) => show(arguments).map(|()| true),
        Command::Check(arguments) => check(arguments),
    };
    done.map_or_else(failed, exit)
}

fn issue(arguments: &Issue) -> Result<(), String> {
    let ca = Directory::new(&arguments.directory).open(&arguments.ca);
    let der = ca.and_then(|ca| ca.list(arguments.days, pnc::time::unix()));
    let der = der.map_err(|error| error.to_string())?;
    let list = Crl::parse(&der).map_err(|error| error.to_string())?;
    if let Some(path) = &arguments.out {
        pnc::ca::replace(path, &der).map_err(|error| error.to_string())?;
    }
    let number = list.number().map(hex).unwrap_or_default();
    out::line(format!(
        "list {number}: {} revoked, next by {}",
        list.revoked().len(),
        list.next_update().map_or_else(|| "-".to_owned(), time::text)
    ));
    Ok(())
}

fn show(arguments: &Show) -> Result<(), String> {
    let list = read(&arguments.list)?;
    let number = list.number().map(hex);
    let next = list.next_update().map(time::text);
    if arguments.json {
        let revoked = |(serial, revocation): (&[u8], ::pki::revocation::Revocation)| {
            json!({
                "serial": hex(serial),
                "at": time::text(revocation.at),
                "reason": revocation.reason.map(|reason| reason.to_string()),
            })
        };
        let object = json!({
            "number": number,
            "this_update": time::text(list.this_update()),
            "next_update": next,
            "revoked": list.revoked().map(revoked).collect::<Vec<_>>(),
        });
        out::line(object.to_string());
        return Ok(());
    }
    out::line(format!("number  {}", number.as_deref().unwrap_or("-")));
    out::line(format!("issued  {}", time::text(list.this_update())));
    out::line(format!("next    {}", next.as_deref().unwrap_or("-")));
    for (serial, revocation) in list.revoked() {
        out::line(format!("{}  {revocation}", hex(serial)));
    }
    Ok(())
}

fn check(arguments: &Check) -> Result<bool, String> {
    let list = read(&arguments.list)?;
    let certificate = values::certificate(&arguments.certificate)?;
    let issuer = values::certificate(&arguments.issuer)?;
    let answer = list.answer(&certificate, &issuer).map_err(|error| error.to_string())?;
    let stale = answer.is_current(pnc::time::unix(), Window::WEEK).err();
    told(answer.status(), stale.map(|stale| stale.to_string()), arguments.json)
}

/// Prints a status. Whether it is good and current.
pub(super) fn told(status: Status, stale: Option<String>, json: bool) -> Result<bool, String> {
    let text = match status {
        Status::Good => "good".to_owned(),
        Status::Unknown => "unknown".to_owned(),
        Status::Revoked(revocation) => revocation.to_string(),
    };
    if json {
        let word = match status {
            Status::Good => "good",
            Status::Unknown => "unknown",
            Status::Revoked(_) => "revoked",
        };
        let revocation = match status {
            Status::Revoked(revocation) => Some(revocation),
            _ => None,
        };
        let object = json!({
            "status": word,
            "at": revocation.map(|revocation| time::text(revocation.at)),
            "reason": revocation.and_then(|it| it.reason).map(|reason| reason.to_string()),
            "stale": stale,
        });
        out::line(object.to_string());
    } else {
        let stale = stale.as_ref().map(|stale| format!(", not current: {stale}"));
        out::line(text + stale.as_deref().unwrap_or_default());
    }
    Ok(status == Status::Good && stale.is_none())
}

pub(super) fn read(path: &str) -> Result<Crl, String> {
    let der = values::der(path, |text| {
        pem::revocation_lists(text).map(|all| all.into_iter().next().unwrap_or_default())
    })?;
    Crl::parse(&der).map_err(|error| format!("{path}: {error}"))
}
