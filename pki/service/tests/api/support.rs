use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exi::{Document as _, Integer, List, Octets, Text};
use http_body_util::BodyExt as _;
use pki::cert::AttributeKind;
use pki::issue::{Hierarchy, Identity, Options, Plan};
use pki::profile::CertificateKind;
use pki::{Certificate, PrivateKey, Signer as _};
use pki_service::api::{Code, Desk, Limits, Paths, Role, Service, Terms, Token, router};
use pki_service::store::{self, Actor, Change, Client, ClientKind, Store, Submission};
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tower::ServiceExt as _;
use v2g::delivery::{NewContract, Trust, accept, installation_request, update_request};
use v2g::iso2::msg::{
    Body as MessageBody, BodyElement, Header, ListOfRootCertificateIds, V2gMessage,
};
use v2g::xmldsig::{Signature, X509IssuerSerial};

pub(crate) static RNG: LazyLock<SystemRandom> = LazyLock::new(SystemRandom::new);

/// One hierarchy for all tests: keys take time.
pub(crate) static HIERARCHY: LazyLock<Hierarchy> = LazyLock::new(|| {
    let ocsp = Some("http://ocsp.example.com/ocsp".to_owned());
    Hierarchy::generate(&*RNG, now(), Options { ocsp, ..Options::default() }).unwrap()
});

pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// A node on a database of its own, with a client for every role.
pub(crate) struct Node {
    pub(crate) service: Arc<Service>,
    pub(crate) store: Store,
    pub(crate) router: Router,
    tokens: HashMap<&'static str, String>,
    _directory: tempfile::TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The code of a problem, which must be one in every respect.
    pub(crate) fn code(&self) -> String {
        assert_eq!(
            self.content_type,
            "application/problem+json",
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        let problem = self.json();
        let code = Code::ALL.iter().find(|code| problem["code"] == code.name()).unwrap();
        assert_eq!(self.status, code.status());
        assert_eq!(problem["status"], self.status.as_u16());
        assert_eq!(problem["type"], code.uri());
        assert_eq!(problem["request_id"], self.headers["x-request-id"].to_str().unwrap());
        code.name().to_owned()
    }

    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}

impl Node {
    pub(crate) async fn new() -> Self {
        Self::with(
            Limits::default(),
            Terms { webhook_hosts: vec!["127.0.0.1".into()], ..Terms::default() },
        )
        .await
    }

    pub(crate) async fn with(limits: Limits, terms: Terms) -> Self {
        Self::at(Desk::trial(&HIERARCHY, terms).unwrap(), limits).await
    }

    pub(crate) async fn at(desk: Desk, limits: Limits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = format!("sqlite:{}", directory.path().join("store.db").display());
        let url = postgres().await.unwrap_or(file);
        let store = Store::open(&url, store::Options::default()).await.unwrap();
        let service = Arc::new(Service::new(store.clone(), desk, limits, Paths::default()));
        service.prepare().await.unwrap();
        let mut tokens = HashMap::new();
        for role in Role::ALL {
            tokens.insert(role.name(), client(&store, role.name(), &[role], None, None).await);
        }
        let router = router(Arc::clone(&service));
        Self { service, store, router, tokens, _directory: directory }
    }

    /// The token of the client with a role.
    pub(crate) fn token(&self, role: &str) -> String {
        self.tokens[role].clone()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        let content_type = parts.headers.get("content-type").map_or("", |v| v.to_str().unwrap());
        let content_type = content_type.to_owned();
        Answer { status: parts.status, content_type, headers: parts.headers, body }
    }

    /// A request with the token of a role; an empty role is nobody.
    pub(crate) fn request(
        &self,
        role: &str,
        method: Method,
        path: &str,
        content_type: &str,
        body: impl Into<Vec<u8>>,
    ) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(path);
        if !role.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.tokens[role]));
        }
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        request.body(Body::from(body.into())).unwrap()
    }

    pub(crate) async fn get(&self, role: &str, path: &str) -> Answer {
        self.send(self.request(role, Method::GET, path, "", [])).await
    }

    pub(crate) async fn delete(&self, role: &str, path: &str) -> Answer {
        self.send(self.request(role, Method::DELETE, path, "", [])).await
    }

    pub(crate) async fn json(&self, role: &str, method: Method, path: &str, body: Value) -> Answer {
        self.send(self.request(role, method, path, "application/json", body.to_string())).await
    }

    pub(crate) async fn provision(&self, exi: Vec<u8>) -> Answer {
        self.send(self.request("cpo", Method::POST, "/v1/provision", "application/exi", exi)).await
    }

    /// Puts a car into the pool and gives it a contract.
    pub(crate) async fn ready_car(&self, number: u32) -> (Identity, String) {
        let car = car(number);
        self.json("oem", Method::PUT, "/v1/oem/provCerts", upload(&car)).await.is(201);
        let emaid = emaid(number);
        let order = json!({"emaid": emaid, "pcid": pcid(number)});
        self.json("emsp", Method::POST, "/v1/contracts", order).await.is(201);
        (car, emaid)
    }
}

