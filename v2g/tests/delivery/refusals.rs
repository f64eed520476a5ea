use crate::support::*;
use exi::{Bytes, List, Text};
use pki::chain::{Anchors, ChainError, Claim, Level, Position};
use pki::delivery::DeliveryError;
use pki::key::{Algorithm, KeyError, PrivateKey};
use pki::{Evcoid, Role};
use v2g::delivery::*;
use v2g::iso2::msg::*;
use v2g::signature::{SignError, VerifyError};

/// Puts a part of another delivery into one.
type Swap = fn(&mut CertificateInstallationRes, &CertificateInstallationRes);

/// [V2G2-891]
#[test]
fn a_change_in_any_of_the_four_parts_breaks_the_signature() {
    let order = Order::installation();
    let (res, signature) = order.deliver();
    let other = Order::installation().deliver().0;
    let swaps: [(&str, Swap); 4] = [
        ("id1", |res, _| {
            let leaf = res.contract_signature_cert_chain.sub_certificates.take();
            assert!(leaf.is_some());
        }),
        ("id2", |res, other| {
            res.contract_signature_encrypted_private_key =
                other.contract_signature_encrypted_private_key.clone();
        }),
        ("id3", |res, other| res.dh_public_key = other.dh_public_key.clone()),
        ("id4", |res, _| res.emaid.value = Text::new("DEPNCC00000009").unwrap()),
    ];
    for (id, swap) in swaps {
        let mut changed = res.clone();
        swap(&mut changed, &other);
        let refused = order.accept(&changed, Some(&signature)).unwrap_err();
        assert_eq!(refused, AcceptError::Signature(VerifyError::Digest(id.into())));
    }
}

/// [V2G2-909]
#[test]
fn the_references_are_exactly_the_four_parts() {
    let order = Order::installation();
    let (res, good) = order.deliver();
    let refused = |signature| match order.accept(&res, Some(&signature)) {
        Err(AcceptError::Signature(error)) => error,
        other => panic!("{other:?}"),
    };
    for count in [1, 2, 3, 5] {
        let mut signature = good.clone();
        let mut references = signature.signed_info.reference.to_vec();
        references.resize(count, references[0].clone());
        signature.signed_info.reference = List::new(references).unwrap();
        assert_eq!(refused(signature), VerifyError::References(count));
    }
    let mut twice = good.clone();
    let mut references = twice.signed_info.reference.to_vec();
    references[3] = references[0].clone();
    twice.signed_info.reference = List::new(references).unwrap();
    assert_eq!(refused(twice), VerifyError::Missing("id4".into()));
    assert_eq!(order.accept(&res, None).unwrap_err(), AcceptError::Unsigned);
    let mut nameless = res.clone();
    nameless.contract_signature_cert_chain.id = None;
    let missing = VerifyError::Missing("ContractSignatureCertChain".into());
    let refused = order.accept(&nameless, Some(&good)).unwrap_err();
    assert_eq!(refused, AcceptError::Signature(missing));
}

#[test]
fn only_a_provisioning_service_under_a_v2g_root_may_sign() {
    let order = Order::installation();
    let (mut res, _) = order.deliver();
    // A station's certificate is under the same root, a contract's is not.
    for role in [Role::Secc, Role::Contract, Role::OemProvisioning] {
        let other = HIERARCHY.identity(role);
        res.sa_provisioning_certificate_chain =
            certificate_chain(None, other.leaf.der(), &other.sub_ders()).unwrap();
        let signature = sign(&res, &*other.key);
        let refused = order.accept(&res, Some(&signature)).unwrap_err();
        assert!(matches!(refused, AcceptError::Service(_)), "{role:?}: {refused:?}");
    }
    let (res, _) = order.deliver();
    let foreign = sign(&res, &*HIERARCHY.secc().key);
    let refused = order.accept(&res, Some(&foreign)).unwrap_err();
    assert_eq!(refused, AcceptError::Signature(VerifyError::Value));
    let (res, signature) = order.deliver();
    let nothing = Anchors::new();
    let delivered = (&res).into();
    let receiver = &*order.receiver.key;
    let refused = accept(&delivered, Some(&signature), receiver, &trust(&nothing), &*RNG);
    let Err(AcceptError::Service(ChainError::NoIssuer { at: Position::Sub(1), .. })) = refused
    else {
        panic!("{refused:?}")
    };
}

