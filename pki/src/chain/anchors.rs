use crate::cert::{CertError, Certificate};
use crate::pem::{self, PemError};
use crate::profile::CertificateKind;

/// The roots that we trust, each for what its kind may anchor.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    roots: Vec<Anchor>,
}

/// A root that we trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    certificate: Certificate,
    kind: RootKind,
}

/// Kind of a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RootKind {
    /// V2G root: anchors every role.
    V2g,
    /// Mobility operator's root: contracts.
    Mo,
    /// Car maker's root: provisioning certificates.
    Oem,
    /// Operator's root of a private environment: stations, also directly [V2G2-868].
    PrivateOperator,
}

/// Why a certificate is no root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    /// It cannot be parsed.
    #[error("unreadable root: {0}")]
    Unparsable(#[from] CertError),
    /// The text is no PEM, or holds no certificate.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// It is not signed with its own key; an authority below a root is no anchor.
    #[error("not self-signed with ECDSA on P-256 or P-521")]
    NotSelfSigned,
    /// It is no authority.
    #[error("not an authority")]
    NotCa,
}

impl Anchors {
    /// No roots: nothing verifies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a root in DER. Adding one twice has no effect.
    pub fn add(&mut self, kind: RootKind, der: &[u8]) -> Result<(), AnchorError> {
        let certificate = Certificate::parse(der)?;
        let key = certificate.public_key().map_err(|_| AnchorError::NotSelfSigned)?;
        if !certificate.is_self_issued() || certificate.verify_signed_by(key).is_err() {
            return Err(AnchorError::NotSelfSigned);
        }
        if !certificate.is_ca() {
            return Err(AnchorError::NotCa);
        }
        let anchor = Anchor { certificate, kind };
        if !self.roots.contains(&anchor) {
            self.roots.push(anchor);
        }
        Ok(())
    }

    /// Adds every certificate of a PEM text as a root of one kind; none is added when one is no root.
    pub fn add_pem(&mut self, kind: RootKind, text: &str) -> Result<(), AnchorError> {
        let mut all = self.clone();
        for der in pem::certificates(text)? {
            all.add(kind, &der)?;
        }
        *self = all;
        Ok(())
    }

    /// The roots, in the order added.
    pub fn iter(&self) -> impl Iterator<Item = &Anchor> {
        self.roots.iter()
    }

    /// Number of roots.
    pub fn len(&self) -> usize {
        self.roots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }
}

impl Anchor {
    /// The root certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// What it is root of.
    pub fn kind(&self) -> RootKind {
        self.kind
    }
}

impl RootKind {
    /// Profile that such a root follows.
    pub fn certificate_kind(self) -> CertificateKind {
        match self {
            Self::V2g => CertificateKind::V2gRoot,
            Self::Mo => CertificateKind::MoRoot,
            Self::Oem => CertificateKind::OemRoot,
            Self::PrivateOperator => CertificateKind::PrivateRoot,
        }
    }
}
