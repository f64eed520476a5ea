//! Revocation lists: issued and read back, and what is refused.

use pki::Certificate;
use pki::drive::Dice;
use pki::issue::{Hierarchy, Issuer, Options, Plan};
use pki::key::{PrivateKey, Signer};
use pki::profile::CertificateKind as Kind;
use pki::revocation::{Crl, CrlError, CrlPlan, Reason, Revocation, Stale, Status, Window};
use ring::rand::SystemRandom;

const NOW: i64 = 1_795_366_984;
const DAY: i64 = 86_400;

fn hierarchy() -> Hierarchy {
    Hierarchy::generate(&SystemRandom::new(), NOW, Options::default())
        .unwrap_or_else(|error| panic!("{error}"))
}

fn issuer_of(hierarchy: &Hierarchy, kind: Kind) -> Issuer<'_> {
    Issuer { certificate: hierarchy.certificate(kind), signer: &**hierarchy.key(kind) }
}

fn plan(revoked: Vec<(Vec<u8>, Revocation)>) -> CrlPlan {
    CrlPlan { number: 300, this_update: NOW, next_update: NOW + DAY, revoked }
}

fn parsed(der: &[u8]) -> Crl {
    Crl::parse(der).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_list_says_who_is_revoked_when_and_why() {
    let (pki, rng) = (hierarchy(), SystemRandom::new());
    let (leaf, issuer) = (pki.certificate(Kind::ContractLeaf), pki.certificate(Kind::MoSub2));
    let below = issuer_of(&pki, Kind::MoSub2);
    let empty = parsed(&plan(Vec::new()).issue(below, &rng).unwrap());
    assert_eq!(empty.answer(leaf, issuer).unwrap().status(), Status::Good);
    assert_eq!(empty.revoked().len(), 0);
    for reason in [None, Some(Reason::KeyCompromise), Some(Reason::CertificateHold)] {
        let revocation = Revocation { at: NOW - DAY, reason };
        let mut revoked: Vec<_> = (1..60_u8).map(|n| (vec![n, n], revocation)).collect();
        revoked.insert(30, (leaf.serial().to_vec(), revocation));
        let list = parsed(&plan(revoked).issue(below, &rng).unwrap());
        assert_eq!(list.number(), Some(&[1, 44][..]));
        assert_eq!(list.revoked().len(), 60);
        let answer = list.answer(leaf, issuer).unwrap();
        assert_eq!(answer.status(), Status::Revoked(revocation));
        assert_eq!(answer.is_current(NOW + DAY, Window::WEEK), Ok(()));
        let overdue = Stale::Overdue { next_update: NOW + DAY };
        assert_eq!(answer.is_current(NOW + 2 * DAY, Window::WEEK), Err(overdue));
        assert!(matches!(answer.is_current(NOW - DAY, Window::WEEK), Err(Stale::Future { .. })));
        // Another contract of the same issuer.
        let other = pki.issue_contract(&rng, &Options::default().evcoid, NOW).unwrap();
        assert_eq!(list.answer(&other.leaf, issuer).unwrap().status(), Status::Good);
    }
    let unspecified = Revocation { at: NOW, reason: Some(Reason::Unspecified) };
    let list = plan(vec![(vec![9], unspecified)]).issue(below, &rng).unwrap();
    assert!(parsed(&list).revoked().eq([(&[9][..], Revocation { at: NOW, reason: None })]));
}

#[test]
fn only_the_issuer_with_the_right_to_may_sign_a_list() {
    let (pki, rng) = (hierarchy(), SystemRandom::new());
    let (leaf, issuer) = (pki.certificate(Kind::ContractLeaf), pki.certificate(Kind::MoSub2));
    let answer = |issuer_of_list: Issuer<'_>| {
        let list = plan(Vec::new()).issue(issuer_of_list, &rng).unwrap();
        parsed(&list).answer(leaf, issuer).map(|answer| answer.status())
    };
    assert_eq!(answer(issuer_of(&pki, Kind::MoSub2)), Ok(Status::Good));
    assert_eq!(answer(issuer_of(&pki, Kind::MoSub1)), Err(CrlError::OtherIssuer));
    let key = PrivateKey::generate(&rng).unwrap();
    let twin = Issuer { certificate: issuer, signer: &key };
    assert_eq!(answer(twin), Err(CrlError::BadSignature));
    let list = plan(Vec::new()).issue(issuer_of(&pki, Kind::MoSub2), &rng).unwrap();
    let secc = pki.certificate(Kind::SeccLeaf);
    assert_eq!(parsed(&list).answer(secc, issuer), Err(CrlError::OtherIssuer));
    // An authority that may issue certificates, but no lists.
    let mut without = Plan::new(Kind::MoSub2, "Sub", NOW - DAY, NOW + 40 * DAY);
    without.key_usage = pki::cert::KeyUsage::KEY_CERT_SIGN;
    let sub = without.issue(key.public_key(), issuer_of(&pki, Kind::MoSub1), &rng).unwrap();
    let below = Issuer { certificate: &sub, signer: &key };
    let leaf = Plan::new(Kind::ContractLeaf, "DEPNCC00000001", NOW - DAY, NOW + 30 * DAY);
    let leaf = leaf.issue(key.public_key(), below, &rng).unwrap();
    let list = parsed(&plan(Vec::new()).issue(below, &rng).unwrap());
    assert_eq!(list.answer(&leaf, &sub), Err(CrlError::NotForSigning));
}

