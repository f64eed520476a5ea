//! `pnc pki show`: what certificates say.

use super::files;
use crate::cli::colour::{Colour, Painter, plain};
use crate::cli::hex::hex;
use crate::cli::{exit, out};
use ::pki::Certificate;
use ::pki::cert::{AuthorityKeyId, Extension};
use ::pki::id::identify;
use ::pki::time;
use clap::Args;
use pnc::time::unix;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// One JSON object for each certificate.
    #[arg(long)]
    json: bool,
    /// Files of certificates, PEM or DER; `-` is standard input.
    #[arg(required = true, value_name = "CERT")]
    files: Vec<String>,
}

/// 0: all were read. 1: some were not. 2: wrong usage.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let mut good = true;
    for file in &arguments.files {
        let certificates = match files::certificates(file) {
            Ok(certificates) => certificates,
            Err(error) => {
                out::complain(error);
                good = false;
                continue;
            }
        };
        for (number, der) in (1..).zip(&certificates) {
            match Certificate::parse(der) {
                Ok(certificate) if arguments.json => {
                    out::line(object(file, number, &certificate).to_string());
                }
                Ok(certificate) => out::text(&text(file, number, &certificate)),
                Err(error) => {
                    out::complain(format!("{file}, certificate {number}: {error}"));
                    good = false;
                }
            }
        }
    }
    exit(good)
}

fn text(file: &str, number: usize, certificate: &Certificate) -> String {
    let painter = Painter::stdout();
    let mut text =
        format!("{}\n", painter.paint(Colour::Bold, &format!("{file}, certificate {number}")));
    for (name, value) in rows(certificate) {
        text += &format!("  {name:<22}{}\n", plain(&value));
    }
    text
}

/// Names and values, in the order of a certificate.
fn rows(certificate: &Certificate) -> Vec<(&'static str, String)> {
    let extensions = certificate.extensions();
    let self_issued = if certificate.is_self_issued() { " (itself)" } else { "" };
    let mut rows = vec![
        ("subject", certificate.subject().to_string()),
        ("issuer", format!("{}{self_issued}", certificate.issuer())),
        ("serial number", hex(certificate.serial())),
        ("valid", validity(certificate)),
        ("public key", certificate.key().to_string()),
        ("signature", certificate.signature_algorithm().to_string()),
        ("size", format!("{} octets", certificate.der().len())),
    ];
    rows.extend(identifiers(certificate).into_iter().map(|line| ("common name reads as", line)));
    let mut row = |name, extension: Option<(bool, String)>| {
        rows.extend(extension.map(|(critical, value)| {
            (name, if critical { format!("{value} (critical)") } else { value })
        }));
    };
    row(
        "basic constraints",
        said(&extensions.basic_constraints, |constraints| {
            let below = constraints.path_len.map(|n| format!(", path length {n}"));
            format!(
                "{}{}",
                if constraints.ca { "authority" } else { "no authority" },
                below.unwrap_or_default()
            )
        }),
    );
    row("key usage", said(&extensions.key_usage, ToString::to_string));
    let list = |values: &Vec<_>| values.iter().map(ToString::to_string).collect::<Vec<_>>();
    row("extended key usage", said(&extensions.extended_key_usage, |all| list(all).join(", ")));
    row("subject key id", said(&extensions.subject_key_id, |id| hex(id)));
    let issuer = |id: &AuthorityKeyId| match &id.key_id {
        Some(id) => hex(id),
        None => "none, but the issuer's certificate is named".to_owned(),
    };
    row("authority key id", said(&extensions.authority_key_id, issuer));
    row("OCSP responders", said(&extensions.ocsp, |all| all.join(", ")));
    row("revocation lists", said(&extensions.crl, |all| all.join(", ")));
    for other in others(certificate) {
        row("other extension", Some((other.critical, other.value.clone())));
    }
    rows.push(("SHA-256", hex(digest(&SHA256, certificate.der()).as_ref())));
    rows.push(("SHA-1", hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate.der()).as_ref())));
    rows
}

