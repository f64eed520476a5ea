//! Verification of a station's chain by the car.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use webpki::{EndEntityCert, KeyUsage};
use x509_parser::prelude::{FromDer, X509Certificate};

use pki::revocation::Need;

use crate::Roots;
use crate::provider::ALGORITHMS;
use crate::stapled::{StapleError, check_staple};

/// How closely a leaf must follow the profile of the standard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// P-256 with SHA-256, digitalSignature, DC=CPO.
    #[default]
    Strict,
    /// For test environments: any curve or RSA above the leaf, any key usage and subject. Never any root.
    Lenient,
}

/// Why a station's chain is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// No path to a trusted root; the root the peer sends itself is none.
    #[error("no path to a trusted root")]
    UntrustedRoot,
    /// Expired or not yet valid, although the path is good.
    #[error("the trusted root is expired or not yet valid")]
    RootNotValid,
    /// Its key usage lacks digitalSignature. Checked at the strict level.
    #[error("the leaf may not sign")]
    NoDigitalSignature,
    /// Checked at the strict level. [V2G2-925]
    #[error("the subject of the leaf lacks the domain component CPO")]
    NotCpo,
    /// Any other fault of the path, as webpki tells it.
    #[error("{0:?}")]
    Path(webpki::Error),
}

/// Verifies a station's chain (leaf, then what else it sent, in any order, with or without the root)
/// at `now` against the roots alone.
pub fn verify_secc_chain(
    roots: &Roots,
    leaf: &CertificateDer<'_>,
    sent: &[CertificateDer<'_>],
    now: UnixTime,
    strictness: Strictness,
) -> Result<(), ChainError> {
    let leaf_cert = EndEntityCert::try_from(leaf).map_err(ChainError::Path)?;
    let algorithms: &[&dyn SignatureVerificationAlgorithm] = match strictness {
        Strictness::Strict => ALGORITHMS.all,
        Strictness::Lenient => webpki::ALL_VERIFICATION_ALGS,
    };
    let path = |anchors: &[_]| {
        let usage = KeyUsage::server_auth();
        leaf_cert.verify_for_usage(algorithms, anchors, sent, now, usage, None, None).map(|_| ())
    };
    // webpki ignores the validity of anchors, so the others are kept from it.
    let (valid, invalid) = roots.anchors(now);
    path(&valid).map_err(|error| match error {
        _ if !invalid.is_empty() && path(&invalid).is_ok() => ChainError::RootNotValid,
        webpki::Error::UnknownIssuer => ChainError::UntrustedRoot,
        error => ChainError::Path(error),
    })?;
    if strictness == Strictness::Strict {
        let (_, leaf) =
            X509Certificate::from_der(leaf).map_err(|_| ChainError::Path(webpki::Error::BadDer))?;
        // webpki ignores the key usage.
        match leaf.key_usage() {
            Ok(Some(usage)) if usage.value.digital_signature() => {}
            _ => return Err(ChainError::NoDigitalSignature),
        }
        if !has_domain_component(&leaf, "CPO") {
            return Err(ChainError::NotCpo);
        }
    }
    Ok(())
}

/// RFC 4519 2.4: 0.9.2342.19200300.100.1.25.
fn has_domain_component(certificate: &X509Certificate<'_>, wanted: &str) -> bool {
    let oid = x509_parser::der_parser::oid!(0.9.2342.19200300.100.1.25);
    let mut components = certificate.subject().iter_by_oid(&oid);
    components.any(|component| component.as_str().is_ok_and(|s| s == wanted))
}

/// The certificate verifier of an EVCC. [V2G2-875] [V2G2-924]
#[derive(Debug)]
pub(crate) struct SeccVerifier {
    pub(crate) roots: Roots,
    pub(crate) strictness: Strictness,
    /// What the station has to staple about its leaf.
    pub(crate) staples: Need,
}

impl ServerCertVerifier for SeccVerifier {
    /// The name is an address from SDP, which no certificate can hold, so it is not compared.
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        sent: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        verify_secc_chain(&self.roots, leaf, sent, now, self.strictness)?;
        let roots = self.roots.certificates().map(AsRef::as_ref);
        let issuers = sent.iter().map(AsRef::as_ref).chain(roots);
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        check_staple(leaf, issuers, stapled, self.staples, now)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &ALGORITHMS)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &ALGORITHMS)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ALGORITHMS.supported_schemes()
    }
}

/// In the form from which rustls derives the alert.
impl From<StapleError> for Error {
    fn from(error: StapleError) -> Self {
        Self::InvalidCertificate(match error {
            StapleError::Revoked(_) => CertificateError::Revoked,
            StapleError::Missing => CertificateError::Other(OtherError(Arc::new(error))),
            _ => CertificateError::InvalidOcspResponse,
        })
    }
}

/// In the form from which rustls derives the alert.
impl From<ChainError> for Error {
    fn from(error: ChainError) -> Self {
        use webpki::Error as E;
        Self::InvalidCertificate(match error {
            ChainError::UntrustedRoot => CertificateError::UnknownIssuer,
            ChainError::Path(E::CertExpired { .. }) => CertificateError::Expired,
            ChainError::Path(E::CertNotValidYet { .. }) => CertificateError::NotValidYet,
            ChainError::Path(E::BadDer) => CertificateError::BadEncoding,
            other => CertificateError::Other(OtherError(Arc::new(other))),
        })
    }
}
