use super::*;
use crate::support;
use exi::{Bytes, List};
use pki::Role;
use pki::chain::{Anchors, ChainError, Level, Position};
use pki::delivery::DeliveryError;
use pki::drive::Dice;
use pki::key::{Algorithm, KeyError};
use v2g::delivery::{BuildError, RequestError, Trust};
use v2g::iso20::msg::types::{Processing, ResponseCode};
use v2g::signature::VerifyError;

type Change = fn(&mut CertificateInstallationRes);

#[test]
fn a_change_in_any_part_that_is_signed_breaks_the_signature() {
    let order = Order::new(1);
    let good = order.deliver(0);
    let parts: [(&str, Change); 7] = [
        ("leaf", |res| {
            let chain = &mut res.signed_installation_data.contract_certificate_chain;
            chain.certificate = flipped(&chain.certificate);
        }),
        ("authority", |res| {
            let chain = &mut res.signed_installation_data.contract_certificate_chain;
            let mut subs = chain.sub_certificates.certificate.to_vec();
            subs[0] = flipped(&subs[0]);
            chain.sub_certificates.certificate = List::new(subs).unwrap();
        }),
        ("fewer authorities", |res| {
            let chain = &mut res.signed_installation_data.contract_certificate_chain;
            let subs = chain.sub_certificates.certificate[..1].to_vec();
            chain.sub_certificates.certificate = List::new(subs).unwrap();
        }),
        ("curve", |res| res.signed_installation_data.ecdh_curve = EcdhCurve::X448),
        ("point", |res| {
            let data = &mut res.signed_installation_data;
            data.dh_public_key = flipped(&data.dh_public_key);
        }),
        ("key", |res| {
            let key = &mut res.signed_installation_data.encrypted_private_key;
            let EncryptedPrivateKey::Secp521(encrypted) = key else { panic!() };
            *encrypted = flipped(encrypted);
        }),
        ("kind of key", |res| {
            let key = &mut res.signed_installation_data.encrypted_private_key;
            *key = EncryptedPrivateKey::X448(Bytes::new(vec![7; 84]).unwrap());
        }),
    ];
    let digest = AcceptError::Signature(VerifyError::Digest("id1".into()));
    for (what, change) in parts {
        let mut changed = good.clone();
        change(&mut changed);
        assert_eq!(order.accept(&changed).unwrap_err(), digest, "{what}");
    }
    let mut other_id = good.clone();
    other_id.signed_installation_data.id = exi::Text::new("id2").unwrap();
    let missing = AcceptError::Signature(VerifyError::Missing("id2".into()));
    assert_eq!(order.accept(&other_id).unwrap_err(), missing);
    let mut unsigned = good.clone();
    unsigned.header.signature = None;
    assert_eq!(order.accept(&unsigned).unwrap_err(), AcceptError::Unsigned);
}

/// One octet somewhere, never the same message after it.
fn flipped<const MIN: usize, const MAX: usize>(octets: &Bytes<MIN, MAX>) -> Bytes<MIN, MAX> {
    let mut octets = octets.to_vec();
    let at = Dice::new(octets.len() as u64).below(octets.len());
    octets[at] ^= 0x20;
    Bytes::new(octets).unwrap()
}

