//! Revocation lists (RFC 5280 section 5): complete ones of the certificates' own issuer.

mod issue;

use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::{CertificateRevocationList, RevokedCertificate};

use super::signed::Signed;
use super::{Answer, Reason, Revocation, Status};
use crate::cert::{Certificate, KeyUsage};
use crate::der::{self, Malformed, Reader};
use crate::key::KeyError;

pub use issue::CrlPlan;

/// A parsed revocation list. What it says counts only once [`Self::answer`] has verified who says so.
#[derive(Clone, Debug)]
pub struct Crl {
    signed: Signed,
    /// Issuer's name in DER.
    issuer: Vec<u8>,
    number: Option<Vec<u8>>,
    this_update: i64,
    next_update: Option<i64>,
    /// Sorted by serial number, each there once.
    revoked: Vec<(Box<[u8]>, Revocation)>,
    /// Addresses at which it covers what names one of them; `None` when it covers everything of its issuer.
    published_at: Option<Vec<String>>,
}

/// Why a revocation list cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrlError {
    /// More octets than are read.
    #[error("{found} octets, at most {max} are read")]
    TooLong {
        /// Octets found.
        found: usize,
        /// Octets that are read.
        max: usize,
    },
    /// A part that cannot be decoded.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// A list of changes to another list.
    #[error("delta lists are not supported")]
    Delta,
    /// A list that speaks of certificates of other issuers.
    #[error("indirect lists are not supported")]
    Indirect,
    /// A list that leaves out certificates or reasons.
    #[error("lists of some certificates or some reasons only are not supported")]
    Partial,
    /// A critical extension that is not understood.
    #[error("unknown critical extension")]
    Critical,
    /// The list of another issuer.
    #[error("the list is another issuer's")]
    OtherIssuer,
    /// The list covers certificates that name another address for it.
    #[error("the certificate names another list")]
    Elsewhere,
    /// The issuer's key usage does not allow to sign lists.
    #[error("its key usage does not allow the issuer to sign lists")]
    NotForSigning,
    /// The signature does not verify.
    #[error("bad signature")]
    BadSignature,
    /// The issuer's key is none of ISO 15118, or none that this build has.
    #[error("the issuer's key cannot verify anything: {0}")]
    IssuerKey(KeyError),
}

impl Crl {
    /// Largest list that is read, in octets: over a hundred thousand certificates.
    pub const MAX_DER: usize = 1 << 22;

    /// Reads a list in DER; nothing may follow it. Nothing is verified yet.
    pub fn parse(der: &[u8]) -> Result<Self, CrlError> {
        let max = Self::MAX_DER;
        if der.len() > max {
            return Err(CrlError::TooLong { found: der.len(), max });
        }
        let signed = frame(der).map_err(|Malformed| CrlError::Malformed("list"))?;
        let (rest, list) =
            CertificateRevocationList::from_der(der).map_err(|_| CrlError::Malformed("list"))?;
        let body = &list.tbs_cert_list;
        if !rest.is_empty() || body.as_ref() != signed.body {
            return Err(CrlError::Malformed("list"));
        }
        // Version 2, counted from 0; extensions are only there.
        let version = body.version.map(|version| version.0);
        if !(version == Some(1) || version.is_none() && body.extensions().is_empty()) {
            return Err(CrlError::Malformed("version"));
        }
        let this_update = body.this_update.timestamp();
        let next_update = body.next_update.map(|moment| moment.timestamp());
        if next_update.is_some_and(|next| next < this_update) {
            return Err(CrlError::Malformed("nextUpdate"));
        }
        let mut crl = Self {
            issuer: body.issuer.as_raw().to_vec(),
            number: None,
            this_update,
            next_update,
            revoked: Vec::with_capacity(body.revoked_certificates.len()),
            published_at: None,
            signed,
        };
        for (i, extension) in body.extensions().iter().enumerate() {
            if body.extensions().iter().take(i).any(|other| other.oid == extension.oid) {
                return Err(CrlError::Malformed("extensions"));
            }
            crl.extension(extension.oid.as_bytes(), extension.critical, extension.value)?;
        }
        for entry in &body.revoked_certificates {
            crl.revoked.push((entry.raw_serial().into(), revocation(entry)?));
        }
        crl.revoked.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        if crl.revoked.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0)) {
            return Err(CrlError::Malformed("list: a certificate is there twice"));
        }
        Ok(crl)
    }

    fn extension(&mut self, oid: &[u8], critical: bool, value: &[u8]) -> Result<(), CrlError> {
        match oid {
            DELTA_INDICATOR => Err(CrlError::Delta),
            CRL_NUMBER => {
                let mut value = Reader::new(value);
                let number = value.integer().map_err(|_| CrlError::Malformed("number"))?;
                value.end().map_err(|_| CrlError::Malformed("number"))?;
                let number = number.strip_prefix(&[0]).unwrap_or(number);
                self.number = Some(number.to_vec());
                Ok(())
            }
            ISSUING_DISTRIBUTION_POINT => {
                self.published_at = scope(value)?;
                Ok(())
            }
            _ if critical => Err(CrlError::Critical),
            _ => Ok(()),
        }
    }

    /// Its number, big-endian without leading zeros: a later list of the same issuer has a greater one.
    pub fn number(&self) -> Option<&[u8]> {
        self.number.as_deref()
    }

    /// Issuer's name in DER.
    pub fn issuer(&self) -> &[u8] {
        &self.issuer
    }

    /// When it was made, seconds since 1970.
    pub fn this_update(&self) -> i64 {
        self.this_update
    }

    /// When the next one will be there at the latest.
    pub fn next_update(&self) -> Option<i64> {
        self.next_update
    }

    /// The revoked certificates by the content octets of their serial numbers.
    pub fn revoked(&self) -> impl ExactSizeIterator<Item = (&[u8], Revocation)> {
        self.revoked.iter().map(|(serial, revocation)| (&**serial, *revocation))
    }

    /// Whether it is the list of that issuer, by name; verified or not.
    pub fn is_of(&self, issuer: &Certificate) -> bool {
        self.issuer == issuer.subject().der()
    }

    /// Verifies that it is the list of an issuer, which must already be trusted, and signed with its key.
    pub fn verify(&self, issuer: &Certificate) -> Result<(), CrlError> {
        if !self.is_of(issuer) {
            return Err(CrlError::OtherIssuer);
        }
        let usage = issuer.extensions().key_usage.as_ref();
        if usage.is_some_and(|usage| !usage.value.contains(KeyUsage::CRL_SIGN)) {
            return Err(CrlError::NotForSigning);
        }
        let key = issuer.public_key().map_err(CrlError::IssuerKey)?;
        self.signed.verify(key).map_err(|_| CrlError::BadSignature)
    }

    /// Verifies the list and returns what it says about a certificate: revoked if it is listed, good if not.
    ///
    /// Whether the list is recent enough is for [`Answer::is_current`]. The issuer must already be trusted.
    pub fn answer(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Result<Answer, CrlError> {
        if !self.is_of(issuer) || certificate.issuer() != issuer.subject() {
            return Err(CrlError::OtherIssuer);
        }
        if let Some(here) = &self.published_at {
            let named = certificate.extensions().crl.as_ref().map(|points| &points.value);
            if !named.is_some_and(|named| named.iter().any(|address| here.contains(address))) {
                return Err(CrlError::Elsewhere);
            }
        }
        self.verify(issuer)?;
        let found =
            self.revoked.binary_search_by(|(serial, _)| (**serial).cmp(certificate.serial()));
        let entry = found.ok().and_then(|at| self.revoked.get(at));
        let status = entry.map_or(Status::Good, |(_, revocation)| Status::Revoked(*revocation));
        let (this_update, next_update) = (self.this_update, self.next_update);
        Ok(Answer { status, this_update, next_update })
    }
}

