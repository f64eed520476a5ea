//! Chains: from a leaf over the authorities that the peer sent, or that we keep, to a root that we hold [V2G2-885].
//!
//! Every path is tried until one passes, with bounded work: certificates that vouch for each other, several with the same
//! name and cross-certificates lead to the same result in any order. A [`Verified`] chain knows its root and lists the
//! checks that were done. Whether a certificate is revoked is another question: [`crate::revocation`].

mod anchors;
mod cache;
mod checks;
mod claim;
mod error;
mod path;
mod role;
mod verified;

use crate::cert::Certificate;

pub use crate::profile::Level;
pub use anchors::{Anchor, AnchorError, Anchors, RootKind};
pub use cache::Cache;
pub use checks::{Check, Done};
pub use claim::{Claim, compare_claim};
pub use error::{ChainError, Position};
pub use role::{Demand, Role};
pub use verified::{Chain, Verified};

/// Most certificates that a peer may send beside the leaf: what the message schema of ISO 15118-2 admits.
pub const MAX_SUBS: usize = 4;

/// Most signatures that are tried to find a path: what a hostile set of certificates can cost.
pub const MAX_SIGNATURES: usize = 48;

/// Verifies a station's chain of ISO 15118-2: TLS server certificates [V2G2-924].
pub fn verify_secc(
    leaf: &[u8],
    subs: &[impl AsRef<[u8]>],
    anchors: &Anchors,
    now_unix: i64,
    level: Level,
) -> Result<Verified<Chain>, ChainError> {
    Demand::iso2(Role::Secc, level).verify(leaf, subs, anchors, now_unix)
}

/// Verifies a contract chain of ISO 15118-2. The result carries the contract identifier of the leaf's CN [V2G2-108].
pub fn verify_contract(
    leaf: &[u8],
    subs: &[impl AsRef<[u8]>],
    anchors: &Anchors,
    now_unix: i64,
    level: Level,
) -> Result<Verified<Chain>, ChainError> {
    Demand::iso2(Role::Contract, level).verify(leaf, subs, anchors, now_unix)
}

/// Verifies a chain of ISO 15118-2 for a role: [`Demand::verify`].
pub fn verify(
    role: Role,
    leaf: &[u8],
    subs: &[impl AsRef<[u8]>],
    anchors: &Anchors,
    now_unix: i64,
    level: Level,
) -> Result<Verified<Chain>, ChainError> {
    Demand::iso2(role, level).verify(leaf, subs, anchors, now_unix)
}

impl Demand {
    /// Verifies a chain: signatures, names, validity at `now_unix` (seconds since 1970, the root included), authority
    /// flags, path lengths, key usages, one algorithm in all of it, and the profile of every certificate.
    ///
    /// `subs` may hold the root; it counts for nothing. At the strict level they must come in order, leaf's issuer first;
    /// below it in any. What is missing may be among the authorities that `anchors` keep.
    ///
    /// Addresses for revocation may be critical, as ISO 15118-20 wants them: whoever takes the chain owes it
    /// [`crate::revocation::check`].
    pub fn verify(
        self,
        leaf: &[u8],
        subs: &[impl AsRef<[u8]>],
        anchors: &Anchors,
        now_unix: i64,
    ) -> Result<Verified<Chain>, ChainError> {
        verify_with(self, leaf, subs, anchors, now_unix, None)
    }
}

fn verify_with(
    demand: Demand,
    leaf: &[u8],
    subs: &[impl AsRef<[u8]>],
    anchors: &Anchors,
    now_unix: i64,
    known: Option<&mut cache::Signatures>,
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
    let mut search = path::Search::new(demand, &leaf, &parsed, anchors, now_unix);
    search.known = known;
    search.run().map(Verified)
}
