//! `pnc pki import`: an authority that was there before.

use super::terms::{Strictness, edition};
use super::values::{self, kind};
use super::{crl, files};
use crate::cli::{failed, out};
use ::pki::profile::{Broken, CertificateKind, Edition};
use clap::Args;
use pnc::ca::{Import, Imported, is_token};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use zeroize::Zeroizing;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Directory of authorities, as `pnc pki init` makes it; made if it is not there.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The authority's certificate, PEM or DER, best with those above it.
    #[arg(value_name = "CHAIN")]
    chain: String,
    /// Its private key: a file in PEM (PKCS#8 or SEC 1, not encrypted), or the pkcs11: URI of one in a token.
    #[arg(long, value_name = "FILE|URI")]
    key: String,
    /// Files of authorities above it, and of its root, which must be given unless CHAIN has it.
    #[arg(long, value_name = "CERT")]
    above: Vec<String>,
    /// Its kind: mo-sub2, cps-sub2, v2g-root, .. Guessed where it is not given.
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<CertificateKind>,
    /// Edition of the standard. Guessed where it is not given.
    #[arg(long, value_name = "2|20", value_parser = edition)]
    edition: Option<Edition>,
    /// How closely its own certificate must follow the standard. What it issues does so to the letter in any case.
    #[arg(long, value_enum, default_value_t = Strictness::Field)]
    level: Strictness,
    /// Its name in the directory; that of its kind where it is not given.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Address of the OCSP responder, written into what it issues.
    #[arg(long, value_name = "URL")]
    ocsp: Option<String>,
    /// Address of its revocation list, written into what it issues.
    #[arg(long, value_name = "URL")]
    crl: Option<String>,
    /// File of its newest revocation list: what it revoked stays revoked, and the next list has the next number.
    #[arg(long, value_name = "CRL")]
    list: Option<String>,
    /// Files of certificates that it issued, so that they can be revoked.
    #[arg(long, value_name = "CERT")]
    issued: Vec<String>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// 0: taken over. 1: not, and nothing was changed.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    match import(arguments) {
        Ok(imported) => {
            told(arguments, &imported);
            ExitCode::SUCCESS
        }
        Err(error) => failed(error),
    }
}

fn import(arguments: &Arguments) -> Result<Imported, String> {
    let mut certificates = values::chain(&arguments.chain)?;
    for path in &arguments.above {
        certificates.extend(values::chain(path)?);
    }
    let mut issued = Vec::new();
    for path in &arguments.issued {
        // The first of a chain; the others are not the authority's.
        issued.push(values::certificate(path)?);
    }
    let key = if is_token(&arguments.key) {
        Zeroizing::new(arguments.key.clone())
    } else {
        let text = Zeroizing::new(files::text(&arguments.key)?);
        if text.contains("ENCRYPTED") {
            let path = &arguments.key;
            return Err(format!("{path}: encrypted; openssl pkcs8 -in {path} takes that off"));
        }
        text
    };
    let list = arguments.list.as_deref().map(crl::read).transpose()?;
    let import = Import {
        certificates,
        key,
        kind: arguments.kind,
        edition: arguments.edition,
        level: arguments.level.level(),
        name: arguments.name.clone(),
        ocsp: arguments.ocsp.clone(),
        crl: arguments.crl.clone(),
        list,
        issued,
    };
    import.add_to(&arguments.directory, pnc::time::unix()).map_err(|error| error.to_string())
}

fn told(arguments: &Arguments, imported: &Imported) {
    let Imported { name, kind, edition, broken, above, known } = imported;
    let place = arguments.directory.join("ca").join(name);
    if arguments.json {
        let broken = broken.iter().map(|(subject, broken)| {
            let Broken { rule, requirement, field, found, wanted } = broken;
            json!({
                "subject": subject,
                "rule": rule.id(),
                "requirement": requirement,
                "field": field,
                "found": found,
                "wanted": wanted,
            })
        });
        let object = json!({
            "authority": name,
            "directory": place,
            "kind": kind.name(),
            "edition": edition.to_string(),
            "above": above.iter().map(|above| above.subject().to_string()).collect::<Vec<_>>(),
            "certificates": known,
            "broken": broken.collect::<Vec<_>>(),
        });
        out::line(object.to_string());
        return;
    }
    for (subject, broken) in broken {
        out::note(format!("warning: {subject}: {broken}"));
    }
    let root = above
        .last()
        .map_or_else(|| "a root".to_owned(), |root| format!("below {}", root.subject()));
    out::line(format!("{}  {kind}, {edition}, {root}, {known} certificates", place.display()));
}
