use std::sync::Arc;

use ring::digest::{Context, SHA256};

use crate::cert::{CertError, Certificate};
use crate::key::KeyError;
use crate::pem::{self, PemError};
use crate::profile::CertificateKind;

/// The roots that we trust, each for what its kind may anchor, and authorities that complete chains whose sender leaves
/// them out.
///
/// Any number of roots may be of one kind, and any number may have the same name [V2G2-878].
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    roots: Vec<Arc<Anchor>>,
    authorities: Vec<Arc<Certificate>>,
    digest: [u8; 32],
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
    /// Car maker's root: provisioning certificates, and cars at the connection.
    Oem,
    /// Operator's root of a private environment: stations, also directly [V2G2-868].
    PrivateOperator,
}

/// Why a certificate is no root, or no authority that may be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    /// It cannot be parsed.
    #[error("unreadable certificate: {0}")]
    Unparsable(#[from] CertError),
    /// The text is no PEM, or holds no certificate.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// It is not signed with its own key; an authority below a root is no anchor.
    #[error("not self-signed with an algorithm of ISO 15118")]
    NotSelfSigned,
    /// Its key is of an algorithm of ISO 15118-20 that this build does not have.
    #[error(transparent)]
    NotBuilt(KeyError),
    /// It is no authority.
    #[error("not an authority")]
    NotCa,
    /// It is signed with its own key: a root is trusted or not, it completes nothing.
    #[error("self-signed: a root, no authority below one")]
    Root,
    /// As many authorities are kept as can be.
    #[error("{max} authorities below roots are kept already")]
    Full {
        /// How many.
        max: usize,
    },
}

impl Anchors {
    /// Most authorities below roots that are kept.
    pub const MAX_AUTHORITIES: usize = 1024;

    /// No roots: nothing verifies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a root in DER. Adding one twice has no effect.
    pub fn add(&mut self, kind: RootKind, der: &[u8]) -> Result<(), AnchorError> {
        let certificate = Certificate::parse(der)?;
        if !is_self_signed(&certificate) {
            return Err(match certificate.public_key() {
                Err(error @ KeyError::NotBuilt { .. }) => AnchorError::NotBuilt(error),
                _ => AnchorError::NotSelfSigned,
            });
        }
        if !certificate.is_ca() {
            return Err(AnchorError::NotCa);
        }
        let anchor = Arc::new(Anchor { certificate, kind });
        if !self.roots.contains(&anchor) {
            self.extend_digest(kind as u8, der);
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

    /// Keeps an authority below a root, in DER, to complete chains with. It is trusted for nothing: a chain over it must end
    /// at a root all the same. Adding one twice has no effect.
    pub fn add_authority(&mut self, der: &[u8]) -> Result<(), AnchorError> {
        let certificate = Arc::new(Certificate::parse(der)?);
        if is_self_signed(&certificate) {
            return Err(AnchorError::Root);
        }
        if !certificate.is_ca() {
            return Err(AnchorError::NotCa);
        }
        if self.authorities.contains(&certificate) {
            return Ok(());
        }
        if self.authorities.len() == Self::MAX_AUTHORITIES {
            return Err(AnchorError::Full { max: Self::MAX_AUTHORITIES });
        }
        self.extend_digest(u8::MAX, der);
        self.authorities.push(certificate);
        Ok(())
    }

    /// The roots, in the order added.
    pub fn iter(&self) -> impl Iterator<Item = &Anchor> {
        self.roots.iter().map(|anchor| &**anchor)
    }

    /// The authorities below roots, in the order added.
    pub fn authorities(&self) -> impl Iterator<Item = &Certificate> {
        self.authorities.iter().map(|authority| &**authority)
    }

    /// Number of roots.
    pub fn len(&self) -> usize {
        self.roots.len()
    }

    /// Whether there are no roots.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// SHA-256 over everything that was added, in its order: two stores of the same digest verify the same chains.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    pub(super) fn roots(&self) -> &[Arc<Anchor>] {
        &self.roots
    }

    pub(super) fn kept(&self) -> &[Arc<Certificate>] {
        &self.authorities
    }

    fn extend_digest(&mut self, mark: u8, der: &[u8]) {
        let mut context = Context::new(&SHA256);
        context.update(&self.digest);
        context.update(&[mark]);
        context.update(der);
        self.digest.copy_from_slice(context.finish().as_ref());
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
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::V2g, Self::Mo, Self::Oem, Self::PrivateOperator];

    /// Profile that such a root follows.
    pub fn certificate_kind(self) -> CertificateKind {
        match self {
            Self::V2g => CertificateKind::V2gRoot,
            Self::Mo => CertificateKind::MoRoot,
            Self::Oem => CertificateKind::OemRoot,
            Self::PrivateOperator => CertificateKind::PrivateRoot,
        }
    }

    /// What a certificate of that profile is root of; `None` if it is no root.
    pub fn from_certificate_kind(kind: CertificateKind) -> Option<Self> {
        Self::ALL.into_iter().find(|root| root.certificate_kind() == kind)
    }
}

fn is_self_signed(certificate: &Certificate) -> bool {
    let signed =
        certificate.public_key().is_ok_and(|key| certificate.verify_signed_by(key).is_ok());
    certificate.is_self_issued() && signed
}
