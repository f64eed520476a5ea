use axum::http::Method;
use exi::{Document as _, Octets};
use pki::cert::AttributeKind;
use pki::delivery::iso20::ConcatKdf;
use pki::issue::{Hierarchy, Identity, Options, Plan};
use pki::key::Algorithm;
use pki::profile::{CertificateKind, Edition};
use pki::{Level, PrivateKey, Signer as _};
use pki_service::api::{Desk, Limits, Terms};
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use v2g::delivery::Trust;
use v2g::delivery::iso20::{NewContract, Wanted, accept, installation_request};
use v2g::iso20::msg::common::CertificateInstallationRes;
use v2g::iso20::msg::types::Header;

use crate::support::*;

static HIERARCHY20: LazyLock<Hierarchy> =
    LazyLock::new(|| Hierarchy::generate(&*RNG, now(), Options::of(Edition::Iso20)).unwrap());

const NAMESPACE: &str = "urn:iso:15118:20:2022:MsgDef";

/// A node of both editions.
async fn node() -> Node {
    let desk = Desk::trial(&HIERARCHY, Terms::default()).unwrap();
    Node::at(desk.and(Desk::trial(&HIERARCHY20, Terms::default()).unwrap()), Limits::default())
        .await
}

fn car(number: u32) -> Identity {
    let (kind, name) = (CertificateKind::OemProvisioningLeaf, pcid(number));
    let mut plan = Plan::of(Edition::Iso20, kind, &name, now() - 60, now() + 1_000_000)
        .with(AttributeKind::Organization, "Car Maker");
    plan.ocsp = Some("http://ocsp.example.com".to_owned());
    let key = Arc::new(PrivateKey::generate_for(Algorithm::P521, &*RNG).unwrap());
    let sub2 = CertificateKind::OemSub2;
    let issuer = pki::issue::Issuer {
        certificate: HIERARCHY20.certificate(sub2),
        signer: &**HIERARCHY20.key(sub2),
    };
    let leaf = plan.issue(key.public_key(), issuer, &*RNG).unwrap();
    Identity { leaf, key, ..HIERARCHY20.oem_provisioning() }
}

fn upload20(car: &Identity) -> serde_json::Value {
    let mut upload = upload(car);
    upload["xsdMsgDefNamespace"] = NAMESPACE.into();
    upload
}

/// A car in the pool, with contracts of these numbers.
async fn ready(node: &Node, number: u32, contracts: &[u32]) -> Identity {
    let car = car(number);
    let put = node.json("oem", Method::PUT, "/v1/oem/provCerts", upload20(&car)).await;
    assert_eq!(put.is(201).json()["xsdMsgDefNamespace"], NAMESPACE);
    for contract in contracts {
        let order = json!({"emaid": emaid(*contract), "pcid": pcid(number)});
        node.json("emsp", Method::POST, "/v1/contracts", order).await.is(201);
    }
    car
}

/// No two have the same octets.
fn request(car: &Identity, session: u8, most: u8, first: &[u32]) -> Vec<u8> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let header = Header {
        session_id: Octets::new([session; 8].as_slice()).unwrap(),
        time_stamp: now().unsigned_abs() + COUNT.fetch_add(1, Ordering::Relaxed),
        signature: None,
    };
    let first = first.iter().map(|number| emaid(*number).parse().unwrap()).collect();
    let (subs, wanted) = (car.sub_ders(), Wanted { most, first });
    let own = (&car.leaf, &subs[..]);
    let request =
        installation_request(header, own, HIERARCHY20.anchors(), &wanted, &*car.key, &*RNG);
    request.unwrap().to_vec().unwrap()
}

/// What the car does with an answer.
fn install(exi: &[u8], car: &Identity, session: u8) -> NewContract {
    let answer = CertificateInstallationRes::decode(exi).unwrap();
    assert_eq!(answer.header.session_id.as_slice(), [session; 8]);
    let anchors = HIERARCHY20.anchors();
    let trust = Trust { anchors, now_unix: now(), level: Level::Strict };
    accept(&answer, &car.leaf, &*car.key, &ConcatKdf::default(), &trust, &*RNG).unwrap()
}

