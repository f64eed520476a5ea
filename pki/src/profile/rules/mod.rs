//! The rules, one row each. A check returns what was found and what was wanted.

mod extension;
mod form;
mod subject;
mod usage;

use super::{
    Authority, CertificateKind, Edition, Holds, Level, Profile, RevocationPointers as Pointers,
    Rule, Times,
};
use crate::cert::Certificate;

/// What was found and what was wanted, where these differ.
type Outcome = Result<(), (String, String)>;
type Check = fn(&Certificate, &Profile, Level) -> Outcome;

pub(super) struct Row {
    pub(super) rule: Rule,
    pub(super) field: &'static str,
    levels: Levels,
    /// Whether a profile says anything about it.
    applies: fn(&Profile) -> bool,
    pub(super) requirement: fn(&Profile) -> &'static str,
    pub(super) check: Check,
}

/// Where a rule holds.
#[derive(Clone, Copy, PartialEq)]
enum Levels {
    /// At every level.
    All,
    /// At the strict level.
    Strict,
}

/// The rules for a profile at a level, in the order of [`Rule::ALL`].
pub(super) fn of(profile: &Profile, level: Level) -> impl Iterator<Item = &'static Row> {
    RULES.iter().filter(move |row| {
        (row.levels == Levels::All || level == Level::Strict) && (row.applies)(profile)
    })
}

const RULES: [Row; 30] = [
    row(
        Rule::Size,
        "certificate",
        Levels::Strict,
        any,
        |p| by(p, "V2G2-010", AMENDMENT_1),
        form::size,
    ),
    row(Rule::Version, "version", Levels::All, any, annex, form::version),
    row(Rule::Serial, "serial number", Levels::Strict, any, |_| "RFC 5280 4.1.2.2", form::serial),
    row(Rule::Key, "public key", Levels::All, any, |p| by(p, "V2G2-006", "V2G20-2674"), form::key),
    row(
        Rule::SignatureAlgorithm,
        "signature algorithm",
        Levels::All,
        any,
        |p| by(p, "V2G2-007", "V2G20-2674"),
        form::signature_algorithm,
    ),
    row(Rule::Validity, "validity", Levels::Strict, any, validity, form::validity),
    row(
        Rule::Authority,
        "basic constraints",
        Levels::All,
        any,
        |p| by(p, "V2G2-867", ANNEX_B),
        extension::authority,
    ),
    row(
        Rule::AuthorityCritical,
        "basic constraints",
        Levels::Strict,
        any,
        annex,
        extension::authority_critical,
    ),
    row(
        Rule::PathLength,
        "path length",
        Levels::Strict,
        |p| p.edition == Edition::Iso2 || p.authority != Authority::Root,
        |p| by(p, "V2G2-009", ANNEX_B),
        extension::path_length,
    ),
    row(Rule::KeyUsage, "key usage", Levels::All, any, annex, usage::key_usage),
    row(Rule::KeyUsageCritical, "key usage", Levels::Strict, any, annex, usage::key_usage_critical),
    row(Rule::KeyUsageOfKey, "key usage", Levels::Strict, iso20, |_| "RFC 9295 3", usage::of_key),
    row(
        Rule::ExtendedKeyUsage,
        "extended key usage",
        Levels::All,
        any,
        extended_key_usage,
        usage::extended,
    ),
    row(
        Rule::ExtendedKeyUsageCritical,
        "extended key usage",
        Levels::Strict,
        |p| p.purposes.critical,
        extended_key_usage,
        usage::extended_critical,
    ),
    row(
        Rule::Critical,
        "critical extensions",
        Levels::All,
        any,
        |p| by(p, "V2G2-885", "RFC 5280 6.1"),
        extension::critical,
    ),
    row(Rule::Forbidden, "extensions", Levels::Strict, iso2, annex, extension::forbidden),
    row(
        Rule::AlternativeName,
        "subject alternative name",
        Levels::Strict,
        any,
        annex,
        extension::alternative_name,
    ),
    row(Rule::KeyId, "key identifiers", Levels::Strict, any, annex, extension::key_id),
    row(
        Rule::KeyIdValue,
        "subject key identifier",
        Levels::Strict,
        iso20,
        |_| AMENDMENT_1,
        extension::key_id_value,
    ),
    row(
        Rule::AuthorityKeyId,
        "authority key identifier",
        Levels::Strict,
        iso20,
        |_| ANNEX_B,
        extension::authority_key_id,
    ),
    row(Rule::Policies, "certificate policies", Levels::Strict, iso20, annex, extension::policies),
    row(
        Rule::RevocationPointers,
        "OCSP and CRL addresses",
        Levels::Strict,
        |p| matches!(p.revocation, Pointers::Absent | Pointers::Critical),
        annex,
        extension::revocation_pointers,
    ),
    row(
        Rule::RevocationCritical,
        "OCSP and CRL addresses",
        Levels::Strict,
        |p| matches!(p.revocation, Pointers::NotCritical | Pointers::Critical),
        annex,
        extension::revocation_critical,
    ),
    row(
        Rule::DomainComponent,
        "subject DC",
        Levels::All,
        |p| p.domain.times != Times::Any || !p.domain.values.is_empty(),
        |p| by(p, "V2G2-925", AMENDMENT_1),
        subject::domain_component,
    ),
    row(Rule::CommonName, "subject CN", Levels::All, any, common_name, subject::common_name),
    row(
        Rule::Country,
        "subject C",
        Levels::Strict,
        |p| p.subject.country != Times::Any,
        subject_requirement,
        subject::country,
    ),
    row(
        Rule::Organization,
        "subject O",
        Levels::Strict,
        |p| p.subject.organization != Times::Any,
        subject_requirement,
        subject::organization,
    ),
    row(
        Rule::OrganizationalUnit,
        "subject OU",
        Levels::Strict,
        |p| p.subject.unit != Times::Any,
        subject_requirement,
        subject::unit,
    ),
    row(
        Rule::OtherAttribute,
        "subject",
        Levels::Strict,
        |p| p.subject.others != Times::Any,
        subject_requirement,
        subject::others,
    ),
    row(Rule::SubjectEncoding, "subject", Levels::Strict, iso20, |_| ANNEX_B, subject::encoding),
];

const fn row(
    rule: Rule,
    field: &'static str,
    levels: Levels,
    applies: fn(&Profile) -> bool,
    requirement: fn(&Profile) -> &'static str,
    check: Check,
) -> Row {
    Row { rule, field, levels, applies, requirement, check }
}

fn any(_: &Profile) -> bool {
    true
}

fn iso2(profile: &Profile) -> bool {
    profile.edition == Edition::Iso2
}

fn iso20(profile: &Profile) -> bool {
    profile.edition == Edition::Iso20
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
