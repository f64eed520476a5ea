use std::sync::Arc;

use pki::{Certificate, Signer};

/// A certificate with its key, wherever that is, and the authorities above it.
#[derive(Clone)]
pub struct Signatory {
    leaf: Certificate,
    subs: Vec<Certificate>,
    signer: Arc<dyn Signer>,
}

/// Why a certificate, its authorities and a key do not belong together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatoryError {
    /// The key is not that of the certificate.
    #[error("the key is not that of the certificate")]
    ForeignKey,
    /// An authority did not sign the one before it.
    #[error("certificate {0} of the chain is not signed by the next one")]
    Chain(usize),
}

impl Signatory {
    /// `subs` has the leaf's issuer first and no root.
    pub fn new(
        leaf: Certificate,
        subs: Vec<Certificate>,
        signer: Arc<dyn Signer>,
    ) -> Result<Self, SignatoryError> {
        if leaf.public_key() != Ok(signer.public_key()) {
            return Err(SignatoryError::ForeignKey);
        }
        let issued = std::iter::once(&leaf).chain(&subs);
        for (place, (certificate, issuer)) in issued.zip(&subs).enumerate() {
            let key = issuer.public_key().map_err(|_| SignatoryError::Chain(place))?;
            certificate.verify_signed_by(key).map_err(|_| SignatoryError::Chain(place))?;
        }
        Ok(Self { leaf, subs, signer })
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.leaf
    }

    /// The authorities above it, its issuer first, without the root.
    pub fn subs(&self) -> &[Certificate] {
        &self.subs
    }

    /// Leaf and authorities in DER, leaf first.
    pub fn chain(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(&self.leaf).chain(&self.subs).map(Certificate::der)
    }

    /// What signs.
    pub fn signer(&self) -> &dyn Signer {
        &*self.signer
    }
}

impl std::fmt::Debug for Signatory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signatory").field("subject", self.leaf.subject()).finish_non_exhaustive()
    }
}
