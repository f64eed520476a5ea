use crate::support::*;
use exi::{Document, Octets};
use pki::Certificate;
use pki::chain::{Anchors, Level, RootKind};
use pki::issue::Identity;
use v2g::delivery::*;
use v2g::iso2::msg::*;
use v2g::signature::{Signed, VerifyError, verify};
use v2g::xmldsig::Signature;

/// The same message after its way over the wire.
fn sent(signature: Signature, element: BodyElement) -> (Signature, BodyElement) {
    let session_id = Octets::new([7; 8].as_slice()).unwrap();
    let header = Header { session_id, notification: None, signature: Some(signature) };
    let octets = V2gMessage { header, body: Body { element: Some(element) } }.to_vec().unwrap();
    let message = V2gMessage::decode(&octets).unwrap();
    (message.header.signature.unwrap(), message.body.element.unwrap())
}

/// [V2G2-235] [V2G2-236] [V2G2-820] [V2G2-823] [V2G2-891]
#[test]
fn a_car_installs_what_it_asked_for() {
    let order = Order::installation();
    let car = &order.receiver;
    let (request, signature) = installation_request(&car.leaf, roots(), &*car.key, &*RNG).unwrap();
    let (signature, request) = sent(signature, BodyElement::CertificateInstallationReq(request));
    let BodyElement::CertificateInstallationReq(request) = request else { panic!() };
    let anchors = HIERARCHY.anchors();
    let subs = car.sub_ders();
    let chain = check_installation(&request, Some(&signature), &subs, anchors, NOW, Level::Strict);
    assert_eq!(*chain.unwrap().leaf(), car.leaf);

    let (response, signature) = order.deliver();
    let (signature, response) = sent(signature, BodyElement::CertificateInstallationRes(response));
    let BodyElement::CertificateInstallationRes(response) = response else { panic!() };
    let contract = order.accept(&response, Some(&signature)).unwrap();
    assert_eq!(contract.leaf, order.contract.leaf);
    assert_eq!(contract.subs, order.contract.subs);
    assert_eq!(contract.key.scalar(), order.contract.key.scalar());
    assert_eq!(contract.evcoid.normal(), response.emaid.value.as_str());
    assert!(contract.anchored);
    assert_eq!(contract.emaid_form, EmaidForm::Relaxed);
}

/// [V2G2-228] [V2G2-230] [V2G2-821]
#[test]
fn a_car_renews_the_contract_it_has_with_that_contracts_key() {
    let car = HIERARCHY.contract();
    let order = Order { receiver: car, ..Order::installation() };
    let car = &order.receiver;
    let (request, signature) =
        update_request(&car.leaf, &car.sub_ders(), roots(), &*car.key, &*RNG).unwrap();
    let (signature, request) = sent(signature, BodyElement::CertificateUpdateReq(request));
    let BodyElement::CertificateUpdateReq(request) = request else { panic!() };
    let anchors = HIERARCHY.anchors();
    let chain = check_update(&request, Some(&signature), anchors, NOW, Level::Strict).unwrap();
    assert_eq!(chain.evcoid().unwrap().normal(), request.emaid.as_str());

    let data = order.data();
    let signature = data.sign(&*order.service.key, &*RNG).unwrap();
    let response = BodyElement::CertificateUpdateRes(data.into_update(order.provisioning()));
    let (signature, response) = sent(signature, response);
    let BodyElement::CertificateUpdateRes(response) = response else { panic!() };
    let delivered = (&response).into();
    let contract = accept(&delivered, Some(&signature), &*car.key, &trust(anchors), &*RNG).unwrap();
    assert_eq!(contract.key.scalar(), order.contract.key.scalar());
}

#[test]
fn what_was_wrapped_once_is_delivered_again() {
    let order = Order::installation();
    let Identity { leaf, key, .. } = &order.contract;
    let receiver = pki::delivery::receiver(&order.receiver.leaf).unwrap();
    let wrapped = pki::delivery::wrap(key, receiver, &*RNG).unwrap();
    for _ in 0..2 {
        let subs = order.contract.sub_ders();
        let data = ContractData::from_wrapped(leaf, &subs, &wrapped).unwrap();
        let signature = data.sign(&*order.service.key, &*RNG).unwrap();
        let response = data.into_installation(order.provisioning());
        let contract = order.accept(&response, Some(&signature)).unwrap();
        assert_eq!(contract.key.scalar(), key.scalar());
    }
}

