//! Asking responders and getting lists, all that concern a chain at once.

use std::time::Duration;

use pki::chain::Position;
use pki::revocation::{Crl, Fetch, OcspRequest, OcspResponse, Query, Status};
use pki::{Certificate, Chain};
use tokio::task::JoinSet;

use crate::net::http::{Client, HttpError, Request, Url};

/// What came back and can be read; nothing of it is verified yet.
#[derive(Clone, Debug)]
pub(super) enum Got {
    Ocsp(OcspResponse),
    Crl { der: Vec<u8>, crl: Crl },
}

/// Where a certificate's state may be had, the better places first.
pub(super) struct Wanted {
    at: Position,
    certificate: Certificate,
    issuer: Certificate,
    places: Vec<Fetch>,
}

impl Wanted {
    /// What is to be fetched, by the certificates it concerns. A certificate that names many places is asked about at some.
    pub(super) fn of(chain: &Chain, fetches: impl IntoIterator<Item = Fetch>) -> Vec<Self> {
        let mut wanted: Vec<Self> = chain
            .issued()
            .map(|(at, certificate, issuer)| Self {
                at,
                certificate: certificate.clone(),
                issuer: issuer.clone(),
                places: Vec::new(),
            })
            .collect();
        for fetch in fetches {
            if let Some(wanted) = wanted.iter_mut().find(|wanted| wanted.at == fetch.at)
                && wanted.places.len() < MOST_PLACES
            {
                wanted.places.push(fetch);
            }
        }
        wanted.retain(|wanted| !wanted.places.is_empty());
        wanted
    }

    /// One place after the other, until one knows. Each gets an equal share of the time that is left.
    async fn ask(self, client: Client, budget: Duration) -> Vec<Got> {
        let deadline = tokio::time::Instant::now() + budget;
        let mut found = Vec::new();
        let mut left = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        for place in &self.places {
            let now = tokio::time::Instant::now();
            let share = deadline.saturating_duration_since(now) / left.max(1);
            left -= 1;
            match tokio::time::timeout(share, one(&client, place)).await {
                Ok(Ok(got)) => {
                    let knows = self.is_known_by(&got);
                    found.push(got);
                    if knows {
                        break;
                    }
                }
                Ok(Err(why)) => {
                    log::warn!("state of {} ({}): {why}", self.certificate.subject(), self.at)
                }
                Err(_) => {
                    log::warn!(
                        "state of {} ({}): {} does not answer",
                        self.certificate.subject(),
                        self.at,
                        place.url
                    );
                }
            }
        }
        found
    }

    fn is_known_by(&self, got: &Got) -> bool {
        let (certificate, issuer) = (&self.certificate, &self.issuer);
        match got {
            Got::Ocsp(response) => {
                let answer = response.answer(certificate, issuer, crate::time::unix());
                answer.is_ok_and(|answer| answer.status() != Status::Unknown)
            }
            Got::Crl { crl, .. } => crl.answer(certificate, issuer).is_ok(),
        }
    }
}

/// Asks about all certificates at once. What is not there within the budget is not waited for.
pub(super) async fn all(client: &Client, wanted: Vec<Wanted>, budget: Duration) -> Vec<Got> {
    let mut asking = JoinSet::new();
    for wanted in wanted {
        asking.spawn(wanted.ask(client.clone(), budget));
    }
    let mut found = Vec::new();
    while let Some(done) = asking.join_next().await {
        found.extend(done.unwrap_or_default());
    }
    found
}

async fn one(client: &Client, fetch: &Fetch) -> Result<Got, Unanswered> {
    let url: Url = fetch.url.parse().map_err(|_| Unanswered::Url(fetch.url.clone()))?;
    let request = match &fetch.query {
        Query::Ocsp { request, .. } => {
            let media_type = OcspRequest::MEDIA_TYPE;
            Request::post(url, media_type, request.clone()).accept(OcspResponse::MEDIA_TYPE)
        }
        Query::Crl => Request::get(url),
    };
    let reply = client.send(request).await?;
    if !reply.is_success() {
        return Err(Unanswered::Status(fetch.url.clone(), reply.status));
    }
    let unreadable = |error: &dyn ToString| Unanswered::Body(fetch.url.clone(), error.to_string());
    match fetch.query {
        Query::Ocsp { .. } => {
            let response = OcspResponse::parse(&reply.body).map_err(|error| unreadable(&error))?;
            Ok(Got::Ocsp(response))
        }
        Query::Crl => {
            let crl = Crl::parse(&reply.body).map_err(|error| unreadable(&error))?;
            Ok(Got::Crl { der: reply.body, crl })
        }
    }
}

/// Why a place said nothing that can be used.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error("{0:?} is no address to ask")]
    Url(String),
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("{0} answers with status {1}")]
    Status(String, u16),
    #[error("{0}: {1}")]
    Body(String, String),
}

const MOST_PLACES: usize = 4;
