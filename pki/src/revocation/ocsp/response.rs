use super::request::read_extensions;
use super::{BASIC, OcspError, OcspRequest, ResponseStatus};
use crate::cert::Certificate;
use crate::der::{self, Malformed, Reader};
use crate::key::{Algorithm, PublicKey};
use crate::profile::{CertificateKind, Edition, Level, check};
use crate::revocation::cert_id::key_hash;
use crate::revocation::signed::Signed;
use crate::revocation::{Answer, CertId, Reason, Revocation, Status};
use crate::time;

/// A response with answers. What it says counts only once [`Self::answer`] has verified who says so.
#[derive(Clone, Debug)]
pub struct OcspResponse {
    der: Box<[u8]>,
    signed: Signed,
    responder: ResponderId,
    produced_at: i64,
    singles: Vec<Single>,
    nonce: Option<Vec<u8>>,
    /// Certificates that came along, in DER.
    certificates: Vec<Vec<u8>>,
}

#[derive(Clone, Debug)]
enum ResponderId {
    /// Name in DER.
    Name(Vec<u8>),
    /// SHA-1 of the key.
    Key(Vec<u8>),
}

#[derive(Clone, Debug)]
struct Single {
    id: CertId,
    answer: Answer,
}

impl OcspResponse {
    /// Largest response that is read, in octets.
    pub const MAX_DER: usize = 32_768;
    /// Media type of a response sent by HTTP.
    pub const MEDIA_TYPE: &str = "application/ocsp-response";

    /// Reads a response; one without answers is an error that says why. Nothing is verified yet.
    pub fn parse(der: &[u8]) -> Result<Self, OcspError> {
        let max = Self::MAX_DER;
        if der.len() > max {
            return Err(OcspError::TooLong { found: der.len(), max });
        }
        let malformed = |Malformed| OcspError::Malformed("response");
        let mut document = Reader::new(der);
        let mut response = document.enter(der::SEQUENCE).map_err(malformed)?;
        document.end().map_err(malformed)?;
        let status = response.take(der::ENUMERATED).map_err(malformed)?;
        let status = ResponseStatus::from_content(status);
        let octets = response.explicit_if(0, der::SEQUENCE).map_err(malformed)?;
        response.end().map_err(malformed)?;
        match status {
            Some(ResponseStatus::Successful) => {}
            Some(status) => return Err(OcspError::Refused(status)),
            None => return Err(OcspError::Malformed("response status")),
        }
        let mut octets = Reader::new(octets.ok_or(OcspError::Malformed("response"))?);
        if octets.take(der::OID).map_err(malformed)? != BASIC {
            return Err(OcspError::Malformed("response type"));
        }
        let mut basic = octets.enter(der::OCTET_STRING).map_err(malformed)?;
        octets.end().map_err(malformed)?;
        Self::basic(der, &mut basic)
    }

    fn basic(der: &[u8], outer: &mut Reader<'_>) -> Result<Self, OcspError> {
        let malformed = |Malformed| OcspError::Malformed("basic response");
        let mut basic = outer.enter(der::SEQUENCE).map_err(malformed)?;
        outer.end().map_err(malformed)?;
        let signed = Signed::read(&mut basic).map_err(malformed)?;
        let list = basic.explicit_if(0, der::SEQUENCE).map_err(malformed)?;
        basic.end().map_err(malformed)?;
        let mut list = Reader::new(list.unwrap_or_default());
        let mut certificates = Vec::new();
        while !list.is_empty() {
            if certificates.len() == MAX_CERTIFICATES {
                return Err(OcspError::Malformed("list of certificates"));
            }
            certificates.push(list.whole(der::SEQUENCE).map_err(malformed)?.to_vec());
        }

        let mut body = Reader::new(&signed.body).enter(der::SEQUENCE).map_err(malformed)?;
        if body.explicit_if(0, der::INTEGER).map_err(malformed)?.is_some_and(|v| v != [0]) {
            return Err(OcspError::Malformed("version"));
        }
        let responder =
            responder_id(&mut body).map_err(|_| OcspError::Malformed("responder id"))?;
        let produced_at = body.take(der::GENERALIZED_TIME).ok().and_then(time::from_generalized);
        let produced_at = produced_at.ok_or(OcspError::Malformed("producedAt"))?;
        let mut list = body.enter(der::SEQUENCE).map_err(malformed)?;
        let mut singles = Vec::new();
        while !list.is_empty() {
            singles.push(single(&mut list.enter(der::SEQUENCE).map_err(malformed)?)?);
        }
        let extensions = body.explicit_if(1, der::SEQUENCE).map_err(malformed)?;
        body.end().map_err(malformed)?;
        let nonce = read_extensions(extensions.unwrap_or_default())?;
        let der = der.into();
        Ok(Self { der, signed, responder, produced_at, singles, nonce, certificates })
    }

