//! Certificates, chains, keys, revocation, identifiers and contract pools.

use pki::chain::{Anchors, RootKind};
use pki::{PrivateKey, drive};
use ring::rand::SystemRandom;
use std::sync::OnceLock;

/// When chains are verified, in Unix seconds: while those of the corpus are valid.
pub const NOW: i64 = 1_795_000_000;

/// A certificate in DER, against every profile.
pub fn certificate(data: &[u8]) {
    drive::certificate(data);
}

/// Certificates in DER one after the other: the leaf, those between, and last the root. Those between are sent in either
/// order, then kept by the receiver, with every certificate among them that may be a root trusted as one.
pub fn chain(data: &[u8]) {
    let certificates = elements(data);
    let [leaf, subs @ .., root] = &certificates[..] else { return };
    let mut anchors = Anchors::new();
    for kind in RootKind::ALL {
        let _ = anchors.add(kind, root);
    }
    drive::chain(leaf, subs, &anchors, NOW);
    for sub in subs {
        let _ = anchors.add_authority(sub);
        let _ = anchors.add(RootKind::V2g, sub);
    }
    drive::chain(leaf, &[], &anchors, NOW);
}

/// A request, a response, a list or a cache; alone, or behind a certificate and its issuer's.
pub fn revocation(data: &[u8]) {
    drive::revocation(data);
    if let [certificate, issuer, about, ..] = &elements(data)[..] {
        drive::revocation(about);
        drive::answer(certificate, issuer, about, NOW);
    }
}

/// A request for a certificate, the attributes of one, or certificates alone in a CMS frame.
pub fn enrolment(data: &[u8]) {
    static KEY: OnceLock<Option<PrivateKey>> = OnceLock::new();
    let rng = SystemRandom::new();
    if let Some(key) = KEY.get_or_init(|| PrivateKey::generate(&rng).ok()) {
        drive::enrolment(data, key, &rng);
    }
}

/// A key in DER or PEM.
pub fn key(data: &[u8]) {
    let rng = SystemRandom::new();
    drive::key(data, &rng);
    drive::pem_text(&String::from_utf8_lossy(data), &rng);
}

/// An identifier of any kind.
pub fn identifiers(data: &[u8]) {
    drive::identifiers(&String::from_utf8_lossy(data));
}

/// The text of a contract pool.
pub fn pool(data: &[u8]) {
    drive::pool(&String::from_utf8_lossy(data));
}

/// Splits where the DER length says; the rest, if it is shorter than that, is the last element.
fn elements(mut data: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while !data.is_empty() && found.len() < 8 {
        let len = match data {
            [_, 0x82, a, b, ..] => 4 + usize::from(u16::from_be_bytes([*a, *b])),
            [_, 0x81, a, ..] => 3 + usize::from(*a),
            [_, a, ..] => 2 + usize::from(*a),
            _ => 1,
        };
        let (element, rest) = data.split_at(len.min(data.len()));
        found.push(element);
        data = rest;
    }
    found
}