#[test]
fn a_car_without_the_operators_root_relies_on_the_provisioning_service() {
    let order = Order::installation();
    let mut anchors = Anchors::new();
    anchors.add(RootKind::V2g, order.service.root.der()).unwrap();
    let (response, signature) = order.deliver();
    let delivered = (&response).into();
    let receiver = &*order.receiver.key;
    let contract = accept(&delivered, Some(&signature), receiver, &trust(&anchors), &*RNG).unwrap();
    assert!(!contract.anchored);
}

/// Josev's car signed the request, Josev's station the four parts.
#[test]
fn what_josev_signs_verifies() {
    let rows = include_str!("../../../test-vectors/delivery/josev-installation.tsv");
    let mut messages = rows.lines().skip(1).map(|row| {
        let message = V2gMessage::decode(&unhex(row.split_once('\t').unwrap().1)).unwrap();
        (message.header.signature.unwrap(), message.body.element.unwrap())
    });
    let (signature, request) = messages.next().unwrap();
    let BodyElement::CertificateInstallationReq(request) = request else { panic!() };
    let car = Certificate::parse(&request.oem_provisioning_cert).unwrap();
    let signed = Signed::element::<Grammar, _>(request.id.as_str(), &request).unwrap();
    verify(&signature, &[signed], car.public_key().unwrap()).unwrap();

    let (signature, response) = messages.next().unwrap();
    let BodyElement::CertificateInstallationRes(response) = response else { panic!() };
    let delivered = Delivered::from(&response);
    let service = Certificate::parse(&delivered.provisioning.certificate).unwrap();
    let form = delivered.verify(&signature, service.public_key().unwrap());
    assert_eq!(form, Ok(EmaidForm::Relaxed));
    let foreign = delivered.verify(&signature, car.public_key().unwrap());
    assert_eq!(foreign, Err(VerifyError::Value));
    assert!(messages.next().is_none());
}

/// Three of the four fragments of `signature-creation-testdata` of github.com/SwitchEV/RISE-V2G (MIT): only the digests.
#[test]
fn the_parts_have_the_digests_that_others_compute() {
    use exi::{Bytes, Fragment, Text};
    use ring::digest::{SHA256, digest};
    let id = |text: &str| Text::new(text).unwrap();
    let encrypted = "1520afff79c2729744c3c0b90038a52063461bc0e29c8bbe029df437c69ab7780399921a23d96fa77871e720b9d49430";
    let dh = "04ec801a167aa60762b8f648902baffc60ef13329a860f5d0b7d84a22cc8f00c05b998da328c719daf1139abf6f21b8b27cc201e9a4e3dda6905b27c3b2831cf18";
    let private = ContractSignatureEncryptedPrivateKey {
        id: id("id2"),
        value: Bytes::new(unhex(encrypted)).unwrap(),
    };
    let dh = DiffieHellmanPublicKey { id: id("id3"), value: Bytes::new(unhex(dh)).unwrap() };
    let emaid = Emaid { id: id("id4"), value: Text::new("DEABCC123ABC56").unwrap() };
    let hash = |octets: Vec<u8>| digest(&SHA256, &octets).as_ref().to_vec();
    let found = [
        hash(Fragment::<Grammar>::encode_fragment(&private).unwrap()),
        hash(Fragment::<Grammar>::encode_fragment(&dh).unwrap()),
        hash(Fragment::<Grammar>::encode_fragment(&emaid).unwrap()),
    ];
    let wanted = [
        "dc16ecaf420130c531a5b0c2bdcf31503ed7d84aeeb047af1870ec48991b3a00",
        "c81fcbd160fe4a6162dd55aded51a291dfceeea0d1ca52fc4c10eecaf1e5f536",
        "939af54f14396ec0d827f753c896ac0762ae1e00acab57e19af100243cdd5a6b",
    ];
    assert_eq!(found, wanted.map(unhex));
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}
