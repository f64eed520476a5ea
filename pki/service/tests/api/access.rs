use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use pki_service::api::{Access, Limits, Role, Terms};
use pki_service::store::{Actor, Change, Submission};
use serde_json::json;

use crate::support::*;

/// A request for every route, good enough to reach its handler.
fn sample(path: &str) -> String {
    let path = path.replace("{emaid}", &emaid(1)).replace("{pcid}", &pcid(1));
    let path =
        path.replace("{ca}", "mo").replace("{iso}", "ISO15118-2").replace("{curve}", "secp256r1");
    path.replace("{id}", "0").replace("{authority}", "mo_sub2").replace("{request}", "MAA=")
}

#[tokio::test]
async fn every_route_is_for_its_roles_alone() {
    let limits = Limits { client_rate: (0.0, 1.0), address_rate: (0.0, 1.0), ..Limits::default() };
    let node = Node::with(limits, Terms::default()).await;
    let mut count = 0;
    for route in node.service.routes() {
        let path = sample(&node.service.path(route));
        let media = route.body.map_or("", |content| content.media[0]);
        let ask = async |role: &str| {
            let request = node.request(role, route.method.clone(), &path, media, "{}");
            node.send(request).await
        };
        let nobody = ask("").await;
        match route.access {
            Access::Public => assert_ne!(nobody.status.as_u16(), 401, "{path}"),
            Access::Roles(allowed) => {
                assert_eq!(nobody.code(), "unauthenticated", "{path}");
                assert_eq!(nobody.headers["www-authenticate"], "Bearer");
                for role in Role::ALL {
                    let answer = ask(role.name()).await;
                    let may = role == Role::Admin || allowed.contains(&role);
                    // Enrolment is for those of the authority's part of the market.
                    if may && answer.status.as_u16() == 403 {
                        assert!(path.contains("enroll"), "{path} {role}");
                    }
                    if !may {
                        assert_eq!(answer.code(), "forbidden", "{path} {role}");
                    }
                }
            }
        }
        count += 1;
    }
    assert!(count > 50, "{count}");
}

#[tokio::test]
async fn credentials_that_are_wrong_revoked_or_expired_open_nothing() {
    let node = Node::new().await;
    let ask = async |value: String| {
        let request = Request::get("/v1/contracts").header("authorization", value);
        node.send(request.body(Body::empty()).unwrap()).await
    };
    let good = node.token("emsp");
    ask(format!("Bearer {good}")).await.is(200);
    ask(format!("bearer {good}")).await.is(200);
    for bad in [
        format!("Basic {good}"),
        "Bearer".to_owned(),
        "Bearer x".to_owned(),
        "Bearer pnc_000000000000_00".to_owned(),
        format!("Bearer {}0", good),
        format!("Bearer {}", &good[..good.len() - 1]),
    ] {
        assert_eq!(ask(bad.clone()).await.code(), "unauthenticated", "{bad}");
    }
    // Wrong credentials are told where none are wanted too.
    let request = Request::get("/health").header("authorization", "Bearer x");
    let answer = node.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.code(), "unauthenticated");

    let over = client(&node.store, "over", &[Role::Emsp], None, Some(now() - 1)).await;
    assert_eq!(ask(format!("Bearer {over}")).await.code(), "unauthenticated");
    let gone = client(&node.store, "gone", &[Role::Emsp], None, None).await;
    let id = gone.split('_').nth(1).unwrap().to_owned();
    let revoke = Submission::new(now(), Actor::default()).with(Change::RevokeClient { id });
    node.store.commit(revoke).await.unwrap();
    assert_eq!(ask(format!("Bearer {gone}")).await.code(), "unauthenticated");
}

