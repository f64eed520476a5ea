//! The service's keys and certificates, from a directory of authorities.

use super::config::Config;
use crate::cli::pki::files;
use ::pki::chain::{Anchors, RootKind};
use ::pki::profile::Edition;
use ::pki::{Certificate, PrivateKey};
use pki_service::api::{Authority, Desk};
use pki_service::operator::Signatory;
use pnc::ca::Directory;
use ring::rand::SystemRandom;
use std::path::Path;
use std::sync::Arc;

/// Every authority of ISO 15118-2 in the directory, and the provisioning service if there is one.
pub(super) fn open(config: &Config) -> Result<Desk, String> {
    let path = config.directory.as_deref().ok_or("no directory of authorities")?;
    let directory = Directory::new(path);
    let anchors = anchors(&path.join("roots"))?;
    let mut authorities = Vec::new();
    for name in directory.names().map_err(|error| error.to_string())? {
        let ca = directory.open(&name).map_err(|error| error.to_string())?;
        if ca.edition() == Edition::Iso2 {
            let responder = leaf(&path.join("leaf").join(format!("ocsp_signer_of_{name}")))?;
            let own = ca.authority().certificate();
            let above: Vec<_> = ca.chain().into_iter().filter(|above| above != own).collect();
            let root = root(&anchors, above.last().unwrap_or(own));
            let responder = responder.map(|(certificates, key)| {
                let signer: Arc<dyn ::pki::Signer> = Arc::new(key);
                certificates.into_iter().next().map(|leaf| (leaf, signer))
            });
            let (issuer, responder) = (ca.authority().clone(), responder.flatten());
            authorities.push(Authority { name, issuer, above, root, responder });
        }
    }
    let desk = Desk { provisioner: None, authorities, anchors, terms: config.terms() };
    let Some((chain, key)) = leaf(&path.join("leaf").join("cps"))? else { return Ok(desk) };
    let mut chain = chain.into_iter();
    let leaf = chain.next().ok_or("leaf/cps: no certificate")?;
    let service = Signatory::new(leaf, chain.collect(), Arc::new(key));
    let service = service.map_err(|error| format!("leaf/cps: {error}"))?;
    let organization = config.issuing.organization.clone();
    desk.with_service(service, organization).map_err(|error| error.to_string())
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

fn anchors(place: &Path) -> Result<Anchors, String> {
    let mut anchors = Anchors::new();
    for (name, kind) in [
        ("v2g_root.pem", RootKind::V2g),
        ("mo_root.pem", RootKind::Mo),
        ("oem_root.pem", RootKind::Oem),
        ("private_root.pem", RootKind::PrivateOperator),
    ] {
        let path = place.join(name);
        if path.is_file() {
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
