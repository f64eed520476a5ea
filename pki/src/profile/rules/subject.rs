//! Who the certificate is for.

use super::super::{Authority, Edition, Holds, Level, Profile, Times, profile};
use super::{Outcome, wanted};
use crate::cert::{Attribute, AttributeKind, Certificate};
use crate::id::{Evccid, EvccidKind, Evcoid, Pcid, Seccid};

/// A missing domain component may be tolerated, a wrong one never is: below a V2G root it is all that keeps an operator's
/// authority from issuing contracts. Roots are told apart by the store that holds them.
pub(super) fn domain_component(
    certificate: &Certificate,
    profile: &Profile,
    level: Level,
) -> Outcome {
    let domain = profile.domain;
    let mut found = certificate.subject().all(&AttributeKind::DomainComponent);
    let (first, others) = (found.next(), found.count());
    let count = usize::from(first.is_some()) + others;
    let good = match (first, level) {
        (None, Level::Field | Level::Lab) => domain.optional_field,
        (_, Level::Field | Level::Lab) if profile.authority == Authority::Root => true,
        (None, Level::Strict) => domain.times.allows(0),
        // A second value would be for somebody else.
        (Some(_), _) if !domain.values.is_empty() && others > 0 => false,
        (Some(_), Level::Strict) if !domain.times.allows(count) => false,
        (Some(value), _) => domain.values.is_empty() || allows(profile, value, level),
    };
    wanted(
        good,
        || {
            let found = certificate.subject().all(&AttributeKind::DomainComponent);
            let found: Vec<_> = found.map(|value| value.escape_default().to_string()).collect();
            if found.is_empty() { "none".to_owned() } else { found.join(", ") }
        },
        || {
            let ending = if domain.suffix { "one that ends with " } else { "" };
            match domain.values {
                [] => "none".to_owned(),
                values => format!("{ending}{}", values.join(" or ")),
            }
        },
    )
}

pub(super) fn common_name(certificate: &Certificate, profile: &Profile, level: Level) -> Outcome {
    let name = certificate.subject().common_name();
    let text = name.unwrap_or_default();
    let good = match (profile.name, level) {
        (Holds::Evcoid, _) => Evcoid::is_valid(text),
        (_, Level::Field | Level::Lab) => true,
        (Holds::Text, Level::Strict) => !text.is_empty(),
        (Holds::Pcid, Level::Strict) => pcid(text, profile.edition),
        (Holds::Seccid, Level::Strict) => Seccid::is_valid(text),
        (Holds::Evccid, Level::Strict) => Evccid::kind_of(text) == Some(EvccidKind::Iso20),
    };
    let wants = || match profile.name {
        Holds::Text => "one common name".to_owned(),
        Holds::Evcoid => "a contract identifier".to_owned(),
        Holds::Pcid => "a provisioning certificate identifier".to_owned(),
        Holds::Seccid => "the identifier of a station (SECCID, 39 to 64 characters)".to_owned(),
        Holds::Evccid => "the identifier of a car (EVCCID, 20 to 64 characters)".to_owned(),
    };
    wanted(
        good,
        || name.map_or_else(|| "none, or several".to_owned(), |name| format!("{name:?}")),
        wants,
    )
}

pub(super) fn country(certificate: &Certificate, profile: &Profile, _: Level) -> Outcome {
    times(certificate, profile.subject.country, |kind| *kind == AttributeKind::Country)
}

pub(super) fn organization(certificate: &Certificate, profile: &Profile, _: Level) -> Outcome {
    times(certificate, profile.subject.organization, |kind| *kind == AttributeKind::Organization)
}

pub(super) fn unit(certificate: &Certificate, profile: &Profile, _: Level) -> Outcome {
    times(certificate, profile.subject.unit, |kind| *kind == AttributeKind::OrganizationalUnit)
}

pub(super) fn others(certificate: &Certificate, profile: &Profile, _: Level) -> Outcome {
    times(certificate, profile.subject.others, |kind| matches!(kind, AttributeKind::Other(_)))
}

/// CN, O and OU are UTF8Strings of 1 to 64 characters, C is a PrintableString of two capitals, DC an IA5String of printable
/// characters.
pub(super) fn encoding(certificate: &Certificate, _: &Profile, _: Level) -> Outcome {
    let well = |attribute: &&Attribute| {
        let value = attribute.value.as_str();
        match attribute.kind {
            AttributeKind::CommonName
            | AttributeKind::Organization
            | AttributeKind::OrganizationalUnit => {
                attribute.tag == UTF8_STRING && (1..=64).contains(&value.chars().count())
            }
            AttributeKind::Country => {
                attribute.tag == PRINTABLE_STRING
                    && value.len() == 2
                    && value.bytes().all(|b| b.is_ascii_uppercase())
            }
            AttributeKind::DomainComponent => {
                attribute.tag == IA5_STRING
                    && !value.is_empty()
                    && value.bytes().all(|b| b.is_ascii_graphic())
            }
            AttributeKind::Other(_) => true,
        }
    };
    let bad = certificate.subject().attributes().iter().find(|attribute| !well(attribute));
    let found = || {
        bad.map(|Attribute { kind, value, tag }| format!("{kind}={value:?}, string type {tag}"))
            .unwrap_or_default()
    };
    let wants = || match bad.map(|attribute| &attribute.kind) {
        Some(AttributeKind::Country) => "PrintableString (19) of two capitals".to_owned(),
        Some(AttributeKind::DomainComponent) => "IA5String (22), printable".to_owned(),
        _ => "UTF8String (12) of 1 to 64 characters".to_owned(),
    };
    wanted(bad.is_none(), found, wants)
}

fn times(
    certificate: &Certificate,
    wants: Times,
    which: impl Fn(&AttributeKind) -> bool,
) -> Outcome {
    let found =
        || certificate.subject().attributes().iter().filter(|attribute| which(&attribute.kind));
    wanted(
        wants.allows(found().count()),
        || {
            let found: Vec<_> = found().map(|a| format!("{}={:?}", a.kind, a.value)).collect();
            if found.is_empty() { "none".to_owned() } else { found.join(", ") }
        },
        || match wants {
            Times::Any => "any".to_owned(),
            Times::Never => "none".to_owned(),
            Times::AtMostOnce => "one or none".to_owned(),
            Times::Once => "one".to_owned(),
        },
    )
}

/// Test hierarchies of ISO 15118-20 have the domain components of ISO 15118-2.
fn allows(profile: &Profile, value: &str, level: Level) -> bool {
    let domain = profile.domain;
    let good = if domain.suffix {
        domain.values.iter().any(|end| value.ends_with(end))
    } else {
        domain.values.contains(&value)
    };
    let older = || self::profile(profile.kind, Edition::Iso2).domain.values;
    good || level == Level::Lab && older().contains(&value)
}

/// In ISO 15118-20 up to 64 letters and digits are known to be in use.
fn pcid(text: &str, edition: Edition) -> bool {
    let long =
        || (17..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
    Pcid::is_valid(text) || edition == Edition::Iso20 && long()
}

const UTF8_STRING: u32 = 12;
const PRINTABLE_STRING: u32 = 19;
const IA5_STRING: u32 = 22;
