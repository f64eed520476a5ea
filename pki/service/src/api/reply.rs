use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;

use super::{Code, Problem};

/// What goes back to a client.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Media type; none without a body.
    pub content_type: Option<String>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Bytes,
}

impl Reply {
    /// A reply with a body.
    pub fn new(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Self {
        let (content_type, headers) = (Some(content_type.to_owned()), Vec::new());
        Self { status, content_type, headers, body: body.into() }
    }

    /// `204 No Content`.
    pub fn empty() -> Self {
        let (status, body) = (StatusCode::NO_CONTENT, Bytes::new());
        Self { status, content_type: None, headers: Vec::new(), body }
    }

    /// `200 OK` with a body.
    pub fn ok(content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::new(StatusCode::OK, content_type, body)
    }

    /// A document in JSON.
    pub fn json(status: StatusCode, document: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(document);
        let body = body.map_err(|error| Problem::new(Code::Internal, error))?;
        Ok(Self::new(status, JSON, body))
    }

    /// With another header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn into_response(self, request_id: &str) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let content_type = self.content_type.map(|value| (CONTENT_TYPE, value));
        let own = [(HeaderName::from_static("x-request-id"), request_id.to_owned())];
        let others = self.headers.into_iter().map(|(k, v)| (HeaderName::from_static(k), v));
        for (name, value) in content_type.into_iter().chain(own).chain(others) {
            // What cannot stand in a header is left out.
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

// Media types.
pub(super) const JSON: &str = "application/json";
pub(super) const PROBLEM_JSON: &str = "application/problem+json";
pub(super) const EXI: &str = "application/exi";
pub(super) const OCTETS: &str = "application/octet-stream";
pub(super) const PKCS10: &str = "application/pkcs10";
pub(super) const PKCS7: &str = "application/pkcs7-mime";
pub(super) const OCSP_REQUEST: &str = "application/ocsp-request";
pub(super) const OCSP_RESPONSE: &str = "application/ocsp-response";
pub(super) const CRL: &str = "application/pkix-crl";
pub(super) const TEXT: &str = "text/plain; version=0.0.4";
