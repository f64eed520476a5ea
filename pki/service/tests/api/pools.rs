use axum::http::Method;
use exi::Document as _;
use pki::Signer as _;
use pki::issue::Plan;
use pki::profile::CertificateKind;
use serde_json::json;
use v2g::iso2::msg::V2gMessage;

use crate::support::*;

#[tokio::test]
async fn a_car_is_put_looked_up_replaced_and_taken_out() {
    let node = Node::new().await;
    for (number, all, look_up) in [
        (1, "/v1/oem/provCerts", "/v1/oem/lookupVehicle"),
        (2, "/opnc/v1/pcp/provisioningcertificates", "/opnc/v1/pcp/lookupvehicle"),
    ] {
        let (car, pcid) = (car(number), pcid(number));
        let (one, look_up) = (format!("{all}/{pcid}"), format!("{look_up}/{pcid}"));
        assert_eq!(node.get("cpo", &look_up).await.code(), "unknown-pcid");
        let put = node.json("oem", Method::PUT, all, upload(&car)).await.is(201).json();
        assert_eq!(put["pcid"], pcid);
        assert_eq!(unbase64(&put["vehicleCertificate"]), car.leaf.der());
        assert_eq!(node.get("cpo", &look_up).await.is(200).json()["state"], "active");
        assert_eq!(node.get("oem", &one).await.is(200).json(), put);
        let other = crate::support::car(number);
        node.json("oem", Method::PUT, all, upload(&other)).await.is(200);
        let found = node.get("oem", &one).await.is(200).json();
        assert_eq!(unbase64(&found["vehicleCertificate"]), other.leaf.der());
        node.delete("oem", &one).await.is(204);
        assert_eq!(node.get("oem", &one).await.code(), "unknown-pcid");
        assert_eq!(node.delete("oem", &one).await.code(), "unknown-pcid");
    }
    assert_eq!(node.get("oem", "/v1/oem/provCerts/short").await.code(), "malformed-identifier");
}

#[tokio::test]
async fn a_certificate_that_is_not_good_stays_out_of_the_pool() {
    let node = Node::new().await;
    let code = async |body| node.json("oem", Method::PUT, "/v1/oem/provCerts", body).await.code();
    let good = car(1);
    let with = |field: &str, value: serde_json::Value| {
        let mut body = upload(&good);
        body[field] = value;
        body
    };
    assert_eq!(code(with("vehicleCertificate", json!("AA=="))).await, "malformed-der");
    assert_eq!(code(with("vehicleCertificate", json!("?"))).await, "malformed-json");
    assert_eq!(code(with("subCA2Certificate", json!("AA=="))).await, "malformed-der");
    assert_eq!(code(with("unknown", json!(1))).await, "malformed-json");
    assert_eq!(code(with("previousPcid", json!("x"))).await, "malformed-identifier");
    let edition = json!("urn:iso:std:iso:15118:-20:CommonMessages");
    assert_eq!(code(with("xsdMsgDefNamespace", edition)).await, "unsupported-edition");
    assert_eq!(
        code(json!({"vehicleCertificate": base64(good.leaf.der())})).await,
        "certificate-chain"
    );
    let over = car_named(&pcid(2), now() - 1000, now() - 10);
    assert_eq!(code(upload(&over)).await, "certificate-expired");
    let early = car_named(&pcid(2), now() + 1000, now() + 2000);
    assert_eq!(code(upload(&early)).await, "certificate-expired");
    let nameless = car_named("no car", now() - 60, now() + 1000);
    assert_eq!(code(upload(&nameless)).await, "malformed-der");
    let plan = Plan::new(CertificateKind::ContractLeaf, &pcid(3), now() - 60, now() + 1000);
    let contract = leaf(CertificateKind::MoSub2, &plan, HIERARCHY.contract());
    assert_eq!(code(upload(&contract)).await, "certificate-chain");
    let mut forged = good.clone();
    forged.subs = HIERARCHY.contract().subs;
    assert_eq!(code(upload(&forged)).await, "certificate-chain");
}

