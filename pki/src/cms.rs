//! Certificates alone in a CMS frame (RFC 5652 5.1, the degenerate case of SignedData): how enrolment over HTTP (RFC 7030)
//! sends them. Nothing in it is signed but the certificates themselves.

use crate::cert::Certificate;
use crate::der::{self, Malformed, Reader};

/// Media type of certificates sent by HTTP.
pub const MEDIA_TYPE: &str = "application/pkcs7-mime; smime-type=certs-only";
/// Largest frame that is read, in octets.
pub const MAX_DER: usize = 65_536;
/// Most certificates that are read.
pub const MAX_CERTIFICATES: usize = 32;

/// Why octets are no certificates in a CMS frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CmsError {
    /// More octets than [`MAX_DER`].
    #[error("{found} octets, at most {MAX_DER} are read")]
    TooLong {
        /// Octets found.
        found: usize,
    },
    /// No DER of this form.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// Something else than SignedData.
    #[error("no signed data")]
    OtherContent,
    /// It carries content or signatures.
    #[error("not certificates alone: there is {0}")]
    NotAlone(&'static str),
    /// No certificate at all.
    #[error("no certificate")]
    Empty,
    /// More certificates than [`MAX_CERTIFICATES`], or one larger than is read.
    #[error("more than {MAX_CERTIFICATES} certificates, or one too long")]
    TooMany,
}

/// Writes certificates in DER into a frame, as a set: sorted, each once.
pub fn write(certificates: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut set: Vec<&[u8]> = certificates.iter().map(AsRef::as_ref).collect();
    set.sort_unstable();
    set.dedup();
    let signed = der::sequence(&[
        &der::unsigned(&[1]),
        &der::element(der::SET, &[]),
        &der::sequence(&[&der::oid(DATA)]),
        &der::constructed(der::explicit(0), &set),
        &der::element(der::SET, &[]),
    ]);
    der::sequence(&[&der::oid(SIGNED_DATA), &der::element(der::explicit(0), &signed)])
}

/// The certificates of a frame, in the order found, which says nothing. They are not parsed; revocation lists are read over.
pub fn read(der: &[u8]) -> Result<Vec<Vec<u8>>, CmsError> {
    if der.len() > MAX_DER {
        return Err(CmsError::TooLong { found: der.len() });
    }
    let malformed = |Malformed| CmsError::Malformed("frame");
    let mut document = Reader::new(der);
    let mut info = document.enter(der::SEQUENCE).map_err(malformed)?;
    document.end().map_err(malformed)?;
    if info.take(der::OID).map_err(malformed)? != SIGNED_DATA {
        return Err(CmsError::OtherContent);
    }
    let mut content = info.enter(der::explicit(0)).map_err(malformed)?;
    info.end().map_err(malformed)?;
    let mut signed = content.enter(der::SEQUENCE).map_err(malformed)?;
    content.end().map_err(malformed)?;

    let malformed = |Malformed| CmsError::Malformed("signed data");
    if !matches!(signed.integer().map_err(malformed)?, [1..=5]) {
        return Err(CmsError::Malformed("version"));
    }
    signed.take(der::SET).map_err(malformed)?;
    let mut encapsulated = signed.enter(der::SEQUENCE).map_err(malformed)?;
    encapsulated.take(der::OID).map_err(malformed)?;
    if !encapsulated.is_empty() {
        return Err(CmsError::NotAlone("content"));
    }
    let set = signed.take_if(der::explicit(0)).map_err(malformed)?.unwrap_or_default();
    signed.take_if(der::explicit(1)).map_err(malformed)?;
    if !signed.take(der::SET).map_err(malformed)?.is_empty() {
        return Err(CmsError::NotAlone("a signature"));
    }
    signed.end().map_err(malformed)?;

    let mut set = Reader::new(set);
    let mut certificates = Vec::new();
    while !set.is_empty() {
        let certificate = set.whole(der::SEQUENCE);
        let certificate = certificate.map_err(|Malformed| CmsError::Malformed("certificates"))?;
        if certificates.len() == MAX_CERTIFICATES || certificate.len() > Certificate::MAX_DER {
            return Err(CmsError::TooMany);
        }
        certificates.push(certificate.to_vec());
    }
    if certificates.is_empty() { Err(CmsError::Empty) } else { Ok(certificates) }
}

/// 1.2.840.113549.1.7.2
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2];
/// 1.2.840.113549.1.7.1
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 1];

#[cfg(test)]
mod tests {
    use super::*;

    /// A sequence that stands for a certificate.
    fn stand_in(content: &[u8]) -> Vec<u8> {
        der::element(der::SEQUENCE, content)
    }

    #[test]
    fn what_was_written_reads_back_as_a_set() {
        let (a, b) = (stand_in(&[1; 300]), stand_in(&[2; 5]));
        let written = write(&[&a, &b, &a]);
        assert_eq!(read(&written), Ok(vec![b.clone(), a.clone()]));
        assert_eq!(write(&[&b, &a]), written);
    }

    #[test]
    fn frames_of_anything_else_are_refused_for_their_reason() {
        let good = write(&[stand_in(&[7])]);
        for cut in 0..good.len() {
            assert!(read(&good[..cut]).is_err(), "cut at {cut}");
        }
        assert_eq!(read(&[&good[..], &[0]].concat()), Err(CmsError::Malformed("frame")));
        assert_eq!(read(&write(&[] as &[&[u8]])), Err(CmsError::Empty));
        let found = MAX_DER + 1;
        assert_eq!(read(&vec![0x30; found]), Err(CmsError::TooLong { found }));
        let many: Vec<_> = (0..=MAX_CERTIFICATES as u8).map(|i| stand_in(&[i])).collect();
        assert_eq!(read(&write(&many)), Err(CmsError::TooMany));
        assert!(read(&write(&many[1..])).is_ok());
        let mut other = good.clone();
        other[12] = 3;
        assert_eq!(read(&other), Err(CmsError::OtherContent));
        let signer = der::element(der::SET, &stand_in(&[1]));
        let signed = der::sequence(&[
            &der::unsigned(&[1]),
            &der::element(der::SET, &[]),
            &der::sequence(&[&der::oid(DATA)]),
            &signer,
        ]);
        let frame =
            der::sequence(&[&der::oid(SIGNED_DATA), &der::element(der::explicit(0), &signed)]);
        assert_eq!(read(&frame), Err(CmsError::NotAlone("a signature")));
    }
}
