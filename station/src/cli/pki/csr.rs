//! `pnc pki csr`: requests for certificates.

use super::terms::{KeyName, edition};
use super::values;
use super::values::{Names, fresh_key, kind, private_key};
use crate::cli::{failed, misused, out};
use ::pki::Signer;
use ::pki::cert::{AttributeKind, KeyUsage};
use ::pki::issue::{Csr, CsrPlan};
use ::pki::key::Algorithm;
use ::pki::profile::{CertificateKind, Edition};
use clap::{Args, Subcommand};
use pnc::ca::{is_token, token_signer, write_key, write_new};
use ring::rand::SystemRandom;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Makes a request for a certificate.
    Make(Make),
    /// Says what requests ask for, and whether they are sound.
    Show(Show),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Make {
    /// Kind of certificate asked for: secc, contract, ..
    #[arg(value_name = "KIND", value_parser = kind)]
    kind: CertificateKind,
    /// Common name: the identifier of the station, the contract or the car.
    #[arg(value_name = "NAME")]
    name: String,
    /// Edition of the standard: a fresh key is on P-256 in ISO 15118-2, on P-521 in ISO 15118-20.
    #[arg(long, value_name = "2|20", value_parser = edition, default_value = "2")]
    edition: Edition,
    /// What a fresh key is, where the edition leaves a choice: ISO 15118-20 also has ed448.
    #[arg(long, value_enum)]
    algorithm: Option<KeyName>,
    #[command(flatten)]
    subject: Names,
    /// Private key, PEM, or the pkcs11: URI of one in a token. A fresh one is made there if there is none.
    #[arg(long, value_name = "FILE|URI")]
    key: String,
    /// Where the request goes; standard output where it is not given.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// One JSON object for each request.
    #[arg(long)]
    json: bool,
    /// Files of requests, PEM or DER; `-` is standard input.
    #[arg(required = true, value_name = "CSR")]
    files: Vec<String>,
}

/// 0: done; requests are sound. 1: not.
pub(super) fn run(command: &Command) -> ExitCode {
    match command {
        Command::Make(arguments) => {
            let algorithm = match KeyName::algorithm(arguments.algorithm, arguments.edition) {
                Ok(algorithm) => algorithm,
                Err(error) => return misused(error),
            };
            make(arguments, algorithm).map_or_else(failed, |()| ExitCode::SUCCESS)
        }
        Command::Show(arguments) => show(arguments),
    }
}

fn make(arguments: &Make, algorithm: Algorithm) -> Result<(), String> {
    let mut plan = CsrPlan::new(arguments.edition, arguments.kind, &arguments.name);
    for (kind, value) in arguments.subject.others().collect::<Vec<_>>().into_iter().rev() {
        plan = plan.with(kind, &value);
    }
    let agrees = plan.key_usage.contains(KeyUsage::KEY_AGREEMENT);
    let key = key(&arguments.key, algorithm, agrees)?;
    let der = plan.sign(&*key, &SystemRandom::new()).map_err(|error| error.to_string())?;
    let text = CsrPlan::to_pem(&der);
    match &arguments.out {
        Some(path) => write_new(path, text.as_bytes()).map_err(|error| error.to_string()),
        None => {
            out::text(&text);
            Ok(())
        }
    }
}

/// The key of a file or in a token, made there if it is not there yet.
fn key(name: &str, algorithm: Algorithm, agrees: bool) -> Result<Arc<dyn Signer>, String> {
    if is_token(name) {
        return token_signer(name, algorithm, agrees).map_err(|error| error.to_string());
    }
    if Path::new(name).exists() {
        return Ok(Arc::new(private_key(name)?));
    }
    let key = fresh_key(algorithm)?;
    write_key(Path::new(name), key.to_pem().as_bytes()).map_err(|error| error.to_string())?;
    Ok(Arc::new(key))
}

fn show(arguments: &Show) -> ExitCode {
    let mut good = true;
    for file in &arguments.files {
        match read(file) {
            Ok(csr) if arguments.json => out::line(object(file, &csr).to_string()),
            Ok(csr) => describe(file, &csr),
            Err(error) => {
                good = false;
                if arguments.json {
                    out::line(json!({"file": file, "sound": false, "error": error}).to_string());
                } else {
                    out::complain(error);
                }
            }
        }
    }
    crate::cli::exit(good)
}

/// A request from a file, PEM or DER.
pub(super) fn read(path: &str) -> Result<Csr, String> {
    let der = values::der(path, |text| Csr::from_pem(text).map(|csr| csr.der().to_vec()))?;
    Csr::parse(&der).map_err(|error| format!("{path}: {error}"))
}

fn describe(file: &str, csr: &Csr) {
    let asked = csr.extensions();
    let usage = asked.key_usage.as_ref().map_or_else(|| "-".to_owned(), |u| u.value.to_string());
    let purposes = asked.extended_key_usage.iter().flat_map(|all| &all.value);
    let purposes: Vec<_> = purposes.map(ToString::to_string).collect();
    out::line(format!("{file}: the signature is good"));
    out::line(format!("  subject    {}", csr.subject()));
    out::line(format!("  key        {}", csr.public_key().algorithm()));
    out::line(format!("  key usage  {usage}"));
    if !purposes.is_empty() {
        out::line(format!("  purposes   {}", purposes.join(", ")));
    }
    if asked.basic_constraints.as_ref().is_some_and(|constraints| constraints.value.ca) {
        out::line("  asks to be an authority");
    }
}

fn object(file: &str, csr: &Csr) -> serde_json::Value {
    let asked = csr.extensions();
    let ca = asked.basic_constraints.as_ref().is_some_and(|constraints| constraints.value.ca);
    json!({
        "file": file,
        "sound": true,
        "subject": csr.subject().to_string(),
        "common_name": csr.subject().only(AttributeKind::CommonName),
        "algorithm": csr.public_key().algorithm().to_string(),
        "key_usage": asked.key_usage.as_ref().map(|usage| usage.value.to_string()),
        "authority": ca,
        "attributes": csr.attributes(),
    })
}
