use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, date_time_ymd};
use rustls::{AlertDescription, CertificateError, Error};

use super::pair::Pair;
use super::pki::{At, Branch, Ca, NOW, leaf_params, now};
use crate::{ChainError, Evcc, RootError, Roots, Secc, SeccChain, Strictness};

/// What the car says of this chain, and the alert it sends; `None` if it takes the chain.
fn verdict(evcc: Evcc, chain: SeccChain) -> Option<(Error, AlertDescription)> {
    let secc = Secc::new(vec![chain], now()).config().unwrap();
    let mut pair = Pair::new(evcc.config().unwrap(), secc);
    if pair.run() {
        return None;
    }
    let Some(Error::AlertReceived(alert)) = pair.station.error() else {
        panic!("no alert, but {:?}", pair.station.failure)
    };
    Some((pair.car.error().unwrap().clone(), *alert))
}

fn refused(evcc: Evcc, chain: SeccChain, error: CertificateError, alert: AlertDescription) {
    assert_eq!(verdict(evcc, chain), Some((Error::InvalidCertificate(error), alert)));
}

fn refused_by(evcc: Evcc, chain: SeccChain, error: &ChainError) {
    let (got, _) = verdict(evcc, chain).unwrap();
    let Error::InvalidCertificate(CertificateError::Other(other)) = got else { panic!("{got:?}") };
    assert_eq!(other.0.downcast_ref::<ChainError>(), Some(error));
}

#[test]
fn an_untrusted_root_is_refused_even_if_the_station_sends_it() {
    // [V2G2-924]
    let (ours, theirs) = (Branch::new("ours"), Branch::new("theirs"));
    let (error, alert) = (CertificateError::UnknownIssuer, AlertDescription::UnknownCA);
    refused(ours.evcc(), theirs.chain(), error.clone(), alert);
    refused(ours.evcc(), with_root(&theirs), error.clone(), alert);
    refused(ours.evcc().strictness(Strictness::Lenient), with_root(&theirs), error, alert);
}

#[test]
fn a_chain_that_includes_the_trusted_root_is_taken() {
    let pki = Branch::new("root");
    assert_eq!(verdict(pki.evcc(), with_root(&pki)), None);
}

#[test]
fn a_twin_root_of_the_same_name_is_refused() {
    let (ours, twin) = (Branch::new("root"), Branch::new("root"));
    assert_eq!(ours.root.params.distinguished_name, twin.root.params.distinguished_name);
    for chain in [twin.chain(), with_root(&twin)] {
        let (error, _) = verdict(ours.evcc(), chain).unwrap();
        assert!(matches!(error, Error::InvalidCertificate(_)), "{error:?}");
    }
    // With both trusted, the right one is found.
    let roots = [&ours, &twin].map(|b| b.root.certificate.clone());
    let evcc = Evcc::new(Roots::new(roots).unwrap(), now());
    assert_eq!(verdict(evcc, twin.chain()), None);
}

#[test]
fn sub_cas_that_are_not_sent_are_missed() {
    let pki = Branch::new("root");
    let (leaf, key) = pki.sub2.leaf_with(|_| {});
    let chain = SeccChain::new(vec![leaf], pki.root.certificate.clone(), key).unwrap();
    let unknown = (CertificateError::UnknownIssuer, AlertDescription::UnknownCA);
    refused(pki.evcc(), chain, unknown.0, unknown.1);
}

#[test]
fn one_sub_ca_is_enough_and_the_order_of_sub_cas_is_free() {
    let pki = Branch::new("root");
    let one = pki.root.sub("CPOSubCA", 0);
    let (leaf, key) = one.leaf_with(|_| {});
    let chain = vec![leaf, one.certificate.clone()];
    let chain = SeccChain::new(chain, pki.root.certificate.clone(), key).unwrap();
    assert_eq!(verdict(pki.evcc(), chain), None);
    let (leaf, key) = pki.sub2.leaf_with(|_| {});
    let chain = vec![leaf, pki.sub1.certificate.clone(), pki.sub2.certificate.clone()];
    let chain = SeccChain::new(chain, pki.root.certificate.clone(), key).unwrap();
    assert_eq!(verdict(pki.evcc(), chain), None);
}

#[test]
fn a_chain_deeper_than_a_path_length_allows_is_refused() {
    let pki = Branch::new("root");
    let third = pki.sub2.sub("CPOSubCA3", 0);
    let (leaf, key) = third.leaf_with(|_| {});
    let subs = [&third, &pki.sub2, &pki.sub1].map(|ca| ca.certificate.clone());
    let chain = [&[leaf][..], &subs].concat();
    let chain = SeccChain::new(chain, pki.root.certificate.clone(), key).unwrap();
    let path = ChainError::Path(webpki::Error::PathLenConstraintViolated);
    refused_by(pki.evcc(), chain, &path);
}

#[test]
fn an_expired_or_future_leaf_is_refused() {
    let pki = Branch::new("root");
    let expired = pki.chain_with(|p| p.not_after = date_time_ymd(2025, 12, 31));
    let alert = AlertDescription::CertificateExpired;
    refused(pki.evcc(), expired, CertificateError::Expired, alert);
    let future = pki.chain_with(|p| p.not_before = date_time_ymd(2026, 1, 2));
    refused(pki.evcc(), future, CertificateError::NotValidYet, alert);
}

#[test]
fn the_clock_is_the_callers() {
    let pki = Branch::new("root");
    let chain = pki.chain();
    let year = 366 * 86_400;
    let late = Evcc::new(pki.roots(), std::sync::Arc::new(At(NOW + year)));
    assert!(verdict(late, chain.clone()).is_some());
    assert_eq!(verdict(pki.evcc(), chain), None);
}

