use axum::http::Method;
use pki::issue::CsrPlan;
use pki::profile::CertificateKind;
use pki::{Certificate, PrivateKey, Signer as _, cms};

use crate::support::*;

fn request(kind: CertificateKind, name: &str, key: &PrivateKey) -> Vec<u8> {
    CsrPlan::new(pki::profile::Edition::Iso2, kind, name).sign(key, &*RNG).unwrap()
}

async fn enrol(node: &Node, role: &str, path: &str, csr: &[u8]) -> Answer {
    let request = node.request(role, Method::POST, path, "application/pkcs10", base64(csr));
    node.send(request).await
}

fn certificates(answer: &Answer) -> Vec<Certificate> {
    let der = pki::pem::from_base64(&answer.body, 100_000).unwrap();
    let list = cms::read(&der).unwrap();
    list.iter().map(|der| Certificate::parse(der).unwrap()).collect()
}

#[tokio::test]
async fn every_part_of_the_market_enrols_its_own() {
    let node = Node::new().await;
    for (ca, role, kind, name) in [
        ("cpo", "cpo", CertificateKind::SeccLeaf, "DE*PNC*E0000009"),
        ("mo", "emsp", CertificateKind::ContractLeaf, "DEPNCC00000009"),
        ("oem", "oem", CertificateKind::OemProvisioningLeaf, "WVWP0000000000009"),
        ("cps", "cps", CertificateKind::CpsLeaf, "CPS 2"),
    ] {
        let key = PrivateKey::generate(&*RNG).unwrap();
        let csr = request(kind, name, &key);
        for path in [
            format!("/.well-known/est/{ca}/simpleenroll/ISO15118-2"),
            format!("/.well-known/est/{ca}/simpleenroll"),
        ] {
            let answer = enrol(&node, role, &path, &csr).await.is(200);
            assert_eq!(answer.content_type, cms::MEDIA_TYPE);
            let issued = certificates(&answer);
            assert_eq!(issued.len(), 1);
            assert_eq!(issued[0].public_key().unwrap(), key.public_key());
            let path = format!("/.well-known/est/{ca}/cacerts/ISO15118-2/secp256r1");
            let above = certificates(&node.get("", &path).await.is(200));
            assert_eq!(above.len(), 3);
            let issuer = above.iter().find(|above| above.subject() == issued[0].issuer()).unwrap();
            issued[0].verify_signed_by(issuer.public_key().unwrap()).unwrap();
        }
        // Another role's authority is not for this client.
        let other = if ca == "mo" { "cpo" } else { "mo" };
        let path = format!("/.well-known/est/{other}/simpleenroll");
        assert_eq!(enrol(&node, role, &path, &csr).await.code(), "forbidden");
        let mut by_party = node.request(
            role,
            Method::POST,
            "/opnc/v1/pki/est/simpleenroll",
            "application/pkcs10",
            base64(&csr),
        );
        by_party.headers_mut().insert("opnc-from-party-type", role.to_uppercase().parse().unwrap());
        assert_eq!(certificates(&node.send(by_party).await.is(200)).len(), 1);
    }
}

#[tokio::test]
async fn every_bad_request_is_refused_for_its_reason() {
    let node = Node::new().await;
    let key = PrivateKey::generate(&*RNG).unwrap();
    let good = request(CertificateKind::SeccLeaf, "DE*PNC*E0000009", &key);
    let path = "/.well-known/est/cpo/simpleenroll";
    let code = async |csr: &[u8]| enrol(&node, "cpo", path, csr).await.code();
    assert_eq!(code(&[]).await, "malformed-der");
    assert_eq!(code(&good[..good.len() - 1]).await, "malformed-der");
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(code(&forged).await, "bad-signature");
    let role = request(CertificateKind::OemProvisioningLeaf, "WVWP0000000000009", &key);
    assert_eq!(code(&role).await, "wrong-role");
    let authority = request(CertificateKind::CpoSub2, "Another authority", &key);
    assert_eq!(code(&authority).await, "wrong-role");
    let p521 = PrivateKey::generate_for(pki::key::Algorithm::P521, &*RNG).unwrap();
    let other = request(CertificateKind::SeccLeaf, "DE*PNC*E0000009", &p521);
    assert_eq!(code(&other).await, "unsupported-key");
    let contract = request(CertificateKind::ContractLeaf, "no contract", &key);
    let answer = enrol(&node, "emsp", "/.well-known/est/mo/simpleenroll", &contract).await;
    assert_eq!(answer.code(), "malformed-identifier");
    for (path, code) in [
        ("/.well-known/est/none/simpleenroll", "unknown-authority"),
        ("/.well-known/est/cpo/simpleenroll/ISO15118-20", "unsupported-edition"),
        ("/opnc/v1/pki/est/simpleenroll", "malformed-request"),
    ] {
        assert_eq!(enrol(&node, "cpo", path, &good).await.code(), code);
    }
    let curve = node.get("", "/.well-known/est/cpo/cacerts/ISO15118-2/ed448").await;
    assert_eq!(curve.code(), "unsupported-edition");
}

#[tokio::test]
async fn a_car_that_was_enrolled_here_gets_a_contract_until_its_certificate_is_revoked() {
    let node = Node::new().await;
    let key = std::sync::Arc::new(PrivateKey::generate(&*RNG).unwrap());
    let csr = request(CertificateKind::OemProvisioningLeaf, &pcid(1), &key);
    let answer = enrol(&node, "oem", "/.well-known/est/oem/simpleenroll", &csr).await.is(200);
    let leaf = certificates(&answer).remove(0);
    let car = pki::issue::Identity { leaf, key, ..HIERARCHY.oem_provisioning() };
    node.json("oem", Method::PUT, "/v1/oem/provCerts", upload(&car)).await.is(201);
    let order = serde_json::json!({"emaid": emaid(1), "pcid": pcid(1)});
    node.json("emsp", Method::POST, "/v1/contracts", order).await.is(201);
    install(&node.provision(installation(&car, 7)).await.is(200).body, &car, 7);
    let order = serde_json::json!({"certificate": base64(car.leaf.der())});
    node.json("oem", Method::POST, "/v1/certificates/revoke", order).await.is(204);
    assert_eq!(node.provision(installation(&car, 8)).await.code(), "certificate-revoked");
    let again = node.json("oem", Method::PUT, "/v1/oem/provCerts", upload(&car)).await;
    assert_eq!(again.code(), "certificate-revoked");
}
