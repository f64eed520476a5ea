//! The rules, one row each. A check returns what was found and what was wanted.

use super::{Authority, CertificateKind, Holds, Level, Profile, Rule};
use crate::cert::{
    AttributeKind, Certificate, CertificateKey, ExtendedKeyUsage, KeyUsage, SignatureAlgorithm,
};
use crate::id::{Evcoid, Pcid};
use crate::time::DAY;

type Outcome = Result<(), (String, String)>;

pub(super) struct Row {
    pub(super) rule: Rule,
    pub(super) field: &'static str,
    /// Whether the rule holds below the strict level too.
    pub(super) field_too: bool,
    pub(super) requirement: fn(&Profile) -> &'static str,
    pub(super) check: fn(&Certificate, &Profile, Level) -> Outcome,
}

const fn row(
    rule: Rule,
    field: &'static str,
    field_too: bool,
    requirement: fn(&Profile) -> &'static str,
    check: fn(&Certificate, &Profile, Level) -> Outcome,
) -> Row {
    Row { rule, field, field_too, requirement, check }
}

pub(super) const RULES: &[Row] = &[
    row(Rule::Size, "certificate", false, |_| "V2G2-010", size),
    row(Rule::Version, "version", true, |_| "V2G2-884", version),
    row(Rule::Serial, "serial number", false, |_| "RFC 5280 4.1.2.2", serial),
    row(Rule::Key, "public key", true, |_| "V2G2-006", key),
    row(Rule::SignatureAlgorithm, "signature algorithm", true, |_| "V2G2-007", signature_algorithm),
    row(Rule::Authority, "basic constraints", true, |_| "V2G2-867", authority),
    row(Rule::PathLength, "path length", false, |_| "V2G2-009", path_length),
    row(Rule::KeyUsage, "key usage", true, |_| "V2G2-884", key_usage),
    row(Rule::ExtendedKeyUsage, "extended key usage", true, |_| "V2G2-925", extended_key_usage),
    row(Rule::Critical, "critical extensions", true, |_| "V2G2-885", critical),
    row(Rule::Forbidden, "extensions", false, |_| "V2G2-884", forbidden),
    row(Rule::KeyId, "key identifiers", false, |_| "V2G2-884", key_id),
    row(Rule::DomainComponent, "subject DC", true, |_| "V2G2-925", domain_component),
    row(Rule::CommonName, "subject CN", true, common_name_requirement, common_name),
    row(Rule::Country, "subject C", false, |_| "V2G2-884", country),
    row(Rule::Validity, "validity", false, validity_requirement, validity),
];

const MAX_SIZE: usize = 800;

fn size(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let size = certificate.der().len();
    wanted(size <= MAX_SIZE, || format!("{size} octets"), || format!("at most {MAX_SIZE}"))
}

fn version(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let version = certificate.version();
    wanted(version == 3, || version.to_string(), || "3".to_owned())
}

fn serial(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let serial = certificate.serial();
    let positive = serial.first().is_some_and(|&b| b < 0x80) && serial.iter().any(|&b| b != 0);
    wanted(
        positive && serial.len() <= 20,
        || hex(serial),
        || "positive, at most 20 octets".to_owned(),
    )
}

fn key(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let key = certificate.key();
    let good = matches!(key, CertificateKey::P256(_));
    wanted(good, || key.to_string(), || "EC P-256, uncompressed point".to_owned())
}

fn signature_algorithm(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let algorithm = certificate.signature_algorithm();
    let good = *algorithm == SignatureAlgorithm::EcdsaSha256;
    wanted(good, || algorithm.to_string(), || SignatureAlgorithm::EcdsaSha256.to_string())
}

fn authority(certificate: &Certificate, profile: &Profile, level: Level) -> Outcome {
    let constraints = certificate.extensions().basic_constraints.as_ref();
    let found = || match constraints {
        None => "none".to_owned(),
        Some(constraints) => {
            format!(
                "CA {}, {}",
                constraints.value.ca,
                if constraints.critical { "critical" } else { "not critical" }
            )
        }
    };
    let leaf = profile.authority == Authority::Leaf;
    let good = match (constraints, level) {
        (Some(constraints), Level::Strict) => constraints.critical && constraints.value.ca != leaf,
        (None, Level::Strict) => false,
        (_, Level::Field | Level::Lab) => certificate.is_ca() != leaf,
    };
    wanted(good, found, || format!("CA {}, critical", !leaf))
}

