//! `pnc pki fixtures`: a test hierarchy and everything that must be refused.

use super::terms::edition;
use super::trust::{edition_number, place, root_name};
use crate::cli::{failed, out};
use ::pki::chain::{Anchor, Level};
use ::pki::issue::{Ending, Options};
use ::pki::key::Signer as _;
use ::pki::profile::Edition;
use ::pki::specimen::{self, Catalogue};
use ::pki::{Certificate, pem, time};
use clap::Args;
use pnc::ca::write_key;
use ring::rand::SystemRandom;
use serde_json::{Map, Value, json};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Where it is made; the directory must be empty or not there yet.
    ///
    /// In it, for each edition: certs/, keys/ and chains/ of a sound hierarchy, defects/ROLE/ with chains that have one
    /// defect each, flaws/ with certificates that break one rule each, and a revocation list. manifest.json names each file,
    /// what is wrong with it, and what verification (`pnc pki verify`) or the profiles (`pnc pki lint`) say at each level.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Edition of the standard; both where it is not given.
    #[arg(long, value_name = "2|20", value_parser = edition)]
    edition: Option<Edition>,
    /// The manifest on standard output as well.
    #[arg(long)]
    json: bool,
}

/// 0: made. 1: not made, and nothing is left.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let done = make(arguments).map(|manifest| {
        if arguments.json {
            out::line(manifest.to_string());
        } else {
            let count = |what: &str| manifest[what].as_array().map_or(0, Vec::len);
            let (chains, flaws) = (count("chains"), count("certificates"));
            let place = arguments.directory.join(MANIFEST);
            out::line(format!("{}: {chains} chains, {flaws} certificates", place.display()));
        }
    });
    done.map_or_else(failed, |()| ExitCode::SUCCESS)
}

fn make(arguments: &Arguments) -> Result<Value, String> {
    let directory = &arguments.directory;
    let told = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    match fs::read_dir(directory).map(|mut entries| entries.next().is_some()) {
        Ok(true) => return Err(format!("{}: not empty", directory.display())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(told(directory, error));
        }
        _ => {}
    }
    // Made beside and moved in, the manifest last.
    let half = directory.join(format!(".{}.half", std::process::id()));
    let made = fill(arguments, &half).and_then(|manifest| {
        for name in ["2", "20", MANIFEST].map(|name| (half.join(name), directory.join(name))) {
            if name.0.exists() {
                fs::rename(&name.0, &name.1).map_err(|error| told(&name.1, error))?;
            }
        }
        Ok(manifest)
    });
    let _ = fs::remove_dir_all(&half);
    made
}

fn fill(arguments: &Arguments, place: &Path) -> Result<Value, String> {
    let now = pnc::time::unix();
    let (mut chains, mut certificates, mut revocation) = (Vec::new(), Vec::new(), Vec::new());
    for edition in Edition::ALL {
        if arguments.edition.is_some_and(|asked| asked != edition) {
            continue;
        }
        let catalogue = Catalogue::generate(&SystemRandom::new(), now, Options::of(edition));
        let catalogue = catalogue.map_err(|error| error.to_string())?;
        let files = Files { place, edition: edition_number(edition) };
        for (name, octets) in catalogue.hierarchy.files() {
            files.write(&name, &octets)?;
        }
        for chain in &catalogue.chains {
            chains.push(files.chain(&catalogue, chain)?);
        }
        for (number, certificate) in (1..).zip(&catalogue.certificates) {
            certificates.push(files.certificate(number, certificate)?);
        }
        let list = files.write("revoked/mo_sub2.crl", &catalogue.revoked_sub2)?;
        revocation.push(json!({
            "list": list,
            "certificate": files.name("certs/mo_sub2.pem"),
            "issuer": files.name("certs/mo_sub1.pem"),
            "chain": files.name("chains/contract.pem"),
            "role": "contract",
            "expected": "revoked",
        }));
    }
    let manifest = json!({
        "at": time::text(now),
        "chains": chains,
        "certificates": certificates,
        "revocation": revocation,
    });
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| error.to_string())?;
    let path = place.join(MANIFEST);
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(manifest)
}