#[tokio::test]
async fn a_party_touches_its_own_identifiers_alone() {
    let node = Node::new().await;
    let token =
        client(&node.store, "other", &[Role::Emsp, Role::Oem], Some("DEXYZ, WBA"), None).await;
    let ask = async |method: Method, path: &str, body: serde_json::Value| {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json");
        node.send(request.body(Body::from(body.to_string())).unwrap()).await
    };
    let (_, emaid) = node.ready_car(1).await;
    let path = format!("/v1/contracts/{emaid}");
    let body = json!({"emaid": "DEPNCC00000077"});
    assert_eq!(ask(Method::POST, "/v1/contracts", body).await.code(), "foreign-party");
    assert_eq!(ask(Method::GET, &path, json!({})).await.code(), "foreign-party");
    assert_eq!(ask(Method::DELETE, &path, json!({})).await.code(), "foreign-party");
    let put = ask(Method::PUT, "/v1/oem/provCerts", upload(&car(2))).await;
    assert_eq!(put.code(), "foreign-party");
    let body = json!({"emaid": "DEXYZC00000077"});
    ask(Method::POST, "/v1/contracts", body).await.is(201);
    let listed = ask(Method::GET, "/v1/contracts", json!({})).await.is(200).json();
    assert_eq!(listed["contracts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn who_asks_too_often_waits() {
    let limits = Limits { client_rate: (1.0, 3.0), address_rate: (1.0, 2.0), ..Limits::default() };
    let node = Node::with(limits, Terms::default()).await;
    for _ in 0..3 {
        node.get("emsp", "/v1/contracts").await.is(200);
    }
    let late = node.get("emsp", "/v1/contracts").await;
    assert_eq!(late.code(), "too-many-requests");
    assert!(late.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    // Others are not held up by that.
    node.get("auditor", "/v1/contracts").await.is(200);
    for _ in 0..2 {
        node.get("", "/health").await.is(200);
    }
    assert_eq!(node.get("", "/health").await.code(), "too-many-requests");
}

#[tokio::test]
async fn what_is_no_resource_no_method_no_type_or_too_large_is_said() {
    let node = Node::new().await;
    assert_eq!(node.get("emsp", "/v1/nothing").await.code(), "not-found");
    let answer = node.delete("emsp", "/v1/contracts").await;
    assert_eq!(answer.code(), "method-not-allowed");
    let allowed = answer.headers["allow"].to_str().unwrap().to_owned();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
    let send = async |media: &str, body: Vec<u8>| {
        node.send(node.request("emsp", Method::POST, "/v1/contracts", media, body)).await
    };
    assert_eq!(send("text/xml", b"{}".to_vec()).await.code(), "unsupported-media-type");
    assert_eq!(send("", b"{}".to_vec()).await.code(), "unsupported-media-type");
    assert_eq!(send("application/json", vec![b' '; 70_000]).await.code(), "too-large");
    assert_eq!(send("application/json", b"{".to_vec()).await.code(), "malformed-json");
    assert_eq!(send("application/json", b"{\"emaid\": 1}".to_vec()).await.code(), "malformed-json");
    assert_eq!(node.provision(vec![0x80; 17_000]).await.code(), "too-large");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let limits = Limits { body_timeout: Duration::from_millis(20), ..Limits::default() };
    let node = Node::with(limits, Terms::default()).await;
    let stalled = Body::new(Stalled);
    let request = Request::post("/v1/provision")
        .header("authorization", format!("Bearer {}", node.token("cpo")))
        .body(stalled)
        .unwrap();
    assert_eq!(node.send(request).await.code(), "request-timeout");
}

#[tokio::test]
async fn the_clients_request_id_comes_back() {
    let node = Node::new().await;
    let request = Request::get("/health").header("x-request-id", "own-1");
    let answer = node.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.headers["x-request-id"], "own-1");
    assert_eq!(node.get("", "/health").await.headers["x-request-id"].len(), 32);
}

#[tokio::test]
async fn a_repetition_with_the_same_key_changes_nothing_and_another_request_may_not_have_it() {
    let node = Node::new().await;
    let send = async |key: &str, body: serde_json::Value| {
        let mut request = node.request(
            "emsp",
            Method::POST,
            "/v1/contracts",
            "application/json",
            body.to_string(),
        );
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
        node.send(request).await
    };
    let order = json!({"emaid": emaid(1)});
    let first = send("a", order.clone()).await.is(201);
    let again = send("a", order.clone()).await.is(201);
    assert_eq!(first.body, again.body);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(send("a", json!({"emaid": emaid(2)})).await.code(), "idempotency-key-reused");
    assert_eq!(send("b", order).await.code(), "contract-taken");
    let long = "x".repeat(129);
    assert_eq!(send(&long, json!({"emaid": emaid(3)})).await.code(), "malformed-request");
}

struct Stalled;

impl hyper::body::Body for Stalled {
    type Data = hyper::body::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        std::task::Poll::Pending
    }
}
