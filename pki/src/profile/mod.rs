//! Certificate profiles of ISO 15118-2 Annex F as data, and the check of one certificate against one [V2G2-884].

mod rules;
mod table;

use core::fmt;

use crate::cert::{Certificate, KeyUsage};

pub use table::profile;

/// How much deviation is tolerated, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The standard to the letter.
    Strict,
    /// What cars and stations in the field hold: everything that protects is checked, formalities are not.
    Field,
    /// Also what only test hierarchies do. None of that is known for ISO 15118-2, where it is the same as [`Self::Field`].
    Lab,
}

impl Level {
    /// Every level.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Field, Self::Lab];
}

/// Kind of a certificate in the hierarchy of ISO 15118-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateKind {
    /// V2G root.
    V2gRoot,
    /// Root of a charging point operator's private environment.
    PrivateRoot,
    /// First authority of a charging point operator.
    CpoSub1,
    /// Second authority of a charging point operator; issues station certificates.
    CpoSub2,
    /// Station.
    SeccLeaf,
    /// Root of a mobility operator.
    MoRoot,
    /// First authority of a mobility operator.
    MoSub1,
    /// Second authority of a mobility operator; issues contract certificates and signs tariffs.
    MoSub2,
    /// Contract.
    ContractLeaf,
    /// Root of a car maker.
    OemRoot,
    /// First authority of a car maker.
    OemSub1,
    /// Second authority of a car maker.
    OemSub2,
    /// Car, for the delivery of contracts.
    OemProvisioningLeaf,
    /// First authority of a certificate provisioning service.
    CpsSub1,
    /// Second authority of a certificate provisioning service.
    CpsSub2,
    /// Certificate provisioning service; signs contract deliveries.
    CpsLeaf,
    /// Signer of OCSP responses, issued by the authority that it answers for [V2G20-2327].
    OcspSigner,
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

/// What the rules of the profiles are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Octets of the whole certificate.
    Size,
    /// X.509 version.
    Version,
    /// Serial number.
    Serial,
    /// Public key.
    Key,
    /// Signature algorithm.
    SignatureAlgorithm,
    /// Basic constraints: authority or not.
    Authority,
    /// Basic constraints: path length.
    PathLength,
    /// Key usage.
    KeyUsage,
    /// Extended key usage.
    ExtendedKeyUsage,
    /// Which extensions are critical.
    Critical,
    /// Extensions that may not be there.
    Forbidden,
    /// Key identifiers.
    KeyId,
    /// Domain component of the subject.
    DomainComponent,
    /// Common name of the subject.
    CommonName,
    /// Country of the subject.
    Country,
    /// Length of the validity.
    Validity,
}

/// One kind's profile.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// The kind.
    pub kind: CertificateKind,
    /// Place in the hierarchy.
    pub authority: Authority,
    /// Domain component.
    pub domain: Domain,
    /// Key usages that must be there.
    pub usage: KeyUsage,
    /// Key usages that may be there as well.
    pub usage_also: KeyUsage,
    /// Key usages that must be there below the strict level.
    pub usage_field: KeyUsage,
    /// What the common name holds.
    pub name: Holds,
    /// Shortest and longest validity in days.
    pub days: (i64, i64),
}

/// Place in the hierarchy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Root: no path length.
    Root,
    /// Authority below a root, with its path length.
    Sub(u32),
    /// Issues nothing [V2G2-867].
    Leaf,
}

/// Domain component of the subject [V2G2-925].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Values allowed, the first is the usual one; none where the domain says nothing.
    pub values: &'static [&'static str],
    /// Whether it may be missing at the strict level.
    pub optional_strict: bool,
    /// Whether it may be missing below the strict level.
    pub optional_field: bool,
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
}

/// Checks one certificate against the profile of a kind. Signatures and time are the business of [`crate::chain`].
pub fn check(certificate: &Certificate, kind: CertificateKind, level: Level) -> Vec<Broken> {
    let profile = profile(kind);
    rules::RULES
        .iter()
        .filter(|row| level == Level::Strict || row.field_too)
        .filter_map(|row| {
            let (found, wanted) = (row.check)(certificate, profile, level).err()?;
            Some(Broken {
                rule: row.rule,
                requirement: (row.requirement)(profile),
                field: row.field,
                found,
                wanted,
            })
        })
        .collect()
}

impl CertificateKind {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::V2gRoot,
        Self::PrivateRoot,
        Self::CpoSub1,
        Self::CpoSub2,
        Self::SeccLeaf,
        Self::MoRoot,
        Self::MoSub1,
        Self::MoSub2,
        Self::ContractLeaf,
        Self::OemRoot,
        Self::OemSub1,
        Self::OemSub2,
        Self::OemProvisioningLeaf,
        Self::CpsSub1,
        Self::CpsSub2,
        Self::CpsLeaf,
        Self::OcspSigner,
    ];
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "[{}] {}: found {}, wanted {}",
            self.requirement, self.field, self.found, self.wanted
        )
    }
}
