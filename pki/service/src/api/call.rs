use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use serde::de::DeserializeOwned;

use pki::Certificate;
use pki::chain::{self, Chain, Demand, Verified};
use pki::profile::Edition;

use super::credentials::sha256;
use super::{Code, Principal, Problem, Reply, Service};
use crate::operator::{CarRequest, Provisioner, Refusal};
use crate::store::{self, Actor, CertificateId, Change, Committed, Event, Response, Submission};

/// A request that was admitted to its route.
pub struct Call {
    /// The service.
    pub service: Arc<Service>,
    /// Who asks; none on public routes.
    pub principal: Option<Arc<Principal>>,
    /// The request's identifier, for log and audit.
    pub request_id: String,
    /// Seconds since 1970.
    pub now: i64,
    pub(super) method: Method,
    /// Path and query.
    pub(super) target: String,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Call {
    /// A parameter of the path; the route table says which there are.
    pub(super) fn parameter(&self, name: &str) -> Result<&str, Problem> {
        let found = self.parameters.iter().find(|(key, _)| key == name);
        let missing = || Problem::new(Code::MalformedRequest, format!("no {name} in the path"));
        found.map(|(_, value)| value.as_str()).ok_or_else(missing)
    }

    /// The parameters of the query.
    pub(super) fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        serde_urlencoded::from_str(query)
            .map_err(|error| Problem::new(Code::MalformedRequest, format!("query: {error}")))
    }

    /// The body as a document.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body).map_err(|error| Problem::new(Code::MalformedJson, error))
    }

    /// A header, if it is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The client; routes that need one are never reached without.
    pub(super) fn principal(&self) -> Result<&Principal, Problem> {
        let missing = || Problem::new(Code::Unauthenticated, "no credentials");
        self.principal.as_deref().ok_or_else(missing)
    }

    /// Who is named in the audit log.
    pub(super) fn actor(&self) -> Actor {
        let client = self.principal.as_ref().map_or("public", |principal| principal.id.as_str());
        Actor { client: client.to_owned(), request: self.request_id.clone() }
    }

    /// What was answered before to this request, if it carries an idempotency key that was seen.
    pub(super) async fn replay(&self) -> Result<Option<Reply>, Problem> {
        let Some(key) = self.idempotency_key()? else { return Ok(None) };
        match self.service.store.reply(&key).await? {
            None => Ok(None),
            Some(reply) if reply.digest == self.digest() => Ok(Some(replayed(reply.response)?)),
            Some(_) => Err(Problem::new(Code::KeyReused, "another request had this key")),
        }
    }

    /// Makes changes durable, with the events that tell of them, and gives `reply`; or what was answered to the same
    /// idempotency key before, and then nothing is changed.
    pub(super) async fn commit(
        &self,
        changes: impl IntoIterator<Item = Change>,
        events: impl IntoIterator<Item = Event>,
        reply: Reply,
    ) -> Result<Reply, Problem> {
        let mut submission = Submission::new(self.now, self.actor());
        for change in changes {
            submission = submission.with(change);
        }
        for event in events {
            submission = submission.announce(event);
        }
        if let Some(key) = self.idempotency_key()? {
            let expires = self.now.saturating_add(KEYS_LAST);
            let (digest, response) = (self.digest(), stored(&reply));
            submission = submission.replying(store::Reply { key, digest, expires, response });
        }
        match self.service.store.commit(submission).await? {
            Committed::Done { .. } => Ok(reply),
            Committed::Replayed(response) => replayed(response),
        }
    }

    /// Refuses an edition of which there are no authorities here; that of ISO 15118-2 is at home everywhere.
    pub(super) fn serves(&self, edition: Edition) -> Result<(), Problem> {
        let mut authorities = self.service.desk.authorities.iter();
        if edition == Edition::Iso2 || authorities.any(|own| own.issuer.edition() == edition) {
            return Ok(());
        }
        Err(Problem::new(Code::UnsupportedEdition, edition))
    }

    /// What makes contract certificates of an edition here.
    pub(super) fn provisioner(&self, edition: Edition) -> Result<&Provisioner, Problem> {
        let provisioners = &self.service.desk.provisioners;
        let found = provisioners.iter().find(|own| own.edition() == edition);
        found.ok_or_else(|| match provisioners.first() {
            Some(_) => Problem::new(Code::UnsupportedEdition, edition),
            None => Problem::new(Code::UnknownAuthority, "no contract certificates are made here"),
        })
    }

    /// What answers a car's request: one whose provisioning service stands below a root that the car has, if there is one.
    pub(super) fn provisioner_for(&self, request: &CarRequest) -> Result<&Provisioner, Problem> {
        let usual = self.provisioner(request.edition())?;
        let mut provisioners = self.service.desk.provisioners.iter();
        let known =
            provisioners.find(|own| own.edition() == request.edition() && own.is_known_to(request));
        Ok(known.unwrap_or(usual))
    }

    /// Verifies a chain for a role against the roots that are trusted now.
    pub(super) fn verify(
        &self,
        edition: Edition,
        role: chain::Role,
        leaf: &[u8],
        subs: &[impl AsRef<[u8]>],
    ) -> Result<Arc<Verified<Chain>>, Problem> {
        let demand = Demand { role, edition, level: self.service.desk.terms.level };
        self.service.verify(demand, leaf, subs, self.now).map_err(|error| match role {
            chain::Role::OemProvisioning | chain::Role::Contract => {
                Refusal::Request(error.into()).into()
            }
            _ => error.into(),
        })
    }

    /// The name of a certificate if an authority of this service issued it.
    pub(super) fn issued_here(&self, certificate: &Certificate) -> Option<CertificateId> {
        let mut authorities = self.service.desk.authorities.iter();
        let authority = authorities.find(|authority| {
            let issuer = authority.issuer.certificate();
            certificate.issuer().der() == issuer.subject().der()
                && issuer.public_key().is_ok_and(|key| certificate.verify_signed_by(key).is_ok())
        })?;
        Some(CertificateId::new(&authority.name, certificate.serial()))
    }

    pub(super) fn idempotency_key(&self) -> Result<Option<String>, Problem> {
        let Some(value) = self.headers.get("idempotency-key") else { return Ok(None) };
        let text = value.to_str().ok().filter(|text| (1..=128).contains(&text.len()));
        let bad = || Problem::new(Code::MalformedRequest, "idempotency-key: 1 to 128 characters");
        let text = text.ok_or_else(bad)?;
        Ok(Some(format!("{}:{text}", self.principal()?.id)))
    }

    /// Of what was asked, wherever the client asks it.
    fn digest(&self) -> [u8; 32] {
        let head = format!("{} {}\n", self.method, self.target);
        sha256(&[head.as_bytes(), &self.body].concat())
    }
}

/// How long idempotency keys are remembered, seconds.
pub(super) const KEYS_LAST: i64 = 86_400;

pub(super) fn stored(reply: &Reply) -> Response {
    Response {
        status: reply.status.as_u16(),
        content_type: reply.content_type.clone().unwrap_or_default(),
        body: reply.body.to_vec(),
    }
}

pub(super) fn replayed(response: Response) -> Result<Reply, Problem> {
    let status = axum::http::StatusCode::from_u16(response.status);
    let status = status.map_err(|error| Problem::new(Code::Internal, error))?;
    let content_type = Some(response.content_type).filter(|text| !text.is_empty());
    let headers = vec![("idempotency-replayed", "true".to_owned())];
    Ok(Reply { status, content_type, headers, body: response.body.into() })
}
