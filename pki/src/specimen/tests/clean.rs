use crate::issue::{Hierarchy, Options};
use crate::profile::{Broken, CertificateKind, Edition, Level, check, guess, profile, rules};
use allocation_counter::measure;
use ring::rand::SystemRandom;

use super::keys;
use crate::specimen::draft::{AIA, CRLDP, Draft, Key, OU, SKI, UTF8, crl, ocsp, octets};

/// The keys that certificates of an edition may have.
fn allowed(edition: Edition) -> &'static [Key] {
    match edition {
        Edition::Iso2 => &[Key::P256],
        Edition::Iso20 => &[Key::P521, Key::Ed448],
    }
}

fn strict(draft: &Draft<'_>, kind: CertificateKind, edition: Edition) -> Vec<Broken> {
    check(&draft.certificate(), kind, edition, Level::Strict)
}

#[test]
fn what_follows_the_profile_breaks_no_rule_at_any_level() {
    for edition in Edition::ALL {
        for kind in edition.kinds() {
            for key in allowed(edition) {
                let certificate = Draft::of(keys(), kind, edition, *key).certificate();
                for level in Level::ALL {
                    let broken = check(&certificate, kind, edition, level);
                    assert_eq!(broken, [], "{kind}, {edition}, {key:?}, {level}");
                }
            }
        }
    }
}

#[test]
fn a_clean_certificate_costs_no_allocation() {
    for edition in Edition::ALL {
        for kind in edition.kinds() {
            for key in allowed(edition) {
                let certificate = Draft::of(keys(), kind, edition, *key).certificate();
                for level in Level::ALL {
                    let cost = measure(|| drop(check(&certificate, kind, edition, level)));
                    assert_eq!(cost.count_total, 0, "{kind}, {edition}, {key:?}, {level}");
                }
            }
        }
    }
    let station = Draft::of(keys(), CertificateKind::SeccLeaf, Edition::Iso2, Key::P256);
    let certificate = station.certificate();
    let as_contract =
        || drop(check(&certificate, CertificateKind::ContractLeaf, Edition::Iso2, Level::Field));
    assert!(measure(as_contract).count_total > 0);
}

#[test]
fn what_the_standard_leaves_open_breaks_no_rule() {
    let (iso20, p521) = (Edition::Iso20, Key::P521);
    // [V2G20-2598] bounds cars' subjects; stations' have room for a unit.
    let mut station = Draft::of(keys(), CertificateKind::SeccLeaf, iso20, p521);
    station.add(OU, UTF8, "East");
    assert_eq!(strict(&station, CertificateKind::SeccLeaf, iso20), []);
    let mut contract = Draft::of(keys(), CertificateKind::ContractLeaf, iso20, p521);
    contract.set(AIA, true, ocsp("http://pki.example"));
    assert_eq!(strict(&contract, CertificateKind::ContractLeaf, iso20), []);
    contract.drop(CRLDP);
    assert_eq!(strict(&contract, CertificateKind::ContractLeaf, iso20), []);
    // The other way to make a key identifier.
    let mut short = keys().id(p521).split_off(12);
    short[0] = 0x40 | short[0] & 0x0f;
    contract.set(SKI, false, octets(&short));
    assert_eq!(strict(&contract, CertificateKind::ContractLeaf, iso20), []);
    let mut contract = Draft::of(keys(), CertificateKind::ContractLeaf, Edition::Iso2, Key::P256);
    contract.set(CRLDP, false, crl("http://pki.example"));
    assert_eq!(strict(&contract, CertificateKind::ContractLeaf, Edition::Iso2), []);
}

#[test]
fn the_hierarchies_for_tests_are_guessed_and_follow_the_profiles() {
    let rng = SystemRandom::new();
    for edition in Edition::ALL {
        let options = Options::of(edition);
        let hierarchy = Hierarchy::generate(&rng, 1_795_366_984, options).unwrap();
        for kind in edition.kinds() {
            let certificate = hierarchy.certificate(kind);
            let guess = guess(certificate);
            assert_eq!((guess.kind, guess.edition), (Some(kind), edition), "{kind}");
            assert_eq!(check(certificate, kind, edition, Level::Strict), [], "{kind}");
        }
    }
}

#[test]
fn looser_levels_have_fewer_rules_and_every_rule_names_its_source() {
    for edition in Edition::ALL {
        for kind in edition.kinds() {
            let [strict, field, lab] =
                Level::ALL.map(|level| rules(kind, edition, level).collect::<Vec<_>>());
            assert!(field.len() < strict.len() && field == lab, "{kind}, {edition}");
            assert!(field.iter().all(|rule| strict.contains(rule)));
            let known = |source: &str| {
                let families: &[&str] = match profile(kind, edition).edition {
                    Edition::Iso2 => &["V2G2-", "RFC "],
                    Edition::Iso20 => &["V2G20-", "ISO 15118-20 ", "RFC "],
                };
                families.iter().any(|family| source.starts_with(family))
            };
            assert!(strict.iter().all(|(_, source)| known(source)), "{kind}, {edition}");
        }
    }
}
