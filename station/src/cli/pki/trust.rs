//! What is trusted, as it is given on the command line.

use super::files;
use super::terms::{Strictness, edition, moment};
use crate::cli::hex::hex;
use ::pki::chain::{Anchor, Demand, Position, Role, RootKind};
use ::pki::profile::{Edition, guess};
use ::pki::{Anchors, Certificate};
use clap::Args;
use pnc::time::unix;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

#[derive(Debug, Args)]
pub(super) struct TrustArguments {
    /// Roots, and authorities that complete chains: files, or directories of .pem, .crt, .cer and .der.
    ///
    /// What a root anchors is guessed from its name. `v2g:`, `mo:`, `oem:` or `private:` before the path says it.
    #[arg(long, required = true, num_args = 1.., value_name = "[KIND:]PATH")]
    anchors: Vec<String>,
    /// How much deviation is tolerated.
    #[arg(long, value_enum, default_value_t = Strictness::Strict)]
    level: Strictness,
    /// Edition of the standard: ISO 15118-2 or ISO 15118-20. Guessed from the leaf where it is not given.
    #[arg(long, value_name = "2|20", value_parser = edition)]
    edition: Option<Edition>,
    /// When the chain is to be valid, UTC: `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ssZ`. Now where it is not given.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<i64>,
}

impl TrustArguments {
    pub(super) fn now(&self) -> i64 {
        self.at.unwrap_or_else(unix)
    }

    /// What is asked of a chain with this leaf. A leaf that cannot be read is refused whatever is asked.
    pub(super) fn demand(&self, role: Role, leaf: &[u8]) -> Demand {
        let likely = || {
            let leaf = Certificate::parse(leaf);
            leaf.map_or(Edition::Iso2, |leaf| guess(&leaf).edition)
        };
        let edition = match role {
            Role::Vehicle => Edition::Iso20,
            _ => self.edition.unwrap_or_else(likely),
        };
        Demand { role, edition, level: self.level.level() }
    }

    /// Reads every root and authority. The error names the file.
    pub(super) fn anchors(&self) -> Result<Anchors, String> {
        let mut anchors = Anchors::new();
        for argument in &self.anchors {
            let (kind, path) = split(argument);
            if Path::new(path).is_dir() {
                for file in directory(path)? {
                    add(&mut anchors, kind, &file, true)?;
                }
            } else {
                add(&mut anchors, kind, path, false)?;
            }
        }
        if anchors.is_empty() {
            return Err("there is no root among the anchors".to_owned());
        }
        Ok(anchors)
    }
}

/// The kind before the path, if there is one.
fn split(argument: &str) -> (Option<RootKind>, &str) {
    let kind = |name| match name {
        "v2g" => Some(RootKind::V2g),
        "mo" => Some(RootKind::Mo),
        "oem" => Some(RootKind::Oem),
        "private" => Some(RootKind::PrivateOperator),
        _ => None,
    };
    match argument.split_once(':') {
        Some((name, path)) if kind(name).is_some() => (kind(name), path),
        _ => (None, argument),
    }
}

/// Files that look like certificates, by name.
fn directory(path: &str) -> Result<Vec<String>, String> {
    let fault = |error: std::io::Error| format!("{path}: {error}");
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(fault)? {
        let file = entry.map_err(fault)?.path();
        let known = file
            .extension()
            .is_some_and(|end| ["pem", "crt", "cer", "der"].iter().any(|known| end == *known));
        if known && file.is_file() {
            files.push(file.to_string_lossy().into_owned());
        }
    }
    files.sort();
    Ok(files)
}

/// Leaves that lie beside authorities in a directory are passed over.
fn add(
    anchors: &mut Anchors,
    kind: Option<RootKind>,
    path: &str,
    in_directory: bool,
) -> Result<(), String> {
    for der in files::certificates(path)? {
        let fault = |error: &dyn std::fmt::Display| format!("{path}: {error}");
        let certificate = Certificate::parse(&der).map_err(|error| fault(&error))?;
        if in_directory && !certificate.is_ca() {
            continue;
        }
        if !certificate.is_self_issued() {
            anchors.add_authority(&der).map_err(|error| fault(&error))?;
            continue;
        }
        let guessed = || guess(&certificate).kind.and_then(RootKind::from_certificate_kind);
        let kind = kind.or_else(guessed).ok_or_else(|| {
            let subject = certificate.subject();
            fault(&format!("what does {subject} anchor? Put v2g:, mo:, oem: or private: before"))
        })?;
        anchors.add(kind, &der).map_err(|error| fault(&error))?;
    }
    Ok(())
}

/// `leaf`, `authority 0`, `root` for machines.
pub(super) fn place(at: Position) -> Value {
    match at {
        Position::Leaf => "leaf".into(),
        Position::Sub(above) => above.into(),
        Position::Root => "root".into(),
    }
}

pub(super) fn edition_number(edition: Edition) -> &'static str {
    match edition {
        Edition::Iso2 => "2",
        Edition::Iso20 => "20",
    }
}

pub(super) fn root_name(kind: RootKind) -> &'static str {
    match kind {
        RootKind::V2g => "v2g",
        RootKind::Mo => "mo",
        RootKind::Oem => "oem",
        RootKind::PrivateOperator => "private",
    }
}

pub(super) fn anchor_object(anchor: &Anchor) -> Value {
    let certificate = anchor.certificate();
    json!({
        "kind": root_name(anchor.kind()),
        "subject": certificate.subject().to_string(),
        "sha256": hex(digest(&SHA256, certificate.der()).as_ref()),
    })
}
