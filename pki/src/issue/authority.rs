use std::sync::Arc;

use ring::rand::SecureRandom;

use super::terms::{LEAD, Terms, issued_by, usual_lifetime};
use super::{Csr, IssueError, Issuer, Plan};
use crate::cert::{AttributeKind, Certificate, KeyUsage};
use crate::key::{PublicKey, Signer};
use crate::profile::{
    Authority, Broken, CertificateKind, Edition, Level, RevocationPointers, check, profile,
};

/// An authority that issues: its certificate, its key wherever that is, and its [`Terms`].
///
/// Whatever it issues passes the strict profile of its kind, is valid no longer than the authority itself
/// [V2G20-3000] [V2G20-3001] and has a random serial number of 127 bits.
#[derive(Clone)]
pub struct CertificateAuthority {
    certificate: Certificate,
    kind: CertificateKind,
    edition: Edition,
    signer: Arc<dyn Signer>,
    terms: Terms,
}

/// Why a certificate and a key are no authority.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorityError {
    /// The kind issues nothing.
    #[error("a {0} issues nothing")]
    Leaf(CertificateKind),
    /// The key is not that of the certificate.
    #[error("the key is not that of the certificate")]
    ForeignKey,
    /// The certificate breaks rules of its profile.
    #[error("the certificate breaks its profile: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Profile(Vec<Broken>),
    /// The terms cannot be met.
    #[error(transparent)]
    Terms(IssueError),
    /// The terms allow a kind that this authority may not issue.
    #[error("an authority of its kind may not issue a {0}")]
    Kind(CertificateKind),
}

impl CertificateAuthority {
    /// An authority with the [usual terms](Terms::of). Its certificate must pass the strict profile of its kind.
    pub fn new(
        certificate: Certificate,
        edition: Edition,
        kind: CertificateKind,
        signer: Arc<dyn Signer>,
    ) -> Result<Self, AuthorityError> {
        Self::at_level(certificate, edition, kind, signer, Level::Strict)
    }

    /// An authority that was there before, whose own certificate need not follow the standard to the letter. What it issues
    /// does all the same.
    pub fn at_level(
        certificate: Certificate,
        edition: Edition,
        kind: CertificateKind,
        signer: Arc<dyn Signer>,
        level: Level,
    ) -> Result<Self, AuthorityError> {
        if profile(kind, edition).authority == Authority::Leaf {
            return Err(AuthorityError::Leaf(kind));
        }
        if certificate.public_key() != Ok(signer.public_key()) {
            return Err(AuthorityError::ForeignKey);
        }
        match check(&certificate, kind, edition, level) {
            broken if broken.is_empty() => {
                Ok(Self { certificate, kind, edition, signer, terms: Terms::of(edition, kind) })
            }
            broken => Err(AuthorityError::Profile(broken)),
        }
    }

    /// A root of a kind, with a certificate signed by itself and the usual terms.
    ///
    /// `subject` is as in [`Self::issue`]; `lifetime` is in seconds, `None` for the usual one.
    pub fn root(
        edition: Edition,
        kind: CertificateKind,
        subject: &[(AttributeKind, String)],
        signer: Arc<dyn Signer>,
        lifetime: Option<i64>,
        now_unix: i64,
        rng: &dyn SecureRandom,
    ) -> Result<Self, IssueError> {
        if profile(kind, edition).authority != Authority::Root {
            return Err(IssueError::Kind(kind));
        }
        let not_before = now_unix.saturating_sub(LEAD);
        let lifetime = lifetime.unwrap_or(usual_lifetime(kind));
        let not_after = not_before.saturating_add(lifetime).saturating_sub(1);
        let mut plan = Plan::of(edition, kind, "", not_before, not_after);
        plan.subject = named(subject, kind, edition)?;
        let certificate = plan.issue_self_signed(&*signer, rng)?;
        passes(&certificate, kind, edition)?;
        Ok(Self { certificate, kind, edition, signer, terms: Terms::of(edition, kind) })
    }

    /// The same authority under other terms.
    pub fn with_terms(self, terms: Terms) -> Result<Self, AuthorityError> {
        terms.check().map_err(AuthorityError::Terms)?;
        let allowed = |kind: &CertificateKind| {
            issued_by(self.kind, self.edition).any(|allowed| allowed == *kind)
        };
        match terms.kinds.iter().find(|kind| !allowed(kind)) {
            Some(kind) => Err(AuthorityError::Kind(*kind)),
            None => Ok(Self { terms, ..self }),
        }
    }

    /// Its certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Its kind.
    pub fn kind(&self) -> CertificateKind {
        self.kind
    }

    /// Its edition.
    pub fn edition(&self) -> Edition {
        self.edition
    }

