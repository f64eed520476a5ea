use ring::rand::SecureRandom;

use super::request::nonce_extension;
use super::{BASIC, OcspRequest, ResponseStatus};
use crate::cert::Certificate;
use crate::der;
use crate::key::{KeyError, Signer};
use crate::revocation::cert_id::key_hash;
use crate::revocation::signed::sign;
use crate::revocation::{CertId, Revocation, Status};
use crate::time;

/// What a responder knows about the certificates of its issuer. Closures over the serial number do.
pub trait States {
    /// The state of the certificate with this serial number, given as content octets of its INTEGER.
    fn status(&self, serial: &[u8]) -> Status;
}

impl<F: Fn(&[u8]) -> Status> States for F {
    fn status(&self, serial: &[u8]) -> Status {
        self(serial)
    }
}

/// Answers for one issuer.
#[derive(Clone, Copy)]
pub struct Responder<'a> {
    issuer: &'a Certificate,
    signer: &'a dyn Signer,
    delegate: Option<&'a Certificate>,
    name: ResponderName,
    lifetime: i64,
}

/// How a responder names itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponderName {
    /// By the hash of its key: the shorter one.
    Key,
    /// By the subject of its certificate.
    Subject,
}

/// An encoded response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Outcome as a whole.
    pub status: ResponseStatus,
    /// The response in DER.
    pub der: Vec<u8>,
}

impl<'a> Responder<'a> {
    /// The issuer answers itself. Answers hold for a day.
    pub fn new(issuer: &'a Certificate, signer: &'a dyn Signer) -> Self {
        let (delegate, name) = (None, ResponderName::Key);
        Self { issuer, signer, delegate, name, lifetime: time::DAY }
    }

    /// Signs with the key of an [OCSP signer](crate::profile::CertificateKind::OcspSigner) that the issuer issued.
    #[must_use]
    pub fn with_delegate(self, certificate: &'a Certificate) -> Self {
        Self { delegate: Some(certificate), ..self }
    }

    /// Names itself otherwise than by its key.
    #[must_use]
    pub fn named_by(self, name: ResponderName) -> Self {
        Self { name, ..self }
    }

    /// Seconds for which answers hold: positive, at most a week [V2G20-1021]; others are taken for the nearest of these.
    #[must_use]
    pub fn with_lifetime(self, seconds: i64) -> Self {
        Self { lifetime: seconds.clamp(1, 7 * time::DAY), ..self }
    }

    /// Answers an encoded request; whatever it is, there is a response to it.
    ///
    /// Certificates of other issuers are unknown; when there are no others, the response is
    /// [`ResponseStatus::Unauthorized`], for nobody would trust an answer.
    pub fn reply(
        &self,
        request: &[u8],
        states: &(impl States + ?Sized),
        now_unix: i64,
        rng: &dyn SecureRandom,
    ) -> Reply {
        let Ok(request) = OcspRequest::parse(request) else {
            return Reply::error(ResponseStatus::MalformedRequest);
        };
        if !request.ids().iter().any(|id| id.is_of(self.issuer)) {
            return Reply::error(ResponseStatus::Unauthorized);
        }
        self.respond(request.ids(), request.nonce(), states, now_unix, rng)
            .unwrap_or_else(|_| Reply::error(ResponseStatus::InternalError))
    }

    /// Signs answers about certificates, as an answer to a request or in advance, for stapling for instance.
    pub fn respond(
        &self,
        ids: &[CertId],
        nonce: Option<&[u8]>,
        states: &(impl States + ?Sized),
        now_unix: i64,
        rng: &dyn SecureRandom,
    ) -> Result<Reply, KeyError> {
        let moment = |unix| time::to_generalized_der(unix).ok_or(KeyError::Malformed("time"));
        let this_update = moment(now_unix)?;
        let next_update = moment(now_unix.saturating_add(self.lifetime))?;
        let mut singles = Vec::new();
        for id in ids {
            let known = id.is_of(self.issuer);
            let status = if known { states.status(id.serial()) } else { Status::Unknown };
            let status = match status {
                Status::Good => der::element(der::implicit(0), &[]),
                Status::Revoked(revocation) => revoked(revocation, &moment(revocation.at)?),
                Status::Unknown => der::element(der::implicit(2), &[]),
            };
            singles.extend(der::sequence(&[
                &id.to_der(),
                &status,
                &this_update,
                &der::element(der::explicit(0), &next_update),
            ]));
        }
        let certificate = self.delegate.unwrap_or(self.issuer);
        let responder = match self.name {
            ResponderName::Subject => der::element(der::explicit(1), certificate.subject().der()),
            ResponderName::Key => der::element(
                der::explicit(2),
                &der::element(der::OCTET_STRING, &key_hash(self.signer.public_key())),
            ),
        };
        let nonce = nonce.map_or_else(Vec::new, |nonce| nonce_extension(1, nonce));
        let singles = der::element(der::SEQUENCE, &singles);
        let body = der::sequence(&[&responder, &this_update, &singles, &nonce]);
        let signed = sign(body, self.signer, rng)?;
        let certificates = self.delegate.map_or_else(Vec::new, |delegate| {
            der::element(der::explicit(0), &der::sequence(&[delegate.der()]))
        });
        let basic = der::sequence(&[&signed, &certificates]);
        let octets = der::sequence(&[&der::oid(BASIC), &der::element(der::OCTET_STRING, &basic)]);
        let status = ResponseStatus::Successful;
        let der =
            der::sequence(&[&enumerated(status.code()), &der::element(der::explicit(0), &octets)]);
        Ok(Reply { status, der })
    }
}

impl Reply {
    /// A response without answers; such are not signed.
    pub fn error(status: ResponseStatus) -> Self {
        Self { status, der: der::sequence(&[&enumerated(status.code())]) }
    }
}

fn revoked(revocation: Revocation, at: &[u8]) -> Vec<u8> {
    let reason = revocation
        .reason
        .map_or_else(Vec::new, |reason| der::element(der::explicit(0), &enumerated(reason.code())));
    der::constructed(der::explicit(1), &[at, &reason])
}

fn enumerated(code: u8) -> Vec<u8> {
    der::element(der::ENUMERATED, &[code])
}
