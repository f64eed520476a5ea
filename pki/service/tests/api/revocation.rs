use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pki::Certificate;
use pki::profile::CertificateKind;
use pki::revocation::{
    CertId, Crl, HashAlgorithm, OcspRequest, OcspResponse, Reason, Status, Window,
};
use serde_json::json;

use crate::support::*;

async fn ask(node: &Node, leaf: &Certificate, hash: HashAlgorithm) -> Status {
    let issuer = HIERARCHY.certificate(CertificateKind::MoSub2);
    let request = OcspRequest::new([CertId::new(hash, leaf, issuer).unwrap()]).to_der();
    let path =
        format!("/ocsp/{}", STANDARD.encode(&request).replace('/', "%2F").replace('+', "%2B"));
    let by_path = node.get("", &path).await.is(200);
    let sent = node.request("", Method::POST, "/ocsp", "application/ocsp-request", request);
    let sent = node.send(sent).await.is(200);
    let mut found = Vec::new();
    for answer in [by_path, sent] {
        assert_eq!(answer.content_type, "application/ocsp-response");
        let response = OcspResponse::parse(&answer.body).unwrap();
        let answer = response.answer(leaf, issuer, now()).unwrap();
        assert_eq!(answer.is_current(now(), Window::WEEK), Ok(()));
        found.push(answer.status());
    }
    assert_eq!(found[0], found[1]);
    found.remove(0)
}

#[tokio::test]
async fn what_is_revoked_shows_in_ocsp_and_in_the_list() {
    let node = Node::new().await;
    let issuer = HIERARCHY.certificate(CertificateKind::MoSub2);
    let list = async || {
        let answer = node.get("", "/crl/mo_sub2.crl").await.is(200);
        assert_eq!(answer.content_type, "application/pkix-crl");
        let crl = Crl::parse(&answer.body).unwrap();
        assert!(crl.is_of(issuer));
        crl
    };
    assert_eq!(list().await.revoked().len(), 0);
    let (car, _) = node.ready_car(1).await;
    let contract = install(&node.provision(installation(&car, 7)).await.is(200).body, &car, 7);
    for hash in [HashAlgorithm::Sha1, HashAlgorithm::Sha256] {
        assert_eq!(ask(&node, &contract.leaf, hash).await, Status::Good);
    }
    let serial = hex::encode(contract.leaf.serial());
    let order = json!({"authority": "mo_sub2", "serial": serial, "reason": "keyCompromise"});
    node.json("emsp", Method::POST, "/opnc/v1/pki/revokeCertificate", order.clone()).await.is(204);
    let Status::Revoked(revocation) = ask(&node, &contract.leaf, HashAlgorithm::Sha1).await else {
        panic!("not revoked")
    };
    assert_eq!(revocation.reason, Some(Reason::KeyCompromise));
    let crl = list().await;
    let revoked: Vec<_> = crl.revoked().collect();
    assert_eq!(revoked[0].0, contract.leaf.serial());
    assert_eq!(crl.number(), Some([2].as_slice()));
    // Once is enough, and for good.
    let again = node.json("emsp", Method::POST, "/v1/certificates/revoke", order).await;
    assert_eq!(again.code(), "conflict");

    let stranger = HIERARCHY.issue_contract(&*RNG, &"DEXYZC00000001".parse().unwrap(), now());
    let stranger = stranger.unwrap().leaf;
    assert_eq!(ask(&node, &stranger, HashAlgorithm::Sha256).await, Status::Unknown);
}

#[tokio::test]
async fn what_cannot_be_revoked_is_refused_for_its_reason() {
    let node = Node::new().await;
    let code = async |order| {
        node.json("emsp", Method::POST, "/v1/certificates/revoke", order).await.code()
    };
    for order in [
        json!({}),
        json!({"authority": "mo_sub2"}),
        json!({"authority": "mo_sub2", "serial": "xyz"}),
        json!({"authority": "mo_sub2", "serial": "00".repeat(21)}),
        json!({"authority": "mo_sub2", "serial": "1", "certificate": ""}),
        json!({"certificate": "AA==", "reason": "boredom"}),
    ] {
        assert_eq!(code(order.clone()).await, "malformed-json", "{order}");
    }
    assert_eq!(code(json!({"certificate": "AA=="})).await, "malformed-der");
    assert_eq!(code(json!({"authority": "none", "serial": "1"})).await, "unknown-authority");
    assert_eq!(code(json!({"authority": "mo_sub2", "serial": "1"})).await, "unknown-certificate");
    let foreign = base64(HIERARCHY.certificate(CertificateKind::V2gRoot).der());
    assert_eq!(code(json!({"certificate": foreign})).await, "unknown-certificate");
    assert_eq!(node.get("", "/crl/none").await.code(), "unknown-authority");
}

#[tokio::test]
async fn the_responder_answers_whatever_it_is_asked() {
    let node = Node::new().await;
    for octets in [vec![], vec![0x30, 0x80], vec![0xff; 1000]] {
        let request = node.request("", Method::POST, "/ocsp", "application/ocsp-request", octets);
        let answer = node.send(request).await.is(200);
        // malformedRequest
        assert_eq!(answer.body, [0x30, 3, 0x0a, 1, 1]);
    }
    assert_eq!(node.get("", "/ocsp/no-base64").await.is(200).body, [0x30, 3, 0x0a, 1, 1]);
}