#[test]
fn algorithms_and_references_are_exactly_those_of_the_key() {
    let order = Order::new(1);
    let good = order.deliver(0);
    let refused = |change: &dyn Fn(&mut Signature)| {
        let mut res = good.clone();
        change(signature(&mut res));
        match order.accept(&res) {
            Err(AcceptError::Signature(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    let sha256 = exi::Text::new("http://www.w3.org/2001/04/xmlenc#sha256").unwrap();
    let digest = refused(&|signature| {
        let mut references = signature.signed_info.reference.to_vec();
        references[0].digest_method.algorithm = sha256.clone();
        signature.signed_info.reference = List::new(references).unwrap();
    });
    assert!(matches!(digest, VerifyError::Algorithm { what: "digest", .. }), "{digest}");
    let method = refused(&|signature| {
        let uri = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
        signature.signed_info.signature_method.algorithm = exi::Text::new(uri).unwrap();
    });
    assert!(matches!(method, VerifyError::Algorithm { what: "signature", .. }), "{method}");
    let twice = refused(&|signature| {
        let mut references = signature.signed_info.reference.to_vec();
        references.push(references[0].clone());
        signature.signed_info.reference = List::new(references).unwrap();
    });
    assert_eq!(twice, VerifyError::References(2));
    for len in [0, 64, 131, 133] {
        let value = refused(&|signature| {
            let mut value = signature.signature_value.value.to_vec();
            value.resize(len, 1);
            signature.signature_value.value = Bytes::new(value).unwrap();
        });
        assert_eq!(value, VerifyError::Value, "{len} octets");
    }
}

#[test]
fn only_a_provisioning_service_under_a_v2g_root_may_sign() {
    let order = Order::new(1);
    let good = order.deliver(0);
    for role in [Role::Secc, Role::Contract, Role::OemProvisioning, Role::Vehicle] {
        let other = HIERARCHY.identity(role);
        let mut res = good.clone();
        res.cps_certificate_chain = certificate_chain(other.leaf.der(), &other.sub_ders()).unwrap();
        sign(&mut res, &*other.key);
        let refused = order.accept(&res).unwrap_err();
        assert!(matches!(refused, AcceptError::Service(_)), "{role:?}: {refused:?}");
    }
    let mut foreign = good.clone();
    sign(&mut foreign, &*HIERARCHY.secc().key);
    let value = AcceptError::Signature(VerifyError::Value);
    assert_eq!(order.accept(&foreign).unwrap_err(), value);
    // One of ISO 15118-2 is good for its own edition alone.
    let older = support::HIERARCHY.cps();
    let mut res = good.clone();
    res.cps_certificate_chain = certificate_chain(older.leaf.der(), &older.sub_ders()).unwrap();
    sign(&mut res, &*older.key);
    let anchors = support::HIERARCHY.anchors();
    let (leaf, key) = (&order.car.leaf, &*order.car.key);
    let refused = accept(&res, leaf, key, &*KDF, &trust(anchors), &*RNG).unwrap_err();
    assert!(matches!(refused, AcceptError::Service(_)), "{refused:?}");
    let nothing = accept(&good, leaf, key, &*KDF, &trust(&Anchors::new()), &*RNG).unwrap_err();
    assert!(matches!(nothing, AcceptError::Service(ChainError::NoIssuer { .. })), "{nothing:?}");
    let late = Trust { now_unix: NOW + 3 * 366 * 86_400, ..trust(HIERARCHY.anchors()) };
    let late = accept(&good, leaf, key, &*KDF, &late, &*RNG).unwrap_err();
    assert!(matches!(late, AcceptError::Service(ChainError::Expired { .. })), "{late:?}");
}

#[test]
fn what_the_service_signed_must_still_make_sense() {
    let order = Order::new(1);
    let other = Order::new(2).deliver(0).signed_installation_data;
    let signed = |change: &dyn Fn(&mut CertificateInstallationRes)| {
        let mut res = order.deliver(0);
        change(&mut res);
        sign(&mut res, &*order.service.key);
        order.accept(&res).unwrap_err()
    };
    let key = |res: &mut CertificateInstallationRes, key| {
        res.signed_installation_data.encrypted_private_key = key;
    };
    let tpm = || EncryptedPrivateKey::Tpm(Bytes::new(vec![7; 206]).unwrap());
    assert_eq!(signed(&|res| key(res, tpm())), AcceptError::ForTpm);
    let x448 = || EncryptedPrivateKey::X448(Bytes::new(vec![7; 84]).unwrap());
    assert_eq!(signed(&|res| key(res, x448())), AcceptError::Curve);
    let curve = |res: &mut CertificateInstallationRes| {
        res.signed_installation_data.ecdh_curve = EcdhCurve::X448;
    };
    assert_eq!(signed(&curve), AcceptError::Curve);
    let both = signed(&|res| {
        curve(res);
        key(res, x448());
    });
    // The contract's key is on P-521; without the feature it is not even looked at.
    let algorithm = Algorithm::Ed448;
    let missing = DeliveryError::Agreement(KeyError::NotBuilt { algorithm });
    let wanted = if algorithm.is_built() { AcceptError::Curve } else { AcceptError::Key(missing) };
    assert_eq!(both, wanted);
    // The key of another contract: it authenticates for its own certificate alone.
    let mixed = signed(&|res| {
        let data = &mut res.signed_installation_data;
        data.encrypted_private_key = other.encrypted_private_key.clone();
        data.dh_public_key = other.dh_public_key.clone();
    });
    assert_eq!(mixed, AcceptError::Key(DeliveryError::NotAuthentic));
    let off = signed(&|res| {
        let data = &mut res.signed_installation_data;
        let mut point = data.dh_public_key.to_vec();
        point[132] ^= 1;
        data.dh_public_key = Bytes::new(point).unwrap();
    });
    assert_eq!(off, AcceptError::Key(DeliveryError::DhPublicKey(KeyError::NotOnCurve)));
    let garbage = signed(&|res| {
        let chain = &mut res.signed_installation_data.contract_certificate_chain;
        chain.certificate = Bytes::new(vec![0x30; 20]).unwrap();
    });
    let AcceptError::Contract(ChainError::Unparsable { at: Position::Leaf, .. }) = garbage else {
        panic!("{garbage:?}")
    };
    for code in [ResponseCode::WarningNoCertificateAvailable, ResponseCode::Failed] {
        assert_eq!(signed(&|res| res.response_code = code), AcceptError::Refused(code));
    }
    let ongoing = signed(&|res| res.evse_processing = Processing::Ongoing);
    assert_eq!(ongoing, AcceptError::Ongoing);
}

#[test]
fn a_delivery_for_another_car_is_not_kept() {
    let order = Order::new(1);
    let res = order.deliver(0);
    let trust = trust(HIERARCHY.anchors());
    let other = HIERARCHY.contract();
    let refused = accept(&res, &order.car.leaf, &*other.key, &*KDF, &trust, &*RNG).unwrap_err();
    assert_eq!(refused, AcceptError::Key(DeliveryError::NotAuthentic));
    let refused = accept(&res, &other.leaf, &*order.car.key, &*KDF, &trust, &*RNG).unwrap_err();
    assert_eq!(refused, AcceptError::Key(DeliveryError::NoPcid));
    let kdf = ConcatKdf { other_info: &[] };
    let (leaf, key) = (&order.car.leaf, &*order.car.key);
    let refused = accept(&res, leaf, key, &kdf, &trust, &*RNG).unwrap_err();
    assert_eq!(refused, AcceptError::Key(DeliveryError::NotAuthentic));
}

#[test]
fn a_request_is_refused_for_its_own_reason() {
    let car = HIERARCHY.oem_provisioning();
    let (subs, anchors) = (car.sub_ders(), HIERARCHY.anchors());
    let wanted = Wanted { most: 1, first: Vec::new() };
    let request = |leaf, subs: &[&[u8]], key: &dyn Signer| {
        installation_request(header(), (leaf, subs), anchors, &wanted, key, &*RNG)
    };
    let good = request(&car.leaf, &subs, &*car.key).unwrap();
    let check = |request: &_| check_installation(request, anchors, NOW, Level::Strict);
    assert!(check(&good).is_ok());
    let mut unsigned = good.clone();
    unsigned.header.signature = None;
    assert_eq!(check(&unsigned).unwrap_err(), RequestError::Unsigned);
    let mut reordered = good.clone();
    let chain = &mut reordered.oem_provisioning_certificate_chain;
    chain.id = exi::Text::new("id9").unwrap();
    let missing = RequestError::Signature(VerifyError::Missing("id9".into()));
    assert_eq!(check(&reordered).unwrap_err(), missing);
    let mut fewer = good.clone();
    fewer.oem_provisioning_certificate_chain.sub_certificates = None;
    let alone = check(&fewer).unwrap_err();
    let RequestError::Chain(ChainError::NoIssuer { at: Position::Leaf, .. }) = alone else {
        panic!("{alone:?}")
    };
    // The chain is known, but it is not what was signed.
    let verified = check(&good).unwrap();
    let digest = RequestError::Signature(VerifyError::Digest("id1".into()));
    assert_eq!(check_installation_by(&fewer, &verified).unwrap_err(), digest);
    let other = HIERARCHY.contract();
    let foreign = request(&other.leaf, &other.sub_ders(), &*other.key).unwrap();
    let refused = check_installation_by(&foreign, &verified).unwrap_err();
    assert_eq!(refused, RequestError::ForeignCertificate);
    assert!(matches!(check(&foreign), Err(RequestError::Chain(_))));
    assert_eq!(request(&car.leaf, &subs, &*other.key).unwrap_err(), BuildError::ForeignKey);
    let many = [subs[0]; 4];
    let refused = request(&car.leaf, &many, &*car.key).unwrap_err();
    assert_eq!(refused, BuildError::Authorities { found: 4, room: 3 });
    let nine = Wanted { most: 1, first: vec![Order::new(1).contract_id(); 9] };
    let refused =
        installation_request(header(), (&car.leaf, &subs), anchors, &nine, &*car.key, &*RNG);
    assert_eq!(refused.unwrap_err(), BuildError::Evcoids(9));
}

#[test]
fn nothing_is_built_that_nobody_could_accept() {
    let Order { contract, car, service } = &Order::new(1);
    let subs = contract.sub_ders();
    let build = |leaf, subs: &[&[u8]], key, car| {
        ContractData::new(leaf, subs, key, car, &*KDF, &*RNG).unwrap_err()
    };
    let foreign = build(&contract.leaf, &subs, &car.key, &car.leaf);
    assert_eq!(foreign, BuildError::ForeignKey);
    let not_for_agreement = build(&contract.leaf, &subs, &contract.key, &service.leaf);
    assert!(matches!(not_for_agreement, BuildError::Wrap(_)), "{not_for_agreement:?}");
    let none = build(&contract.leaf, &[], &contract.key, &car.leaf);
    assert_eq!(none, BuildError::Authorities { found: 0, room: 3 });
    let long = build(&contract.leaf, &[&[0; 1601]], &contract.key, &car.leaf);
    assert_eq!(long, BuildError::CertificateLength { found: 1601, room: 1600 });
    let no_contract = build(&service.leaf, &subs, &service.key, &car.leaf);
    assert_eq!(no_contract, BuildError::Evcoid);
    // Provisioning certificates of ISO 15118-2 cannot take part.
    let older = support::HIERARCHY.oem_provisioning();
    let refused = build(&contract.leaf, &subs, &contract.key, &older.leaf);
    let curve = DeliveryError::Curve { whose: "receiver's key", wanted: Algorithm::P521 };
    assert_eq!(refused, BuildError::Wrap(curve));
}
