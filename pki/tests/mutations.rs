//! Damaged octets end in a typed error; nothing that was changed is ever accepted.

use pki::chain::Role;
use pki::drive::{self, Dice};
use pki::issue::{Hierarchy, Options};
use pki::profile::Edition;
use ring::rand::SystemRandom;

const NOW: i64 = 1_795_366_984;

#[test]
fn mutated_certificates_parse_or_fail_and_never_verify() {
    let options =
        Options { ocsp: Some("http://ocsp.example.com/v2g".to_owned()), ..Options::default() };
    let hierarchy = Hierarchy::generate(&SystemRandom::new(), NOW, options).unwrap();
    let mut dice = Dice::new(7);
    for role in Role::of(Edition::Iso2) {
        let identity = hierarchy.identity(role);
        let (leaf, subs) = (identity.leaf.der(), identity.sub_ders());
        assert!(drive::chain(leaf, &subs, hierarchy.anchors(), NOW));
        for _ in 0..100 {
            let mutated = dice.mutate(leaf);
            drive::certificate(&mutated);
            assert!(
                mutated == leaf || !drive::chain(&mutated, &subs, hierarchy.anchors(), NOW),
                "{mutated:02x?}"
            );
            let at = dice.below(subs.len());
            let mutated = dice.mutate(subs[at]);
            drive::certificate(&mutated);
            let mut changed = subs.clone();
            changed[at] = &mutated;
            let unchanged = mutated == subs[at];
            assert!(
                unchanged || !drive::chain(leaf, &changed, hierarchy.anchors(), NOW),
                "{mutated:02x?}"
            );
        }
    }
}

#[test]
fn random_octets_are_no_certificate_key_or_text() {
    let rng = SystemRandom::new();
    let mut dice = Dice::new(8);
    for _ in 0..5_000 {
        let mut octets: Vec<u8> = (0..dice.below(200)).map(|_| dice.roll() as u8).collect();
        // A sequence of the right length gets further into the parser.
        if let [tag, len, rest @ ..] = octets.as_mut_slice() {
            (*tag, *len) = (0x30, rest.len().min(127) as u8);
        }
        drive::certificate(&octets);
        drive::key(&octets, &rng);
        drive::pem_text(&String::from_utf8_lossy(&octets), &rng);
        drive::pool(&String::from_utf8_lossy(&octets));
        drive::revocation(&octets);
    }
}
