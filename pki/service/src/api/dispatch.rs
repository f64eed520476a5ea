use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::request_id::request_id;
use super::route::{Content, Form};
use super::server::Peer;
use super::{Call, Code, Principal, Problem, Reply, Route, Service};

/// The service as something that answers HTTP requests, route for route as the table says.
pub fn router(service: Arc<Service>) -> Router {
    let mut router = Router::new();
    for route in service.routes() {
        let Ok(filter) = MethodFilter::try_from(route.method.clone()) else { continue };
        let (path, route) = (service.path(route), Arc::new(route.clone()));
        let service = Arc::clone(&service);
        let methods =
            MethodRouter::new().on(filter, move |parameters: RawPathParams, request: Request| {
                let (service, route) = (Arc::clone(&service), Arc::clone(&route));
                let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                let parameters = parameters.iter().map(own).collect();
                async move { answer(service, Some(route), parameters, request).await }
            });
        router = router.route(&path, methods);
    }
    let (unknown, other) = (Arc::clone(&service), service);
    router
        .method_not_allowed_fallback(move |request: Request| {
            let service = Arc::clone(&other);
            async move { refuse(&service, Code::MethodNotAllowed, request) }
        })
        .fallback(move |request: Request| {
            let service = Arc::clone(&unknown);
            async move { answer(service, None, Vec::new(), request).await }
        })
}

fn refuse(service: &Service, code: Code, request: Request) -> Response {
    let request_id = request_id(request.headers(), &service.rng);
    let detail = format!("{} {}", request.method(), request.uri().path());
    Problem::new(code, detail).into_reply(&request_id).into_response(&request_id)
}

/// Answers one request: admits it, runs its route, counts and logs it. Never fails, never takes longer than the limits say.
async fn answer(
    service: Arc<Service>,
    route: Option<Arc<Route>>,
    parameters: Vec<(String, String)>,
    request: Request,
) -> Response {
    let begin = Instant::now();
    let request_id = request_id(request.headers(), &service.rng);
    let _in_flight = service.metrics.begin();
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    let operation = route.as_ref().map_or("none", |route| route.operation);
    let mut client = None;
    let outcome = {
        let served = serve(&service, route, parameters, parts, body, &request_id, &mut client);
        tokio::time::timeout(service.limits.request_timeout, served).await
    };
    let outcome = outcome.unwrap_or_else(|_| Err(Problem::new(Code::Overloaded, "not in time")));
    let problem = outcome.as_ref().err().cloned();
    let reply = outcome.unwrap_or_else(|problem| problem.into_reply(&request_id));
    let (status, took) = (reply.status.as_u16(), begin.elapsed());
    service.metrics.record(operation, status, took);
    // Neither tokens nor bodies: only what the audit log names as well.
    let client = client.as_ref().map_or("-", |principal: &Arc<Principal>| principal.id.as_str());
    let millis = took.as_secs_f64() * 1e3;
    let head =
        format!("{status} {method} {path} {millis:.1} ms client={client} request={request_id}");
    match problem {
        Some(problem) if status >= 500 => log::error!(target: LOG, "{head} {problem}"),
        Some(problem) => log::info!(target: LOG, "{head} {problem}"),
        None => log::info!(target: LOG, "{head}"),
    }
    reply.into_response(&request_id)
}

async fn serve(
    service: &Arc<Service>,
    route: Option<Arc<Route>>,
    parameters: Vec<(String, String)>,
    parts: Parts,
    body: Body,
    request_id: &str,
    client: &mut Option<Arc<Principal>>,
) -> Result<Reply, Problem> {
    let now = (service.clock)();
    let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let peer = parts.extensions.get::<Arc<Peer>>().cloned();
    let address = peer.as_ref().map_or(unknown, |peer| peer.address.ip());
    let (principal, failed) = match principal(service, &parts.headers, peer.as_deref(), now).await {
        Ok(principal) => (principal, None),
        Err(problem) => (None, Some(problem)),
    };
    // Whoever has no credentials, or wrong ones, shares the bucket of its address.
    let admitted = match &principal {
        Some(principal) => service.client_buckets.take(&principal.id, Instant::now()),
        None => service.address_buckets.take(&address, Instant::now()),
    };
    client.clone_from(&principal);
    admitted.map_err(|wait| {
        let mut problem = Problem::new(Code::TooManyRequests, "ask less often");
        problem.retry_after = Some(wait.as_secs().saturating_add(1));
        problem
    })?;
    let route = route.ok_or_else(|| Problem::new(Code::NotFound, parts.uri.path()))?;
    // Credentials that are wrong are told even where none are wanted.
    if let Some(problem) = failed {
        return Err(problem);
    }
    route.access.allows(principal.as_deref())?;
    let body = match route.body {
        Some(content) => {
            media_type(&parts.headers, content)?;
            read(service, body, content.limit).await?
        }
        None => Bytes::new(),
    };
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let call = Call {
        service: Arc::clone(service),
        principal,
        request_id: request_id.to_owned(),
        now,
        method: parts.method,
        target,
        parameters,
        headers: parts.headers,
        body,
    };
    if route.is_write()
        && let Some(reply) = call.replay().await?
    {
        return Ok(reply);
    }
    (route.run)(call).await
}

async fn principal(
    service: &Service,
    headers: &HeaderMap,
    peer: Option<&Peer>,
    now: i64,
) -> Result<Option<Arc<Principal>>, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let bad = |_| Problem::new(Code::Unauthenticated, "the authorization header is no text");
        let value = value.to_str().map_err(bad)?;
        return service.credentials.by_header(value, now).await.map(Some);
    }
    match peer.and_then(|peer| peer.certificate.as_deref()) {
        Some(der) => service.credentials.by_certificate(der, now).await.map(Some),
        None => Ok(None),
    }
}

fn media_type(headers: &HeaderMap, content: Content) -> Result<(), Problem> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        // Only where nothing else can be meant.
        return match content.form {
            Form::Json(_) => Err(unsupported("none", content)),
            Form::Binary | Form::Text => Ok(()),
        };
    };
    let found = value.to_str().unwrap_or_default();
    let essence = found.split(';').next().unwrap_or_default().trim();
    if content.media.iter().any(|wanted| wanted.eq_ignore_ascii_case(essence)) {
        return Ok(());
    }
    Err(unsupported(essence, content))
}

fn unsupported(found: &str, content: Content) -> Problem {
    let detail = format!("{found}, wanted {}", content.media.join(" or "));
    Problem::new(Code::UnsupportedMediaType, detail)
}

async fn read(service: &Service, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let collected =
        tokio::time::timeout(service.limits.body_timeout, Limited::new(body, limit).collect());
    match collected.await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(Problem::new(Code::TooLarge, format!("at most {limit} octets are read")))
        }
        Ok(Err(error)) => Err(Problem::new(Code::MalformedRequest, format!("body: {error}"))),
        Err(_) => Err(Problem::new(Code::RequestTimeout, "the body did not come in time")),
    }
}

/// What the access log goes by.
const LOG: &str = "pki_service::access";
