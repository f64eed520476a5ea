//! The rules, one row each. A check returns what was found and what was wanted.

mod extension;
mod form;
mod subject;
mod usage;

use super::{CertificateKind, Edition, Holds, Level, Profile, Rule};
use crate::cert::Certificate;

/// What was found and what was wanted, where these differ.
type Outcome = Result<(), (String, String)>;
type Check = fn(&Certificate, &Profile, Level) -> Outcome;

pub(super) struct Row {
    pub(super) rule: Rule,
    pub(super) field: &'static str,
    scope: Scope,
    pub(super) requirement: fn(&Profile) -> &'static str,
    pub(super) check: Check,
}

/// Where a rule holds.
#[derive(Clone, Copy, PartialEq)]
enum Scope {
    /// At every level.
    Always,
    /// At the strict level.
    Strict,
    /// At the strict level of ISO 15118-20.
    Strict20,
}

/// The rules for a profile at a level, in the order of [`Rule::ALL`].
pub(super) fn of(profile: &Profile, level: Level) -> impl Iterator<Item = &'static Row> {
    let edition = profile.edition;
    RULES.iter().filter(move |row| match row.scope {
        Scope::Always => true,
        Scope::Strict => level == Level::Strict,
        Scope::Strict20 => level == Level::Strict && edition == Edition::Iso20,
    })
}

const RULES: [Row; 30] = [
    row(Rule::Size, "certificate", Scope::Strict, |p| by(p, "V2G2-010", AMENDMENT_1), form::size),
    row(Rule::Version, "version", Scope::Always, annex, form::version),
    row(Rule::Serial, "serial number", Scope::Strict, |_| "RFC 5280 4.1.2.2", form::serial),
    row(Rule::Key, "public key", Scope::Always, |p| by(p, "V2G2-006", "V2G20-2674"), form::key),
    row(
        Rule::SignatureAlgorithm,
        "signature algorithm",
        Scope::Always,
        |p| by(p, "V2G2-007", "V2G20-2674"),
        form::signature_algorithm,
    ),
    row(Rule::Validity, "validity", Scope::Strict, validity, form::validity),
    row(
        Rule::Authority,
        "basic constraints",
        Scope::Always,
        |p| by(p, "V2G2-867", ANNEX_B),
        extension::authority,
    ),
    row(
        Rule::AuthorityCritical,
        "basic constraints",
        Scope::Strict,
        annex,
        extension::authority_critical,
    ),
    row(
        Rule::PathLength,
        "path length",
        Scope::Strict,
        |p| by(p, "V2G2-009", ANNEX_B),
        extension::path_length,
    ),
    row(Rule::KeyUsage, "key usage", Scope::Always, annex, usage::key_usage),
    row(Rule::KeyUsageCritical, "key usage", Scope::Strict, annex, usage::key_usage_critical),
    row(Rule::KeyUsageOfKey, "key usage", Scope::Strict, |_| "RFC 9295 3", usage::of_key),
    row(
        Rule::ExtendedKeyUsage,
        "extended key usage",
        Scope::Always,
        extended_key_usage,
        usage::extended,
    ),
    row(
        Rule::ExtendedKeyUsageCritical,
        "extended key usage",
        Scope::Strict20,
        extended_key_usage,
        usage::extended_critical,
    ),
    row(
        Rule::Critical,
        "critical extensions",
        Scope::Always,
        |p| by(p, "V2G2-885", "RFC 5280 6.1"),
        extension::critical,
    ),
    row(Rule::Forbidden, "extensions", Scope::Strict, annex, extension::forbidden),
    row(
        Rule::AlternativeName,
        "subject alternative name",
        Scope::Strict,
        annex,
        extension::alternative_name,
    ),
    row(Rule::KeyId, "key identifiers", Scope::Strict, annex, extension::key_id),
    row(
        Rule::KeyIdValue,
        "subject key identifier",
        Scope::Strict20,
        |_| AMENDMENT_1,
        extension::key_id_value,
    ),
    row(
        Rule::AuthorityKeyId,
        "authority key identifier",
        Scope::Strict20,
        |_| ANNEX_B,
        extension::authority_key_id,
    ),
    row(Rule::Policies, "certificate policies", Scope::Strict20, annex, extension::policies),
    row(
        Rule::RevocationPointers,
        "OCSP and CRL addresses",
        Scope::Strict,
        annex,
        extension::revocation_pointers,
    ),
    row(
        Rule::RevocationCritical,
        "OCSP and CRL addresses",
        Scope::Strict,
        annex,
        extension::revocation_critical,
    ),
    row(
        Rule::DomainComponent,
        "subject DC",
        Scope::Always,
        |p| by(p, "V2G2-925", AMENDMENT_1),
        subject::domain_component,
    ),
    row(Rule::CommonName, "subject CN", Scope::Always, common_name, subject::common_name),
    row(Rule::Country, "subject C", Scope::Strict, subject_requirement, subject::country),
    row(Rule::Organization, "subject O", Scope::Strict, subject_requirement, subject::organization),
    row(Rule::OrganizationalUnit, "subject OU", Scope::Strict, subject_requirement, subject::unit),
    row(Rule::OtherAttribute, "subject", Scope::Strict, subject_requirement, subject::others),
    row(Rule::SubjectEncoding, "subject", Scope::Strict20, |_| ANNEX_B, subject::encoding),
];

const fn row(
    rule: Rule,
    field: &'static str,
    scope: Scope,
    requirement: fn(&Profile) -> &'static str,
    check: Check,
) -> Row {
    Row { rule, field, scope, requirement, check }
}

const ANNEX_B: &str = "ISO 15118-20 B";
const AMENDMENT_1: &str = "ISO 15118-20 Amd 1";

fn by(profile: &Profile, iso2: &'static str, iso20: &'static str) -> &'static str {
    match profile.edition {
        Edition::Iso2 => iso2,
        Edition::Iso20 => iso20,
    }
}

fn annex(profile: &Profile) -> &'static str {
    by(profile, "V2G2-884", ANNEX_B)
}

fn validity(profile: &Profile) -> &'static str {
    match profile.kind {
        CertificateKind::V2gRoot => by(profile, "V2G2-011", ANNEX_B),
        CertificateKind::OcspSigner => by(profile, "V2G2-884", "V2G20-2327"),
        _ => annex(profile),
    }
}

fn extended_key_usage(profile: &Profile) -> &'static str {
    match profile.kind {
        CertificateKind::OcspSigner => by(profile, "RFC 6960 4.2.2.2", "V2G20-2327"),
        _ => by(profile, "V2G2-925", ANNEX_B),
    }
}

fn common_name(profile: &Profile) -> &'static str {
    match profile.name {
        Holds::Evcoid => by(profile, "V2G2-108", ANNEX_B),
        Holds::Pcid => by(profile, "V2G2-933", ANNEX_B),
        Holds::Evccid => "V2G20-2598",
        Holds::Text | Holds::Seccid => annex(profile),
    }
}

fn subject_requirement(profile: &Profile) -> &'static str {
    match profile.kind {
        CertificateKind::VehicleLeaf => "V2G20-2598",
        _ => annex(profile),
    }
}

fn wanted(good: bool, found: impl FnOnce() -> String, wants: impl FnOnce() -> String) -> Outcome {
    if good { Ok(()) } else { Err((found(), wants())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_one_row_and_a_name_of_its_own() {
        assert!(RULES.iter().map(|row| row.rule).eq(Rule::ALL));
        let mut ids: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert!(ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Rule::ALL.len());
    }
}