    /// The response in DER, as parsed: what is stapled.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What the response speaks of.
    pub fn ids(&self) -> impl Iterator<Item = &CertId> {
        self.singles.iter().map(|single| &single.id)
    }

    /// When it was signed, seconds since 1970. It says nothing about how old the answers are.
    pub fn produced_at(&self) -> i64 {
        self.produced_at
    }

    /// The nonce.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// Whether it belongs to a request with a nonce: it must be there, and the same.
    pub fn repeats_nonce_of(&self, request: &OcspRequest) -> Result<(), OcspError> {
        match request.nonce() {
            Some(nonce) if self.nonce() != Some(nonce) => Err(OcspError::Nonce),
            _ => Ok(()),
        }
    }

    /// Whether it speaks of a certificate, verified or not.
    pub fn speaks_of(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        self.singles.iter().any(|single| single.id.names(certificate, issuer))
    }

    /// Verifies the response and returns what it says about a certificate.
    ///
    /// It must be signed by the certificate's issuer, or by a certificate for OCSP signing that the issuer itself issued, that
    /// came along and that is valid at `now_unix` (RFC 6960 4.2.2.2), or was when it said that the certificate is revoked for
    /// good. Whether the answer is recent enough is for [`Answer::is_current`]. The issuer must already be trusted.
    pub fn answer(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        now_unix: i64,
    ) -> Result<Answer, OcspError> {
        let named = self.singles.iter().filter(|single| single.id.names(certificate, issuer));
        let answer = worst(named).ok_or(OcspError::NoAnswer)?;
        self.verify(issuer, &answer, now_unix)?;
        Ok(answer)
    }

    fn verify(&self, issuer: &Certificate, answer: &Answer, now: i64) -> Result<(), OcspError> {
        // What is revoked for good stays so when its signer is long gone.
        let then = if answer.is_final() { answer.this_update } else { now };
        let issuer_key = issuer.public_key().map_err(OcspError::IssuerKey)?;
        if self.responder.is(issuer, issuer_key) {
            return self.verify_with(issuer_key);
        }
        let delegates = self.certificates.iter().filter_map(|der| Certificate::parse(der).ok());
        let mut refusal = OcspError::Unauthorized("its certificate is not there");
        for delegate in delegates {
            let Ok(key) = delegate.public_key() else { continue };
            if !self.responder.is(&delegate, key) {
                continue;
            }
            match authorized(&delegate, issuer, issuer_key, [now, then]) {
                Ok(()) => return self.verify_with(key),
                Err(why) => refusal = OcspError::Unauthorized(why),
            }
        }
        Err(refusal)
    }

    fn verify_with(&self, key: &PublicKey) -> Result<(), OcspError> {
        self.signed.verify(key).map_err(|_| OcspError::BadSignature)
    }

    /// What the response claims about an id: nothing that is verified.
    pub(in crate::revocation) fn claim(&self, id: &CertId) -> Option<Answer> {
        worst(self.singles.iter().filter(|single| single.id == *id))
    }
}

/// Of several answers about one certificate the worst counts.
fn worst<'a>(singles: impl Iterator<Item = &'a Single>) -> Option<Answer> {
    singles.map(|single| single.answer).max_by_key(|answer| match answer.status {
        Status::Revoked(_) => 2,
        Status::Unknown => 1,
        Status::Good => 0,
    })
}

