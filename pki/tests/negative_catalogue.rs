//! Every defect is refused for its own reason, beside a control chain that is accepted.

use pki::cert::CertError;
use pki::chain::{ChainError, Level, Position, Role, RootKind, verify};
use pki::issue::{Defect, Hierarchy, Options};
use pki::profile::Rule;
use ring::rand::SystemRandom;

const NOW: i64 = 1_795_366_984;

/// What a chain check ends in, short enough for a table.
#[derive(Debug, PartialEq)]
enum End {
    Accepted,
    Unparsable,
    Expired(Position),
    NotYetValid(Position),
    BadSignature(Position),
    NoIssuer(Position),
    UntrustedRoot,
    WrongRoot(RootKind),
    Order,
    NotCa(Position),
    NotForSigning(Position),
    PathLength(Position),
    Algorithm(Position),
    Profile(Position, Vec<Rule>),
    Other(String),
}

fn end(role: Role, defect: Defect, level: Level, hierarchy: &Hierarchy) -> End {
    let chain = hierarchy.damaged(role, defect, &SystemRandom::new());
    let chain = chain.unwrap_or_else(|error| panic!("{error}"));
    match verify(role, &chain.leaf, &chain.subs, &chain.anchors, NOW, level) {
        Ok(_) => End::Accepted,
        Err(ChainError::Unparsable { at: Position::Leaf, error: CertError::TooLong { .. } }) => {
            End::Other("long".into())
        }
        Err(ChainError::Unparsable { .. }) => End::Unparsable,
        Err(ChainError::Expired { at, .. }) => End::Expired(at),
        Err(ChainError::NotYetValid { at, .. }) => End::NotYetValid(at),
        Err(ChainError::BadSignature { at }) => End::BadSignature(at),
        Err(ChainError::NoIssuer { at, .. }) => End::NoIssuer(at),
        Err(ChainError::UntrustedRoot { .. }) => End::UntrustedRoot,
        Err(ChainError::WrongRoot { found, .. }) => End::WrongRoot(found),
        Err(ChainError::Order) => End::Order,
        Err(ChainError::NotCa { at }) => End::NotCa(at),
        Err(ChainError::NotForSigning { at }) => End::NotForSigning(at),
        Err(ChainError::PathLength { at, .. }) => End::PathLength(at),
        Err(ChainError::Algorithm { at, .. }) => End::Algorithm(at),
        Err(ChainError::Profile { at, broken }) => {
            End::Profile(at, broken.iter().map(|broken| broken.rule).collect())
        }
        Err(other) => End::Other(other.to_string()),
    }
}

