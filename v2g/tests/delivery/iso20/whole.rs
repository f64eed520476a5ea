use super::*;
use exi::Document;
use pki::chain::{Anchors, Level, RootKind};
use pki::key::KeyAgreement;
use v2g::signature::SignedInfoGrammar;

/// [V2G20-2342]
#[test]
fn a_car_installs_all_that_it_asked_for() {
    let orders: Vec<_> = (1..=4).map(Order::new).collect();
    let car = &orders[0].car;
    let wanted = Wanted { most: 3, first: vec![orders[2].contract_id(), orders[0].contract_id()] };
    let (subs, anchors) = (car.sub_ders(), HIERARCHY.anchors());
    let request =
        installation_request(header(), (&car.leaf, &subs), anchors, &wanted, &*car.key, &*RNG);
    let request = CertificateInstallationReq::decode(&request.unwrap().to_vec().unwrap()).unwrap();
    let roots = &request.list_of_root_certificate_ids.root_certificate_id;
    assert!(!roots.is_empty());

    // The service: the authorities are in the request.
    let chain = check_installation(&request, anchors, NOW, Level::Strict).unwrap();
    assert_eq!(chain.leaf(), &car.leaf);
    let ids: Vec<_> = orders.iter().map(Order::contract_id).collect();
    let chosen = choose(&request, &ids, |id| id);
    assert_eq!(chosen, [&ids[2], &ids[0], &ids[1]]);

    let mut installed = Vec::new();
    for (remaining, id) in (0..3).rev().zip(chosen) {
        let order = orders.iter().find(|order| order.contract_id() == *id).unwrap();
        let res = order.deliver(remaining);
        let res = CertificateInstallationRes::decode(&res.to_vec().unwrap()).unwrap();
        let contract = order.accept(&res).unwrap();
        assert_eq!(contract.leaf, order.contract.leaf);
        assert_eq!(contract.subs, order.contract.subs);
        assert_eq!(contract.key.scalar(), order.contract.key.scalar());
        assert_eq!((contract.anchored, contract.remaining), (true, remaining));
        let mine = contract.key.agree(car.key.public_key()).unwrap();
        assert_eq!(mine, car.key.agree(contract.key.public_key()).unwrap());
        installed.push(contract.evcoid);
    }
    assert_eq!(installed, [&ids[2], &ids[0], &ids[1]].map(Clone::clone));
}

#[test]
fn a_car_without_the_operators_root_keeps_what_the_service_vouches_for() {
    let order = Order::new(9);
    let res = order.deliver(0);
    let mut anchors = Anchors::new();
    anchors.add(RootKind::V2g, order.service.root.der()).unwrap();
    let (leaf, key) = (&order.car.leaf, &*order.car.key);
    let contract = accept(&res, leaf, key, &*KDF, &trust(&anchors), &*RNG).unwrap();
    assert!(!contract.anchored);
}

#[test]
fn signatures_are_by_sha_512_over_the_grammar_of_xml_signature() {
    let order = Order::new(9);
    let mut res = order.deliver(0);
    let key = *order.service.leaf.public_key().unwrap();
    let data = res.signed_installation_data.clone();
    let signature = signature(&mut res);
    let info = &signature.signed_info;
    let algorithm = info.signature_method.algorithm.as_str();
    assert_eq!(algorithm, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512");
    let [reference] = &info.reference[..] else { panic!() };
    let algorithm = reference.digest_method.algorithm.as_str();
    assert_eq!(algorithm, "http://www.w3.org/2001/04/xmlenc#sha512");
    assert_eq!(reference.digest_value.len(), 64);
    assert_eq!(signature.signature_value.value.len(), 132);
    let grammar = verify_signature(&data, signature, &key);
    assert_eq!(grammar, Ok(SignedInfoGrammar::XmlSignature));
}

/// What a service kept of a delivery makes the same one again, signed anew.
#[test]
fn a_delivery_is_made_again_from_what_was_wrapped_once() {
    use pki::delivery::iso20::{AssociatedData, receiver, wrap};
    let Order { contract, car, .. } = &Order::new(5);
    let bound_to = AssociatedData::new(&car.leaf, &contract.leaf).unwrap();
    let receiver = receiver(&car.leaf).unwrap();
    let wrapped = wrap(&contract.key, receiver, &bound_to, &*KDF, &*RNG).unwrap();
    let again = || ContractData::from_wrapped(&contract.leaf, &contract.sub_ders(), &wrapped);
    assert_eq!(again(), again());
}
