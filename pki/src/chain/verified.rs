use core::ops::Deref;
use std::sync::Arc;

use super::checks::{self, Done, Member};
use super::role::Branch;
use super::{Anchor, Demand, Position, Role};
use crate::cert::Certificate;
use crate::id::Evcoid;
use crate::key::PublicKey;
use crate::profile::{Broken, CertificateKind, Edition, Level, check};

/// Proof that a value was checked. Only the checks of this crate make one.
#[derive(Clone, Debug)]
pub struct Verified<T>(pub(super) T);

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A chain from a leaf to a root.
#[derive(Clone, Debug)]
pub struct Chain {
    pub(super) demand: Demand,
    pub(super) branch: Branch,
    pub(super) leaf: Certificate,
    /// From the leaf's issuer upwards.
    pub(super) subs: Vec<Certificate>,
    pub(super) anchor: Arc<Anchor>,
    pub(super) key: PublicKey,
    pub(super) evcoid: Option<Evcoid>,
    pub(super) now: i64,
    /// What the sender did to the authorities.
    pub(super) sent: Sent,
}

/// What the sender of a chain did, beside what its certificates say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sent {
    /// The authorities of the path did not come leaf's issuer first.
    pub(super) disorder: bool,
    /// Two different certificates of one issuer have the same serial number.
    pub(super) repeated_serial: bool,
}

impl Chain {
    /// What the chain was verified for.
    pub fn role(&self) -> Role {
        self.demand.role
    }

    /// The edition whose profiles it follows.
    pub fn edition(&self) -> Edition {
        self.demand.edition
    }

    /// How much deviation was tolerated.
    pub fn level(&self) -> Level {
        self.demand.level
    }

    /// When it was verified, seconds since 1970.
    pub fn verified_at(&self) -> i64 {
        self.now
    }

    /// The leaf certificate.
    pub fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// The leaf's public key: what the peer's signatures must verify with.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// The authorities between leaf and root, the leaf's issuer first.
    pub fn subs(&self) -> &[Certificate] {
        &self.subs
    }

    /// The root, from our own store.
    pub fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// The contract identifier; there for every chain of role [`Role::Contract`].
    pub fn evcoid(&self) -> Option<&Evcoid> {
        self.evcoid.as_ref()
    }

    /// First second at which every certificate of the chain is valid.
    pub fn not_before(&self) -> i64 {
        self.certificates().map(Certificate::not_before).max().unwrap_or(i64::MAX)
    }

    /// Last second at which every certificate of the chain is valid.
    pub fn not_after(&self) -> i64 {
        self.certificates().map(Certificate::not_after).min().unwrap_or(i64::MIN)
    }

    /// Whether the leaf runs out within `seconds` from now: `OK_CertificateExpiresSoon` [V2G2-690].
    pub fn expires_soon(&self, now_unix: i64, seconds: i64) -> bool {
        self.leaf.not_after().saturating_sub(now_unix) <= seconds
    }

    /// What the strict profiles find in this chain, for the log: empty for a chain to the letter of the standard.
    /// [`Self::checks`] tells beside what the chain as a whole was forgiven.
    pub fn deviations(&self) -> Vec<(Position, Broken)> {
        let mut deviations = Vec::new();
        for (position, certificate, kind) in self.members() {
            let broken = check(certificate, kind, self.edition(), Level::Strict);
            deviations.extend(broken.into_iter().map(|broken| (position, broken)));
        }
        deviations
    }

    /// Every check that was done, from the search of the path to the rules of each profile, with what was tolerated.
    pub fn checks(&self) -> Vec<Done> {
        checks::done(self)
    }

    /// Every certificate below the root with its position and its issuer, leaf first.
    pub fn issued(&self) -> impl Iterator<Item = (Position, &Certificate, &Certificate)> {
        let issuers = self.certificates().skip(1);
        self.members().zip(issuers).map(|((at, certificate, _), issuer)| (at, certificate, issuer))
    }

    /// Every certificate with its position and kind, leaf first, root last.
    pub fn members(&self) -> impl Iterator<Item = (Position, &Certificate, CertificateKind)> {
        self.all().map(|member| (member.at, member.certificate, member.kind))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Member<'_>> {
        let issuers = self.certificates().skip(1).map(Some).chain([None]);
        self.certificates().zip(issuers).enumerate().map(|(index, (certificate, issuer))| {
            let (at, kind) = match (index.checked_sub(1), issuer) {
                (None, _) => (Position::Leaf, self.role().leaf_kind()),
                (Some(above), Some(_)) => (Position::Sub(above), self.sub_kind(above)),
                (Some(_), None) => (Position::Root, self.anchor.kind().certificate_kind()),
            };
            Member { at, certificate, kind, issuer }
        })
    }

    fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        core::iter::once(&self.leaf).chain(&self.subs).chain([self.anchor.certificate()])
    }

    /// Kind of the authority that many places above the leaf's issuer.
    fn sub_kind(&self, above: usize) -> CertificateKind {
        // The signer of an authority's answers may stand right below the first authority.
        let alone = self.role() == Role::OcspSigner && self.subs.len() == 1;
        match above {
            0 if !alone => self.branch.sub2,
            0 | 1 => self.branch.sub1,
            _ => CertificateKind::V2gRoot,
        }
    }

    /// Whether that authority is another root's certificate for a root: above the two authorities of a branch.
    pub(super) fn is_cross(&self, at: Position) -> bool {
        matches!(at, Position::Sub(above) if above >= 2)
    }
}
