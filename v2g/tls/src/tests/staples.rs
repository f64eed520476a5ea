use std::sync::{Arc, LazyLock};

use pki::Signer;
use pki::issue::{Hierarchy, Options};
use pki::profile::CertificateKind as Kind;
use pki::revocation::{CertId, HashAlgorithm, Reason, Responder, Revocation, Status};
use ring::rand::SystemRandom;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{CertificateError, Error};

use super::pair::{Failure, Pair};
use super::pki::{At, NOW};
use crate::{Evcc, Need, Roots, Secc, SeccChain, Staple};

const NOW_UNIX: i64 = NOW as i64;
const DAY: i64 = 86_400;

static PKI: LazyLock<Hierarchy> = LazyLock::new(|| {
    Hierarchy::generate(&SystemRandom::new(), NOW_UNIX, Options::default()).unwrap()
});

/// What the authority of the station, or another one, says of its leaf at a moment.
fn word(issuer: Kind, status: Status, at: i64) -> Vec<u8> {
    let rng = SystemRandom::new();
    let (leaf, own) = (PKI.certificate(Kind::SeccLeaf), PKI.certificate(Kind::CpoSub2));
    let id = CertId::new(HashAlgorithm::Sha1, leaf, own).unwrap();
    let key: &dyn Signer = &**PKI.key(issuer);
    let responder = Responder::new(PKI.certificate(issuer), key).with_lifetime(2 * DAY);
    responder.respond(&[id], None, &|_: &[u8]| status, at, &rng).unwrap().der
}

fn revoked(reason: Reason) -> Status {
    Status::Revoked(Revocation { at: NOW_UNIX - DAY, reason: Some(reason) })
}

/// A car with this policy meets a station that staples.
fn meet(need: Need, staple: Option<Vec<u8>>) -> Result<(), Error> {
    let (chain, slot) = chain();
    slot.set(staple);
    let time = || Arc::new(At(NOW + 60));
    let root = CertificateDer::from(PKI.certificate(Kind::V2gRoot).der().to_vec());
    let car = Evcc::new(Roots::new([root]).unwrap(), time()).staples(need);
    let station = Secc::new(vec![chain], time());
    let mut pair = Pair::new(car.config().unwrap(), station.config().unwrap());
    if pair.run() {
        return Ok(());
    }
    match pair.car.failure.take() {
        Some(Failure::Tls(error)) => Err(error),
        other => panic!("{other:?}"),
    }
}

fn chain() -> (SeccChain, Staple) {
    let secc = PKI.secc();
    let der = |der: &[u8]| CertificateDer::from(der.to_vec());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(secc.key.to_pkcs8_der().to_vec()));
    let chain = SeccChain::new(secc.chain().map(der).collect(), der(secc.root.der()), key).unwrap();
    let staple = chain.staple();
    (chain, staple)
}

#[test]
fn a_good_staple_satisfies_every_car() {
    let good = word(Kind::CpoSub2, Status::Good, NOW_UNIX);
    for need in [Need::Require, Need::Prefer, Need::Ignore] {
        assert_eq!(meet(need, Some(good.clone())), Ok(()), "{need:?}");
    }
}

/// [V2G2-873] [V2G2-875]
#[test]
fn a_revoked_station_is_refused_by_every_car_that_looks() {
    for at in [NOW_UNIX, NOW_UNIX - 30 * DAY] {
        let staple = word(Kind::CpoSub2, revoked(Reason::KeyCompromise), at);
        for need in [Need::Require, Need::Prefer] {
            let refused = meet(need, Some(staple.clone())).unwrap_err();
            assert_eq!(refused, Error::InvalidCertificate(CertificateError::Revoked));
        }
        assert_eq!(meet(Need::Ignore, Some(staple)), Ok(()));
    }
    let hold = word(Kind::CpoSub2, revoked(Reason::CertificateHold), NOW_UNIX);
    let refused = meet(Need::Prefer, Some(hold)).unwrap_err();
    assert_eq!(refused, Error::InvalidCertificate(CertificateError::Revoked));
}

#[test]
fn only_a_car_that_requires_a_staple_refuses_for_want_of_a_usable_one() {
    let forged = {
        let mut der = word(Kind::CpoSub2, Status::Good, NOW_UNIX);
        let last = der.len() - 1;
        der[last] ^= 1;
        der
    };
    for (what, staple) in [
        ("none", None),
        ("junk", Some(vec![0x30, 0x03, 0x0a, 0x01, 0x06])),
        ("stale", Some(word(Kind::CpoSub2, Status::Good, NOW_UNIX - 8 * DAY))),
        ("future", Some(word(Kind::CpoSub2, Status::Good, NOW_UNIX + DAY))),
        ("unknown", Some(word(Kind::CpoSub2, Status::Unknown, NOW_UNIX))),
        ("forged", Some(forged)),
        ("a stranger's", Some(word(Kind::MoSub2, revoked(Reason::KeyCompromise), NOW_UNIX))),
    ] {
        let refused = meet(Need::Require, staple.clone()).unwrap_err();
        let Error::InvalidCertificate(error) = refused else { panic!("{what}: {refused}") };
        match error {
            CertificateError::InvalidOcspResponse => assert_ne!(what, "none"),
            CertificateError::Other(why) => {
                assert_eq!(why.to_string(), "no response about the leaf is stapled");
                assert_eq!(what, "none");
            }
            other => panic!("{what}: {other:?}"),
        }
        for need in [Need::Prefer, Need::Ignore] {
            assert_eq!(meet(need, staple.clone()), Ok(()), "{what}");
        }
    }
}

#[test]
fn a_staple_is_changed_while_the_station_serves() {
    let (chain, staple) = chain();
    let root = CertificateDer::from(PKI.certificate(Kind::V2gRoot).der().to_vec());
    let time = || Arc::new(At(NOW + 60));
    let station = Secc::new(vec![chain], time()).config().unwrap();
    let car = Evcc::new(Roots::new([root]).unwrap(), time()).staples(Need::Require);
    let met = || Pair::new(car.clone().config().unwrap(), station.clone()).run();
    assert!(!met());
    staple.set(Some(word(Kind::CpoSub2, Status::Good, NOW_UNIX)));
    assert!(met());
    staple.set(Some(word(Kind::CpoSub2, Status::Good, NOW_UNIX - 8 * DAY)));
    assert!(!met());
    staple.set(None);
    assert!(!met());
}