    /// Its terms.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Its certificate and key, for what else it signs: revocation lists, and tariffs if it is of a mobility operator.
    pub fn issuer(&self) -> Issuer<'_> {
        Issuer { certificate: &self.certificate, signer: &*self.signer }
    }

    /// Issues a certificate of a kind for a key.
    ///
    /// `subject` has the common name and what else is to be said; the domain component of the kind is added if it is not
    /// there. That the key's owner has the private half, the caller knows.
    pub fn issue(
        &self,
        kind: CertificateKind,
        subject: &[(AttributeKind, String)],
        key: &PublicKey,
        now_unix: i64,
        rng: &dyn SecureRandom,
    ) -> Result<Certificate, IssueError> {
        let mut plan = self.plan(kind, subject, now_unix)?;
        plan.key_usage = plan.key_usage.of_key(key.algorithm());
        let (found, wanted) = (key.algorithm(), self.signer.public_key().algorithm());
        if found != wanted {
            return Err(IssueError::Algorithm { found, wanted });
        }
        let certificate = plan.issue(key, self.issuer(), rng)?;
        passes(&certificate, kind, self.edition)?;
        Ok(certificate)
    }

    /// Issues a certificate of a kind for a request: its name and its key. Extensions are the profile's, whatever the request
    /// asks for; one that asks to be an authority and is none is refused.
    pub fn issue_for(
        &self,
        kind: CertificateKind,
        request: &Csr,
        now_unix: i64,
        rng: &dyn SecureRandom,
    ) -> Result<Certificate, IssueError> {
        let asked = request.extensions();
        let powers = KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN;
        let signs = asked.key_usage.as_ref().map_or(KeyUsage::NONE, |usage| usage.value);
        let ca = asked.basic_constraints.as_ref().is_some_and(|constraints| constraints.value.ca);
        let leaf = profile(kind, self.edition).authority == Authority::Leaf;
        if leaf && (ca || signs.without(powers) != signs) {
            return Err(IssueError::Powers);
        }
        let subject = request.subject().attributes();
        let subject: Vec<_> = subject.iter().map(|a| (a.kind.clone(), a.value.clone())).collect();
        self.issue(kind, &subject, request.public_key(), now_unix, rng)
    }

    fn plan(
        &self,
        kind: CertificateKind,
        subject: &[(AttributeKind, String)],
        now_unix: i64,
    ) -> Result<Plan, IssueError> {
        let (own, terms) = (&self.certificate, &self.terms);
        if !terms.kinds.contains(&kind) {
            return Err(IssueError::Kind(kind));
        }
        if !(own.not_before()..=own.not_after()).contains(&now_unix) {
            return Err(IssueError::AuthorityNotValid);
        }
        let not_before = now_unix.saturating_sub(terms.lead).max(own.not_before());
        let lifetime = terms.lifetime.unwrap_or(usual_lifetime(kind));
        // Both ends count.
        let not_after = not_before.saturating_add(lifetime).saturating_sub(1).min(own.not_after());
        let mut plan = Plan::of(self.edition, kind, "", not_before, not_after);
        plan.subject = named(subject, kind, self.edition)?;
        let pointers = profile(kind, self.edition).revocation;
        if kind != CertificateKind::OcspSigner && pointers != RevocationPointers::Absent {
            plan.ocsp.clone_from(&terms.ocsp);
            plan.crl.clone_from(&terms.crl);
        }
        plan.policies.clone_from(&terms.policies);
        plan.key_id = terms.key_id;
        Ok(plan)
    }
}

/// A subject with the domain component of the kind, which is the only one it may name.
fn named(
    subject: &[(AttributeKind, String)],
    kind: CertificateKind,
    edition: Edition,
) -> Result<Vec<(AttributeKind, String)>, IssueError> {
    let domain = profile(kind, edition).domain;
    let fits = |found: &str| {
        let fits =
            |value: &&str| if domain.suffix { found.ends_with(*value) } else { found == *value };
        domain.values.iter().any(fits)
    };
    let mut subject = subject.to_vec();
    let mut domains = subject.iter().filter(|(kind, _)| *kind == AttributeKind::DomainComponent);
    match (domains.next(), domain.values.first()) {
        (Some((_, found)), Some(wanted)) if !fits(found) => {
            let (found, wanted) = (found.clone(), (*wanted).to_owned());
            return Err(IssueError::Domain { found, wanted });
        }
        (None, Some(wanted)) => {
            subject.push((AttributeKind::DomainComponent, (*wanted).to_owned()))
        }
        _ => {}
    }
    Ok(subject)
}

fn passes(
    certificate: &Certificate,
    kind: CertificateKind,
    edition: Edition,
) -> Result<(), IssueError> {
    match check(certificate, kind, edition, Level::Strict) {
        broken if broken.is_empty() => Ok(()),
        broken => Err(IssueError::Profile(broken)),
    }
}

impl core::fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut debug = f.debug_struct("CertificateAuthority");
        debug.field("kind", &self.kind).field("subject", &self.certificate.subject());
        debug.finish_non_exhaustive()
    }
}
