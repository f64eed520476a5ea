//! What is checked of a chain once its path is found, one row each; the list of checks done comes from the same rows.

use core::fmt;

use super::verified::Chain;
use super::{ChainError, Position, Role, RootKind};
use crate::cert::{AttributeKind, Certificate, KeyUsage};
use crate::key::PublicKey;
use crate::profile::{self, CertificateKind, Edition, Level, Rule, check};
use crate::time;

/// What a check of a chain is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// Certificates can be parsed.
    Reading,
    /// Number of certificates sent, and the work to find a path among them.
    Bounds,
    /// Keys and signatures are of an algorithm that the edition has.
    Algorithm,
    /// Every certificate has an issuer, by name.
    Issuer,
    /// The path ends at a root that we hold.
    Trust,
    /// That root may anchor the role.
    RootOfRole,
    /// Signatures verify.
    Signature,
    /// The sender put the authorities in order.
    Order,
    /// No two certificates of one issuer share a serial number.
    SerialNumbers,
    /// Every key of the chain is of one algorithm.
    OneAlgorithm,
    /// Every certificate is valid now.
    Validity,
    /// Every certificate is valid no longer than its issuer's.
    ValidityNesting,
    /// Issuers are authorities.
    Authority,
    /// Issuers may sign certificates.
    CertificateSigning,
    /// No more authorities follow than an issuer allows.
    PathLength,
    /// An authority stands between root and leaf.
    RootIssuesNoLeaf,
    /// Certificates follow their profiles.
    Profile,
}

/// A check that a verified chain passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// What it is about.
    pub check: Check,
    /// The certificate.
    pub at: Position,
    /// The rule of its profile, for [`Check::Profile`].
    pub rule: Option<Rule>,
    /// Where the check comes from.
    pub requirement: &'static str,
    /// What the level let pass: the strict one would not have.
    pub tolerated: Option<String>,
}

/// A certificate of a chain with its surroundings.
#[derive(Clone, Copy)]
pub(super) struct Member<'a> {
    pub(super) at: Position,
    pub(super) certificate: &'a Certificate,
    pub(super) kind: CertificateKind,
    /// None above the root.
    pub(super) issuer: Option<&'a Certificate>,
}