/// The outermost elements as strict DER, and the algorithm that is named twice.
fn frame(der: &[u8]) -> Result<Signed, Malformed> {
    let mut document = Reader::new(der);
    let mut list = document.enter(der::SEQUENCE)?;
    document.end()?;
    let signed = Signed::read(&mut list)?;
    list.end()?;
    let mut body = Reader::new(&signed.body).enter(der::SEQUENCE)?;
    body.take_if(der::INTEGER)?;
    if body.take(der::SEQUENCE)? != signed.algorithm {
        return Err(Malformed);
    }
    Ok(signed)
}

fn revocation(entry: &RevokedCertificate<'_>) -> Result<Revocation, CrlError> {
    let mut reason = None;
    for extension in entry.extensions() {
        match extension.oid.as_bytes() {
            REASON => {
                let mut value = Reader::new(extension.value);
                let code = value.take(der::ENUMERATED).and_then(|code| value.end().map(|()| code));
                let code = code.map_err(|_| CrlError::Malformed("reason"))?;
                reason = Some(Reason::from_content(code));
            }
            CERTIFICATE_ISSUER => return Err(CrlError::Indirect),
            _ if extension.critical => return Err(CrlError::Critical),
            _ => {}
        }
    }
    if reason == Some(Reason::RemoveFromCrl) {
        return Err(CrlError::Delta);
    }
    Ok(Revocation { at: entry.revocation_date.timestamp(), reason })
}

/// Reads an issuing distribution point that only says where the list is published.
fn scope(value: &[u8]) -> Result<Option<Vec<String>>, CrlError> {
    let malformed = |Malformed| CrlError::Malformed("issuing distribution point");
    let mut document = Reader::new(value);
    let mut point = document.enter(der::SEQUENCE).map_err(malformed)?;
    document.end().map_err(malformed)?;
    let name = point.take_if(der::explicit(0)).map_err(malformed)?;
    while !point.is_empty() {
        if point.take_if(der::implicit(INDIRECT)).map_err(malformed)? == Some(&[0xff]) {
            return Err(CrlError::Indirect);
        }
        // Whatever else may stand here narrows the list.
        if !point.is_empty() {
            return Err(CrlError::Partial);
        }
    }
    let Some(name) = name else { return Ok(None) };
    let mut name = Reader::new(name);
    // Only full names say something without the issuer's.
    let mut names = name.enter(der::explicit(0)).map_err(|Malformed| CrlError::Partial)?;
    name.end().map_err(malformed)?;
    let mut addresses = Vec::new();
    while let Some(uri) = names.take_if(der::implicit(URI)).map_err(malformed)? {
        addresses.push(String::from_utf8_lossy(uri).into_owned());
    }
    Ok(Some(addresses))
}

/// Number of a general name that is an address.
const URI: u8 = 6;
/// Number of the flag for indirect lists.
const INDIRECT: u8 = 4;
const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
const REASON: &[u8] = &[0x55, 0x1d, 21];
const DELTA_INDICATOR: &[u8] = &[0x55, 0x1d, 27];
const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1d, 28];
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 29];
