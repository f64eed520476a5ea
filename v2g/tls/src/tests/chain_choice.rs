use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::pair::Pair;
use super::pki::{Branch, now};
use crate::hello::rewrite;
use crate::{Authority, Evcc, Roots, Secc};

/// A station with chains under two roots, a car that trusts both and names what it is told; the root chosen.
fn chosen(station: &[&Branch], named: Naming) -> usize {
    let roots = station.iter().map(|b| b.root.certificate.clone());
    let evcc = Evcc::new(Roots::new(roots).unwrap(), now());
    let mut config = match &named {
        Naming::List(list) => evcc.naming(list.clone()).config().unwrap(),
        Naming::Raw(_) => evcc.config().unwrap(),
    };
    if let Naming::Raw(body) = named {
        config.alpn_protocols = rewrite::names(&body);
    }
    let chains = station.iter().map(|b| b.chain()).collect();
    let mut pair = Pair::new(config, Secc::new(chains, now()).config().unwrap());
    assert!(pair.run());
    let chain = pair.car.negotiated().unwrap().peer_chain;
    station.iter().position(|b| b.sub1.certificate == chain[2]).unwrap()
}

enum Naming {
    List(Vec<Authority>),
    Raw(Vec<u8>),
}

fn forms(branch: &Branch) -> [Authority; 4] {
    let der = &branch.root.certificate;
    let (_, parsed) = X509Certificate::from_der(der).unwrap();
    let sha1 = |data: &[u8]| digest(&SHA1_FOR_LEGACY_USE_ONLY, data).as_ref().try_into().unwrap();
    [
        Authority::CertSha1(sha1(der)),
        Authority::KeySha1(sha1(&parsed.public_key().subject_public_key.data)),
        Authority::KeySha1(sha1(parsed.public_key().raw)),
        Authority::Name(parsed.subject().as_raw().to_vec()),
    ]
}

#[test]
fn the_chain_under_the_named_root_is_presented() {
    // [V2G2-871]
    let (a, b) = (Branch::new("root A"), Branch::new("root B"));
    for form in forms(&b) {
        assert_eq!(chosen(&[&a, &b], Naming::List(vec![form.clone()])), 1, "{form:?}");
        let list = vec![Authority::PreAgreed, Authority::CertSha1([0; 20]), form];
        assert_eq!(chosen(&[&a, &b], Naming::List(list)), 1);
    }
}

#[test]
fn the_first_chain_is_presented_if_no_root_is_named_or_none_matches() {
    // [V2G2-923]
    let (a, b) = (Branch::new("root A"), Branch::new("root B"));
    assert_eq!(chosen(&[&a, &b], Naming::List(vec![])), 0);
    assert_eq!(chosen(&[&a, &b], Naming::List(vec![Authority::KeySha1([7; 20])])), 0);
    let both = Branch::new("root C");
    let other = Authority::of(&both.root.certificate);
    assert_eq!(chosen(&[&a, &b], Naming::List(vec![other])), 0);
}

#[test]
fn a_list_without_its_length_is_understood_and_garbage_ignored() {
    let (a, b) = (Branch::new("root A"), Branch::new("root B"));
    let list = Authority::encode(&[Authority::of(&b.root.certificate)]).unwrap();
    assert_eq!(chosen(&[&a, &b], Naming::Raw(list[2..].to_vec())), 1);
    for body in [vec![], vec![0], vec![0xff; 9], list[..20].to_vec(), vec![3; 4000]] {
        assert_eq!(chosen(&[&a, &b], Naming::Raw(body)), 0);
    }
}

#[test]
fn a_long_list_is_carried_whole() {
    let (a, b) = (Branch::new("root A"), Branch::new("root B"));
    let mut list: Vec<_> = (0..100).map(|i| Authority::CertSha1([i; 20])).collect();
    list.push(Authority::of(&b.root.certificate));
    assert_eq!(chosen(&[&a, &b], Naming::List(list)), 1);
}

#[test]
fn more_authorities_than_a_hello_can_carry_are_no_configuration() {
    let pki = Branch::new("root");
    let list = vec![Authority::CertSha1([0; 20]); 800];
    assert!(pki.evcc().naming(list).config().is_err());
}