struct Row {
    check: Check,
    /// Whether it is a formality, which only the strict level holds against a chain.
    formal: bool,
    applies: fn(&Chain, &Member<'_>) -> bool,
    /// What the search for the path has not done already.
    run: fn(&Chain, &Member<'_>) -> Result<(), ChainError>,
}

const fn row(
    check: Check,
    formal: bool,
    applies: fn(&Chain, &Member<'_>) -> bool,
    run: fn(&Chain, &Member<'_>) -> Result<(), ChainError>,
) -> Row {
    Row { check, formal, applies, run }
}

/// In the order of checking. What the search did comes first.
const ROWS: &[Row] = &[
    row(Check::Algorithm, false, |_, _| true, by_search),
    row(Check::Issuer, false, issued, by_search),
    row(Check::Signature, false, issued, by_search),
    row(Check::Trust, false, root, by_search),
    row(Check::RootOfRole, false, root, root_of_role),
    row(Check::Order, true, leaf, order),
    row(Check::SerialNumbers, true, leaf, serial_numbers),
    row(Check::OneAlgorithm, false, issued, one_algorithm),
    row(Check::Validity, false, |_, _| true, validity),
    row(Check::Authority, false, issuer, authority),
    row(Check::CertificateSigning, false, issuer, certificate_signing),
    row(Check::PathLength, false, issuer, path_length),
    row(Check::RootIssuesNoLeaf, true, below_public_root, root_issues_no_leaf),
    row(Check::Profile, false, |_, _| true, profile),
    row(Check::ValidityNesting, true, nested, validity_nesting),
];

/// Enforces every row on every certificate it applies to.
pub(super) fn enforce(chain: &Chain) -> Result<(), ChainError> {
    for row in ROWS.iter().filter(|row| !row.formal || chain.level() == Level::Strict) {
        for member in chain.all().filter(|member| (row.applies)(chain, member)) {
            (row.run)(chain, &member)?;
        }
    }
    Ok(())
}

/// What [`enforce`] did with a chain that it let pass.
pub(super) fn done(chain: &Chain) -> Vec<Done> {
    let mut list = Vec::new();
    for row in ROWS.iter().filter(|row| row.check != Check::Profile) {
        for member in chain.all().filter(|member| (row.applies)(chain, member)) {
            list.push(Done {
                check: row.check,
                at: member.at,
                rule: None,
                requirement: row.check.requirement(chain.edition()),
                tolerated: (row.run)(chain, &member).err().map(|error| error.to_string()),
            });
        }
    }
    for member in chain.all() {
        let mut broken = check(member.certificate, member.kind, chain.edition(), Level::Strict);
        for (rule, requirement) in profile::rules(member.kind, chain.edition(), Level::Strict) {
            let at = broken.iter().position(|broken| broken.rule == rule);
            let broken = at.map(|at| broken.swap_remove(at));
            list.push(Done {
                check: Check::Profile,
                at: member.at,
                rule: Some(rule),
                requirement,
                tolerated: broken.map(|broken| {
                    format!("{}: found {}, wanted {}", broken.field, broken.found, broken.wanted)
                }),
            });
        }
    }
    list
}

fn issued(_: &Chain, member: &Member<'_>) -> bool {
    member.issuer.is_some()
}

fn issuer(_: &Chain, member: &Member<'_>) -> bool {
    member.at != Position::Leaf
}

fn root(_: &Chain, member: &Member<'_>) -> bool {
    member.at == Position::Root
}

fn leaf(_: &Chain, member: &Member<'_>) -> bool {
    member.at == Position::Leaf
}

fn nested(chain: &Chain, member: &Member<'_>) -> bool {
    chain.edition() == Edition::Iso20 && member.issuer.is_some()
}

/// [V2G2-868] A private root may issue stations itself, and any authority a signer of its answers.
fn below_public_root(chain: &Chain, member: &Member<'_>) -> bool {
    root(chain, member)
        && chain.anchor().kind() != RootKind::PrivateOperator
        && chain.role() != Role::OcspSigner
}

fn by_search(_: &Chain, _: &Member<'_>) -> Result<(), ChainError> {
    Ok(())
}

fn root_of_role(chain: &Chain, _: &Member<'_>) -> Result<(), ChainError> {
    let (role, found) = (chain.role(), chain.anchor().kind());
    if role.roots().contains(&found) { Ok(()) } else { Err(ChainError::WrongRoot { role, found }) }
}

fn order(chain: &Chain, _: &Member<'_>) -> Result<(), ChainError> {
    if chain.sent.disorder { Err(ChainError::Order) } else { Ok(()) }
}

fn serial_numbers(chain: &Chain, _: &Member<'_>) -> Result<(), ChainError> {
    if chain.sent.repeated_serial { Err(ChainError::RepeatedSerial) } else { Ok(()) }
}

fn one_algorithm(chain: &Chain, member: &Member<'_>) -> Result<(), ChainError> {
    let algorithm = |certificate: &Certificate| certificate.public_key().map(PublicKey::algorithm);
    let root = algorithm(chain.anchor().certificate());
    match (algorithm(member.certificate), root) {
        (Ok(found), Ok(root)) if found == root => Ok(()),
        _ => Err(ChainError::MixedAlgorithms {
            at: member.at,
            found: member.certificate.key().to_string(),
            root: chain.anchor().certificate().key().to_string(),
        }),
    }
}

fn validity(chain: &Chain, member: &Member<'_>) -> Result<(), ChainError> {
    let at = member.at;
    let (not_before, not_after) = (member.certificate.not_before(), member.certificate.not_after());
    if chain.now > not_after {
        return Err(ChainError::Expired { at, not_after });
    }
    if chain.now < not_before {
        return Err(ChainError::NotYetValid { at, not_before });
    }
    Ok(())
}

/// [V2G20-3000] [V2G20-3001]
fn validity_nesting(_: &Chain, member: &Member<'_>) -> Result<(), ChainError> {
    let Some(issuer) = member.issuer else { return Ok(()) };
    let certificate = member.certificate;
    if certificate.not_before() < issuer.not_before()
        || certificate.not_after() > issuer.not_after()
    {
        let from_to = |c: &Certificate| {
            format!("{} to {}", time::text(c.not_before()), time::text(c.not_after()))
        };
        let (found, issuer) = (from_to(certificate), from_to(issuer));
        return Err(ChainError::NotNested { at: member.at, found, issuer });
    }
    Ok(())
}

fn authority(_: &Chain, member: &Member<'_>) -> Result<(), ChainError> {
    if member.certificate.is_ca() { Ok(()) } else { Err(ChainError::NotCa { at: member.at }) }
}

fn certificate_signing(_: &Chain, member: &Member<'_>) -> Result<(), ChainError> {
    let usage = member.certificate.extensions().key_usage.as_ref();
    if usage.is_some_and(|usage| !usage.value.contains(KeyUsage::KEY_CERT_SIGN)) {
        return Err(ChainError::NotForSigning { at: member.at });
    }
    Ok(())
}

fn path_length(chain: &Chain, member: &Member<'_>) -> Result<(), ChainError> {
    let at = member.at;
    // What an authority certifies for itself does not count (RFC 5280 6.1.4).
    let below = match at {
        Position::Sub(above) => chain.subs().iter().take(above),
        Position::Root | Position::Leaf => chain.subs().iter().take(usize::MAX),
    };
    let below = below.filter(|sub| !sub.is_self_issued()).count();
    let found = u32::try_from(below).unwrap_or(u32::MAX);
    let constraints = member.certificate.extensions().basic_constraints.as_ref();
    let stated = constraints.and_then(|constraints| constraints.value.path_len);
    let standard = if at == Position::Root { most_subs(chain) } else { u32::MAX };
    let allowed = stated.unwrap_or(u32::MAX).min(standard);
    if found > allowed { Err(ChainError::PathLength { at, allowed, found }) } else { Ok(()) }
}

/// Authorities between root and leaf: two in the standard [V2G2-009]; with the cross-certificates of ISO 15118-20
/// [V2G20-3373], and below the strict level, one more.
fn most_subs(chain: &Chain) -> u32 {
    match (chain.edition(), chain.level()) {
        (Edition::Iso2, Level::Strict) => 2,
        _ => 3,
    }
}

fn root_issues_no_leaf(chain: &Chain, _: &Member<'_>) -> Result<(), ChainError> {
    if chain.subs().is_empty() { Err(ChainError::RootIssuedLeaf) } else { Ok(()) }
}

fn profile(chain: &Chain, member: &Member<'_>) -> Result<(), ChainError> {
    let (at, edition) = (member.at, chain.edition());
    // A root's name and key under another root: neither self-signed nor as long-lived as a root's own certificate.
    let cross = chain.is_cross(at);
    let level = if cross { chain.level().max(Level::Field) } else { chain.level() };
    let mut broken = check(member.certificate, member.kind, edition, level);
    if broken.is_empty() && cross {
        broken = foreign_domain(chain, member);
    }
    if broken.is_empty() { Ok(()) } else { Err(ChainError::Profile { at, broken }) }
}

/// A cross-certificate is for a root, or for an authority of the leaf's branch: nobody else's authority stands above it.
fn foreign_domain(chain: &Chain, member: &Member<'_>) -> Vec<profile::Broken> {
    let mut domains = member.certificate.subject().all(&AttributeKind::DomainComponent);
    if domains.next().is_none() && chain.level() > Level::Strict {
        return Vec::new();
    }
    let roots = chain.role().roots().iter().map(|root| root.certificate_kind());
    let mut first = Vec::new();
    for kind in roots.chain([chain.branch.sub1]) {
        let mut broken = check(member.certificate, kind, chain.edition(), Level::Strict);
        broken.retain(|broken| broken.rule == Rule::DomainComponent);
        if broken.is_empty() {
            return broken;
        }
        if first.is_empty() {
            first = broken;
        }
    }
    first
}

impl Check {
    /// Its name, which stays: for logs, filters and scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Bounds => "bounds",
            Self::Algorithm => "algorithm",
            Self::Issuer => "issuer",
            Self::Trust => "trust",
            Self::RootOfRole => "root-of-role",
            Self::Signature => "signature",
            Self::Order => "order",
            Self::SerialNumbers => "serial-numbers",
            Self::OneAlgorithm => "one-algorithm",
            Self::Validity => "validity",
            Self::ValidityNesting => "validity-nesting",
            Self::Authority => "authority",
            Self::CertificateSigning => "certificate-signing",
            Self::PathLength => "path-length",
            Self::RootIssuesNoLeaf => "root-issues-no-leaf",
            Self::Profile => "profile",
        }
    }

    /// Where it comes from. Rules of profiles name their own.
    pub const fn requirement(self, edition: Edition) -> &'static str {
        match (self, edition) {
            (Self::Algorithm, Edition::Iso2) => "V2G2-006",
            (Self::Algorithm | Self::OneAlgorithm, Edition::Iso20) => "V2G20-2674",
            (Self::OneAlgorithm, Edition::Iso2) => "V2G2-007",
            (Self::Trust, Edition::Iso2) => "V2G2-924",
            (Self::RootOfRole, Edition::Iso2) => "V2G2-925",
            (Self::Trust, Edition::Iso20) => "RFC 5280 6.1.1",
            (Self::RootOfRole, Edition::Iso20) => "V2G20-2331",
            (Self::Authority, _) => "V2G2-867",
            (Self::PathLength, Edition::Iso2) => "V2G2-009",
            (Self::PathLength, Edition::Iso20) => "RFC 5280 6.1.4",
            (Self::CertificateSigning, _) => "RFC 5280 6.1.4",
            (Self::RootIssuesNoLeaf, _) => "V2G2-868",
            (Self::ValidityNesting, _) => "V2G20-3000",
            (Self::Validity, _) => "RFC 5280 6.1.3",
            (Self::SerialNumbers, _) => "RFC 5280 4.1.2.2",
            (Self::Reading | Self::Bounds | Self::Issuer | Self::Signature | Self::Order, _) => {
                "V2G2-885"
            }
            (Self::Profile, _) => "V2G2-884",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
