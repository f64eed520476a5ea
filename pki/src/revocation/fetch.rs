use super::{Cache, CertId, HashAlgorithm, OcspRequest};
use crate::chain::{Chain, Position};

/// One thing to get by HTTP about one certificate. Several for a certificate are alternatives, the better one first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Which certificate it is about.
    pub at: Position,
    /// Address, as the certificate has it. It is not checked: only fetch from `http:` and `https:`.
    pub url: String,
    /// What to send.
    pub query: Query,
}

/// What to send to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// POST this as [`OcspRequest::MEDIA_TYPE`]; the answer is a [`super::OcspResponse`].
    Ocsp {
        /// What is asked about.
        id: CertId,
        /// The request in DER, without a nonce.
        request: Vec<u8>,
    },
    /// GET it; the answer is a [`super::Crl`] in DER.
    Crl,
}

/// What has to be fetched to know the state of a chain, leaf first: from every responder and every list that the certificates
/// below the root name. What the cache still answers at `now_unix` is left out.
///
/// Responders are asked with SHA-1, which all of them know.
pub fn fetches(chain: &Chain, cache: Option<&Cache>, now_unix: i64) -> Vec<Fetch> {
    let mut fetches = Vec::new();
    for (at, certificate, issuer) in chain.issued() {
        if cache.is_some_and(|cache| cache.find(certificate, issuer, now_unix).is_some()) {
            continue;
        }
        let extensions = certificate.extensions();
        if let Ok(id) = CertId::new(HashAlgorithm::Sha1, certificate, issuer) {
            let responders = extensions.ocsp.iter().flat_map(|extension| &extension.value);
            fetches.extend(responders.map(|url| {
                let request = OcspRequest::new([id.clone()]).to_der();
                Fetch { at, url: url.clone(), query: Query::Ocsp { id: id.clone(), request } }
            }));
        }
        let lists = extensions.crl.iter().flat_map(|extension| &extension.value);
        fetches.extend(lists.map(|url| Fetch { at, url: url.clone(), query: Query::Crl }));
    }
    fetches
}
