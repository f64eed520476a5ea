//! Extensions beside those on the key's usage.

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::super::{Authority, Level, Profile, RevocationPointers};
use super::{Outcome, wanted};
use crate::cert::{BasicConstraints, Certificate, CertificateKey};

pub(super) fn authority(certificate: &Certificate, profile: &Profile, level: Level) -> Outcome {
    let found = constraints(certificate);
    let leaf = profile.authority == Authority::Leaf;
    // Without the extension it is no authority.
    let good = match found {
        Some(constraints) => constraints.ca != leaf,
        None => level > Level::Strict && leaf,
    };
    let text = || found.map_or_else(|| "no extension".to_owned(), |found| ca(found.ca));
    wanted(good, text, || ca(!leaf))
}

pub(super) fn authority_critical(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let constraints = certificate.extensions().basic_constraints.as_ref();
    let good = constraints.is_none_or(|constraints| constraints.critical);
    wanted(good, || "not critical".to_owned(), || "critical".to_owned())
}

pub(super) fn path_length(certificate: &Certificate, profile: &Profile, _: Level) -> Outcome {
    let found = constraints(certificate).and_then(|constraints| constraints.path_len);
    let expected = match profile.authority {
        Authority::Root | Authority::Leaf => None,
        Authority::Sub(path_len) => Some(path_len),
    };
    let text =
        |path_len: Option<u32>| path_len.map_or_else(|| "none".to_owned(), |n| n.to_string());
    wanted(found == expected, || text(found), || text(expected))
}

/// Whoever checks a path refuses critical extensions it does not process (RFC 5280 6.1) [V2G2-885].
pub(super) fn critical(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let mut all = certificate.extensions().all.iter();
    let unknown = all.find(|e| e.critical && !PROCESSED.contains(&e.value.as_str()));
    let found = || unknown.map(|extension| extension.value.clone()).unwrap_or_default();
    wanted(unknown.is_none(), found, || "only extensions that are processed".to_owned())
}

/// No name constraints and no policy mappings in ISO 15118-2; nothing is known of them in ISO 15118-20.
pub(super) fn forbidden(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let mut all = certificate.extensions().all.iter();
    let found = all.find(|extension| FORBIDDEN.contains(&extension.value.as_str()));
    let text = || found.map(|extension| extension.value.clone()).unwrap_or_default();
    wanted(found.is_none(), text, || "no name constraints, no policy mappings".to_owned())
}

/// No profile has alternative names: who a certificate is for stands in its subject.
pub(super) fn alternative_name(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let there = certificate.extensions().all.iter().any(|e| e.value == ALTERNATIVE_NAME);
    wanted(!there, || "there".to_owned(), || "no extension".to_owned())
}

pub(super) fn key_id(certificate: &Certificate, profile: &Profile, _: Level) -> Outcome {
    let extensions = certificate.extensions();
    let subject = extensions.subject_key_id.as_ref();
    let issuer = extensions.authority_key_id.as_ref();
    let critical = subject.is_some_and(|id| id.critical) || issuer.is_some_and(|id| id.critical);
    let present = subject.is_some() && (issuer.is_some() || profile.authority == Authority::Root);
    let found = || {
        let mark = |there| if there { "there" } else { "missing" };
        let critical = if critical { ", critical" } else { "" };
        format!(
            "subject's {}, authority's {}{critical}",
            mark(subject.is_some()),
            mark(issuer.is_some())
        )
    };
    wanted(present && !critical, found, || "both, not critical".to_owned())
}

/// Of the key's bits: SHA-1, or its last sixty bits behind 0100 (RFC 5280 4.2.1.2, both methods).
pub(super) fn key_id_value(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let key: &[u8] = match certificate.key() {
        CertificateKey::P256(key)
        | CertificateKey::P521(key)
        | CertificateKey::Ed448(key)
        | CertificateKey::X448(key) => key.point(),
        _ => return Ok(()),
    };
    let Some(id) = &certificate.extensions().subject_key_id else { return Ok(()) };
    let whole = digest(&SHA1_FOR_LEGACY_USE_ONLY, key);
    let (_, short) = whole.as_ref().split_at(12);
    let good = match id.value.split_first() {
        Some((first, rest)) if id.value.len() == 8 => {
            let wants = short.first().map(|byte| byte & 0x0f | 0x40);
            wants == Some(*first) && short.get(1..) == Some(rest)
        }
        _ => id.value == whole.as_ref(),
    };
    wanted(
        good,
        || format!("{} octets of another origin", id.value.len()),
        || "20 or 8 octets of the key's SHA-1".to_owned(),
    )
}