#[test]
fn an_expired_sub_ca_is_refused() {
    let root = Ca::root("root");
    let sub1 = root.sub_with("CPOSubCA1", 1, |p| p.not_after = date_time_ymd(2025, 12, 31));
    let sub2 = sub1.sub("CPOSubCA2", 0);
    let pki = Branch { root, sub1, sub2 };
    let alert = AlertDescription::CertificateExpired;
    refused(pki.evcc(), pki.chain(), CertificateError::Expired, alert);
}

#[test]
fn an_expired_root_is_refused_and_its_renewal_with_the_same_key_taken() {
    let root = Ca::root_with("root", |p| p.not_after = date_time_ymd(2025, 12, 31));
    let mut renewed = root.params.clone();
    renewed.not_after = date_time_ymd(2030, 1, 1);
    let key = KeyPair::try_from(root.own_key().secret_der()).unwrap();
    let renewed = renewed.self_signed(&key).unwrap().der().clone();
    let expired = root.certificate.clone();
    let pki = Branch::under(root);
    refused_by(pki.evcc(), pki.chain(), &ChainError::RootNotValid);
    for roots in [vec![expired.clone(), renewed.clone()], vec![renewed, expired]] {
        let evcc = Evcc::new(Roots::new(roots).unwrap(), now());
        assert_eq!(verdict(evcc, pki.chain()), None);
    }
}

#[test]
fn a_leaf_without_the_domain_component_cpo_is_refused_unless_lenient() {
    let pki = Branch::new("root");
    let chain = pki.chain_with(|p| {
        p.distinguished_name = CertificateParams::default().distinguished_name;
        p.distinguished_name.push(rcgen::DnType::CommonName, "CPO");
    });
    refused_by(pki.evcc(), chain.clone(), &ChainError::NotCpo);
    assert_eq!(verdict(pki.evcc().strictness(Strictness::Lenient), chain), None);
}

#[test]
fn a_contract_leaf_is_no_station() {
    let pki = Branch::new("root");
    let mo = pki.root.params.distinguished_name.clone(); // DC=V2G
    let chain = pki.chain_with(|p| p.distinguished_name = mo);
    refused_by(pki.evcc(), chain, &ChainError::NotCpo);
}

#[test]
fn a_leaf_that_may_not_sign_is_refused_unless_lenient() {
    let pki = Branch::new("root");
    let chain = pki.chain_with(|p| p.key_usages = vec![KeyUsagePurpose::KeyAgreement]);
    refused_by(pki.evcc(), chain.clone(), &ChainError::NoDigitalSignature);
    assert_eq!(verdict(pki.evcc().strictness(Strictness::Lenient), chain), None);
}

#[test]
fn a_leaf_for_clients_alone_is_refused() {
    let pki = Branch::new("root");
    let chain =
        pki.chain_with(|p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    for strictness in [Strictness::Strict, Strictness::Lenient] {
        assert!(verdict(pki.evcc().strictness(strictness), chain.clone()).is_some());
    }
}

#[test]
fn a_ca_is_no_leaf() {
    let pki = Branch::new("root");
    let chain = vec![pki.sub2.certificate.clone(), pki.sub1.certificate.clone()];
    let chain = SeccChain::new(chain, pki.root.certificate.clone(), pki.sub2.own_key()).unwrap();
    assert!(verdict(pki.evcc(), chain).is_some());
}

#[test]
fn a_p384_leaf_is_refused() {
    let pki = Branch::new("root");
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let issuer_key = KeyPair::try_from(pki.sub2.own_key().secret_der()).unwrap();
    let issuer = rcgen::Issuer::from_params(&pki.sub2.params, &issuer_key);
    let leaf = leaf_params().signed_by(&key, &issuer).unwrap().der().clone();
    let chain = vec![leaf, pki.sub2.certificate.clone(), pki.sub1.certificate.clone()];
    let key = key.serialize_der().try_into().unwrap();
    let chain = SeccChain::new(chain, pki.root.certificate.clone(), key).unwrap();
    let secc = Secc::new(vec![chain], now()).config().unwrap();
    assert!(!Pair::new(pki.evcc().config().unwrap(), secc).run());
}

#[test]
fn the_key_of_a_chain_must_be_the_leafs() {
    let pki = Branch::new("root");
    let (leaf, _) = pki.sub2.leaf_with(|_| {});
    let (_, other) = pki.sub2.leaf_with(|_| {});
    assert!(SeccChain::new(vec![leaf], pki.root.certificate.clone(), other).is_err());
}

#[test]
fn an_intermediate_or_a_leaf_is_no_root() {
    let pki = Branch::new("root");
    let good = pki.root.certificate.clone();
    let error = Roots::new([good.clone(), pki.sub1.certificate.clone()]).unwrap_err();
    assert_eq!(error, RootError::NotARoot(1));
    let own = KeyPair::generate().unwrap();
    let leaf = leaf_params().self_signed(&own).unwrap().der().clone();
    assert_eq!(Roots::new([leaf]).unwrap_err(), RootError::NotARoot(0));
    assert_eq!(Roots::new([vec![0x30; 9].into()]).unwrap_err(), RootError::Malformed(0));
    assert!(Roots::new([good]).is_ok());
}

fn with_root(pki: &Branch) -> SeccChain {
    let (leaf, key) = pki.sub2.leaf_with(|_| {});
    let cas = [&pki.sub2, &pki.sub1, &pki.root].map(|ca| ca.certificate.clone());
    let chain = [&[leaf][..], &cas].concat();
    SeccChain::new(chain, pki.root.certificate.clone(), key).unwrap()
}