#[tokio::test]
async fn a_contract_is_created_bound_preferred_suspended_and_ended() {
    let node = Node::new().await;
    let (_, first) = node.ready_car(1).await;
    let second = emaid(2);
    let order = json!({"emaid": "de-pnc-c00000002", "contractEnds": "2099-01-01T00:00:00.5+01:00"});
    let made = node.json("emsp", Method::POST, "/v1/contracts", order.clone()).await.is(201).json();
    assert_eq!(made["emaid"], second);
    assert_eq!(made["contractEnds"], "2098-12-31T23:00:00Z");
    let taken = node.json("emsp", Method::POST, "/v1/contracts", order).await;
    assert_eq!(taken.code(), "contract-taken");
    let default = format!("/v1/ccp/signedContractData/{}/{second}/default", pcid(1));
    let post = async |path: &str| node.send(node.request("emsp", Method::POST, path, "", [])).await;
    assert_eq!(post(&default).await.code(), "no-contract");
    let path = format!("/v1/contracts/{second}");
    let bound = node.json("emsp", Method::PATCH, &path, json!({"pcid": pcid(1)})).await.is(200);
    assert_eq!(bound.json()["pcid"], pcid(1));
    let first_of = async || {
        let all = node.get("emsp", &format!("/v1/ccp/lookupContracts/{}", pcid(1))).await.is(200);
        all.json()["contracts"][0]["emaid"].as_str().unwrap().to_owned()
    };
    post(&default).await.is(204);
    assert_eq!(first_of().await, second);
    post(&format!("/opnc/v1/ccp/signedcontractdata/{first}/{}/setdefault", pcid(1))).await.is(204);
    assert_eq!(first_of().await, first);
    let suspended = json!({"suspended": true, "reason": "unpaid"});
    let suspended = node.json("emsp", Method::PATCH, &path, suspended).await.is(200).json();
    assert_eq!(
        (&suspended["state"], &suspended["reason"]),
        (&json!("suspended"), &json!("unpaid"))
    );
    for path in [
        format!("/v1/ccp/lookupContract/{second}"),
        format!("/opnc/v1/ccp/contractData/emaid/{second}"),
    ] {
        assert_eq!(node.get("emsp", &path).await.is(200).json()["state"], "suspended");
    }
    node.delete("emsp", &format!("/v1/ccp/signedContractData/{second}")).await.is(204);
    assert_eq!(node.get("emsp", &path).await.is(200).json()["state"], "revoked");
    let resumed = node.json("emsp", Method::PATCH, &path, json!({"suspended": false})).await;
    assert_eq!(resumed.code(), "conflict");
    for path in ["/v1/contracts/x", "/v1/ccp/lookupContract/DE"] {
        assert_eq!(node.get("emsp", path).await.code(), "malformed-identifier");
    }
    assert_eq!(node.get("emsp", "/v1/contracts/DEPNCC00000099").await.code(), "unknown-contract");
    let order = json!({"emaid": emaid(3), "contractEnds": "2020-01-01T00:00:00Z"});
    let over = node.json("emsp", Method::POST, "/v1/contracts", order).await;
    assert_eq!(over.code(), "contract-ended");
}

#[tokio::test]
async fn contracts_whose_identifier_no_message_carries_are_refused() {
    let node = Node::new().await;
    node.ready_car(1).await;
    for emaid in ["DEPNCC0000000001", "DE-PNC-123456-7", "DEPNC1234567890123"] {
        let order = json!({"emaid": emaid, "pcid": pcid(1)});
        let made = node.json("emsp", Method::POST, "/v1/contracts", order.clone()).await;
        assert_eq!(made.code(), "malformed-identifier", "{emaid}");
        let path = "/v1/cps/generate/signedContractData";
        let made = node.json("emsp", Method::PUT, path, order).await;
        assert_eq!(made.code(), "malformed-identifier", "{emaid}");
    }
}