/// [V2G2-823]
#[test]
fn a_delivery_for_another_car_or_with_another_contracts_key_is_not_kept() {
    let order = Order::installation();
    let (res, signature) = order.deliver();
    let trust = trust(HIERARCHY.anchors());
    let other_car = &*HIERARCHY.contract().key;
    let refused = accept(&(&res).into(), Some(&signature), other_car, &trust, &*RNG).unwrap_err();
    assert_eq!(refused, AcceptError::Key(DeliveryError::NotOfContract));

    let (other, _) = Order::installation().deliver();
    let mut mixed = res.clone();
    mixed.contract_signature_encrypted_private_key =
        other.contract_signature_encrypted_private_key.clone();
    mixed.dh_public_key = other.dh_public_key.clone();
    let signature = sign(&mixed, &*order.service.key);
    let refused = order.accept(&mixed, Some(&signature)).unwrap_err();
    assert_eq!(refused, AcceptError::Key(DeliveryError::NotOfContract));
}

#[test]
fn what_the_service_signed_must_still_make_sense() {
    let order = Order::installation();
    let signed = |change: &dyn Fn(&mut CertificateInstallationRes)| {
        let (mut res, _) = order.deliver();
        change(&mut res);
        let signature = sign(&res, &*order.service.key);
        order.accept(&res, Some(&signature)).unwrap_err()
    };
    let claim = signed(&|res| res.emaid.value = Text::new("DEPNCC00000009").unwrap());
    assert!(matches!(claim, AcceptError::Claim(Claim::Refused(_))), "{claim:?}");
    let short = signed(&|res| {
        res.contract_signature_encrypted_private_key.value = Bytes::new(vec![1; 47]).unwrap();
    });
    assert_eq!(short, AcceptError::Key(DeliveryError::Length { found: 47, wanted: 48 }));
    let off = signed(&|res| {
        let mut point = res.dh_public_key.value.to_vec();
        point[64] ^= 1;
        res.dh_public_key.value = Bytes::new(point).unwrap();
    });
    assert_eq!(off, AcceptError::Key(DeliveryError::DhPublicKey(KeyError::NotOnCurve)));
    let garbage = signed(&|res| {
        res.contract_signature_cert_chain.certificate = Bytes::new(vec![0x30; 20]).unwrap();
    });
    let AcceptError::Contract(ChainError::Unparsable { at: Position::Leaf, .. }) = garbage else {
        panic!("{garbage:?}")
    };
    let refusal = signed(&|res| res.response_code = ResponseCode::FailedNoCertificateAvailable);
    let code = ResponseCode::FailedNoCertificateAvailable;
    assert_eq!(refusal, AcceptError::Refused(code));

    // Years later, whatever the roots.
    let (res, signature) = order.deliver();
    let late = Trust { now_unix: NOW + 731 * 86_400, ..trust(HIERARCHY.anchors()) };
    let refused =
        accept(&(&res).into(), Some(&signature), &*order.receiver.key, &late, &*RNG).unwrap_err();
    assert!(matches!(refused, AcceptError::Service(ChainError::Expired { .. })), "{refused:?}");
}

