use std::collections::HashSet;

use crate::profile::Edition::{Iso2, Iso20};
use crate::profile::{CertificateKind, Edition, Level, Rule, check};

use super::keys;
use crate::Certificate;
use crate::specimen::Flaw;
use crate::specimen::draft::*;

#[test]
fn each_defect_breaks_its_own_rule_at_the_levels_that_mind_it() {
    for flaw in Flaw::ALL {
        let Flaw { edition, kind, what, .. } = flaw;
        let certificate = Certificate::parse(&flaw.certificate(keys())).unwrap();
        for level in Level::ALL {
            let broken = check(&certificate, *kind, *edition, level);
            let found: Vec<_> = broken.iter().map(|broken| broken.rule.id()).collect();
            assert_eq!(found, flaw.rules(level), "{edition}, {kind}, {what}, {level}: {broken:#?}");
            for broken in broken {
                assert!(!broken.found.is_empty() && !broken.wanted.is_empty(), "{broken:?}");
                assert_ne!(broken.found, broken.wanted, "{what}");
            }
        }
    }
}

#[test]
fn every_rule_is_broken_by_a_certificate() {
    let broken: HashSet<_> =
        Flaw::ALL.iter().flat_map(|flaw| flaw.rules(Level::Strict)).copied().collect();
    let rules = |edition: Edition| {
        let kinds = edition.kinds();
        let all = kinds.flat_map(move |kind| crate::profile::rules(kind, edition, Level::Strict));
        all.map(|(rule, _)| rule.id()).collect::<HashSet<_>>()
    };
    assert_eq!(broken, Rule::ALL.iter().map(|rule| rule.id()).collect());
    assert_eq!(rules(Iso2).union(&rules(Iso20)).copied().collect::<HashSet<_>>(), broken);
    for flaw in Flaw::ALL {
        let rules = |level| crate::profile::rules(flaw.kind, flaw.edition, level);
        for level in Level::ALL {
            let applied: Vec<_> = rules(level).map(|(rule, _)| rule.id()).collect();
            assert!(flaw.rules(level).iter().all(|rule| applied.contains(rule)), "{}", flaw.what);
        }
    }
}

#[test]
fn what_was_found_cannot_steer_a_terminal() {
    let mut draft = Draft::of(keys(), CertificateKind::SeccLeaf, Iso20, Key::P521);
    let hostile = "\u{1b}[2J\n\u{7}";
    for (oid, tag) in [(CN, UTF8), (O, PRINTABLE), (C, PRINTABLE), (DC, IA5), (OU, UTF8), (L, UTF8)]
    {
        draft.name(oid, tag, hostile);
        draft.add(oid, tag, hostile);
    }
    let broken = check(&draft.certificate(), CertificateKind::SeccLeaf, Iso20, Level::Strict);
    assert!(broken.len() >= 7, "{broken:#?}");
    for broken in broken {
        assert!(!broken.to_string().contains(char::is_control), "{broken:?}");
    }
}
