//! Chains: from a leaf over the authorities that the peer sent to a root that we hold [V2G2-885].

mod anchors;
mod claim;
mod error;
mod path;

use core::ops::Deref;

use crate::cert::Certificate;
use crate::id::Evcoid;
use crate::key::PublicKey;
use crate::profile::{Broken, CertificateKind, Edition, check};

pub use crate::profile::Level;
pub use anchors::{Anchor, AnchorError, Anchors, RootKind};
pub use claim::{Claim, compare_claim};
pub use error::{ChainError, Position};

/// What a leaf certificate is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A station's end of TLS.
    Secc,
    /// A contract, as in `PaymentDetailsReq` and `CertificateUpdateReq`.
    Contract,
    /// A car that asks for a contract, as in `CertificateInstallationReq`.
    OemProvisioning,
    /// The service that signs a contract delivery.
    Cps,
}

/// Proof that a value was checked. Only the checks of this crate make one.
#[derive(Clone, Debug)]
pub struct Verified<T>(T);

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A chain from a leaf to a root.
#[derive(Clone, Debug)]
pub struct Chain {
    role: Role,
    leaf: Certificate,
    /// From the leaf's issuer upwards.
    subs: Vec<Certificate>,
    anchor: Anchor,
    key: PublicKey,
    evcoid: Option<Evcoid>,
}

/// Most certificates that a peer may send beside the leaf: what the message schema of ISO 15118-2 admits.
pub const MAX_SUBS: usize = 4;

/// Verifies a station's chain: TLS server certificates [V2G2-924].
pub fn verify_secc(
    leaf: &[u8],
    subs: &[impl AsRef<[u8]>],
    anchors: &Anchors,
    now_unix: i64,
    level: Level,
) -> Result<Verified<Chain>, ChainError> {
    verify(Role::Secc, leaf, subs, anchors, now_unix, level)
}

/// Verifies a contract chain. The result carries the contract identifier of the leaf's CN [V2G2-108].
pub fn verify_contract(
    leaf: &[u8],
    subs: &[impl AsRef<[u8]>],
    anchors: &Anchors,
    now_unix: i64,
    level: Level,
) -> Result<Verified<Chain>, ChainError> {
    verify(Role::Contract, leaf, subs, anchors, now_unix, level)
}

/// Verifies a chain for a role: signatures, names, validity at `now_unix` (seconds since 1970, the root included),
/// authority flags, path lengths, key usages and the profile of every certificate.
///
/// `subs` may hold the root; it counts for nothing. At the strict level they must come in order, leaf's issuer first;
/// below it in any.
pub fn verify(
    role: Role,
    leaf: &[u8],
    subs: &[impl AsRef<[u8]>],
    anchors: &Anchors,
    now_unix: i64,
    level: Level,
) -> Result<Verified<Chain>, ChainError> {
    if subs.len() > MAX_SUBS {
        return Err(ChainError::TooMany { found: subs.len(), max: MAX_SUBS });
    }
    let parse =
        |at, der| Certificate::parse(der).map_err(|error| ChainError::Unparsable { at, error });
    let leaf = parse(Position::Leaf, leaf)?;
    let mut parsed = Vec::with_capacity(subs.len());
    for (i, sub) in subs.iter().enumerate() {
        parsed.push(parse(Position::Sub(i), sub.as_ref())?);
    }
    path::Search { role, leaf: &leaf, subs: &parsed, anchors, now: now_unix, level }
        .run()
        .map(Verified)
}

impl Chain {
    /// What the chain was verified for.
    pub fn role(&self) -> Role {
        self.role
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

    /// Last second at which every certificate of the chain is valid.
    pub fn not_after(&self) -> i64 {
        let root = self.anchor.certificate();
        self.subs
            .iter()
            .chain([&self.leaf, root])
            .map(Certificate::not_after)
            .min()
            .unwrap_or(i64::MIN)
    }

    /// Whether the leaf runs out within `seconds` from now: `OK_CertificateExpiresSoon` [V2G2-690].
    pub fn expires_soon(&self, now_unix: i64, seconds: i64) -> bool {
        self.leaf.not_after().saturating_sub(now_unix) <= seconds
    }

    /// What the strict profiles find in this chain, for the log: empty for a chain to the letter of the standard.
    pub fn deviations(&self) -> Vec<(Position, Broken)> {
        let mut deviations = Vec::new();
        for (position, certificate, kind) in self.members() {
            deviations.extend(
                check(certificate, kind, Edition::Iso2, Level::Strict)
                    .into_iter()
                    .map(|broken| (position, broken)),
            );
        }
        deviations
    }

    /// Every certificate below the root with its position and its issuer, leaf first.
    pub fn issued(&self) -> impl Iterator<Item = (Position, &Certificate, &Certificate)> {
        let issuers = self.members().skip(1).map(|(_, issuer, _)| issuer);
        self.members().zip(issuers).map(|((at, certificate, _), issuer)| (at, certificate, issuer))
    }

    /// Every certificate with its position and kind, leaf first, root last.
    pub fn members(&self) -> impl Iterator<Item = (Position, &Certificate, CertificateKind)> {
        let leaf = (Position::Leaf, &self.leaf, self.role.leaf_kind());
        let subs = self
            .subs
            .iter()
            .enumerate()
            .map(|(i, sub)| (Position::Sub(i), sub, self.role.sub_kind(i)));
        let root =
            (Position::Root, self.anchor.certificate(), self.anchor.kind().certificate_kind());
        core::iter::once(leaf).chain(subs).chain([root])
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Secc, Self::Contract, Self::OemProvisioning, Self::Cps];

    /// Kinds of roots that may anchor this role [V2G2-925]; a private root anchors stations only [V2G2-927].
    pub fn roots(self) -> &'static [RootKind] {
        match self {
            Self::Secc => &[RootKind::V2g, RootKind::PrivateOperator],
            Self::Contract => &[RootKind::Mo, RootKind::V2g],
            Self::OemProvisioning => &[RootKind::Oem, RootKind::V2g],
            Self::Cps => &[RootKind::V2g],
        }
    }

    /// Kind of the leaf.
    pub fn leaf_kind(self) -> CertificateKind {
        match self {
            Self::Secc => CertificateKind::SeccLeaf,
            Self::Contract => CertificateKind::ContractLeaf,
            Self::OemProvisioning => CertificateKind::OemProvisioningLeaf,
            Self::Cps => CertificateKind::CpsLeaf,
        }
    }

    /// Kind of the authority that many places above the leaf's issuer.
    fn sub_kind(self, above: usize) -> CertificateKind {
        match (self, above) {
            (Self::Secc, 0) => CertificateKind::CpoSub2,
            (Self::Secc, _) => CertificateKind::CpoSub1,
            (Self::Contract, 0) => CertificateKind::MoSub2,
            (Self::Contract, _) => CertificateKind::MoSub1,
            (Self::OemProvisioning, 0) => CertificateKind::OemSub2,
            (Self::OemProvisioning, _) => CertificateKind::OemSub1,
            (Self::Cps, 0) => CertificateKind::CpsSub2,
            (Self::Cps, _) => CertificateKind::CpsSub1,
        }
    }
}
