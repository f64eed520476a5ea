//! The roots an end trusts.

use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use x509_parser::prelude::{FromDer, X509Certificate};

/// Trusted roots with what webpki's anchors leave out: the validity, and the bytes that cars hash.
#[derive(Clone, Debug, Default)]
pub struct Roots(Vec<Root>);

#[derive(Clone, Debug)]
pub(crate) struct Root {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) anchor: TrustAnchor<'static>,
    /// Unix seconds, both inclusive.
    validity: (i64, i64),
}

/// A certificate that cannot be a trusted root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// No certificate in DER, or one that cannot be an anchor.
    #[error("certificate {0} cannot be read")]
    Malformed(usize),
    /// Issued by another, or not marked as an authority.
    #[error("certificate {0} is no self-issued CA")]
    NotARoot(usize),
}

impl Roots {
    /// Refuses intermediates and leafs; the number in the error counts from 0.
    pub fn new(
        certificates: impl IntoIterator<Item = CertificateDer<'static>>,
    ) -> Result<Self, RootError> {
        let root = |(i, certificate)| Root::new(certificate, i);
        certificates.into_iter().enumerate().map(root).collect::<Result<_, _>>().map(Self)
    }

    /// The roots in the order given.
    pub fn certificates(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        self.0.iter().map(|root| &root.certificate)
    }

    /// The anchors that are valid at `now`, and those that are not.
    pub(crate) fn anchors(
        &self,
        now: UnixTime,
    ) -> (Vec<TrustAnchor<'static>>, Vec<TrustAnchor<'static>>) {
        let (valid, invalid): (Vec<&Root>, Vec<_>) =
            self.0.iter().partition(|root| root.is_valid(now));
        let anchors = |roots: Vec<&Root>| roots.iter().map(|r| r.anchor.clone()).collect();
        (anchors(valid), anchors(invalid))
    }
}

impl Root {
    fn new(certificate: CertificateDer<'static>, i: usize) -> Result<Self, RootError> {
        let Ok(([], parsed)) = X509Certificate::from_der(&certificate) else {
            return Err(RootError::Malformed(i));
        };
        if parsed.subject().as_raw() != parsed.issuer().as_raw() || !parsed.is_ca() {
            return Err(RootError::NotARoot(i));
        }
        let anchor = webpki::anchor_from_trusted_cert(&certificate)
            .map_err(|_| RootError::Malformed(i))?
            .to_owned();
        let validity = parsed.validity();
        let validity = (validity.not_before.timestamp(), validity.not_after.timestamp());
        Ok(Self { certificate, anchor, validity })
    }

    fn is_valid(&self, now: UnixTime) -> bool {
        i64::try_from(now.as_secs())
            .is_ok_and(|now| (self.validity.0..=self.validity.1).contains(&now))
    }
}
