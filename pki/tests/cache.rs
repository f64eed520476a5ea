//! A cache gives out what a new verification would let pass, and nothing else.

use std::sync::Arc;

use pki::chain::{Cache, ChainError, Demand, Level, Role, RootKind};
use pki::drive::Dice;
use pki::issue::{Hierarchy, Identity, Options};
use pki::profile::CertificateKind as Kind;
use pki::{Anchors, Evcoid};
use ring::rand::SystemRandom;

const NOW: i64 = 1_795_366_984;
const DAY: i64 = 86_400;
const STRICT: Demand = Demand::iso2(Role::Contract, Level::Strict);

fn hierarchy() -> Hierarchy {
    let rng = SystemRandom::new();
    Hierarchy::generate(&rng, NOW, Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

struct Scene {
    hierarchy: Hierarchy,
    contract: Identity,
    cache: Cache,
}

impl Scene {
    fn new(capacity: usize, max_age: u32) -> Self {
        let hierarchy = hierarchy();
        Self { contract: hierarchy.contract(), hierarchy, cache: Cache::new(capacity, max_age) }
    }

    /// When the chain that the cache gives out was verified.
    fn verified_at(&mut self, now: i64) -> Result<i64, ChainError> {
        let (leaf, subs) = (self.contract.leaf.der(), self.contract.sub_ders());
        let chain = self.cache.verify(STRICT, leaf, &subs, self.hierarchy.anchors(), now)?;
        Ok(chain.verified_at())
    }
}

#[test]
fn the_same_chain_is_verified_once_for_its_age() {
    let mut scene = Scene::new(4, 600);
    assert_eq!(scene.verified_at(NOW), Ok(NOW));
    assert_eq!(scene.verified_at(NOW + 600), Ok(NOW));
    assert_eq!(scene.verified_at(NOW + 601), Ok(NOW + 601));
    // A clock that went back.
    assert_eq!(scene.verified_at(NOW + 600), Ok(NOW + 600));
    assert_eq!(scene.cache.len(), 1);
    scene.cache.clear();
    assert!(scene.cache.is_empty());
    assert_eq!(scene.verified_at(NOW + 602), Ok(NOW + 602));
}

#[test]
fn validity_is_honoured_at_both_ends_whatever_the_age() {
    let mut scene = Scene::new(4, u32::MAX);
    let (first, last) =
        (scene.contract.leaf.not_before(), scene.contract.leaf.not_after().min(NOW + 730 * DAY));
    assert_eq!(scene.verified_at(first), Ok(first));
    assert_eq!(scene.verified_at(last), Ok(first));
    assert!(matches!(scene.verified_at(last + 1), Err(ChainError::Expired { .. })));
    assert!(matches!(scene.verified_at(first - 1), Err(ChainError::NotYetValid { .. })));
}

#[test]
fn another_demand_store_or_octet_is_another_chain() {
    let Scene { hierarchy, contract, mut cache } = Scene::new(16, 600);
    let (leaf, subs, anchors) = (contract.leaf.der(), contract.sub_ders(), hierarchy.anchors());
    cache.verify(STRICT, leaf, &subs, anchors, NOW).unwrap();
    // Another role, level and edition.
    for demand in [
        Demand::iso2(Role::Secc, Level::Strict),
        Demand::iso2(Role::OemProvisioning, Level::Strict),
        Demand::iso20(Role::Contract, Level::Strict),
    ] {
        assert!(cache.verify(demand, leaf, &subs, anchors, NOW).is_err(), "{demand:?}");
    }
    // A root that was taken out, and one that is trusted for something else.
    assert!(cache.verify(STRICT, leaf, &subs, &Anchors::new(), NOW).is_err());
    let mut private = Anchors::new();
    private.add(RootKind::PrivateOperator, contract.root.der()).unwrap();
    assert!(cache.verify(STRICT, leaf, &subs, &private, NOW).is_err());
    // Nothing sent twice, left out or changed.
    assert!(cache.verify(STRICT, leaf, &subs[..1], anchors, NOW).is_err());
    let swapped = [subs[1], subs[0]];
    assert_eq!(cache.verify(STRICT, leaf, &swapped, anchors, NOW).unwrap_err(), ChainError::Order);
    let mut dice = Dice::new(3);
    for _ in 0..300 {
        let (changed, which) = (dice.mutate(leaf), dice.below(3));
        let sub = dice.mutate(subs[which % 2]);
        let mut all = subs.clone();
        if which < 2 {
            all[which] = &sub;
        }
        let leaf = if which < 2 { leaf } else { changed.as_slice() };
        let same = leaf == contract.leaf.der() && all == subs;
        assert!(same || cache.verify(STRICT, leaf, &all, anchors, NOW).is_err());
    }
    assert_eq!(cache.len(), 1);
}

#[test]
fn it_holds_no_more_than_it_may_and_keeps_what_is_used() {
    let rng = SystemRandom::new();
    let Scene { hierarchy, contract, mut cache } = Scene::new(3, 600);
    let anchors = hierarchy.anchors();
    let mut verify = |identity: &Identity, now| {
        let (leaf, subs) = (identity.leaf.der(), identity.sub_ders());
        cache.verify(STRICT, leaf, &subs, anchors, now).unwrap()
    };
    let first = verify(&contract, NOW);
    for number in 0..10 {
        let evcoid = Evcoid::from_elements("DE", "PNC", &format!("C{number:08}")).unwrap();
        verify(&hierarchy.issue_contract(&rng, &evcoid, NOW).unwrap(), NOW);
        assert!(Arc::ptr_eq(&first, &verify(&contract, NOW + 1)));
    }
    assert_eq!(cache.len(), 3);
    let mut none = Cache::new(0, 600);
    for _ in 0..2 {
        none.verify(STRICT, contract.leaf.der(), &contract.sub_ders(), anchors, NOW).unwrap();
        assert!(none.is_empty());
    }
}

#[test]
fn a_store_is_known_by_what_it_holds() {
    let hierarchy = hierarchy();
    let [mo, v2g] = [Kind::MoRoot, Kind::V2gRoot].map(|kind| hierarchy.certificate(kind).der());
    let store = |roots: &[(RootKind, &[u8])]| {
        let mut anchors = Anchors::new();
        for (kind, der) in roots {
            anchors.add(*kind, der).unwrap();
        }
        anchors
    };
    let one = store(&[(RootKind::Mo, mo)]);
    assert_eq!(one.digest(), store(&[(RootKind::Mo, mo), (RootKind::Mo, mo)]).digest());
    assert_ne!(one.digest(), Anchors::new().digest());
    assert_ne!(one.digest(), store(&[(RootKind::V2g, mo)]).digest());
    assert_ne!(one.digest(), store(&[(RootKind::Mo, mo), (RootKind::V2g, v2g)]).digest());
    let mut kept = one.clone();
    kept.add_authority(hierarchy.certificate(Kind::MoSub1).der()).unwrap();
    assert_ne!(one.digest(), kept.digest());
}