#[test]
fn a_list_that_is_cut_or_changed_anywhere_is_never_believed() {
    let (pki, rng) = (hierarchy(), SystemRandom::new());
    let (leaf, issuer) = (pki.certificate(Kind::ContractLeaf), pki.certificate(Kind::MoSub2));
    let revocation = Revocation { at: NOW, reason: Some(Reason::Superseded) };
    let der = plan(vec![(vec![7], revocation)]).issue(issuer_of(&pki, Kind::MoSub2), &rng).unwrap();
    let believed = |der: &[u8]| Crl::parse(der).and_then(|list| list.answer(leaf, issuer)).is_ok();
    assert!(believed(&der));
    for len in 0..der.len() {
        assert!(!believed(&der[..len]), "{len}");
    }
    let trailing = [&der[..], &[0]].concat();
    assert_eq!(Crl::parse(&trailing).unwrap_err(), CrlError::Malformed("list"));
    for at in 0..der.len() {
        for bit in 0..8 {
            let mut changed = der.clone();
            changed[at] ^= 1 << bit;
            assert!(!believed(&changed), "octet {at}, bit {bit}");
        }
    }
    let mut dice = Dice::new(3);
    for _ in 0..500 {
        let changed = dice.mutate(&der);
        assert!(changed == der || !believed(&changed), "{changed:02x?}");
    }
    let long = vec![0x30; Crl::MAX_DER + 1];
    assert!(matches!(Crl::parse(&long), Err(CrlError::TooLong { .. })));
}

/// One element of DER; contents are short.
#[cfg(test)]
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let len = u16::try_from(content.len()).unwrap().to_be_bytes();
    let header = match content.len() {
        0..0x80 => vec![tag, len[1]],
        0x80..0x100 => vec![tag, 0x81, len[1]],
        _ => vec![tag, 0x82, len[0], len[1]],
    };
    [header, content].concat()
}

/// A signed list of [`Kind::MoSub2`] with the entries and extensions given, whatever they are.
#[cfg(test)]
fn forged(pki: &Hierarchy, version: &[u8], entries: &[u8], extensions: &[&[u8]]) -> Vec<u8> {
    let key = pki.key(Kind::MoSub2);
    let algorithm = element(0x30, &[&[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]]);
    let extensions = match extensions {
        [] => Vec::new(),
        list => element(0xa0, &[&element(0x30, list)]),
    };
    let body = element(
        0x30,
        &[
            version,
            &algorithm,
            pki.certificate(Kind::MoSub2).subject().der(),
            &element(0x17, &[b"261122170304Z"]),
            &element(0x17, &[b"261123170304Z"]),
            entries,
            &extensions,
        ],
    );
    let signature = key.sign_raw(&body, &SystemRandom::new()).unwrap();
    let signature =
        element(0x03, &[&[0], &key.public_key().algorithm().signature_to_der(&signature)]);
    element(0x30, &[&body, &algorithm, &signature])
}

fn extension(last_arc: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    element(0x30, &[&[0x06, 3, 0x55, 0x1d, last_arc], critical, &element(0x04, &[value])])
}