/// A database of its own on the server that `PNC_TEST_POSTGRES` names; none without it.
async fn postgres() -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("PNC_TEST_POSTGRES").ok()?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("pnc_api_{}_{count}", std::process::id());
    let mut admin = PgConnection::connect(&server).await.unwrap();
    admin.execute(format!("CREATE DATABASE {name}").as_str()).await.unwrap();
    let (address, rest) = server.split_once('?').unwrap_or((&server, ""));
    let (front, _) = address.rsplit_once('/').unwrap();
    Some(format!("{front}/{name}?{rest}"))
}

pub(crate) async fn client(
    store: &Store,
    name: &str,
    roles: &[Role],
    party: Option<&str>,
    expires: Option<i64>,
) -> String {
    let (id, token) = Token::generate(&*RNG).unwrap();
    let client = Client {
        id,
        name: name.to_owned(),
        kind: ClientKind::Token,
        hash: token.hash(),
        roles: roles.iter().map(|role| role.name().to_owned()).collect(),
        party: party.map(str::to_owned),
        expires,
        revoked: None,
    };
    let submission = Submission::new(now(), Actor::default()).with(Change::AddClient(client));
    store.commit(submission).await.unwrap();
    token.as_str().to_owned()
}

pub(crate) fn pcid(number: u32) -> String {
    format!("WVWP{number:013}")
}

pub(crate) fn emaid(number: u32) -> String {
    format!("DEPNCC{number:08}")
}

/// A car with a provisioning certificate of its own.
pub(crate) fn car(number: u32) -> Identity {
    car_named(&pcid(number), now() - 60, now() + 1_000_000)
}

pub(crate) fn car_named(name: &str, not_before: i64, not_after: i64) -> Identity {
    let plan = Plan::new(CertificateKind::OemProvisioningLeaf, name, not_before, not_after)
        .with(AttributeKind::Organization, "Car Maker");
    leaf(CertificateKind::OemSub2, &plan, HIERARCHY.oem_provisioning())
}

/// A leaf by a plan below an authority.
pub(crate) fn leaf(issuer: CertificateKind, plan: &Plan, like: Identity) -> Identity {
    let key = Arc::new(PrivateKey::generate(&*RNG).unwrap());
    let certificate = HIERARCHY.certificate(issuer);
    let issuer = pki::issue::Issuer { certificate, signer: &**HIERARCHY.key(issuer) };
    let leaf = plan.issue(key.public_key(), issuer, &*RNG).unwrap();
    Identity { leaf, key, ..like }
}

pub(crate) fn upload(car: &Identity) -> Value {
    json!({
        "vehicleCertificate": base64(car.leaf.der()),
        "subCA2Certificate": base64(car.subs[0].der()),
        "subCA1Certificate": base64(car.subs[1].der()),
    })
}

pub(crate) fn base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

pub(crate) fn unbase64(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}

pub(crate) fn roots() -> ListOfRootCertificateIds {
    let issuer_name = Text::new("CN=V2G Root CA").unwrap();
    let root = X509IssuerSerial { issuer_name, serial_number: Integer::from(1_u64) };
    ListOfRootCertificateIds { root_certificate_id: List::new(vec![root]).unwrap() }
}

/// What a car sends to get its first certificate in a session.
pub(crate) fn installation(car: &Identity, session: u8) -> Vec<u8> {
    let (request, signature) = installation_request(&car.leaf, roots(), &*car.key, &*RNG).unwrap();
    message(session, Some(signature), BodyElement::CertificateInstallationReq(request))
}

/// What a car sends to renew the contract that it has.
pub(crate) fn update(contract: &NewContract, session: u8) -> Vec<u8> {
    let subs: Vec<_> = contract.subs.iter().map(Certificate::der).collect();
    let request = update_request(&contract.leaf, &subs, roots(), &*contract.key, &*RNG);
    let (request, signature) = request.unwrap();
    message(session, Some(signature), BodyElement::CertificateUpdateReq(request))
}

pub(crate) fn message(session: u8, signature: Option<Signature>, element: BodyElement) -> Vec<u8> {
    let session_id = Octets::new([session; 8].as_slice()).unwrap();
    let header = Header { session_id, notification: None, signature };
    V2gMessage { header, body: MessageBody { element: Some(element) } }.to_vec().unwrap()
}

/// What the car does with an answer.
pub(crate) fn install(exi: &[u8], car: &Identity, session: u8) -> NewContract {
    let message = V2gMessage::decode(exi).unwrap();
    assert_eq!(message.header.session_id.as_slice(), [session; 8]);
    let signature = message.header.signature.as_ref();
    let trust = Trust { anchors: HIERARCHY.anchors(), now_unix: now(), level: pki::Level::Strict };
    match &message.body.element {
        Some(BodyElement::CertificateInstallationRes(res)) => {
            accept(&res.into(), signature, &*car.key, &trust, &*RNG).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

/// What the car does with the answer to a renewal.
pub(crate) fn renew(exi: &[u8], contract: &NewContract) -> NewContract {
    let message = V2gMessage::decode(exi).unwrap();
    let signature = message.header.signature.as_ref();
    let trust = Trust { anchors: HIERARCHY.anchors(), now_unix: now(), level: pki::Level::Strict };
    let Some(BodyElement::CertificateUpdateRes(res)) = &message.body.element else {
        panic!("{:?}", message.body.element)
    };
    accept(&res.into(), signature, &*contract.key, &trust, &*RNG).unwrap()
}
