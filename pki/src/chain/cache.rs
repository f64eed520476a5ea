use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use ring::digest::{Context, SHA256};

use super::{Anchors, Chain, ChainError, Demand, Verified, verify_with};
use crate::cert::Certificate;
use crate::key::{KeyError, PublicKey};

/// Remembers chains that were verified, so that the same chain costs one hash the next time.
///
/// What is found here is what a new verification would let pass, because
/// - a chain is found by SHA-256 over the demand, the digest of the trust store and every octet that was sent, each part
///   with its length: another role, level, root or certificate is another entry;
/// - it is given out only while every certificate of the path is valid, and only for `max_age` seconds; a clock that
///   went back forgets it;
/// - refusals are never kept: a chain that was refused is verified anew.
///
/// Nothing here knows of revocation: [`crate::revocation::check`] is due for every chain, found or verified.
#[derive(Debug)]
pub struct Cache {
    capacity: usize,
    max_age: i64,
    chains: BTreeMap<[u8; 32], Entry>,
    /// In the order in which they are looked at for eviction.
    queue: VecDeque<[u8; 32]>,
    signatures: Signatures,
}

#[derive(Debug)]
struct Entry {
    chain: Arc<Verified<Chain>>,
    not_before: i64,
    not_after: i64,
    verified: i64,
    used: bool,
}

/// Signatures of authorities' certificates that verified: a fact that time and trust do not change.
#[derive(Debug, Default)]
pub(super) struct Signatures {
    good: BTreeSet<[u8; 32]>,
}

impl Cache {
    /// For `capacity` chains at most, each for `max_age` seconds.
    pub fn new(capacity: usize, max_age: u32) -> Self {
        Self {
            capacity,
            max_age: i64::from(max_age),
            chains: BTreeMap::new(),
            queue: VecDeque::new(),
            signatures: Signatures::default(),
        }
    }

    /// Like [`Demand::verify`]; the chain may have been verified before, at [`Chain::verified_at`].
    pub fn verify(
        &mut self,
        demand: Demand,
        leaf: &[u8],
        subs: &[impl AsRef<[u8]>],
        anchors: &Anchors,
        now_unix: i64,
    ) -> Result<Arc<Verified<Chain>>, ChainError> {
        let key = key(demand, leaf, subs, anchors);
        let entry = self.chains.get_mut(&key).filter(|e| e.is_good(now_unix, self.max_age));
        if let Some(entry) = entry {
            entry.used = true;
            return Ok(Arc::clone(&entry.chain));
        }
        let known = Some(&mut self.signatures);
        let chain = Arc::new(verify_with(demand, leaf, subs, anchors, now_unix, known)?);
        self.insert(key, Arc::clone(&chain), now_unix);
        Ok(chain)
    }

    /// Number of chains that are kept.
    pub fn len(&self) -> usize {
        self.chains.len()
    }

    /// Whether no chain is kept.
    pub fn is_empty(&self) -> bool {
        self.chains.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.chains.clear();
        self.queue.clear();
        self.signatures.good.clear();
    }

    fn insert(&mut self, key: [u8; 32], chain: Arc<Verified<Chain>>, now: i64) {
        if self.capacity == 0 {
            return;
        }
        let entry = Entry {
            not_before: chain.not_before(),
            not_after: chain.not_after(),
            verified: now,
            used: false,
            chain,
        };
        if self.chains.insert(key, entry).is_some() {
            return;
        }
        self.queue.push_back(key);
        // Whoever was used since the last look gets another round.
        while self.chains.len() > self.capacity {
            let Some(oldest) = self.queue.pop_front() else { return };
            match self.chains.get_mut(&oldest) {
                Some(entry) if entry.used => {
                    entry.used = false;
                    self.queue.push_back(oldest);
                }
                _ => drop(self.chains.remove(&oldest)),
            }
        }
    }
}

impl Entry {
    fn is_good(&self, now: i64, max_age: i64) -> bool {
        let age = now.saturating_sub(self.verified);
        (0..=max_age).contains(&age) && (self.not_before..=self.not_after).contains(&now)
    }
}

impl Signatures {
    /// Many more than there are authorities of one operator.
    const MAX: usize = 4096;

    /// Whether a certificate's signature verifies with a key: known, or found out by `verify`.
    pub(super) fn verify(
        &mut self,
        certificate: &Certificate,
        key: &PublicKey,
        verify: impl FnOnce() -> Result<(), KeyError>,
    ) -> Result<(), KeyError> {
        let mut context = Context::new(&SHA256);
        part(&mut context, &key.to_spki());
        part(&mut context, certificate.der());
        let digest = finish(context);
        if self.good.contains(&digest) {
            return Ok(());
        }
        verify()?;
        if self.good.len() >= Self::MAX {
            self.good.clear();
        }
        self.good.insert(digest);
        Ok(())
    }
}

fn key(demand: Demand, leaf: &[u8], subs: &[impl AsRef<[u8]>], anchors: &Anchors) -> [u8; 32] {
    let Demand { role, edition, level } = demand;
    let mut context = Context::new(&SHA256);
    context.update(&[role as u8, edition as u8, level as u8]);
    context.update(anchors.digest());
    part(&mut context, leaf);
    for sub in subs {
        part(&mut context, sub.as_ref());
    }
    finish(context)
}

/// Its length stands before it, so that no two lists of parts have the same octets.
fn part(context: &mut Context, octets: &[u8]) {
    context.update(&u64::try_from(octets.len()).unwrap_or(u64::MAX).to_be_bytes());
    context.update(octets);
}

fn finish(context: Context) -> [u8; 32] {
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}
