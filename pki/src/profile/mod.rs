//! Certificate profiles of ISO 15118-2 Annex F and ISO 15118-20 Annex B as data, and the check of one certificate against
//! one [V2G2-884].

mod guess;
mod kind;
mod rule;
mod rules;
mod table;

use core::fmt;

use crate::cert::{Certificate, ExtendedKeyUsage, KeyUsage};

pub use guess::{Guess, guess};
pub use kind::CertificateKind;
pub use rule::Rule;
pub use table::profile;

/// How much deviation is tolerated, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The standard to the letter.
    Strict,
    /// What cars and stations in the field hold: everything that protects is checked, formalities are not.
    Field,
    /// Also what only test hierarchies do: in ISO 15118-20 keys on P-256 and the domain components of ISO 15118-2. For
    /// ISO 15118-2 nothing of that kind is known: the same as [`Self::Field`].
    Lab,
}

impl Level {
    /// Every level.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Field, Self::Lab];
}

/// Edition of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edition {
    /// ISO 15118-2:2014.
    Iso2,
    /// ISO 15118-20:2022 with Amendment 1.
    Iso20,
}

impl Edition {
    /// Every edition.
    pub const ALL: [Self; 2] = [Self::Iso2, Self::Iso20];

    /// The kinds of certificates that it knows, each behind those that issue it.
    pub fn kinds(self) -> impl Iterator<Item = CertificateKind> {
        CertificateKind::ALL.into_iter().filter(move |kind| profile(*kind, self).edition == self)
    }
}

/// A rule that a certificate breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// Where it comes from.
    pub requirement: &'static str,
    /// Field of the certificate.
    pub field: &'static str,
    /// What the certificate has.
    pub found: String,
    /// What the profile wants.
    pub wanted: String,
}

/// One kind's profile in one edition.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// The kind.
    pub kind: CertificateKind,
    /// The edition.
    pub edition: Edition,
    /// Octets of the whole certificate at most.
    pub max_size: usize,
    /// Place in the hierarchy.
    pub authority: Authority,
    /// Domain component of the subject.
    pub domain: Domain,
    /// The subject's other attributes.
    pub subject: Subject,
    /// What the common name holds.
    pub name: Holds,
    /// Key usages that must be there; [`KeyUsage::KEY_AGREEMENT`] with keys that agree on secrets only.
    pub usage: KeyUsage,
    /// Key usages that may be there as well.
    pub usage_also: KeyUsage,
    /// Key usages that must be there below the strict level.
    pub usage_field: KeyUsage,
    /// Extended key usage.
    pub purposes: Purposes,
    /// Where to ask whether the certificate is revoked.
    pub revocation: RevocationPointers,
    /// Shortest and longest validity in days.
    pub days: (i64, i64),
}

/// Place in the hierarchy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Root: no path length in ISO 15118-2, any in ISO 15118-20.
    Root,
    /// Authority below a root, with its path length.
    Sub(u32),
    /// Issues nothing [V2G2-867].
    Leaf,
}

/// How often an attribute is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// As often as it likes.
    Any,
    /// Not at all.
    Never,
    /// Once or not at all.
    AtMostOnce,
    /// Once.
    Once,
}

/// Domain component of the subject: what the certificate is for [V2G2-925].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    /// How often it is there.
    pub times: Times,
    /// Whether it may be missing below the strict level.
    pub optional_field: bool,
    /// Values allowed, the first is the usual one; any where there are none.
    pub values: &'static [&'static str],
    /// Whether it is enough to end with one of them.
    pub suffix: bool,
}

/// Attributes of the subject beside common name and domain component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Country.
    pub country: Times,
    /// Organization.
    pub organization: Times,
    /// Organizational unit.
    pub unit: Times,
    /// All others together.
    pub others: Times,
}

/// What a common name holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Any text.
    Text,
    /// A contract identifier [V2G2-108].
    Evcoid,
    /// A provisioning certificate identifier [V2G2-933].
    Pcid,
    /// The identifier of a station in ISO 15118-20.
    Seccid,
    /// The identifier of a car in ISO 15118-20 [V2G20-2598].
    Evccid,
}

/// Extended key usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purposes {
    /// What it must name; an extension without purposes is left out.
    pub must: &'static [ExtendedKeyUsage],
    /// What it may name beside; where that is open, anything but TLS servers and OCSP responders.
    pub may: Option<&'static [ExtendedKeyUsage]>,
    /// Whether it is critical.
    pub critical: bool,
}

/// Authority information access and revocation list distribution points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationPointers {
    /// As the issuer likes.
    Open,
    /// Neither is there.
    Absent,
    /// Neither is critical.
    NotCritical,
    /// At least one is there, and each that is there is critical.
    Critical,
}

/// Checks one certificate against the profile of a kind. Signatures and time are the business of [`crate::chain`].
///
/// Nothing is allocated for a certificate that breaks no rule.
pub fn check(
    certificate: &Certificate,
    kind: CertificateKind,
    edition: Edition,
    level: Level,
) -> Vec<Broken> {
    let profile = profile(kind, edition);
    rules::of(profile, level)
        .filter_map(|row| {
            let (found, wanted) = (row.check)(certificate, profile, level).err()?;
            let requirement = (row.requirement)(profile);
            Some(Broken { rule: row.rule, requirement, field: row.field, found, wanted })
        })
        .collect()
}

/// The rules that [`check`] applies, each with where it comes from.
pub fn rules(
    kind: CertificateKind,
    edition: Edition,
    level: Level,
) -> impl Iterator<Item = (Rule, &'static str)> {
    let profile = profile(kind, edition);
    rules::of(profile, level).map(|row| (row.rule, (row.requirement)(profile)))
}

impl Times {
    /// Whether so many are allowed.
    pub fn allows(self, count: usize) -> bool {
        match self {
            Self::Any => true,
            Self::Never => count == 0,
            Self::AtMostOnce => count <= 1,
            Self::Once => count == 1,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Strict => "strict",
            Self::Field => "field",
            Self::Lab => "lab",
        })
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Iso2 => "ISO 15118-2",
            Self::Iso20 => "ISO 15118-20",
        })
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, requirement, field, found, wanted } = self;
        write!(f, "{rule} [{requirement}] {field}: found {found}, wanted {wanted}")
    }
}