fn path_length(certificate: &Certificate, profile: &Profile, _: Level) -> Outcome {
    let found = certificate
        .extensions()
        .basic_constraints
        .as_ref()
        .and_then(|constraints| constraints.value.path_len);
    let expected = match profile.authority {
        Authority::Sub(path_len) => Some(path_len),
        Authority::Root | Authority::Leaf => None,
    };
    let text =
        |path_len: Option<u32>| path_len.map_or_else(|| "none".to_owned(), |n| n.to_string());
    wanted(found == expected, || text(found), || text(expected))
}

fn key_usage(certificate: &Certificate, profile: &Profile, level: Level) -> Outcome {
    let (required, allowed) = match level {
        Level::Strict => (profile.usage, profile.usage | profile.usage_also),
        Level::Field | Level::Lab => (profile.usage_field, KeyUsage(u16::MAX)),
    };
    let wants = || match level {
        Level::Strict => format!("{required}, critical"),
        Level::Field | Level::Lab => required.to_string(),
    };
    match &certificate.extensions().key_usage {
        Some(usage) => {
            let good = usage.value.contains(required)
                && usage.value.without(allowed).is_empty()
                && (usage.critical || level > Level::Strict);
            let critical = if usage.critical { "" } else { ", not critical" };
            wanted(good, || format!("{}{critical}", usage.value), wants)
        }
        None => wanted(level > Level::Strict, || "no extension".to_owned(), wants),
    }
}

/// Station certificates may name TLS servers, nothing else may name TLS servers or OCSP responders [V2G2-925].
fn extended_key_usage(certificate: &Certificate, profile: &Profile, level: Level) -> Outcome {
    let usage = &certificate.extensions().extended_key_usage;
    if profile.kind == CertificateKind::OcspSigner {
        return ocsp_signing(usage.as_ref().map(|usage| usage.value.as_slice()), level);
    }
    let Some(usage) = usage else { return Ok(()) };
    let has = |purpose| usage.value.contains(&purpose);
    let secc = profile.kind == CertificateKind::SeccLeaf;
    let good = match level {
        Level::Strict => secc && usage.value == [ExtendedKeyUsage::ServerAuth],
        Level::Field | Level::Lab if secc => {
            has(ExtendedKeyUsage::ServerAuth) || has(ExtendedKeyUsage::Any)
        }
        Level::Field | Level::Lab => {
            profile.authority != Authority::Leaf
                || !(has(ExtendedKeyUsage::ServerAuth) || has(ExtendedKeyUsage::OcspSigning))
        }
    };
    wanted(
        good,
        || purposes(&usage.value),
        || if secc { "serverAuth or none".to_owned() } else { "none".to_owned() },
    )
}

/// Whom an authority lets answer for it says so (RFC 6960 4.2.2.2) [V2G20-2327].
fn ocsp_signing(usage: Option<&[ExtendedKeyUsage]>, level: Level) -> Outcome {
    let usage = usage.unwrap_or_default();
    let good = match level {
        Level::Strict => usage == [ExtendedKeyUsage::OcspSigning],
        Level::Field | Level::Lab => usage.contains(&ExtendedKeyUsage::OcspSigning),
    };
    wanted(good, || purposes(usage), || ExtendedKeyUsage::OcspSigning.to_string())
}

/// Whoever checks a path refuses critical extensions it does not process (RFC 5280 6.1) [V2G2-885].
fn critical(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let unknown = certificate
        .extensions()
        .all
        .iter()
        .find(|e| e.critical && !PROCESSED.contains(&e.value.as_str()));
    let found = || unknown.map(|extension| extension.value.clone()).unwrap_or_default();
    wanted(unknown.is_none(), found, || "only extensions that are processed".to_owned())
}

