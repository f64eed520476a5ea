//! `pnc pki issue`: certificates from a directory of authorities.

use super::files;
use super::values::{Names, fresh_key, kind, private_key};
use crate::cli::hex::hex;
use crate::cli::progress::Progress;
use crate::cli::{failed, misused, out};
use ::pki::Signer as _;
use ::pki::profile::CertificateKind;
use clap::Args;
use pnc::ca::{Ca, Directory, write_leaf};
use serde_json::json;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Directory of authorities, as `pnc pki init` makes it.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Kind of certificate: secc, contract, oem-provisioning, ..
    #[arg(value_name = "KIND", value_parser = kind)]
    kind: CertificateKind,
    /// Common names: identifiers of stations, contracts or cars; `-` reads them from standard input, one a line.
    #[arg(required = true, value_name = "NAME|-")]
    names: Vec<String>,
    /// Authority that issues it; the one that issues such certificates where it is not given.
    #[arg(long, value_name = "CA")]
    ca: Option<String>,
    #[command(flatten)]
    subject: Names,
    /// Private key of the subject, PEM; a fresh one is made where it is not given.
    #[arg(long, value_name = "FILE")]
    key: Option<String>,
    /// Days of validity, within those of the authority.
    #[arg(long)]
    days: Option<u32>,
    /// Where a directory for each certificate is made, with cert.pem, chain.pem and key.pem. DIR/leaf if not given.
    #[arg(long, short, value_name = "PLACE")]
    out: Option<PathBuf>,
    /// One JSON object for each certificate.
    #[arg(long)]
    json: bool,
}

/// 0: all are issued. 1: one cannot be; those before it are. 2: wrong usage.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let names = match names(&arguments.names) {
        Ok(names) => names,
        Err(error) => return failed(error),
    };
    if arguments.key.is_some() && names.len() != 1 {
        return misused("one key is for one name");
    }
    let directory = Directory::new(&arguments.directory);
    let ca = match directory.issuer_of(arguments.kind, arguments.ca.as_deref()) {
        Ok(ca) => ca,
        Err(error) => return failed(error),
    };
    let place = arguments.out.clone().unwrap_or_else(|| arguments.directory.join("leaf"));
    // On a terminal the lines themselves show how far it is.
    let shown = !io::stdout().is_terminal();
    let mut progress = shown.then(|| Progress::new(u64::try_from(names.len()).ok()));
    for (name, count) in names.iter().zip(1..) {
        if let Err(error) = issue(arguments, &ca, name, &place) {
            progress.iter().for_each(Progress::end);
            return failed(format!("{name}: {error}"));
        }
        progress.iter_mut().for_each(|progress| progress.update(count, count, "certificates"));
    }
    progress.iter().for_each(Progress::end);
    ExitCode::SUCCESS
}

fn issue(arguments: &Arguments, ca: &Ca, name: &str, place: &Path) -> Result<(), String> {
    let place = place.join(file_name(name));
    if place.join("cert.pem").exists() || place.join("key.pem").exists() {
        return Err(format!("{} is there already; nothing was issued", place.display()));
    }
    let key = match &arguments.key {
        Some(path) => private_key(path)?,
        None => fresh_key(ca.algorithm())?,
    };
    let subject = arguments.subject.with(name);
    let issued =
        ca.issue(arguments.kind, &subject, key.public_key(), arguments.days, pnc::time::unix());
    let issued = issued.map_err(|error| error.to_string())?;
    let fresh = arguments.key.is_none().then_some(&key);
    write_leaf(&place, &issued, fresh).map_err(|error| error.to_string())?;
    let serial = hex(issued.certificate.serial());
    if arguments.json {
        let not_after = ::pki::time::text(issued.certificate.not_after());
        let object = json!({
            "name": name, "serial": serial, "not_after": not_after, "directory": place,
        });
        out::line(object.to_string());
    } else {
        out::line(format!("{serial}  {}", place.display()));
    }
    Ok(())
}

fn names(given: &[String]) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for name in given {
        if name == "-" {
            let text = files::text("-")?;
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            names.extend(lines.map(str::to_owned));
        } else {
            names.push(name.clone());
        }
    }
    Ok(names)
}

/// A name without what means something in paths.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' };
    name.chars().map(plain).collect()
}