fn hierarchy() -> Hierarchy {
    let rng = SystemRandom::new();
    Hierarchy::generate(&rng, NOW, Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// The same in every role: defect, outcome at the strict level, outcome at the field level where it differs.
#[test]
fn every_defect_is_refused_for_its_own_reason_in_every_role() {
    use Position::{Leaf, Root, Sub};
    let leaf = |rule| End::Profile(Leaf, vec![rule]);
    let same: Vec<(Defect, End)> = vec![
        (Defect::None, End::Accepted),
        (Defect::ExpiredLeaf, End::Expired(Leaf)),
        (Defect::ExpiredSub1, End::Expired(Sub(1))),
        (Defect::ExpiredSub2, End::Expired(Sub(0))),
        (Defect::ExpiredRoot, End::Expired(Root)),
        (Defect::NotYetValidLeaf, End::NotYetValid(Leaf)),
        (Defect::NotYetValidSub2, End::NotYetValid(Sub(0))),
        (Defect::TwinRoot, End::BadSignature(Sub(1))),
        (Defect::UnknownRoot, End::NoIssuer(Sub(1))),
        (Defect::OwnRootSent, End::UntrustedRoot),
        (Defect::OtherBranch, End::Profile(Sub(0), vec![Rule::DomainComponent])),
        (Defect::SelfSignedLeaf, End::UntrustedRoot),
        (Defect::LeafAsIssuer, End::NotCa(Sub(0))),
        (Defect::ThirdSub, End::PathLength(Sub(1))),
        (Defect::SwappedPathLengths, End::PathLength(Sub(1))),
        (Defect::MissingSub2, End::NoIssuer(Leaf)),
        (Defect::SubWithoutCertSign, End::NotForSigning(Sub(0))),
        (Defect::SubNotCa, End::NotCa(Sub(0))),
        (Defect::SubOnOtherCurve, End::Algorithm(Sub(0))),
        (Defect::WithoutDigitalSignature, leaf(Rule::KeyUsage)),
        (Defect::LeafIsCa, End::Profile(Leaf, vec![Rule::Authority, Rule::PathLength])),
        (Defect::WrongExtendedKeyUsage, leaf(Rule::ExtendedKeyUsage)),
        (Defect::WrongDomainComponent, leaf(Rule::DomainComponent)),
        (Defect::TwoDomainComponents, leaf(Rule::DomainComponent)),
        (Defect::RsaKey, End::Algorithm(Leaf)),
        (Defect::OtherCurve, End::Algorithm(Leaf)),
        (Defect::CompressedPoint, End::Algorithm(Leaf)),
        (Defect::Sha1Signature, End::Algorithm(Leaf)),
        (Defect::TamperedSignature, End::BadSignature(Leaf)),
        (Defect::TamperedBody, End::BadSignature(Leaf)),
        (Defect::UnknownCriticalExtension, leaf(Rule::Critical)),
        (Defect::DuplicateExtension, End::Unparsable),
        (Defect::CutOff, End::Unparsable),
    ];
    let strict_only = vec![
        (Defect::InvertedOrder, End::Order),
        (Defect::KeyUsageNotCritical, leaf(Rule::KeyUsageCritical)),
        (Defect::NameConstraints, leaf(Rule::Forbidden)),
        (Defect::NegativeSerial, leaf(Rule::Serial)),
        (Defect::TooLarge, leaf(Rule::Size)),
    ];
    let hierarchy = hierarchy();
    for role in [Role::Secc, Role::Contract, Role::OemProvisioning, Role::Cps] {
        for (defect, wanted) in &same {
            let strict = end(role, *defect, Level::Strict, &hierarchy);
            assert_eq!(strict, *wanted, "{role:?}, {defect:?}, strict");
            match (end(role, *defect, Level::Field, &hierarchy), wanted) {
                // The path length of a leaf is a formality.
                (End::Profile(Leaf, rules), End::Profile(Leaf, strict)) => {
                    assert_eq!(rules[..], strict[..1])
                }
                (field, wanted) => assert_eq!(field, *wanted, "{role:?}, {defect:?}, field"),
            }
        }
        for (defect, wanted) in &strict_only {
            assert_eq!(
                end(role, *defect, Level::Strict, &hierarchy),
                *wanted,
                "{role:?}, {defect:?}, strict"
            );
            let field = end(role, *defect, Level::Field, &hierarchy);
            assert_eq!(field, End::Accepted, "{role:?}, {defect:?}, field");
        }
    }
}

#[test]
fn defects_that_matter_to_some_roles_are_refused_there() {
    let hierarchy = hierarchy();
    let end = |role, defect, level| end(role, defect, level, &hierarchy);
    let leaf = |rule| End::Profile(Position::Leaf, vec![rule]);
    let (strict, field) = (Level::Strict, Level::Field);
    // [V2G2-925] A chain of another role is no chain for this one.
    for level in [strict, field] {
        assert_eq!(end(Role::Secc, Defect::OtherRole, level), End::WrongRoot(RootKind::Mo));
        assert_eq!(end(Role::Contract, Defect::OtherRole, level), End::WrongRoot(RootKind::Oem));
        assert_eq!(
            end(Role::OemProvisioning, Defect::OtherRole, level),
            End::WrongRoot(RootKind::Mo)
        );
    }
    // A station under the same root does not pass for the provisioning service.
    assert_eq!(end(Role::Cps, Defect::OtherRole, field), leaf(Rule::DomainComponent));
    for level in [strict, field] {
        assert_eq!(end(Role::Secc, Defect::NoDomainComponent, level), leaf(Rule::DomainComponent));
        assert_eq!(end(Role::Cps, Defect::NoDomainComponent, level), leaf(Rule::DomainComponent));
        assert_eq!(end(Role::Contract, Defect::NoDomainComponent, level), End::Accepted);
        // [V2G2-108] The common name of a contract is its identifier.
        assert_eq!(end(Role::Contract, Defect::NoIdentifier, level), leaf(Rule::CommonName));
        assert_eq!(end(Role::Secc, Defect::NoIdentifier, level), End::Accepted);
    }
    assert_eq!(
        end(Role::OemProvisioning, Defect::NoDomainComponent, strict),
        leaf(Rule::DomainComponent)
    );
    assert_eq!(end(Role::OemProvisioning, Defect::NoDomainComponent, field), End::Accepted);
    // [V2G2-933] The common name of a provisioning certificate is its identifier.
    assert_eq!(end(Role::OemProvisioning, Defect::NoIdentifier, strict), leaf(Rule::CommonName));
    assert_eq!(end(Role::OemProvisioning, Defect::NoIdentifier, field), End::Accepted);
    assert_eq!(end(Role::Contract, Defect::CountryNamed, strict), leaf(Rule::Country));
    assert_eq!(end(Role::Contract, Defect::CountryNamed, field), End::Accepted);
    assert_eq!(end(Role::Secc, Defect::CountryNamed, strict), End::Accepted);
}