fn said<T>(
    extension: &Option<Extension<T>>,
    say: impl FnOnce(&T) -> String,
) -> Option<(bool, String)> {
    extension.as_ref().map(|extension| (extension.critical, say(&extension.value)))
}

fn validity(certificate: &Certificate) -> String {
    let (begin, end) = (certificate.not_before(), certificate.not_after());
    let days = end.saturating_sub(begin).saturating_add(1) / 86_400;
    let now = unix();
    let state = if now > end {
        ", expired"
    } else if now < begin {
        ", not yet"
    } else {
        ""
    };
    format!("{} to {}, {days} days{state}", time::text(begin), time::text(end))
}

fn identifiers(certificate: &Certificate) -> Vec<String> {
    let name = certificate.subject().common_name().unwrap_or_default();
    // Nearly every text reads as something; authorities are named freely.
    if certificate.is_ca() {
        return Vec::new();
    }
    identify(name).unwrap_or_default().iter().map(ToString::to_string).collect()
}

/// Extensions without a row of their own.
fn others(certificate: &Certificate) -> impl Iterator<Item = &Extension<String>> {
    certificate
        .extensions()
        .all
        .iter()
        .filter(|extension| !WITH_ROWS.contains(&extension.value.as_str()))
}

fn object(file: &str, number: usize, certificate: &Certificate) -> Value {
    let extensions = certificate.extensions();
    let name = certificate.subject().common_name();
    let identifiers = if certificate.is_ca() { None } else { name.and_then(|n| identify(n).ok()) };
    let identifiers = identifiers.unwrap_or_default();
    let attributes = |name: &::pki::cert::Name| {
        let each = |attribute: &::pki::cert::Attribute| json!({"type": attribute.kind.to_string(), "value": attribute.value});
        name.attributes().iter().map(each).collect::<Vec<_>>()
    };
    json!({
        "file": file,
        "number": number,
        "subject": certificate.subject().to_string(),
        "subject_attributes": attributes(certificate.subject()),
        "issuer": certificate.issuer().to_string(),
        "issuer_attributes": attributes(certificate.issuer()),
        "self_issued": certificate.is_self_issued(),
        "serial": hex(certificate.serial()),
        "not_before": time::text(certificate.not_before()),
        "not_after": time::text(certificate.not_after()),
        "key": certificate.key().to_string(),
        "signature_algorithm": certificate.signature_algorithm().to_string(),
        "octets": certificate.der().len(),
        "identifiers": identifiers.iter().map(|reading| reading.normal.clone()).collect::<Vec<_>>(),
        "ca": certificate.is_ca(),
        "path_length": extensions.basic_constraints.as_ref().and_then(|e| e.value.path_len),
        "key_usage": extensions.key_usage.as_ref().map(|e| e.value.to_string()),
        "extended_key_usage": extensions.extended_key_usage.as_ref()
            .map(|e| e.value.iter().map(ToString::to_string).collect::<Vec<_>>()),
        "subject_key_id": extensions.subject_key_id.as_ref().map(|e| hex(&e.value)),
        "authority_key_id": extensions.authority_key_id.as_ref().and_then(|e| e.value.key_id.as_deref()).map(hex),
        "ocsp": extensions.ocsp.as_ref().map(|e| e.value.clone()),
        "crl": extensions.crl.as_ref().map(|e| e.value.clone()),
        "extensions": extensions.all.iter()
            .map(|e| json!({"oid": e.value, "critical": e.critical})).collect::<Vec<_>>(),
        "sha256": hex(digest(&SHA256, certificate.der()).as_ref()),
        "sha1": hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate.der()).as_ref()),
    })
}

const WITH_ROWS: [&str; 7] = [
    "2.5.29.19",
    "2.5.29.15",
    "2.5.29.37",
    "2.5.29.14",
    "2.5.29.35",
    "1.3.6.1.5.5.7.1.1",
    "2.5.29.31",
];