#[test]
fn a_request_is_refused_for_its_own_reason() {
    let car = HIERARCHY.oem_provisioning();
    let subs = car.sub_ders();
    let anchors = HIERARCHY.anchors();
    let (request, good) = installation_request(&car.leaf, roots(), &*car.key, &*RNG).unwrap();
    let check = |request: &_, signature| {
        check_installation(request, signature, &subs, anchors, NOW, Level::Strict).unwrap_err()
    };
    assert_eq!(check(&request, None), RequestError::Unsigned);
    let mut changed = request.clone();
    changed.list_of_root_certificate_ids.root_certificate_id = List::new(
        [roots().root_certificate_id.to_vec(), roots().root_certificate_id.to_vec()].concat(),
    )
    .unwrap();
    let digest = RequestError::Signature(VerifyError::Digest("id1".into()));
    assert_eq!(check(&changed, Some(&good)), digest);
    let mut other = request.clone();
    other.oem_provisioning_cert = Bytes::new(HIERARCHY.contract().leaf.der()).unwrap();
    assert!(matches!(check(&other, Some(&good)), RequestError::Chain(_)));
    let none: [&[u8]; 0] = [];
    let alone = check_installation(&request, Some(&good), &none, anchors, NOW, Level::Strict);
    let Err(RequestError::Chain(ChainError::NoIssuer { at: Position::Leaf, .. })) = alone else {
        panic!("{alone:?}")
    };

    let chain =
        check_installation(&request, Some(&good), &subs, anchors, NOW, Level::Strict).unwrap();
    assert_eq!(check_installation_by(&request, Some(&good), &chain), Ok(()));
    let foreign = check_installation_by(&other, Some(&good), &chain);
    assert_eq!(foreign, Err(RequestError::ForeignCertificate));
    assert_eq!(check_installation_by(&changed, Some(&good), &chain), Err(digest));

    let contract = HIERARCHY.contract();
    let (mut request, _) =
        update_request(&contract.leaf, &contract.sub_ders(), roots(), &*contract.key, &*RNG)
            .unwrap();
    request.emaid = Text::new("DEPNCC00000009").unwrap();
    let signed = v2g::signature::Signed::element::<Grammar, _>("id1", &request).unwrap();
    let signature = v2g::signature::sign(&[signed], &*contract.key, &*RNG).unwrap();
    let refused = check_update(&request, Some(&signature), anchors, NOW, Level::Strict);
    assert!(matches!(refused, Err(RequestError::Claim(_))), "{refused:?}");
}

#[test]
fn nothing_is_built_that_nobody_could_accept() {
    let order = Order::installation();
    let Order { contract, receiver, service } = &order;
    let subs = contract.sub_ders();
    let build = |leaf, subs: &[&[u8]], key, receiver| {
        ContractData::new(leaf, subs, key, receiver, &*RNG).unwrap_err()
    };
    let foreign = build(&contract.leaf, &subs, &receiver.key, &receiver.leaf);
    assert_eq!(foreign, BuildError::ForeignKey);
    // [V2G2-822]
    let not_for_agreement = build(&contract.leaf, &subs, &contract.key, &service.leaf);
    assert!(matches!(not_for_agreement, BuildError::Wrap(DeliveryError::NotForAgreement { .. })));
    let many = [subs[0]; 5];
    let authorities = build(&contract.leaf, &many, &contract.key, &receiver.leaf);
    assert_eq!(authorities, BuildError::Authorities { found: 5, room: 4 });
    // [V2G2-010]
    let long = build(&contract.leaf, &[&[0; 801]], &contract.key, &receiver.leaf);
    assert_eq!(long, BuildError::CertificateLength { found: 801, room: 800 });
    let no_contract = build(&service.leaf, &subs, &service.key, &receiver.leaf);
    assert_eq!(no_contract, BuildError::Evcoid);
    let foreign = installation_request(&receiver.leaf, roots(), &*service.key, &*RNG).unwrap_err();
    assert_eq!(foreign, BuildError::ForeignKey);
    // [V2G2-007]
    let p521 = PrivateKey::generate_for(Algorithm::P521, &*RNG).unwrap();
    assert_eq!(order.data().sign(&p521, &*RNG), Err(SignError::Key));
    assert!(
        Evcoid::parse(order.data().into_update(order.provisioning()).emaid.value.as_str()).is_ok()
    );
}
