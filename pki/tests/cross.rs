//! Several ways up: cross-certificates, kept authorities, roots that changed their key; and sets that lead nowhere.

use pki::chain::{AnchorError, ChainError, Check, Demand, Level, Position, Role, RootKind};
use pki::issue::{Hierarchy, Issuer, Options, Plan};
use pki::key::{PrivateKey, Signer};
use pki::profile::{Authority, CertificateKind as Kind, Rule};
use pki::{Anchors, Certificate};
use ring::rand::SystemRandom;

const NOW: i64 = 1_795_366_984;
const DAY: i64 = 86_400;
const CONTRACT: Demand = Demand::iso2(Role::Contract, Level::Strict);

fn hierarchy() -> Hierarchy {
    let rng = SystemRandom::new();
    Hierarchy::generate(&rng, NOW, Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// A certificate of one authority's name and key under another.
fn cross(
    hierarchy: &Hierarchy,
    subject: Kind,
    issuer: Kind,
    edit: impl FnOnce(&mut Plan),
) -> Certificate {
    let own = hierarchy.certificate(subject);
    let mut plan = Plan::new(subject, "", NOW - DAY, NOW + 300 * DAY);
    plan.subject = own
        .subject()
        .attributes()
        .iter()
        .map(|attribute| (attribute.kind.clone(), attribute.value.clone()))
        .collect();
    edit(&mut plan);
    let issuer =
        Issuer { certificate: hierarchy.certificate(issuer), signer: &**hierarchy.key(issuer) };
    let issued = plan.issue(hierarchy.key(subject).public_key(), issuer, &SystemRandom::new());
    issued.unwrap_or_else(|error| panic!("{error}"))
}

fn only(kind: RootKind, root: &Certificate) -> Anchors {
    let mut anchors = Anchors::new();
    anchors.add(kind, root.der()).unwrap_or_else(|error| panic!("{error}"));
    anchors
}

#[test]
fn an_authority_under_two_roots_leads_to_the_one_that_is_held() {
    let hierarchy = hierarchy();
    let contract = hierarchy.contract();
    let (leaf, sub2, sub1) = (contract.leaf.der(), &contract.subs[0], &contract.subs[1]);
    // The mobility operator's first authority under the V2G root.
    let crossed = cross(&hierarchy, Kind::MoSub1, Kind::V2gRoot, |_| ());
    let v2g = hierarchy.certificate(Kind::V2gRoot);
    for subs in [[sub2.der(), sub1.der(), crossed.der()], [sub2.der(), crossed.der(), sub1.der()]] {
        let under_mo =
            CONTRACT.verify(leaf, &subs, &only(RootKind::Mo, &contract.root), NOW).unwrap();
        assert_eq!(under_mo.subs()[1], *sub1);
        let under_v2g = CONTRACT.verify(leaf, &subs, &only(RootKind::V2g, v2g), NOW).unwrap();
        assert_eq!(under_v2g.subs()[1], crossed);
        assert_eq!(under_v2g.anchor().kind(), RootKind::V2g);
        assert!(CONTRACT.verify(leaf, &subs, hierarchy.anchors(), NOW).is_ok());
    }
}

#[test]
fn a_root_under_another_root_makes_the_way_one_longer() {
    let hierarchy = hierarchy();
    let contract = hierarchy.contract();
    let anchors = only(RootKind::V2g, hierarchy.certificate(Kind::V2gRoot));
    let verify = |crossed: &Certificate, level| {
        let subs = [contract.subs[0].der(), contract.subs[1].der(), crossed.der()];
        Demand::iso2(Role::Contract, level).verify(contract.leaf.der(), &subs, &anchors, NOW)
    };
    let crossed = cross(&hierarchy, Kind::MoRoot, Kind::V2gRoot, |_| ());
    let chain = verify(&crossed, Level::Field).unwrap();
    assert_eq!(chain.subs().len(), 3);
    let wanted = ChainError::PathLength { at: Position::Root, allowed: 2, found: 3 };
    assert_eq!(verify(&crossed, Level::Strict).unwrap_err(), wanted);
    // Its own path length counts.
    let short =
        cross(&hierarchy, Kind::MoRoot, Kind::V2gRoot, |plan| plan.authority = Authority::Sub(1));
    let wanted = ChainError::PathLength { at: Position::Sub(2), allowed: 1, found: 2 };
    assert_eq!(verify(&short, Level::Field).unwrap_err(), wanted);
    // Nobody else's authority stands there, whatever it certified.
    let foreign = cross(&hierarchy, Kind::MoRoot, Kind::V2gRoot, |plan| {
        plan.subject
            .iter_mut()
            .filter(|(_, value)| value == "MO")
            .for_each(|(_, value)| *value = "OEM".into())
    });
    assert!(matches!(
        verify(&foreign, Level::Field),
        Err(ChainError::BadSignature { .. } | ChainError::NoIssuer { .. })
    ));
}

#[test]
fn the_authority_of_another_branch_is_no_cross_certificate() {
    let (rng, hierarchy) = (SystemRandom::new(), hierarchy());
    // A car maker's authority below the V2G root certifies an authority of a mobility operator.
    let oem =
        cross(&hierarchy, Kind::OemSub1, Kind::V2gRoot, |plan| plan.authority = Authority::Root);
    let oem_key = hierarchy.key(Kind::OemSub1);
    let mut plan = Plan::new(Kind::MoSub1, "", NOW - DAY, NOW + 300 * DAY);
    let own = hierarchy.certificate(Kind::MoSub1);
    plan.subject =
        own.subject().attributes().iter().map(|a| (a.kind.clone(), a.value.clone())).collect();
    let sub1 = plan
        .issue(
            hierarchy.key(Kind::MoSub1).public_key(),
            Issuer { certificate: &oem, signer: &**oem_key },
            &rng,
        )
        .unwrap();
    let contract = hierarchy.contract();
    let subs = [contract.subs[0].der(), sub1.der(), oem.der()];
    let anchors = only(RootKind::V2g, hierarchy.certificate(Kind::V2gRoot));
    let field = Demand::iso2(Role::Contract, Level::Field);
    let refused = field.verify(contract.leaf.der(), &subs, &anchors, NOW).unwrap_err();
    let ChainError::Profile { at: Position::Sub(2), broken } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(
        broken.iter().map(|broken| broken.rule).collect::<Vec<_>>(),
        [Rule::DomainComponent]
    );
}

#[test]
fn a_root_that_changed_its_key_vouches_for_the_new_one() {
    let (rng, hierarchy) = (SystemRandom::new(), hierarchy());
    let contract = hierarchy.contract();
    // The root that is held has the same name and another key; it certified the key in use.
    let old_key = PrivateKey::generate(&rng).unwrap();
    let mut plan = Plan::new(Kind::MoRoot, "", NOW - 900 * DAY, NOW + 900 * DAY);
    plan.subject = contract
        .root
        .subject()
        .attributes()
        .iter()
        .map(|a| (a.kind.clone(), a.value.clone()))
        .collect();
    let old = plan.issue_self_signed(&old_key, &rng).unwrap();
    let new_with_old = plan
        .issue(
            hierarchy.key(Kind::MoRoot).public_key(),
            Issuer { certificate: &old, signer: &old_key },
            &rng,
        )
        .unwrap();
    let anchors = only(RootKind::Mo, &old);
    let subs = [contract.subs[0].der(), contract.subs[1].der(), new_with_old.der()];
    for level in Level::ALL {
        let chain = Demand::iso2(Role::Contract, level)
            .verify(contract.leaf.der(), &subs, &anchors, NOW)
            .unwrap_or_else(|error| panic!("{level:?}: {error}"));
        assert_eq!(*chain.anchor().certificate(), old);
    }
    let refused = CONTRACT.verify(contract.leaf.der(), &subs[..2], &anchors, NOW).unwrap_err();
    assert_eq!(refused, ChainError::BadSignature { at: Position::Sub(1) });
}

#[test]
fn kept_authorities_complete_a_chain_and_are_trusted_for_nothing() {
    let hierarchy = hierarchy();
    let contract = hierarchy.contract();
    let none: [&[u8]; 0] = [];
    let mut anchors = hierarchy.anchors().clone();
    assert!(CONTRACT.verify(contract.leaf.der(), &none, &anchors, NOW).is_err());
    for sub in &contract.subs {
        anchors.add_authority(sub.der()).unwrap();
        anchors.add_authority(sub.der()).unwrap();
    }
    assert_eq!(anchors.authorities().count(), 2);
    let chain = CONTRACT.verify(contract.leaf.der(), &none, &anchors, NOW).unwrap();
    assert_eq!(chain.subs(), contract.subs);
    // One sent, one kept.
    assert!(CONTRACT.verify(contract.leaf.der(), &[contract.subs[1].der()], &anchors, NOW).is_ok());
    let mut rootless = Anchors::new();
    for sub in &contract.subs {
        rootless.add_authority(sub.der()).unwrap();
    }
    let refused = CONTRACT.verify(contract.leaf.der(), &none, &rootless, NOW).unwrap_err();
    assert_eq!((refused.check(), refused.at()), (Check::Issuer, Some(Position::Sub(1))));
    assert_eq!(rootless.add_authority(contract.root.der()), Err(AnchorError::Root));
    assert_eq!(rootless.add_authority(contract.leaf.der()), Err(AnchorError::NotCa));
}

#[test]
fn a_hostile_set_of_one_name_costs_no_more_than_the_bound() {
    let (rng, hierarchy) = (SystemRandom::new(), hierarchy());
    let contract = hierarchy.contract();
    // Authorities with one name, each certified by each other, kept by mistake.
    let keys: Vec<_> = (0..8).map(|_| PrivateKey::generate(&rng).unwrap()).collect();
    let plan = {
        let mut plan = Plan::new(Kind::MoSub2, "", NOW - DAY, NOW + DAY);
        plan.authority = Authority::Root;
        plan.subject = contract.subs[0]
            .subject()
            .attributes()
            .iter()
            .map(|a| (a.kind.clone(), a.value.clone()))
            .collect();
        plan
    };
    let own: Vec<_> = keys.iter().map(|key| plan.issue_self_signed(key, &rng).unwrap()).collect();
    let mut anchors = hierarchy.anchors().clone();
    for (i, subject) in keys.iter().enumerate() {
        for (j, issuer) in keys.iter().enumerate().filter(|(j, _)| *j != i) {
            let issuer = Issuer { certificate: &own[j], signer: issuer };
            anchors
                .add_authority(plan.issue(subject.public_key(), issuer, &rng).unwrap().der())
                .unwrap();
        }
    }
    let mut leaf = Plan::new(Kind::ContractLeaf, "DEPNCC00000001", NOW - DAY, NOW + DAY);
    leaf.extra.clear();
    let issuer = Issuer { certificate: &own[0], signer: &keys[0] };
    let leaf = leaf.issue(contract.key.public_key(), issuer, &rng).unwrap();
    let none: [&[u8]; 0] = [];
    let refused = CONTRACT.verify(leaf.der(), &none, &anchors, NOW).unwrap_err();
    assert_eq!(refused, ChainError::TooMuchWork { max: pki::chain::MAX_SIGNATURES });
    // What is sound is found beside them: key identifiers lead to it.
    assert!(CONTRACT.verify(contract.leaf.der(), &contract.sub_ders(), &anchors, NOW).is_ok());
}

#[test]
fn every_check_that_was_done_is_listed() {
    let hierarchy = hierarchy();
    let contract = hierarchy.contract();
    let (sub2, sub1) = (contract.subs[0].der(), contract.subs[1].der());
    let chain =
        CONTRACT.verify(contract.leaf.der(), &[sub2, sub1], hierarchy.anchors(), NOW).unwrap();
    let done = chain.checks();
    assert!(done.iter().all(|done| done.tolerated.is_none() && !done.requirement.is_empty()));
    let count = |check| done.iter().filter(|done| done.check == check).count();
    assert_eq!(count(Check::Signature), 3);
    assert_eq!(count(Check::Validity), 4);
    assert_eq!(count(Check::Trust), 1);
    assert!(count(Check::Profile) > 40);
    let rules =
        done.iter().filter(|done| done.at == Position::Leaf && done.rule == Some(Rule::KeyUsage));
    assert_eq!(rules.count(), 1);
    // What the strict level would refuse is told.
    let field = Demand::iso2(Role::Contract, Level::Field);
    let chain = field.verify(contract.leaf.der(), &[sub1, sub2], hierarchy.anchors(), NOW).unwrap();
    let tolerated: Vec<_> =
        chain.checks().into_iter().filter(|done| done.tolerated.is_some()).collect();
    assert_eq!(tolerated.len(), 1);
    assert_eq!(
        (tolerated[0].check, tolerated[0].tolerated.as_deref()),
        (Check::Order, Some("authorities out of order"))
    );
}
