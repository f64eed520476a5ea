use axum::http::Method;
use exi::Document as _;
use pki::Signer as _;
use pki::issue::Plan;
use pki::profile::CertificateKind;
use pki_service::store::CertificateState;
use serde_json::json;
use v2g::iso2::msg::{BodyElement, SessionStopReq, V2gMessage};

use crate::support::*;

#[tokio::test]
async fn a_car_gets_its_contract_and_renews_it() {
    let node = Node::new().await;
    let (car, emaid) = node.ready_car(1).await;
    let answer = node.provision(installation(&car, 7)).await.is(200);
    assert_eq!(answer.content_type, "application/exi");
    let contract = install(&answer.body, &car, 7);
    assert_eq!(contract.evcoid.stem(), emaid);
    assert_eq!(contract.leaf.public_key().unwrap(), contract.key.public_key());
    assert!(contract.anchored);
    // What the station's check of the contract says.
    let subs: Vec<_> = contract.subs.iter().map(pki::Certificate::der).collect();
    let (anchors, leaf) = (HIERARCHY.anchors(), contract.leaf.der());
    pki::chain::verify_contract(leaf, &subs, anchors, now(), pki::Level::Strict).unwrap();

    let renewed = node.provision(update(&contract, 9)).await.is(200);
    let renewed = renew(&renewed.body, &contract);
    assert_ne!(renewed.leaf, contract.leaf);
    assert_eq!(renewed.evcoid, contract.evcoid);
    let listed = node.get("emsp", &format!("/v1/contracts/{emaid}")).await.is(200).json();
    let serial = hex::encode(renewed.leaf.serial());
    assert_eq!(listed["certificate"]["serial"], serial.trim_start_matches('0'));
    let id = pki_service::store::CertificateId::new("mo_sub2", renewed.leaf.serial());
    let stored = node.store.certificate(&id).await.unwrap().unwrap();
    assert_eq!(stored.state, CertificateState::Delivered);
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_and_another_session_the_same_certificate() {
    let node = Node::new().await;
    let (car, _) = node.ready_car(1).await;
    let request = installation(&car, 7);
    let first = node.provision(request.clone()).await.is(200);
    let again = node.provision(request).await.is(200);
    assert_eq!(first.body, again.body);
    assert_eq!(again.headers["idempotency-replayed"], "true");

    let other = node.provision(installation(&car, 8)).await.is(200);
    let (first, other) = (install(&first.body, &car, 7), install(&other.body, &car, 8));
    assert_eq!(first.leaf, other.leaf);
    assert_eq!(first.key.scalar(), other.key.scalar());
    assert_eq!(node.store.certificates(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn many_at_once_with_the_same_request_cost_one_certificate() {
    let node = Node::new().await;
    let (car, _) = node.ready_car(1).await;
    let request = installation(&car, 7);
    let asked = (0..16).map(|_| node.provision(request.clone()));
    let mut bodies = Vec::new();
    for answer in join(asked).await {
        bodies.push(answer.is(200).body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    assert_eq!(node.store.certificates(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_revoked_certificate_is_not_delivered_again_and_the_contract_gets_another() {
    let node = Node::new().await;
    let (car, _) = node.ready_car(1).await;
    let first = install(&node.provision(installation(&car, 7)).await.is(200).body, &car, 7);
    let order = json!({"certificate": base64(first.leaf.der()), "reason": "keyCompromise"});
    node.json("emsp", Method::POST, "/v1/certificates/revoke", order).await.is(204);
    let refused = node.provision(update(&first, 8)).await;
    assert_eq!(refused.code(), "certificate-revoked");
    assert_eq!(refused.json()["response_code"], "FAILED_CertificateRevoked");
    let second = install(&node.provision(installation(&car, 9)).await.is(200).body, &car, 9);
    assert_ne!(first.leaf, second.leaf);
}

#[tokio::test]
async fn by_document_as_the_pools_do_it() {
    let node = Node::new().await;
    let (car, emaid) = node.ready_car(1).await;
    for path in ["/v1/ccp/signedContractData", "/opnc/v1/ccp/signedcontractdata"] {
        let order = json!({
            "certificateInstallationReq": base64(&installation(&car, 7)),
            "xsdMsgDefNamespace": "urn:iso:15118:2:2013:MsgDef",
        });
        let answer = node.json("cpo", Method::POST, path, order).await.is(200).json();
        let message = &answer["emaidContent"][0]["messageDef"];
        assert_eq!(message["emaid"], emaid);
        install(&unbase64(&message["certificateInstallationRes"]), &car, 7);
        let order = json!({
            "certificateInstallationReq": base64(&installation(&car, 7)),
            "xsdMsgDefNamespace": "urn:iso:15118:20:2022:MsgDef",
        });
        let other = node.json("cpo", Method::POST, path, order).await;
        assert_eq!(other.code(), "unexpected-message");
    }
}

#[tokio::test]
async fn every_refusal_has_its_code_and_what_the_car_is_told() {
    let node = Node::new().await;
    let refusal = async |exi: Vec<u8>| {
        let answer = node.provision(exi).await;
        (answer.code(), answer.json()["response_code"].as_str().unwrap_or("").to_owned())
    };
    let is = |code: &str, response: &str| (code.to_owned(), response.to_owned());
    assert_eq!(refusal(vec![]).await, is("malformed-exi", "FAILED"));
    assert_eq!(refusal(vec![0x80; 100]).await, is("malformed-exi", "FAILED"));
    let stop = SessionStopReq { charging_session: v2g::iso2::msg::ChargingSession::Terminate };
    let stop = message(7, None, BodyElement::SessionStopReq(stop));
    assert_eq!(refusal(stop).await, is("unexpected-message", "FAILED"));

    let unknown = car(1);
    let none = "FAILED_NoCertificateAvailable";
    assert_eq!(refusal(installation(&unknown, 7)).await, is("unknown-pcid", none));
    node.json("oem", Method::PUT, "/v1/oem/provCerts", upload(&unknown)).await.is(201);
    assert_eq!(refusal(installation(&unknown, 7)).await, is("no-contract", none));

    let (own, emaid) = node.ready_car(2).await;
    let mut unsigned = V2gMessage::decode(&installation(&own, 7)).unwrap();
    let signature = unsigned.header.signature.take();
    let broken = "FAILED_SignatureError";
    assert_eq!(refusal(unsigned.to_vec().unwrap()).await, is("bad-signature", broken));
    // Another request's signature.
    let mut foreign = V2gMessage::decode(&installation(&unknown, 7)).unwrap();
    std::mem::swap(&mut foreign.body, &mut unsigned.body);
    assert_eq!(refusal(foreign.to_vec().unwrap()).await, is("bad-signature", broken));
    assert!(signature.is_some());
    // Another certificate of the same name.
    let twin = car(2);
    let chain = "FAILED_CertChainError";
    assert_eq!(refusal(installation(&twin, 7)).await, is("certificate-chain", chain));

    let contract = install(&node.provision(installation(&own, 7)).await.is(200).body, &own, 7);
    let ended = is("contract-ended", "FAILED_ContractCanceled");
    let path = format!("/v1/contracts/{emaid}");
    node.json("emsp", Method::PATCH, &path, json!({"suspended": true})).await.is(200);
    assert_eq!(refusal(installation(&own, 8)).await, ended);
    assert_eq!(refusal(update(&contract, 8)).await, ended);
    node.json("emsp", Method::PATCH, &path, json!({"suspended": false})).await.is(200);
    node.provision(update(&contract, 8)).await.is(200);
    node.delete("emsp", &path).await.is(204);
    assert_eq!(refusal(installation(&own, 9)).await, ended);
    assert_eq!(refusal(update(&contract, 9)).await, ended);

    let (revoked, _) = node.ready_car(3).await;
    let path = format!("/v1/vehicles/{}/revoke", pcid(3));
    node.send(node.request("oem", Method::POST, &path, "", [])).await.is(204);
    let over = is("certificate-revoked", "FAILED_CertificateRevoked");
    assert_eq!(refusal(installation(&revoked, 7)).await, over);

    // A contract that another mobility operator issued is none of ours.
    let stranger = HIERARCHY.issue_contract(&*RNG, &"DEXYZC00000001".parse().unwrap(), now());
    let pki::issue::Identity { leaf, subs, key, .. } = stranger.unwrap();
    let subs: Vec<_> = subs.iter().map(|sub| sub.der().to_vec()).collect();
    let (request, signature) =
        v2g::delivery::update_request(&leaf, &subs, roots(), &*key, &*RNG).unwrap();
    let request = message(7, Some(signature), BodyElement::CertificateUpdateReq(request));
    assert_eq!(refusal(request).await, is("unknown-contract", none));
}

#[tokio::test]
async fn a_certificate_of_another_role_asks_in_vain() {
    let node = Node::new().await;
    let plan = Plan::new(CertificateKind::SeccLeaf, &pcid(5), now() - 60, now() + 1000);
    let station = leaf(CertificateKind::CpoSub2, &plan, HIERARCHY.secc());
    let refused = node.json("oem", Method::PUT, "/v1/oem/provCerts", upload(&station)).await;
    assert_eq!(refused.code(), "certificate-chain");
    assert_eq!(node.provision(installation(&station, 7)).await.code(), "unknown-pcid");
}

/// [V2G2-884]
#[tokio::test]
async fn a_certificate_ends_with_its_contract_but_lasts_four_weeks() {
    let node = Node::new().await;
    for (number, days, wanted) in [(1, 40, 40), (2, 1, 28)] {
        let car = car(number);
        node.json("oem", Method::PUT, "/v1/oem/provCerts", upload(&car)).await.is(201);
        let ends = now() + days * 86_400;
        let order = json!({
            "emaid": emaid(number), "pcid": pcid(number), "contractEnds": pki::time::text(ends),
        });
        node.json("emsp", Method::POST, "/v1/contracts", order).await.is(201);
        let contract = install(&node.provision(installation(&car, 7)).await.is(200).body, &car, 7);
        let leaf = contract.leaf;
        match wanted == days {
            true => assert_eq!(leaf.not_after(), ends),
            false => assert_eq!(leaf.not_after() - leaf.not_before() + 1, wanted * 86_400),
        }
    }
}

async fn join<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(move |cx| {
        let mut ready = true;
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none() {
                match future.as_mut().poll(cx) {
                    std::task::Poll::Ready(output) => *done = Some(output),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if !ready {
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(done.iter_mut().map(|done| done.take().unwrap()).collect())
    })
    .await
}
