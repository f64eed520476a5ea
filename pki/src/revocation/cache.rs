use std::collections::BTreeMap;

use super::{Answer, CertId, HashAlgorithm, OcspError, OcspResponse, Window};
use crate::cert::Certificate;
use crate::chain::Chain;
use crate::der::{self, Malformed, Reader};

/// OCSP responses that are kept for when no responder can be reached, and to be stapled.
///
/// It holds responses as signed, so that whoever uses one verifies it again: nothing has to be trusted but the keys, neither
/// the cache nor where its octets were stored. Bounded: beyond its capacity the entry that expires first goes. A certificate
/// that is revoked for good stays so; such an entry does not expire, and goes last.
#[derive(Clone, Debug)]
pub struct Cache {
    capacity: usize,
    max_age: i64,
    entries: BTreeMap<CertId, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    response: OcspResponse,
    /// Revoked for good: see [`super::Revocation::is_final`].
    is_final: bool,
    this_update: i64,
    /// Last second at which it is handed out, if it does not stay for good.
    expires: i64,
}

/// Why octets are no stored cache.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CacheError {
    /// Not the form of a cache, or of another version.
    #[error("not a cache of revocation states")]
    Malformed,
    /// A response in it cannot be read.
    #[error("entry {at}: {error}")]
    Entry {
        /// Counted from 0.
        at: usize,
        /// Why.
        error: OcspError,
    },
}

impl Cache {
    /// An empty cache of at most `capacity` certificates, up to [`OcspResponse::MAX_DER`] octets each. Entries expire when
    /// their response says so, after `max_age` seconds at the latest.
    pub fn new(capacity: usize, max_age: i64) -> Self {
        Self { capacity, max_age, entries: BTreeMap::new() }
    }

    /// Verifies a response and keeps it for a certificate, but not if it is from the future or older than the one at hand.
    pub fn insert(
        &mut self,
        response: &OcspResponse,
        certificate: &Certificate,
        issuer: &Certificate,
        now_unix: i64,
    ) -> Result<Answer, OcspError> {
        let answer = response.answer(certificate, issuer, now_unix)?;
        let future = answer.this_update() > now_unix.saturating_add(Window::WEEK.tolerance);
        let id = response.ids().find(|id| id.names(certificate, issuer)).filter(|_| !future);
        if let Some(id) = id {
            // What was stored and does not verify must not keep anything out.
            let known = self.entries.get(id);
            if known
                .is_some_and(|known| known.response.answer(certificate, issuer, now_unix).is_err())
            {
                self.entries.remove(id);
            }
            self.put(id.clone(), response.clone(), &answer);
        }
        Ok(answer)
    }

    fn put(&mut self, id: CertId, response: OcspResponse, answer: &Answer) {
        let is_final = answer.is_final();
        let by_age = answer.this_update().saturating_add(self.max_age);
        let expires = answer.next_update().map_or(by_age, |next| next.min(by_age));
        let this_update = answer.this_update();
        let entry = Entry { response, is_final, this_update, expires };
        if let Some(known) = self.entries.get(&id)
            && (known.is_final, known.this_update) > (is_final, this_update)
        {
            return;
        }
        self.entries.insert(id, entry);
        while self.entries.len() > self.capacity {
            let order = |entry: &Entry| (entry.is_final, entry.expires);
            let first = self.entries.iter().min_by_key(|(_, entry)| order(entry));
            let Some(id) = first.map(|(id, _)| id.clone()) else { return };
            self.entries.remove(&id);
        }
    }

    /// The response kept for a certificate, if it has not expired and verifies.
    pub fn find(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        now_unix: i64,
    ) -> Option<&OcspResponse> {
        self.held(certificate, issuer, now_unix)
            .filter(|response| response.answer(certificate, issuer, now_unix).is_ok())
    }

    /// The same, verified or not.
    pub(super) fn held(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        now_unix: i64,
    ) -> Option<&OcspResponse> {
        HashAlgorithm::ALL.into_iter().find_map(|hash| {
            let id = CertId::new(hash, certificate, issuer).ok()?;
            let entry = self.entries.get(&id)?;
            (entry.is_final || now_unix <= entry.expires).then_some(&entry.response)
        })
    }

    /// What to staple for a chain of our own, in DER: leaf first, `None` where there is nothing that has not expired
    /// [V2G2-871] [V2G20-2388].
    pub fn staples(&self, chain: &Chain, now_unix: i64) -> Vec<Option<&[u8]>> {
        let find = |certificate, issuer| self.find(certificate, issuer, now_unix);
        chain
            .issued()
            .map(|(_, certificate, issuer)| find(certificate, issuer).map(OcspResponse::der))
            .collect()
    }

    /// Drops what has expired.
    pub fn expire(&mut self, now_unix: i64) {
        self.entries.retain(|_, entry| entry.is_final || now_unix <= entry.expires);
    }

    /// Number of certificates.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries as octets, for the caller to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        let entries: Vec<u8> = self
            .entries
            .iter()
            .flat_map(|(id, entry)| {
                let response = der::element(der::OCTET_STRING, entry.response.der());
                der::sequence(&[&id.to_der(), &response])
            })
            .collect();
        der::sequence(&[&der::unsigned(&[VERSION]), &der::element(der::SEQUENCE, &entries)])
    }

    /// Reads entries back, into a cache of any capacity and age. No signature is verified: that is done when an entry is used.
    pub fn from_bytes(octets: &[u8], capacity: usize, max_age: i64) -> Result<Self, CacheError> {
        let malformed = |Malformed| CacheError::Malformed;
        let mut document = Reader::new(octets);
        let mut stored = document.enter(der::SEQUENCE).map_err(malformed)?;
        document.end().map_err(malformed)?;
        if stored.take(der::INTEGER).map_err(malformed)? != [VERSION] {
            return Err(CacheError::Malformed);
        }
        let mut list = stored.enter(der::SEQUENCE).map_err(malformed)?;
        stored.end().map_err(malformed)?;
        let mut cache = Self::new(capacity, max_age);
        let mut at = 0;
        while !list.is_empty() {
            let mut entry = list.enter(der::SEQUENCE).map_err(malformed)?;
            let id = CertId::read(&mut entry).map_err(malformed)?;
            let response = entry.take(der::OCTET_STRING).map_err(malformed)?;
            entry.end().map_err(malformed)?;
            let response =
                OcspResponse::parse(response).map_err(|error| CacheError::Entry { at, error })?;
            let claim =
                response.claim(&id).ok_or(CacheError::Entry { at, error: OcspError::NoAnswer })?;
            cache.put(id, response, &claim);
            at += 1;
        }
        Ok(cache)
    }
}

/// Of the stored form.
const VERSION: u8 = 1;