pub(super) fn authority_key_id(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let Some(id) = &certificate.extensions().authority_key_id else { return Ok(()) };
    let found = || match id.value.key_id {
        Some(_) => "a key identifier, and the issuer's certificate".to_owned(),
        None => "no key identifier".to_owned(),
    };
    let good = id.value.key_id.is_some() && !id.value.names_certificate;
    wanted(good, found, || "a key identifier alone".to_owned())
}

/// Which policies is the issuer's business.
pub(super) fn policies(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let Some(policies) = &certificate.extensions().policies else { return Ok(()) };
    let critical = if policies.critical { ", critical" } else { "" };
    wanted(
        policies.value.len() == 1 && !policies.critical,
        || format!("{} policies{critical}", policies.value.len()),
        || "one policy, not critical".to_owned(),
    )
}

/// Either way to learn of a revocation is enough where one is wanted.
pub(super) fn revocation_pointers(
    certificate: &Certificate,
    profile: &Profile,
    _: Level,
) -> Outcome {
    let extensions = certificate.extensions();
    // Where an address is wanted, an extension without one is none.
    let wanting = profile.revocation == RevocationPointers::Critical;
    let [ocsp, crl] = [&extensions.ocsp, &extensions.crl]
        .map(|pointer| pointer.as_ref().is_some_and(|p| !wanting || !p.value.is_empty()));
    let (good, wants) = match profile.revocation {
        RevocationPointers::Absent => (!ocsp && !crl, "neither"),
        RevocationPointers::Critical => (ocsp || crl, "one of them"),
        RevocationPointers::NotCritical | RevocationPointers::Open => return Ok(()),
    };
    let found = || match (ocsp, crl) {
        (true, true) => "both".to_owned(),
        (true, false) => "OCSP".to_owned(),
        (false, true) => "CRL".to_owned(),
        (false, false) => "neither".to_owned(),
    };
    wanted(good, found, || wants.to_owned())
}

pub(super) fn revocation_critical(
    certificate: &Certificate,
    profile: &Profile,
    _: Level,
) -> Outcome {
    let extensions = certificate.extensions();
    let [ocsp, crl] = [&extensions.ocsp, &extensions.crl]
        .map(|pointer| pointer.as_ref().map(|pointer| pointer.critical));
    let critical = match profile.revocation {
        RevocationPointers::Critical => true,
        RevocationPointers::NotCritical => false,
        RevocationPointers::Absent | RevocationPointers::Open => return Ok(()),
    };
    let text = |critical| if critical { "critical" } else { "not critical" };
    let good = [ocsp, crl].into_iter().flatten().all(|found| found == critical);
    let found = || {
        let name = |name, pointer: Option<bool>| pointer.map(|c| format!("{name} {}", text(c)));
        let names = [name("OCSP", ocsp), name("CRL", crl)];
        names.into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    wanted(good, found, || text(critical).to_owned())
}

fn constraints(certificate: &Certificate) -> Option<BasicConstraints> {
    certificate.extensions().basic_constraints.as_ref().map(|constraints| constraints.value)
}

fn ca(authority: bool) -> String {
    format!("CA {authority}")
}

const ALTERNATIVE_NAME: &str = "2.5.29.17";
/// Basic constraints, key usage, extended key usage, subject alternative name; authority information access and CRL
/// distribution points, whose criticality is a rule of its own.
const PROCESSED: [&str; 6] =
    ["2.5.29.19", "2.5.29.15", "2.5.29.37", ALTERNATIVE_NAME, "1.3.6.1.5.5.7.1.1", "2.5.29.31"];
/// Name constraints, policy mappings.
const FORBIDDEN: [&str; 2] = ["2.5.29.30", "2.5.29.33"];
