//! Every defect is refused for its own reason, in both editions, beside a control chain that is accepted.

use pki::chain::{ChainError, Check, Demand, Level, Position, Role};
use pki::issue::{Damaged, Defect, Hierarchy, Options};
use pki::profile::{CertificateKind as Kind, Edition, Rule};
use pki::revocation::{
    Crl, CrlPlan, Need, Policy, Revocation, RevocationError, Sources, Window, check,
};
use ring::rand::SystemRandom;

const NOW: i64 = 1_795_366_984;

/// What a chain check ends in.
#[derive(Debug, PartialEq)]
enum End {
    Accepted,
    Refused(Check, Option<Position>),
    Profile(Position, Vec<Rule>),
}

fn end(demand: Demand, defect: Defect, hierarchy: &Hierarchy) -> End {
    end_of(demand, &damaged(demand.role, defect, hierarchy))
}

fn damaged(role: Role, defect: Defect, hierarchy: &Hierarchy) -> Damaged {
    let chain = hierarchy.damaged(role, defect, &SystemRandom::new());
    chain.unwrap_or_else(|error| panic!("{error}"))
}

fn end_of(demand: Demand, chain: &Damaged) -> End {
    match demand.verify(&chain.leaf, &chain.subs, &chain.anchors, NOW) {
        Ok(_) => End::Accepted,
        Err(ChainError::Profile { at, broken }) => {
            End::Profile(at, broken.iter().map(|broken| broken.rule).collect())
        }
        Err(error) => End::Refused(error.check(), error.at()),
    }
}

fn hierarchy(edition: Edition) -> Hierarchy {
    Hierarchy::generate(&SystemRandom::new(), NOW, Options::of(edition))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Roles on which every defect is tried. Arithmetic on P-521 takes its time where nothing is optimized.
fn whole(edition: Edition) -> &'static [Role] {
    match edition {
        Edition::Iso2 => &[Role::Secc, Role::Contract, Role::OemProvisioning, Role::Cps],
        Edition::Iso20 => &[Role::Vehicle, Role::Contract],
    }
}

/// What the strict level makes of a defect, the same in every role and edition; `None` where that depends on them.
fn at_strict(defect: Defect) -> Option<End> {
    use Position::{Leaf, Root, Sub};
    let refused = |check, at| End::Refused(check, Some(at));
    let leaf = |rule| End::Profile(Leaf, vec![rule]);
    Some(match defect {
        Defect::None => End::Accepted,
        Defect::ExpiredLeaf | Defect::NotYetValidLeaf => refused(Check::Validity, Leaf),
        Defect::ExpiredSub1 => refused(Check::Validity, Sub(1)),
        Defect::ExpiredSub2 | Defect::NotYetValidSub2 => refused(Check::Validity, Sub(0)),
        Defect::ExpiredRoot => refused(Check::Validity, Root),
        Defect::TwinRoot => refused(Check::Signature, Sub(1)),
        Defect::UnknownRoot => refused(Check::Issuer, Sub(1)),
        Defect::OwnRootSent | Defect::SelfSignedLeaf => End::Refused(Check::Trust, None),
        Defect::OtherBranch => End::Profile(Sub(0), vec![Rule::DomainComponent]),
        Defect::LeafAsIssuer | Defect::SubNotCa => refused(Check::Authority, Sub(0)),
        Defect::ThirdSub | Defect::SwappedPathLengths => refused(Check::PathLength, Sub(1)),
        Defect::MissingSub2 => refused(Check::Issuer, Leaf),
        Defect::InvertedOrder => End::Refused(Check::Order, None),
        Defect::SubWithoutCertSign => refused(Check::CertificateSigning, Sub(0)),
        Defect::SubOnOtherCurve => refused(Check::Algorithm, Sub(0)),
        Defect::RsaKey
        | Defect::OtherCurve
        | Defect::CompressedPoint
        | Defect::Sha1Signature
        | Defect::KeyOfOtherEdition => refused(Check::Algorithm, Leaf),
        Defect::TamperedSignature | Defect::TamperedBody => refused(Check::Signature, Leaf),
        Defect::DuplicateExtension | Defect::CutOff => refused(Check::Reading, Leaf),
        Defect::RepeatedSerial => End::Refused(Check::SerialNumbers, None),
        Defect::WithoutDigitalSignature => leaf(Rule::KeyUsage),
        Defect::KeyUsageNotCritical => leaf(Rule::KeyUsageCritical),
        Defect::WrongExtendedKeyUsage => leaf(Rule::ExtendedKeyUsage),
        Defect::WrongDomainComponent | Defect::TwoDomainComponents => leaf(Rule::DomainComponent),
        Defect::UnknownCriticalExtension => leaf(Rule::Critical),
        Defect::NegativeSerial => leaf(Rule::Serial),
        Defect::TooLarge => leaf(Rule::Size),
        Defect::TwoCommonNames => leaf(Rule::CommonName),
        Defect::WildcardName => leaf(Rule::AlternativeName),
        _ => return None,
    })
}

