//! Every defect is refused for its own reason, in both editions, beside a control chain that is accepted.

use pki::chain::{Check, Demand, Level, Position, Role};
use pki::issue::{Damaged, Defect, Ending, Hierarchy, Options};
use pki::profile::{Edition, Rule};
use pki::revocation::{Crl, Need, Policy, RevocationError, Sources, Window, check};
use pki::specimen::{Catalogue, Chain};
use ring::rand::SystemRandom;

const NOW: i64 = 1_795_366_984;

fn end(demand: Demand, defect: Defect, hierarchy: &Hierarchy) -> Ending {
    let chain = hierarchy
        .damaged(demand.role, defect, &SystemRandom::new())
        .unwrap_or_else(|error| panic!("{error}"));
    end_of(demand, &chain)
}

fn end_of(demand: Demand, chain: &Damaged) -> Ending {
    Ending::of(&demand.verify(&chain.leaf, &chain.subs, &chain.anchors, NOW))
}

fn refused(check: Check, at: Option<Position>) -> Ending {
    Ending::Refused { check, at, rules: Vec::new() }
}

fn hierarchy(edition: Edition) -> Hierarchy {
    Hierarchy::generate(&SystemRandom::new(), NOW, Options::of(edition))
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_defect_is_refused_for_its_own_reason_in_both_editions() {
    let mut wrong = Vec::new();
    for edition in Edition::ALL {
        let catalogue =
            Catalogue::generate(&SystemRandom::new(), NOW, Options::of(edition)).unwrap();
        assert!(catalogue.chains.len() > 150, "{}", catalogue.chains.len());
        for Chain { role, defect, chain, endings } in &catalogue.chains {
            for (level, wanted) in endings {
                let found = end_of(Demand { role: *role, edition, level: *level }, chain);
                if found != *wanted {
                    wrong.push(format!(
                        "{}, {role:?}, {edition}, {level:?}: {found:?}, wanted {wanted:?}",
                        defect.name()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_the_catalogue_leaves_out_is_accepted_everywhere() {
    let mut checked = 0;
    for edition in Edition::ALL {
        let hierarchy = hierarchy(edition);
        for role in Role::of(edition).filter(|role| *role != Role::OcspSigner) {
            for defect in Defect::ALL {
                let demand = Demand { role, edition, level: Level::Strict };
                if defect.ending(demand) == Ending::Accepted {
                    assert_eq!(end(demand, defect, &hierarchy), Ending::Accepted, "{defect:?}");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 20, "{checked}");
}

#[test]
fn defects_that_matter_to_some_are_refused_there() {
    use Level::{Field, Lab, Strict};
    let (of_2, of_20) = (hierarchy(Edition::Iso2), hierarchy(Edition::Iso20));
    let iso2 = |role, defect, level| end(Demand::iso2(role, level), defect, &of_2);
    let iso20 = |role, defect, level| end(Demand::iso20(role, level), defect, &of_20);
    let leaf = |rule| Ending::Refused {
        check: Check::Profile,
        at: Some(Position::Leaf),
        rules: vec![rule],
    };
    let root = refused(Check::RootOfRole, None);
    for level in Level::ALL {
        // [V2G2-925] A chain of another role is no chain for this one.
        for role in [Role::Secc, Role::Contract, Role::OemProvisioning] {
            assert_eq!(iso2(role, Defect::OtherRole, level), root);
            assert_eq!(iso20(role, Defect::OtherRole, level), root);
        }
        assert_eq!(iso20(Role::Vehicle, Defect::OtherRole, level), root);
        // The authority of a leaf is none, and an authority's path length means nothing there.
        let Ending::Refused { rules, .. } = iso2(Role::Secc, Defect::LeafIsCa, level) else {
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
        assert_eq!(iso2(Role::Secc, Defect::NoExtendedKeyUsage, level), Ending::Accepted);
        // Under the same root, a station does not pass for the provisioning service.
        let station = of_2.secc();
        let demand = Demand::iso2(Role::Cps, level);
        let outcome = demand.verify(station.leaf.der(), &station.sub_ders(), of_2.anchors(), NOW);
        let Ending::Refused { rules, .. } = Ending::of(&outcome) else { panic!() };
        assert!(rules.contains(&Rule::DomainComponent));
    }
    assert_eq!(iso2(Role::Secc, Defect::NoIdentifier, Strict), Ending::Accepted);
    assert_eq!(iso20(Role::Secc, Defect::NoIdentifier, Strict), leaf(Rule::CommonName));
    assert_eq!(iso20(Role::Vehicle, Defect::NoIdentifier, Strict), leaf(Rule::CommonName));
    assert_eq!(iso2(Role::OemProvisioning, Defect::NoIdentifier, Strict), leaf(Rule::CommonName));
    assert_eq!(iso2(Role::OemProvisioning, Defect::NoIdentifier, Field), Ending::Accepted);
    assert_eq!(iso2(Role::Contract, Defect::CountryNamed, Strict), leaf(Rule::Country));
    assert_eq!(iso2(Role::Contract, Defect::CountryNamed, Field), Ending::Accepted);
    assert_eq!(iso2(Role::Secc, Defect::CountryNamed, Strict), Ending::Accepted);
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
            assert_eq!(iso20(role, defect, Field), Ending::Accepted, "{role:?}");
        }
    }
    // [V2G20-3000] [V2G20-3001] Nobody is valid outside the issuer's validity.
    for (defect, at) in [
        (Defect::LeafOutlivesIssuer, Position::Leaf),
        (Defect::SubPrecedesIssuer, Position::Sub(0)),
    ] {
        let wanted = refused(Check::ValidityNesting, Some(at));
        assert_eq!(iso20(Role::Contract, defect, Strict), wanted);
        assert_eq!(iso20(Role::Contract, defect, Field), Ending::Accepted);
        assert_eq!(iso2(Role::Contract, defect, Strict), Ending::Accepted);
    }
    // No key on Ed448 in a chain of another algorithm.
    for role in [Role::Secc, Role::Contract] {
        assert!(
            matches!(
                iso20(role, Defect::Ed448Key, Lab),
                Ending::Refused {
                    check: Check::Algorithm | Check::OneAlgorithm,
                    at: Some(Position::Leaf),
                    ..
                }
            ),
            "{role:?}"
        );
        let wanted = refused(Check::Algorithm, Some(Position::Leaf));
        assert_eq!(iso2(role, Defect::Ed448Key, Lab), wanted);
    }
}

#[test]
fn a_chain_of_one_edition_is_none_of_the_other() {
    for [own, other] in [[Edition::Iso2, Edition::Iso20], [Edition::Iso20, Edition::Iso2]] {
        let hierarchy = hierarchy(own);
        for role in Role::of(Edition::Iso2).filter(|role| *role != Role::OcspSigner) {
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
    let catalogue =
        Catalogue::generate(&SystemRandom::new(), NOW, Options::of(Edition::Iso2)).unwrap();
    let contract = catalogue.hierarchy.contract();
    let anchors = catalogue.hierarchy.anchors();
    let chain = Demand::iso2(Role::Contract, Level::Strict)
        .verify(contract.leaf.der(), &contract.sub_ders(), anchors, NOW)
        .unwrap();
    let list = Crl::parse(&catalogue.revoked_sub2).unwrap();
    let crls = [list];
    let sources = Sources { crls: &crls, ..Sources::default() };
    let window = Window { max_age: 3600, tolerance: 0 };
    let policy = Policy { need: Need::Prefer, private: Need::Ignore, ocsp: window, crl: window };
    let refused = check(&chain, &sources, &policy, NOW).unwrap_err();
    assert!(matches!(refused, RevocationError::Revoked { at: Position::Sub(0), .. }), "{refused}");
}
