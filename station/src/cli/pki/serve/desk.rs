//! The service's keys and certificates, from a directory of authorities.

use super::config::Config;
use crate::cli::pki::files;
use ::pki::chain::{Anchors, RootKind};
use ::pki::{Certificate, PrivateKey};
use pki_service::api::{Authority, Desk};
use pki_service::operator::Signatory;
use pnc::ca::Directory;
use ring::rand::SystemRandom;
use std::path::Path;
use std::sync::Arc;

/// Every authority of the directories, and the provisioning service of each that has one.
pub(super) fn open(config: &Config) -> Result<Desk, String> {
    let empty = || Desk {
        provisioners: Vec::new(),
        authorities: Vec::new(),
        anchors: Anchors::new(),
        terms: config.terms(),
    };
    let mut desk = empty();
    for path in &config.directories {
        let other = of_directory(path, empty(), config.issuing.organization.clone())
            .map_err(|error| format!("{}: {error}", path.display()))?;
        for authority in &other.authorities {
            let name = &authority.name;
            if desk.authorities.iter().any(|known| known.name == *name) {
                return Err(format!("{}: another directory has {name} too", path.display()));
            }
        }
        desk = desk.and(other);
    }
    Ok(desk)
}

fn of_directory(path: &Path, mut desk: Desk, organization: Option<String>) -> Result<Desk, String> {
    let directory = Directory::new(path);
    desk.anchors = anchors(&path.join("roots"))?;
    let mut edition = None;
    for name in directory.names().map_err(|error| error.to_string())? {
        let ca = directory.open(&name).map_err(|error| error.to_string())?;
        let responder = leaf(&path.join("leaf").join(format!("ocsp_signer_of_{name}")))?;
        let own = ca.authority().certificate();
        let above: Vec<_> = ca.chain().into_iter().filter(|above| above != own).collect();
        let root = root(&desk.anchors, above.last().unwrap_or(own));
        let responder = responder.map(|(certificates, key)| {
            let signer: Arc<dyn ::pki::Signer> = Arc::new(key);
            certificates.into_iter().next().map(|leaf| (leaf, signer))
        });
        let (issuer, responder) = (ca.authority().clone(), responder.flatten());
        if edition.is_some_and(|edition| edition != issuer.edition()) {
            return Err("authorities of both editions".to_owned());
        }
        edition = Some(issuer.edition());
        let name = Authority::name_of(&name, issuer.edition());
        desk.authorities.push(Authority { name, issuer, above, root, responder });
    }
    let Some(edition) = edition else { return Ok(desk) };
    for name in provisioning_services(path)? {
        let Some((chain, key)) = leaf(&path.join("leaf").join(&name))? else { continue };
        let mut chain = chain.into_iter();
        let leaf = chain.next().ok_or_else(|| format!("leaf/{name}: no certificate"))?;
        let service = Signatory::new(leaf, chain.collect(), Arc::new(key));
        let service = service.map_err(|error| format!("leaf/{name}: {error}"))?;
        let served = desk.with_service(edition, service, organization.clone());
        desk = served.map_err(|error| error.to_string())?;
    }
    Ok(desk)
}

/// `cps` first, then those of other roots, `cps_..`, which cars of those roots are answered by.
fn provisioning_services(path: &Path) -> Result<Vec<String>, String> {
    let mut names = names(&path.join("leaf"))?;
    names.retain(|name| name == "cps" || name.starts_with("cps_"));
    Ok(names)
}

/// Names in a directory, sorted; none if it is not there.
fn names(path: &Path) -> Result<Vec<String>, String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut names = Vec::new();
    match std::fs::read_dir(path) {
        Ok(entries) => {
            for entry in entries {
                names.extend(entry.map_err(told)?.file_name().into_string().ok());
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(told(error)),
    }
    names.sort();
    Ok(names)
}

/// The chain (leaf first) and the key of a place for a leaf, if it is there.
fn leaf(place: &Path) -> Result<Option<(Vec<Certificate>, PrivateKey)>, String> {
    if !place.is_dir() {
        return Ok(None);
    }
    let key = place.join("key.pem");
    let key = PrivateKey::from_pem(&files::text(&key.to_string_lossy())?, &SystemRandom::new())
        .map_err(|error| format!("{}: {error}", key.display()))?;
    Ok(Some((certificates(&place.join("chain.pem"))?, key)))
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, String> {
    let ders = files::certificates(&path.to_string_lossy())?;
    let parse = |der: &Vec<u8>| Certificate::parse(der);
    let parsed: Result<_, _> = ders.iter().map(parse).collect();
    parsed.map_err(|error| format!("{}: {error}", path.display()))
}

/// `v2g_root.pem` and the others as `pnc pki init` names them, and those of others beside: `v2g_root_...pem`.
fn anchors(place: &Path) -> Result<Anchors, String> {
    let mut anchors = Anchors::new();
    for name in names(place)? {
        let Some(stem) = name.strip_suffix(".pem") else { continue };
        let kind = RootKind::ALL.into_iter().find(|kind| {
            let rest = stem.strip_prefix(kind.certificate_kind().name());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        });
        if let Some(kind) = kind {
            let path = place.join(&name);
            let text = files::text(&path.to_string_lossy())?;
            let added = anchors.add_pem(kind, &text);
            added.map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(anchors)
}

/// The root that signed a certificate, or the certificate itself if it is one.
fn root(anchors: &Anchors, certificate: &Certificate) -> Option<Certificate> {
    let mut roots = anchors.iter().map(|anchor| anchor.certificate());
    let signed = |root: &&Certificate| {
        root.public_key().is_ok_and(|key| certificate.verify_signed_by(key).is_ok())
    };
    roots.find(signed).filter(|root| *root != certificate).cloned()
}