#[tokio::test]
async fn contracts_are_listed_page_by_page() {
    let node = Node::new().await;
    for number in 0..25 {
        let order = json!({"emaid": emaid(number)});
        node.json("emsp", Method::POST, "/v1/contracts", order).await.is(201);
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page =
            node.get("auditor", &format!("/v1/contracts?limit=10{after}")).await.is(200).json();
        let contracts = page["contracts"].as_array().unwrap();
        seen.extend(
            contracts.iter().map(|contract| contract["emaid"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, (0..25).map(emaid).collect::<Vec<_>>());
    assert_eq!(node.get("auditor", "/v1/contracts?limit=x").await.code(), "malformed-request");
}

#[tokio::test]
async fn contract_data_is_made_ahead_and_signed_for_others() {
    let node = Node::new().await;
    let car = car(1);
    let order = json!({"emaid": emaid(1), "pcid": pcid(1)});
    let put = async |path: &str, body: serde_json::Value| {
        node.json("emsp", Method::PUT, path, body).await
    };
    let generate = "/v1/cps/generate/signedContractData";
    assert_eq!(put(generate, order.clone()).await.code(), "unknown-pcid");
    node.json("oem", Method::PUT, "/v1/oem/provCerts", upload(&car)).await.is(201);
    let made = put(generate, order.clone()).await.is(201).json();
    let exi = unbase64(&made["signedContractData"]);
    let mut blank = V2gMessage::decode(&exi).unwrap();
    blank.header.session_id = exi::Octets::new([7; 8].as_slice()).unwrap();
    let contract = install(&blank.to_vec().unwrap(), &car, 7);
    // The car gets that certificate, wherever it asks.
    let delivered = install(&node.provision(installation(&car, 8)).await.is(200).body, &car, 8);
    assert_eq!(delivered.leaf, contract.leaf);
    let path = format!("/v1/ccp/provideSignedContractData/{}/{}", emaid(1), pcid(1));
    let stored = node.get("emsp", &path).await.is(200).json();
    assert_eq!(stored["emaid"], contract.evcoid.normal());
    let all = node.get("emsp", &format!("/v1/ccp/signedContractDataOf/{}", pcid(1))).await.is(200);
    assert_eq!(all.json()["signedContractData"].as_array().unwrap().len(), 1);
    node.json("oem", Method::PUT, "/v1/oem/provCerts", upload(&crate::support::car(2)))
        .await
        .is(201);
    let other = json!({"emaid": emaid(1), "pcid": pcid(2)});
    assert_eq!(put(generate, other).await.code(), "contract-taken");

    // What another mobility operator made is signed, and nothing is kept.
    let stranger =
        HIERARCHY.issue_contract(&*RNG, &"DEXYZC00000001".parse().unwrap(), now()).unwrap();
    let receiver = pki::delivery::receiver(&car.leaf).unwrap();
    let wrapped = pki::delivery::wrap(&stranger.key, receiver, &*RNG).unwrap();
    let subs: Vec<_> = stranger.subs.iter().map(|sub| base64(sub.der())).collect();
    let order = |emaid: &str, dh: &[u8]| {
        json!({"contractData": {
            "contractSignatureCertChain": {
                "contractSignatureCertChainCertificate": base64(stranger.leaf.der()),
                "contractSignatureCertChainSubCertificates": subs,
            },
            "contractSignatureEncryptedPrivateKey": base64(&wrapped.encrypted),
            "dHpublickey": base64(dh),
            "emaid": emaid,
        }})
    };
    for path in ["/v1/cps/contractData/signed", "/opnc/v1/cps/contractData/sign"] {
        let signed =
            put(path, order("DEXYZC00000001", &wrapped.dh_public_key)).await.is(200).json();
        let mut message = V2gMessage::decode(&unbase64(&signed["signedContractData"])).unwrap();
        message.header.session_id = exi::Octets::new([7; 8].as_slice()).unwrap();
        let contract = install(&message.to_vec().unwrap(), &car, 7);
        assert_eq!(contract.key.public_key(), stranger.key.public_key());
        let other = put(path, order("DEXYZC00000002", &wrapped.dh_public_key)).await;
        assert_eq!(other.code(), "wrong-role");
        assert_eq!(put(path, order("DEXYZC00000001", &[4; 65])).await.code(), "malformed-der");
        assert_eq!(put(path, order("DEXYZC00000001", &[4; 5])).await.code(), "malformed-der");
    }
    let signer = node.get("cps", "/v1/cps/signer").await.is(200).json();
    assert_eq!(unbase64(&signer["certificate"]), HIERARCHY.cps().leaf.der());
}

#[tokio::test]
async fn what_the_root_pool_trusts_counts_at_once() {
    let node = Node::new().await;
    let options = pki::issue::Options { organization: "Other".into(), ..Default::default() };
    let other = pki::issue::Hierarchy::generate(&*RNG, now(), options).unwrap();
    let car = other.oem_provisioning();
    let put = async || node.json("oem", Method::PUT, "/v1/oem/provCerts", upload(&car)).await;
    assert_eq!(put().await.code(), "certificate-chain");
    for (all, one) in [
        ("/v1/root/rootCerts", "/v1/root/rootCerts/"),
        ("/opnc/v1/rcp/rootcertificates", "/opnc/v1/rcp/rootcertificates/"),
    ] {
        let root = json!({"certificate": base64(car.root.der()), "rootType": "OEM"});
        let made = node.json("admin", Method::PUT, all, root.clone()).await.is(201).json();
        node.json("admin", Method::PUT, all, root).await.is(200);
        let id = made["id"].as_str().unwrap();
        assert_eq!(node.get("cpo", &format!("{one}{id}")).await.is(200).json(), made);
        assert_eq!(node.get("cpo", all).await.is(200).json()["rootCertificates"][0], made);
        assert!(put().await.status.is_success());
        node.delete("admin", &format!("{one}{id}")).await.is(204);
        assert_eq!(node.delete("admin", &format!("{one}{id}")).await.code(), "not-found");
        assert_eq!(put().await.code(), "certificate-chain");
        let leaf = json!({"certificate": base64(car.leaf.der()), "rootType": "OEM"});
        let refused = node.json("admin", Method::PUT, all, leaf).await;
        assert_eq!(refused.code(), "certificate-chain");
    }
}

#[tokio::test]
async fn webhooks_are_signed_and_sent_until_they_arrive() {
    let node = Node::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let order = json!({"url": format!("http://{address}/hook"), "events": ["mo.contract.*"]});
    let path = "/v1/webhook/endpoints";
    let made = node.json("emsp", Method::POST, path, order).await.is(201).json();
    let secret = made["secret"].as_str().unwrap().to_owned();
    let listed = node.get("emsp", path).await.is(200).json();
    assert_eq!(listed["endpoints"][0].get("secret"), None);
    let away = json!({"url": "https://evil.example/", "events": ["*"]});
    assert_eq!(node.json("emsp", Method::POST, path, away).await.code(), "host-not-allowed");
    let hosts = vec!["127.0.0.1".to_owned()];
    let courier = pki_service::webhook::Courier::new(node.store.clone(), hosts, None).unwrap();
    node.ready_car(1).await;

    // The first attempt meets a server that fails.
    let answer = async |status: &str| {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).await.unwrap();
            request.extend_from_slice(&buffer[..count]);
        }
        let reply = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(reply.as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap()
    };
    let (sent, _) = tokio::join!(courier.send_due(now()), answer("503 Later"));
    assert_eq!(sent.unwrap(), 1);
    assert_eq!(courier.send_due(now()).await.unwrap(), 0);
    let (sent, request) = tokio::join!(courier.send_due(now() + 60), answer("204 Done"));
    assert_eq!(sent.unwrap(), 1);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let signature = pki_service::store::signature(secret.as_bytes(), body.as_bytes());
    assert!(head.contains(&format!("x-pnc-signature: {signature}")), "{head}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap()["emaid"], emaid(1));
    assert_eq!(courier.send_due(now() + 100_000).await.unwrap(), 0);
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    node.delete("emsp", &one).await.is(204);
    assert_eq!(node.delete("emsp", &one).await.code(), "not-found");
}

#[tokio::test]
async fn operators_see_whether_the_service_works() {
    let node = Node::new().await;
    assert_eq!(node.get("", "/health").await.is(200).json()["status"], "ok");
    node.get("", "/ready").await.is(200);
    let metrics = node.get("auditor", "/metrics").await.is(200);
    let text = String::from_utf8(metrics.body).unwrap();
    assert!(
        text.contains("pnc_request_duration_seconds_count{operation=\"health\",status=\"200\"} 1")
    );
    // A database that goes away makes the service not ready, and no request a success.
    node.store.clone().close().await;
    let answer = node.get("", "/ready").await;
    assert_eq!(answer.code(), "unavailable");
    assert_eq!(answer.headers["retry-after"], "1");
    let order = json!({"emaid": emaid(1)});
    assert_eq!(node.json("emsp", Method::POST, "/v1/contracts", order).await.status.as_u16(), 503);
}
