use super::{NONCE, OcspError};
use crate::der::{self, Malformed, Reader};
use crate::revocation::CertId;

/// A question about certificates; not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspRequest {
    ids: Vec<CertId>,
    nonce: Option<Vec<u8>>,
}

impl OcspRequest {
    /// Largest request that is read, in octets.
    pub const MAX_DER: usize = 16_384;
    /// Largest nonce, in octets (RFC 8954).
    pub const MAX_NONCE: usize = 32;
    /// Media type of a request sent by HTTP POST.
    pub const MEDIA_TYPE: &str = "application/ocsp-request";

    /// Asks about certificates, without a nonce: so the responder can answer from what it has signed before.
    pub fn new(ids: impl IntoIterator<Item = CertId>) -> Self {
        Self { ids: ids.into_iter().collect(), nonce: None }
    }

    /// Adds a nonce of 1 to [`Self::MAX_NONCE`] octets, which the response must repeat: see
    /// [`super::OcspResponse::repeats_nonce_of`]. One of another length is cut or left out.
    #[must_use]
    pub fn with_nonce(mut self, nonce: &[u8]) -> Self {
        let nonce = nonce.get(..nonce.len().min(Self::MAX_NONCE)).unwrap_or_default();
        self.nonce = (!nonce.is_empty()).then(|| nonce.to_vec());
        self
    }

    /// What is asked about.
    pub fn ids(&self) -> &[CertId] {
        &self.ids
    }

    /// The nonce.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// The request in DER.
    pub fn to_der(&self) -> Vec<u8> {
        let list: Vec<u8> = self.ids.iter().flat_map(|id| der::sequence(&[&id.to_der()])).collect();
        let nonce = self.nonce.as_deref().map_or_else(Vec::new, |nonce| nonce_extension(2, nonce));
        der::sequence(&[&der::sequence(&[&der::element(der::SEQUENCE, &list), &nonce])])
    }

    /// Reads a request. A signature is read over: whoever answers everybody need not know who asks.
    pub fn parse(der: &[u8]) -> Result<Self, OcspError> {
        let max = Self::MAX_DER;
        if der.len() > max {
            return Err(OcspError::TooLong { found: der.len(), max });
        }
        let malformed = |Malformed| OcspError::Malformed("request");
        let mut document = Reader::new(der);
        let mut request = document.enter(der::SEQUENCE).map_err(malformed)?;
        document.end().map_err(malformed)?;
        let mut body = request.enter(der::SEQUENCE).map_err(malformed)?;
        request.explicit_if(0, der::SEQUENCE).map_err(malformed)?;
        request.end().map_err(malformed)?;
        // Version 1 is the only one.
        if body.explicit_if(0, der::INTEGER).map_err(malformed)?.is_some_and(|v| v != [0]) {
            return Err(OcspError::Malformed("version"));
        }
        body.take_if(der::explicit(1)).map_err(malformed)?;
        let mut list = body.enter(der::SEQUENCE).map_err(malformed)?;
        let mut ids = Vec::new();
        while !list.is_empty() {
            let mut entry = list.enter(der::SEQUENCE).map_err(malformed)?;
            ids.push(CertId::read(&mut entry).map_err(|_| OcspError::Malformed("certificate id"))?);
            let extensions = entry.explicit_if(0, der::SEQUENCE).map_err(malformed)?;
            read_extensions(extensions.unwrap_or_default())?;
            entry.end().map_err(malformed)?;
        }
        if ids.is_empty() {
            return Err(OcspError::Malformed("list of requests"));
        }
        let extensions = body.explicit_if(2, der::SEQUENCE).map_err(malformed)?;
        body.end().map_err(malformed)?;
        let nonce = read_extensions(extensions.unwrap_or_default())?;
        Ok(Self { ids, nonce })
    }
}

/// Extensions with a nonce, under an explicit tag.
pub(super) fn nonce_extension(tag: u8, nonce: &[u8]) -> Vec<u8> {
    let extension = der::extension(NONCE, false, &der::element(der::OCTET_STRING, nonce));
    der::element(der::explicit(tag), &der::sequence(&[&extension]))
}

/// Reads extensions and returns the nonce among them. No other may be critical.
pub(super) fn read_extensions(list: &[u8]) -> Result<Option<Vec<u8>>, OcspError> {
    let mut nonce = None;
    let mut list = Reader::new(list);
    while !list.is_empty() {
        let malformed = |Malformed| OcspError::Malformed("extensions");
        let (oid, critical, value) = list.extension().map_err(malformed)?;
        if oid == NONCE {
            let mut value = Reader::new(value);
            let content = value.take(der::OCTET_STRING).map_err(malformed)?;
            value.end().map_err(malformed)?;
            if nonce.replace(content.to_vec()).is_some() {
                return Err(OcspError::Malformed("extensions"));
            }
        } else if critical {
            return Err(OcspError::Critical);
        }
    }
    Ok(nonce)
}