/// Formalities, which the strict level alone holds against a chain in every role.
const FORMAL: [Defect; 7] = [
    Defect::InvertedOrder,
    Defect::KeyUsageNotCritical,
    Defect::NegativeSerial,
    Defect::TooLarge,
    Defect::WildcardName,
    Defect::RepeatedSerial,
    Defect::NameConstraints,
];

#[test]
fn every_defect_is_refused_for_its_own_reason_in_both_editions() {
    let mut wrong = Vec::new();
    for edition in Edition::ALL {
        let hierarchy = hierarchy(edition);
        for &role in whole(edition) {
            for defect in Defect::ALL.into_iter().filter(|defect| at_strict(*defect).is_some()) {
                let chain = damaged(role, defect, &hierarchy);
                for level in Level::ALL {
                    let Some(mut wanted) = at_strict(defect) else { continue };
                    let mut found = end_of(Demand { role, edition, level }, &chain);
                    if level > Level::Strict && FORMAL.contains(&defect) {
                        wanted = End::Accepted;
                    }
                    if (edition, level, defect)
                        == (Edition::Iso20, Level::Lab, Defect::KeyOfOtherEdition)
                    {
                        wanted = End::Refused(Check::OneAlgorithm, Some(Position::Leaf));
                    }
                    // Authorities of other branches differ in more than their domain.
                    if let (Defect::OtherBranch, End::Profile(_, rules)) = (defect, &mut found) {
                        rules.retain(|rule| *rule == Rule::DomainComponent);
                    }
                    // Only a contract is known by its common name below the strict level.
                    let nameless = defect == Defect::TwoCommonNames && level > Level::Strict;
                    if found != wanted && !nameless {
                        wrong
                            .push(format!("{defect:?}, {role:?}, {edition}, {level:?}: {found:?}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn defects_that_matter_to_some_are_refused_there() {
    use Level::{Field, Lab, Strict};
    let (of_2, of_20) = (hierarchy(Edition::Iso2), hierarchy(Edition::Iso20));
    let iso2 = |role, defect, level| end(Demand::iso2(role, level), defect, &of_2);
    let iso20 = |role, defect, level| end(Demand::iso20(role, level), defect, &of_20);
    let leaf = |rule| End::Profile(Position::Leaf, vec![rule]);
    let root = End::Refused(Check::RootOfRole, None);
    for level in Level::ALL {
        // [V2G2-925] A chain of another role is no chain for this one.
        for role in [Role::Secc, Role::Contract, Role::OemProvisioning] {
            assert_eq!(iso2(role, Defect::OtherRole, level), root);
            assert_eq!(iso20(role, Defect::OtherRole, level), root);
        }
        assert_eq!(iso20(Role::Vehicle, Defect::OtherRole, level), root);
        // The authority of a leaf is none, and an authority's path length means nothing there.
        let End::Profile(Position::Leaf, rules) = iso2(Role::Secc, Defect::LeafIsCa, level) else {
            panic!("a station that is an authority")
        };
        assert_eq!(rules[0], Rule::Authority);
        // [V2G2-108] [V2G2-933] The common name is the identifier.
        assert_eq!(iso2(Role::Contract, Defect::NoIdentifier, level), leaf(Rule::CommonName));
        assert_eq!(iso20(Role::Contract, Defect::NoIdentifier, level), leaf(Rule::CommonName));
        assert_eq!(iso2(Role::Contract, Defect::TwoCommonNames, level), leaf(Rule::CommonName));
        // What the car looks for in its peer.
        for role in [Role::Secc, Role::Cps] {
            assert_eq!(iso2(role, Defect::NoDomainComponent, level), leaf(Rule::DomainComponent));
            assert_eq!(iso20(role, Defect::NoDomainComponent, level), leaf(Rule::DomainComponent));
        }
        // Stations of ISO 15118-2 need no extended key usage.
        assert_eq!(iso2(Role::Secc, Defect::NoExtendedKeyUsage, level), End::Accepted);
        // Under the same root, a station does not pass for the provisioning service.
        let End::Profile(_, rules) = iso2(Role::Cps, Defect::OtherRole, level) else { panic!() };
        assert!(rules.contains(&Rule::DomainComponent));
    }
    assert_eq!(iso2(Role::Secc, Defect::NoIdentifier, Strict), End::Accepted);
    assert_eq!(iso20(Role::Secc, Defect::NoIdentifier, Strict), leaf(Rule::CommonName));
    assert_eq!(iso20(Role::Vehicle, Defect::NoIdentifier, Strict), leaf(Rule::CommonName));
    assert_eq!(iso2(Role::OemProvisioning, Defect::NoIdentifier, Strict), leaf(Rule::CommonName));
    assert_eq!(iso2(Role::OemProvisioning, Defect::NoIdentifier, Field), End::Accepted);
    assert_eq!(iso2(Role::Contract, Defect::CountryNamed, Strict), leaf(Rule::Country));
    assert_eq!(iso2(Role::Contract, Defect::CountryNamed, Field), End::Accepted);
    assert_eq!(iso2(Role::Secc, Defect::CountryNamed, Strict), End::Accepted);
    assert_eq!(iso20(Role::Vehicle, Defect::CountryNamed, Strict), leaf(Rule::Country));
    assert_eq!(iso2(Role::Secc, Defect::NameConstraints, Strict), leaf(Rule::Forbidden));
    // Stations and cars of ISO 15118-20 say what TLS may use them for.
    for role in [Role::Secc, Role::Vehicle] {
        let wanted = leaf(Rule::ExtendedKeyUsage);
        assert_eq!(iso20(role, Defect::NoExtendedKeyUsage, Strict), wanted);
    }
    // Where to ask about revocation: critical in contracts of ISO 15118-20, in none of ISO 15118-2.
    for defect in [Defect::OcspCriticality, Defect::CrlCriticality] {
        for role in [Role::Secc, Role::Contract, Role::OemProvisioning] {
            assert_eq!(iso20(role, defect, Strict), leaf(Rule::RevocationCritical), "{role:?}");
            assert_eq!(iso20(role, defect, Field), End::Accepted, "{role:?}");
        }
    }
    // [V2G20-3000] [V2G20-3001] Nobody is valid outside the issuer's validity.
    for (defect, at) in [
        (Defect::LeafOutlivesIssuer, Position::Leaf),
        (Defect::SubPrecedesIssuer, Position::Sub(0)),
    ] {
        let wanted = End::Refused(Check::ValidityNesting, Some(at));
        assert_eq!(iso20(Role::Contract, defect, Strict), wanted);
        assert_eq!(iso20(Role::Contract, defect, Field), End::Accepted);
        assert_eq!(iso2(Role::Contract, defect, Strict), End::Accepted);
    }
    // No key on Ed448 in a chain of another algorithm.
    for role in [Role::Secc, Role::Contract] {
        assert!(
            matches!(
                iso20(role, Defect::Ed448Key, Lab),
                End::Refused(Check::Algorithm | Check::OneAlgorithm, Some(Position::Leaf))
            ),
            "{role:?}"
        );
        let wanted = End::Refused(Check::Algorithm, Some(Position::Leaf));
        assert_eq!(iso2(role, Defect::Ed448Key, Lab), wanted);
    }
}

#[test]
fn a_chain_of_one_edition_is_none_of_the_other() {
    for [own, other] in [[Edition::Iso2, Edition::Iso20], [Edition::Iso20, Edition::Iso2]] {
        let hierarchy = hierarchy(own);
        for &role in whole(Edition::Iso2) {
            for level in Level::ALL {
                let verified = |edition| {
                    let identity = hierarchy.identity(role);
                    let (leaf, subs) = (identity.leaf.der(), identity.sub_ders());
                    Demand { role, edition, level }
                        .verify(leaf, &subs, hierarchy.anchors(), NOW)
                        .map_err(|error| error.check())
                        .map(drop)
                };
                assert_eq!(verified(own), Ok(()));
                // Test hierarchies use keys of ISO 15118-2 for both.
                let lab = (own, level) == (Edition::Iso2, Level::Lab);
                if !lab {
                    assert_eq!(verified(other), Err(Check::Algorithm), "{role:?}, {other}");
                }
            }
        }
    }
}

#[test]
fn a_contract_does_not_sign_deliveries_and_a_station_no_contract() {
    let hierarchy = hierarchy(Edition::Iso2);
    let verify = |demand: Demand, of: Role| {
        let identity = hierarchy.identity(of);
        demand.verify(identity.leaf.der(), &identity.sub_ders(), hierarchy.anchors(), NOW)
    };
    for level in Level::ALL {
        let cps = Demand::iso2(Role::Cps, level);
        for of in [Role::Contract, Role::OemProvisioning] {
            assert_eq!(verify(cps, of).map(drop).unwrap_err().check(), Check::RootOfRole);
        }
        let refused = verify(Demand::iso2(Role::Contract, level), Role::Secc);
        assert_eq!(refused.map(drop).unwrap_err().check(), Check::Profile);
    }
}

#[test]
fn a_chain_whose_second_authority_is_revoked_verifies_and_is_refused_for_that() {
    let (rng, hierarchy) = (SystemRandom::new(), hierarchy(Edition::Iso2));
    let contract = hierarchy.contract();
    let chain = Demand::iso2(Role::Contract, Level::Strict)
        .verify(contract.leaf.der(), &contract.sub_ders(), hierarchy.anchors(), NOW)
        .unwrap();
    let issuer = pki::issue::Issuer {
        certificate: hierarchy.certificate(Kind::MoSub1),
        signer: &**hierarchy.key(Kind::MoSub1),
    };
    let revoked = contract.subs[0].serial().to_vec();
    let plan = CrlPlan {
        number: 1,
        this_update: NOW - 60,
        next_update: NOW + 3600,
        revoked: vec![(revoked, Revocation { at: NOW - 3600, reason: None })],
    };
    let list = Crl::parse(&plan.issue(issuer, &rng).unwrap()).unwrap();
    let crls = [list];
    let sources = Sources { crls: &crls, ..Sources::default() };
    let window = Window { max_age: 3600, tolerance: 0 };
    let policy = Policy { need: Need::Prefer, private: Need::Ignore, ocsp: window, crl: window };
    let refused = check(&chain, &sources, &policy, NOW).unwrap_err();
    assert!(matches!(refused, RevocationError::Revoked { at: Position::Sub(0), .. }), "{refused}");
}