#[tokio::test]
async fn a_car_asks_until_it_has_all_the_contracts_that_it_can_keep() {
    let node = node().await;
    let car = ready(&node, 1, &[1, 2, 3, 4]).await;
    let mut installed = Vec::new();
    // The first two times with the same octets: less than a second is between them.
    let (first, last) = (request(&car, 7, 3, &[3, 2]), request(&car, 7, 3, &[3, 2]));
    for (asked, remaining) in [(&first, 2), (&first, 1), (&last, 0)] {
        let answer = node.provision(asked.clone()).await.is(200);
        assert_eq!(answer.content_type, "application/exi");
        assert_eq!(answer.headers["remaining-contracts"], remaining.to_string());
        let contract = install(&answer.body, &car, 7);
        assert_eq!((contract.remaining, contract.anchored), (remaining, true));
        assert_eq!(contract.leaf.public_key().unwrap(), contract.key.public_key());
        installed.push(contract.evcoid.stem().to_owned());
    }
    assert_eq!(installed[..2], [emaid(3), emaid(2)]);
    assert!(installed[2] == emaid(1) || installed[2] == emaid(4), "{installed:?}");
    assert_eq!(node.store.certificates(None, 10).await.unwrap().len(), 3);
    // The last one repeated is the last one again; asked on, the car gets the first, from what was made.
    let again = node.provision(last).await.is(200);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(install(&again.body, &car, 7).evcoid.stem(), installed[2]);
    let again = node.provision(request(&car, 7, 3, &[3, 2])).await.is(200);
    assert_eq!(install(&again.body, &car, 7).evcoid.stem(), emaid(3));
    assert_eq!(node.store.certificates(None, 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_repetition_gets_the_same_answer_and_another_session_the_same_certificate() {
    let node = node().await;
    let car = ready(&node, 1, &[1, 2]).await;
    let asked = |exi: &[u8], key: &'static str| {
        let mut request =
            node.request("cpo", Method::POST, "/v1/provision", "application/exi", exi);
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
        node.send(request)
    };
    let request_7 = request(&car, 7, 2, &[]);
    let first = asked(&request_7, "a").await.is(200);
    let second = asked(&request_7, "b").await.is(200);
    let again = asked(&request_7, "a").await.is(200);
    assert_eq!(first.body, again.body);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["remaining-contracts"], "1");
    assert_eq!(second.headers["remaining-contracts"], "0");
    assert_ne!(install(&first.body, &car, 7).evcoid, install(&second.body, &car, 7).evcoid);
    let other = node.provision(request(&car, 8, 2, &[])).await.is(200);
    let (first, other) = (install(&first.body, &car, 7), install(&other.body, &car, 8));
    assert_eq!(first.leaf, other.leaf);
    assert_eq!(first.key.scalar(), other.key.scalar());
    assert_eq!(node.store.certificates(None, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn requests_of_one_session_at_once_get_different_contracts() {
    let node = Arc::new(node().await);
    let car = ready(&node, 1, &[1, 2, 3]).await;
    let mut asked = Vec::new();
    for _ in 0..3 {
        let (node, request) = (Arc::clone(&node), request(&car, 7, 3, &[]));
        asked.push(tokio::spawn(async move { node.provision(request).await }));
    }
    let mut installed = std::collections::BTreeSet::new();
    for answer in asked {
        let body = answer.await.unwrap().is(200).body;
        installed.insert(install(&body, &car, 7).evcoid.stem().to_owned());
    }
    assert_eq!(installed.len(), 3);
}

#[tokio::test]
async fn refusals_say_what_cars_of_this_edition_are_told() {
    let node = node().await;
    let refusal = async |exi: Vec<u8>| {
        let answer = node.provision(exi).await;
        (answer.code(), answer.json()["response_code"].as_str().unwrap_or("").to_owned())
    };
    let is = |code: &str, response: &str| (code.to_owned(), response.to_owned());
    let none = "WARNING_NoContractMatchingPCIDFound";
    let unknown = car(1);
    assert_eq!(refusal(request(&unknown, 7, 1, &[])).await, is("unknown-pcid", none));
    let bare = ready(&node, 2, &[]).await;
    assert_eq!(refusal(request(&bare, 7, 1, &[])).await, is("no-contract", none));
    let full = ready(&node, 3, &[3]).await;
    assert_eq!(refusal(request(&full, 7, 0, &[])).await, is("no-contract", none));
    // Another certificate of the same name.
    assert_eq!(
        refusal(request(&car(3), 7, 1, &[])).await,
        is("certificate-chain", "WARNING_CertificateValidationError")
    );
    let mut unsigned =
        v2g::iso20::msg::common::CertificateInstallationReq::decode(&request(&full, 7, 1, &[]))
            .unwrap();
    unsigned.header.signature = None;
    let broken = is("bad-signature", "FAILED_SignatureError");
    assert_eq!(refusal(unsigned.to_vec().unwrap()).await, broken);
    let path = format!("/v1/vehicles/{}/revoke", pcid(3));
    node.send(node.request("oem", Method::POST, &path, "", [])).await.is(204);
    let revoked = is("certificate-revoked", "WARNING_CertificateRevoked");
    assert_eq!(refusal(request(&full, 7, 1, &[])).await, revoked);
}

#[tokio::test]
async fn a_car_is_in_the_pool_with_one_edition_and_a_node_serves_those_it_has() {
    let both = node().await;
    let car = ready(&both, 1, &[1]).await;
    let other = crate::support::car(1);
    let put = both.json("oem", Method::PUT, "/v1/oem/provCerts", upload(&other)).await;
    assert_eq!(put.code(), "provisioning-taken");
    // A certificate of this edition said to be of the other.
    let put = both.json("oem", Method::PUT, "/v1/oem/provCerts", upload(&car)).await;
    assert_eq!(put.code(), "certificate-chain");
    let alone = Node::new().await;
    assert_eq!(alone.provision(request(&car, 7, 1, &[])).await.code(), "unsupported-edition");
}

#[tokio::test]
async fn by_document_and_without_a_car_that_asks() {
    let node = node().await;
    let car = ready(&node, 1, &[1, 2]).await;
    let order = |namespace: &str| {
        json!({
            "certificateInstallationReq": base64(&request(&car, 7, 2, &[])),
            "xsdMsgDefNamespace": namespace,
        })
    };
    let path = "/v1/ccp/signedContractData";
    let wrong = node.json("cpo", Method::POST, path, order("urn:iso:15118:2:2013:MsgDef")).await;
    assert_eq!(wrong.code(), "unexpected-message");
    let unknown = node.json("cpo", Method::POST, path, order("urn:iso:15118:3")).await;
    assert_eq!(unknown.code(), "unsupported-edition");
    let answer = node.json("cpo", Method::POST, path, order(NAMESPACE)).await.is(200).json();
    assert_eq!(answer["remainingContracts"], 1);
    let message = &answer["emaidContent"][0]["messageDef"];
    let contract = install(&unbase64(&message["certificateInstallationRes"]), &car, 7);
    assert_eq!(message["emaid"], contract.evcoid.normal());

    let order = json!({"emaid": emaid(9), "pcid": pcid(1), "xsdMsgDefNamespace": "urn:iso:15118:20:2020:MsgDef"});
    let path = "/v1/cps/generate/signedContractData";
    let made = node.json("emsp", Method::PUT, path, order).await.is(201).json();
    let contract = install(&unbase64(&made["signedContractData"]), &car, 0);
    assert_eq!(contract.evcoid.stem(), emaid(9));
    let path = format!("/v1/ccp/provideSignedContractData/{}/{}", emaid(9), pcid(1));
    let again = node.get("emsp", &path).await.is(200).json();
    assert_eq!(install(&unbase64(&again["signedContractData"]), &car, 0).leaf, contract.leaf);
}

#[tokio::test]
async fn the_provisioning_service_is_one_whose_root_the_car_lists() {
    let other = Hierarchy::generate(&*RNG, now(), Options::of(Edition::Iso20)).unwrap();
    let mut desk = Desk::trial(&HIERARCHY20, Terms::default()).unwrap();
    desk = desk.and(Desk {
        provisioners: Vec::new(),
        authorities: Vec::new(),
        anchors: other.anchors().clone(),
        terms: Terms::default(),
    });
    let cps = other.cps();
    let service = pki_service::operator::Signatory::new(cps.leaf.clone(), cps.subs, cps.key);
    let desk = desk.with_service(Edition::Iso20, service.unwrap(), None).unwrap();
    let node = Node::at(desk, Limits::default()).await;
    let car = ready(&node, 1, &[1]).await;
    let signed_by = |exi: &[u8]| {
        let answer = CertificateInstallationRes::decode(exi).unwrap();
        answer.cps_certificate_chain.certificate.as_slice().to_vec()
    };
    let usual = node.provision(request(&car, 7, 1, &[])).await.is(200);
    assert_eq!(signed_by(&usual.body), HIERARCHY20.cps().leaf.der());
    let header = Header {
        session_id: Octets::new([8; 8].as_slice()).unwrap(),
        time_stamp: 1,
        signature: None,
    };
    let (subs, wanted) = (car.sub_ders(), Wanted { most: 1, first: Vec::new() });
    let asked = installation_request(
        header,
        (&car.leaf, &subs),
        other.anchors(),
        &wanted,
        &*car.key,
        &*RNG,
    );
    let answer = node.provision(asked.unwrap().to_vec().unwrap()).await.is(200);
    assert_eq!(signed_by(&answer.body), cps.leaf.der());
}

#[tokio::test]
async fn authorities_of_this_edition_enrol_and_publish() {
    let node = node().await;
    let key = PrivateKey::generate_for(Algorithm::P521, &*RNG).unwrap();
    let kind = CertificateKind::OemProvisioningLeaf;
    let csr = pki::issue::CsrPlan::new(Edition::Iso20, kind, &pcid(9))
        .with(AttributeKind::Organization, "Car Maker")
        .sign(&key, &*RNG)
        .unwrap();
    let path = "/.well-known/est/oem/simpleenroll/ISO15118-20";
    let enrolled = node.request("oem", Method::POST, path, "application/pkcs10", base64(&csr));
    let body = node.send(enrolled).await.is(200).body;
    let text: String = String::from_utf8(body).unwrap().split_whitespace().collect();
    let issued = pki::cms::read(&unbase64(&text.into())).unwrap();
    let issued = pki::Certificate::parse(&issued[0]).unwrap();
    assert_eq!(pki::profile::check(&issued, kind, Edition::Iso20, Level::Strict), []);
    assert_eq!(issued.issuer(), HIERARCHY20.certificate(CertificateKind::OemSub2).subject());
    node.get("", "/.well-known/est/oem/cacerts/ISO15118-20/secp521r1").await.is(200);
    let curve = node.get("", "/.well-known/est/oem/cacerts/ISO15118-20/secp256r1").await;
    assert_eq!(curve.code(), "unsupported-edition");
}
