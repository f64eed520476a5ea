use crate::profile::{CertificateKind as Kind, Edition, guess};

use super::keys;
use crate::specimen::draft::{CN, DC, Draft, EKU, IA5, Key, UTF8};

#[test]
fn every_kind_of_both_editions_is_guessed() {
    for (edition, key) in
        [(Edition::Iso2, Key::P256), (Edition::Iso20, Key::P521), (Edition::Iso20, Key::Ed448)]
    {
        for kind in edition.kinds() {
            let guess = guess(&Draft::of(keys(), kind, edition, key).certificate());
            // In ISO 15118-20 nothing needs to tell whose private root it is.
            let wanted =
                Some(kind).filter(|_| edition == Edition::Iso2 || kind != Kind::PrivateRoot);
            assert_eq!((guess.kind, guess.edition), (wanted, edition), "{key:?}");
        }
    }
}

#[test]
fn domain_components_of_iso_15118_20_tell_its_edition_whatever_the_key() {
    for (domain, kind, edition) in [
        ("CPO", Kind::SeccLeaf, Edition::Iso2),
        ("CSO", Kind::SeccLeaf, Edition::Iso20),
        ("EXAMPLECSO", Kind::SeccLeaf, Edition::Iso20),
        ("MO", Kind::ContractLeaf, Edition::Iso2),
        ("EXAMPLEMSP", Kind::ContractLeaf, Edition::Iso20),
        ("OEM", Kind::OemProvisioningLeaf, Edition::Iso2),
        ("EXAMPLEOEM", Kind::OemProvisioningLeaf, Edition::Iso20),
        ("EV", Kind::VehicleLeaf, Edition::Iso20),
        ("CPS", Kind::CpsLeaf, Edition::Iso2),
    ] {
        let mut draft = Draft::of(keys(), Kind::SeccLeaf, Edition::Iso2, Key::P256);
        draft.name(DC, IA5, domain);
        let guess = guess(&draft.certificate());
        assert_eq!((guess.kind, guess.edition), (Some(kind), edition), "{domain}");
    }
}

#[test]
fn without_a_domain_component_purposes_and_names_tell_the_kind() {
    for (kind, edition, key, name, wanted) in [
        (Kind::SeccLeaf, Edition::Iso20, Key::P521, "nobody", Some(Kind::SeccLeaf)),
        (Kind::VehicleLeaf, Edition::Iso20, Key::P521, "nobody", Some(Kind::VehicleLeaf)),
        (
            Kind::ContractLeaf,
            Edition::Iso2,
            Key::P256,
            "DE-PNC-C00000001",
            Some(Kind::ContractLeaf),
        ),
        (Kind::ContractLeaf, Edition::Iso2, Key::P256, "DE*PNC*E12*3", Some(Kind::SeccLeaf)),
        (
            Kind::ContractLeaf,
            Edition::Iso2,
            Key::P256,
            "WVWP00000000000017",
            Some(Kind::OemProvisioningLeaf),
        ),
        (Kind::ContractLeaf, Edition::Iso2, Key::P256, "Contract MO 1", Some(Kind::ContractLeaf)),
        (Kind::MoRoot, Edition::Iso2, Key::P256, "MO Root CA", Some(Kind::MoRoot)),
        (Kind::CpoSub2, Edition::Iso2, Key::P256, "CPO Sub-CA 2", Some(Kind::CpoSub2)),
        (Kind::ContractLeaf, Edition::Iso2, Key::P256, "nobody", None),
        (Kind::MoRoot, Edition::Iso2, Key::P256, "Root", None),
    ] {
        let mut draft = Draft::of(keys(), kind, edition, key);
        draft.take(DC);
        draft.name(CN, UTF8, name);
        if kind == Kind::MoRoot {
            draft.issuer.clone_from(&draft.subject);
        }
        let guess = guess(&draft.certificate());
        assert_eq!((guess.kind, guess.edition), (wanted, edition), "{name}");
        draft.drop(EKU);
        assert!(crate::profile::guess(&draft.certificate()).kind.is_none() || name != "nobody");
    }
}