fn forbidden(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let found = certificate
        .extensions()
        .all
        .iter()
        .find(|extension| FORBIDDEN.contains(&extension.value.as_str()));
    let text = || found.map(|extension| extension.value.clone()).unwrap_or_default();
    wanted(found.is_none(), text, || "no name constraints, no policy mappings".to_owned())
}

fn key_id(certificate: &Certificate, profile: &Profile, _: Level) -> Outcome {
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

/// A missing domain component may be tolerated, a wrong one never is: below a V2G root it is all that keeps an operator's
/// authority from issuing contracts. Roots are told apart by the store that holds them.
fn domain_component(certificate: &Certificate, profile: &Profile, level: Level) -> Outcome {
    let subject = certificate.subject();
    let found: Vec<_> = subject.all(&AttributeKind::DomainComponent).collect();
    let domain = profile.domain;
    let good = match (found.as_slice(), level) {
        ([], Level::Strict) => domain.optional_strict,
        ([], Level::Field | Level::Lab) => domain.optional_field,
        (_, Level::Field | Level::Lab) if profile.authority == Authority::Root => true,
        _ if domain.values.is_empty() => true,
        ([value], _) => domain.values.contains(value),
        _ => false,
    };
    wanted(
        good,
        || if found.is_empty() { "none".to_owned() } else { found.join(", ") },
        || domain.values.join(" or "),
    )
}

fn common_name_requirement(profile: &Profile) -> &'static str {
    match profile.name {
        Holds::Text => "V2G2-884",
        Holds::Evcoid => "V2G2-108",
        Holds::Pcid => "V2G2-933",
    }
}

fn common_name(certificate: &Certificate, profile: &Profile, level: Level) -> Outcome {
    let name = certificate.subject().common_name();
    let text = name.unwrap_or_default();
    let good = match (profile.name, level) {
        (Holds::Evcoid, _) => Evcoid::parse(text).is_ok(),
        (Holds::Pcid, Level::Strict) => Pcid::parse(text).is_ok(),
        (Holds::Text, Level::Strict) => !text.is_empty(),
        (Holds::Pcid | Holds::Text, Level::Field | Level::Lab) => true,
    };
    let wants = || match profile.name {
        Holds::Text => "one common name".to_owned(),
        Holds::Evcoid => "a contract identifier".to_owned(),
        Holds::Pcid => "a provisioning certificate identifier".to_owned(),
    };
    wanted(
        good,
        || name.map_or_else(|| "none, or several".to_owned(), |name| format!("{name:?}")),
        wants,
    )
}

/// Contract certificates name no country.
fn country(certificate: &Certificate, profile: &Profile, _: Level) -> Outcome {
    let country = certificate.subject().all(&AttributeKind::Country).next();
    let good = profile.kind != CertificateKind::ContractLeaf || country.is_none();
    wanted(good, || country.unwrap_or_default().to_owned(), || "none".to_owned())
}

fn validity_requirement(profile: &Profile) -> &'static str {
    if profile.kind == CertificateKind::V2gRoot { "V2G2-011" } else { "V2G2-884" }
}

fn validity(certificate: &Certificate, profile: &Profile, _: Level) -> Outcome {
    // Both ends are seconds of validity.
    let seconds =
        certificate.not_after().saturating_sub(certificate.not_before()).saturating_add(1);
    let (min, max) = profile.days;
    let good = seconds > 0
        && seconds.saturating_add(1) >= min.saturating_mul(DAY)
        && seconds <= max.saturating_mul(DAY);
    wanted(good, || format!("{} days", seconds / DAY), || format!("{min} to {max} days"))
}

fn purposes(usage: &[ExtendedKeyUsage]) -> String {
    let names: Vec<_> = usage.iter().map(ToString::to_string).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn wanted(good: bool, found: impl FnOnce() -> String, wants: impl FnOnce() -> String) -> Outcome {
    if good { Ok(()) } else { Err((found(), wants())) }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().take(32).map(|octet| format!("{octet:02x}")).collect()
}

/// Basic constraints, key usage, extended key usage, subject alternative name.
const PROCESSED: [&str; 4] = ["2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17"];
/// Name constraints, policy mappings.
const FORBIDDEN: [&str; 2] = ["2.5.29.30", "2.5.29.33"];