impl ResponderId {
    fn is(&self, certificate: &Certificate, key: &PublicKey) -> bool {
        match self {
            Self::Name(name) => name == certificate.subject().der(),
            Self::Key(hash) => *hash == key_hash(key),
        }
    }
}

/// [V2G20-2327] Whether the issuer lets this certificate's owner answer for it.
fn authorized(
    delegate: &Certificate,
    issuer: &Certificate,
    issuer_key: &PublicKey,
    moments: [i64; 2],
) -> Result<(), &'static str> {
    if delegate.issuer() != issuer.subject() || delegate.verify_signed_by(issuer_key).is_err() {
        return Err("not issued by that issuer");
    }
    let valid = delegate.not_before()..=delegate.not_after();
    if !moments.iter().any(|moment| valid.contains(moment)) {
        return Err("its certificate is not valid now");
    }
    // [V2G20-2389] Its key is of the issuer's algorithm, whichever that is.
    if delegate.public_key().ok().map(PublicKey::algorithm) != Some(issuer_key.algorithm()) {
        return Err("its key is of another algorithm than the issuer's");
    }
    let edition = match issuer_key.algorithm() {
        Algorithm::P256 => Edition::Iso2,
        Algorithm::P521 | Algorithm::Ed448 | Algorithm::X448 => Edition::Iso20,
    };
    if !check(delegate, CertificateKind::OcspSigner, edition, Level::Field).is_empty() {
        return Err("its certificate is not for OCSP signing");
    }
    Ok(())
}

fn responder_id(body: &mut Reader<'_>) -> Result<ResponderId, Malformed> {
    if body.next_is(der::explicit(1)) {
        let mut name = body.enter(der::explicit(1))?;
        let whole = name.whole(der::SEQUENCE)?.to_vec();
        name.end()?;
        return Ok(ResponderId::Name(whole));
    }
    let hash = body.explicit_if(2, der::OCTET_STRING)?.ok_or(Malformed)?;
    Ok(ResponderId::Key(hash.to_vec()))
}

fn single(entry: &mut Reader<'_>) -> Result<Single, OcspError> {
    let id = CertId::read(entry).map_err(|_| OcspError::Malformed("certificate id"))?;
    let status = status(entry).map_err(|_| OcspError::Malformed("certificate status"))?;
    let this_update = entry.take(der::GENERALIZED_TIME).ok().and_then(time::from_generalized);
    let this_update = this_update.ok_or(OcspError::Malformed("thisUpdate"))?;
    let wrong = OcspError::Malformed("nextUpdate");
    let next_update = match entry.explicit_if(0, der::GENERALIZED_TIME) {
        Ok(None) => None,
        Ok(Some(content)) => Some(time::from_generalized(content).ok_or(wrong)?),
        Err(Malformed) => return Err(wrong),
    };
    if next_update.is_some_and(|next| next < this_update) {
        return Err(OcspError::Malformed("nextUpdate"));
    }
    let malformed = |Malformed| OcspError::Malformed("answer");
    let extensions = entry.explicit_if(1, der::SEQUENCE).map_err(malformed)?;
    read_extensions(extensions.unwrap_or_default())?;
    entry.end().map_err(malformed)?;
    Ok(Single { id, answer: Answer { status, this_update, next_update } })
}

fn status(entry: &mut Reader<'_>) -> Result<Status, Malformed> {
    if let Some(content) = entry.take_if(der::implicit(0))? {
        return if content.is_empty() { Ok(Status::Good) } else { Err(Malformed) };
    }
    if let Some(content) = entry.take_if(der::implicit(2))? {
        return if content.is_empty() { Ok(Status::Unknown) } else { Err(Malformed) };
    }
    let mut revoked = entry.enter(der::explicit(1))?;
    let at = time::from_generalized(revoked.take(der::GENERALIZED_TIME)?).ok_or(Malformed)?;
    let reason = revoked.explicit_if(0, der::ENUMERATED)?.map(Reason::from_content);
    revoked.end()?;
    Ok(Status::Revoked(Revocation { at, reason }))
}

/// Most certificates that may come along.
const MAX_CERTIFICATES: usize = 8;