/// The files of an edition.
struct Files<'a> {
    place: &'a Path,
    edition: &'static str,
}

impl Files<'_> {
    /// A file's name in the manifest.
    fn name(&self, name: &str) -> String {
        format!("{}/{name}", self.edition)
    }

    fn write(&self, name: &str, octets: &[u8]) -> Result<String, String> {
        let name = self.name(name);
        let path = self.place.join(&name);
        let told = |error: io::Error| format!("{}: {error}", path.display());
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(told)?;
        if name.split('/').nth(1) == Some("keys") {
            write_key(&path, octets).map_err(|error| error.to_string())?;
        } else {
            fs::write(&path, octets).map_err(told)?;
        }
        Ok(name)
    }

    fn chain(&self, catalogue: &Catalogue, chain: &specimen::Chain) -> Result<Value, String> {
        let specimen::Chain { role, defect, chain, endings } = chain;
        let place = format!("{}/{}", role.name(), defect.name());
        let all = std::iter::once(&chain.leaf).chain(&chain.subs);
        let text: String = all.map(|der| pem::certificate(der)).collect();
        let file = self.write(&format!("defects/{place}.pem"), text.as_bytes())?;
        let leaf = Certificate::parse(&chain.leaf).ok();
        let fits = leaf.is_some_and(|leaf| leaf.public_key() == Ok(chain.key.public_key()));
        let key = if fits {
            Some(self.write(&format!("keys/defects/{place}.pem"), chain.key.to_pem().as_bytes())?)
        } else {
            None
        };
        let mut anchors = Vec::new();
        for anchor in chain.anchors.iter() {
            let known = catalogue
                .hierarchy
                .anchors()
                .iter()
                .any(|known| known.certificate() == anchor.certificate());
            let name = if known {
                self.name(&format!("certs/{}.pem", root_file(anchor)))
            } else {
                let text = pem::certificate(anchor.certificate().der());
                self.write(&format!("defects/{place}.root.pem"), text.as_bytes())?
            };
            anchors.push(format!("{}:{name}", root_name(anchor.kind())));
        }
        Ok(json!({
            "file": file,
            "key": key,
            "edition": self.edition,
            "role": role.name(),
            "defect": defect.name(),
            "what": defect.sentence(),
            "anchors": anchors,
            "expected": object(endings.iter().map(|(level, ending)| (*level, verdict(ending)))),
        }))
    }

    fn certificate(
        &self,
        number: u32,
        certificate: &specimen::Certificate,
    ) -> Result<Value, String> {
        let specimen::Certificate { flaw, der } = certificate;
        let name = format!("flaws/{number:03}-{}-{}.der", flaw.kind, flaw.what.replace(' ', "-"));
        Ok(json!({
            "file": self.write(&name, der)?,
            "edition": self.edition,
            "kind": flaw.kind.name(),
            "flaw": flaw.what,
            "expected": object(Level::ALL.map(|level| (level, json!(flaw.rules(level))))),
        }))
    }
}

/// As `pnc pki verify --json` says it.
fn verdict(ending: &Ending) -> Value {
    match ending {
        Ending::Accepted => json!({"verified": true}),
        Ending::Refused { check, at, rules } => json!({
            "verified": false,
            "check": check.name(),
            "at": at.map(place),
            "rules": rules.iter().map(|rule| rule.id()).collect::<Vec<_>>(),
        }),
    }
}

fn object(levels: impl IntoIterator<Item = (Level, Value)>) -> Map<String, Value> {
    levels.into_iter().map(|(level, value)| (level.to_string(), value)).collect()
}

fn root_file(anchor: &Anchor) -> &'static str {
    anchor.kind().certificate_kind().name()
}

const MANIFEST: &str = "manifest.json";