#[test]
fn delta_indirect_and_partial_lists_are_refused_by_name() {
    let pki = hierarchy();
    let with = |last_arc, critical, value: &[u8]| {
        let der = forged(&pki, &[2, 1, 1], &[], &[&extension(last_arc, critical, value)]);
        Crl::parse(&der).map(|_| ())
    };
    assert_eq!(with(20, false, &[2, 1, 5]), Ok(()));
    assert_eq!(with(27, true, &[2, 1, 5]), Err(CrlError::Delta));
    let point = |content: &[u8]| with(28, true, &element(0x30, &[content]));
    assert_eq!(point(&[]), Ok(()));
    assert_eq!(point(&[0x84, 1, 0xff]), Err(CrlError::Indirect));
    for only in [&[0x81, 1, 0xff][..], &[0x82, 1, 0xff], &[0x83, 2, 1, 2], &[0x85, 1, 0xff]] {
        assert_eq!(point(only), Err(CrlError::Partial), "{only:?}");
    }
    assert_eq!(point(&[0x84]), Err(CrlError::Malformed("issuing distribution point")));
    assert_eq!(with(99, true, &[5, 0]), Err(CrlError::Critical));
    assert_eq!(with(99, false, &[5, 0]), Ok(()));
}

#[test]
fn a_list_of_one_place_covers_only_certificates_that_name_it() {
    let (pki, rng) = (hierarchy(), SystemRandom::new());
    let issuer = pki.certificate(Kind::MoSub2);
    let leaf = |crl: Option<&str>| -> Certificate {
        let mut plan = Plan::new(Kind::ContractLeaf, "DEPNCC00000001", NOW - DAY, NOW + 30 * DAY);
        plan.crl = crl.map(str::to_owned);
        let key = pki.key(Kind::ContractLeaf).public_key();
        plan.issue(key, issuer_of(&pki, Kind::MoSub2), &rng).unwrap()
    };
    let place = element(0xa0, &[&element(0xa0, &[&element(0x86, &[b"http://crl.example/1"])])]);
    let point = extension(28, true, &element(0x30, &[&place]));
    let list = parsed(&forged(&pki, &[2, 1, 1], &[], &[&point]));
    let answer = |leaf: &Certificate| list.answer(leaf, issuer).map(|answer| answer.status());
    assert_eq!(answer(&leaf(Some("http://crl.example/1"))), Ok(Status::Good));
    assert_eq!(answer(&leaf(Some("http://crl.example/2"))), Err(CrlError::Elsewhere));
    assert_eq!(answer(&leaf(None)), Err(CrlError::Elsewhere));
}

#[test]
fn entries_are_read_strictly() {
    let pki = hierarchy();
    let date = element(0x17, &[b"261101000000Z"]);
    let entry = |serial: &[u8], extensions: &[&[u8]]| {
        let extensions = if extensions.is_empty() { Vec::new() } else { element(0x30, extensions) };
        element(0x30, &[serial, &date, &extensions])
    };
    let list = |entries: &[&[u8]]| {
        Crl::parse(&forged(&pki, &[2, 1, 1], &element(0x30, entries), &[]))
            .map(|list| list.revoked().len())
    };
    let one = entry(&[2, 1, 1], &[]);
    assert_eq!(list(&[&one]), Ok(1));
    let twice = Err(CrlError::Malformed("list: a certificate is there twice"));
    assert_eq!(list(&[&one, &one]), twice);
    let reason = |code: &[u8]| entry(&[2, 1, 2], &[&extension(21, false, code)]);
    assert_eq!(list(&[&reason(&[0x0a, 1, 1])]), Ok(1));
    assert_eq!(list(&[&reason(&[0x0a, 1, 99])]), Ok(1));
    assert_eq!(list(&[&reason(&[0x0a, 1, 8])]), Err(CrlError::Delta));
    assert!(list(&[&reason(&[0x0a, 1])]).is_err());
    let foreign = entry(&[2, 1, 2], &[&extension(29, true, &[0x30, 0])]);
    assert_eq!(list(&[&foreign]), Err(CrlError::Indirect));
    let critical = entry(&[2, 1, 2], &[&extension(99, true, &[5, 0])]);
    assert_eq!(list(&[&critical]), Err(CrlError::Critical));
    // A list that cannot be read is not an empty one.
    assert!(list(&[&one, &[0x30, 1, 5]]).is_err());
    assert!(list(&[&one, &element(0x30, &[&[2, 1, 3]])]).is_err());
    let version = |version: &[u8]| Crl::parse(&forged(&pki, version, &[], &[])).map(|_| ());
    assert_eq!(version(&[]), Ok(()));
    assert_eq!(version(&[2, 1, 0]), Err(CrlError::Malformed("version")));
}
