//! Whether the certificates of a contract are revoked: asked over HTTP within a budget, kept on disk, known offline.
//!
//! And the other way round: what our own certificate's responder says of it, for cars that ask in TLS ([`staple`]).

mod fetch;
mod inquiry;
pub mod staple;
mod store;

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pki::revocation::{
    Cache, Crl, Finding, Known, Need, OcspResponse, Policy, Report, RevocationError, Sources,
    check, fetches,
};
use pki::{Chain, Verified};
use v2g::secc::KnownRevocation;

use crate::net::http::Client;
use fetch::{Got, Wanted};
pub(crate) use inquiry::Inquiry;
use store::Store;

/// What is wanted to be known about certificates, and what is known. Clones are the same.
#[derive(Clone, Debug)]
pub struct Revocation(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    policy: Policy,
    /// `None` never asks.
    client: Option<Client>,
    budget: Duration,
    known: Mutex<Memory>,
    store: Option<Store>,
}

#[derive(Debug)]
struct Memory {
    cache: Arc<Cache>,
    /// What the operator gave; never thrown away.
    given: Vec<Crl>,
    /// What was fetched, with its DER: of each issuer the newest.
    fetched: Vec<(Vec<u8>, Crl)>,
    /// All of them.
    crls: Arc<[Crl]>,
}

impl Revocation {
    /// Asks the responders that certificates name, for 5 s at most, and keeps what they say in memory.
    pub fn new(policy: Policy) -> Self {
        let cache = Arc::new(Cache::new(CAPACITY, policy.ocsp.max_age));
        Self(Arc::new(Inner {
            policy,
            client: Some(Client::new().limit(LARGEST)),
            budget: Duration::from_secs(5),
            known: Mutex::new(Memory {
                cache,
                given: Vec::new(),
                fetched: Vec::new(),
                crls: Arc::default(),
            }),
            store: None,
        }))
    }

    /// Asks nobody: what is given and what was kept has to do.
    #[must_use]
    pub fn offline(self) -> Self {
        self.with(|inner| inner.client = None)
    }

    /// Asks with this client: one that speaks HTTPS, for instance.
    #[must_use]
    pub fn client(self, client: Client) -> Self {
        self.with(|inner| inner.client = Some(client.limit(LARGEST)))
    }

    /// How long a chain's responders are asked, all together. The car is kept waiting meanwhile, for at most 55 s with
    /// what the authorizers take.
    #[must_use]
    pub fn budget(self, budget: Duration) -> Self {
        self.with(|inner| inner.budget = budget)
    }

    /// Knows these lists, too.
    #[must_use]
    pub fn crls(self, crls: impl IntoIterator<Item = Crl>) -> Self {
        self.with(|inner| {
            inner.memory().given.extend(crls);
            inner.remember(Vec::new());
        })
    }

    /// Keeps what is learnt in a directory, and begins with what is there. Files that cannot be understood are put aside.
    pub fn kept_in(self, directory: &Path) -> io::Result<Self> {
        let (store, kept) = Store::open(directory, CAPACITY, self.0.policy.ocsp.max_age)?;
        Ok(self.with(|inner| {
            if let Some(cache) = kept.cache {
                inner.memory().cache = Arc::new(cache);
            }
            inner.remember(kept.crls);
            inner.store = Some(store);
        }))
    }

    /// What is wanted.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// What is known now, for an engine that asks nobody.
    pub fn known(&self) -> KnownRevocation {
        let memory = self.0.memory();
        let (cache, crls) = (memory.cache.clone(), memory.crls.clone());
        KnownRevocation { policy: self.0.policy, cache, crls }
    }

    /// Checks a chain: by what is known, and if that is not all there is to know, by what its responders say in time.
    pub async fn check(&self, chain: &Arc<Verified<Chain>>) -> Result<Report, RevocationError> {
        let now = crate::time::unix();
        let known = self.at_hand(chain, now)?;
        let missing: Vec<_> = known.findings().iter().filter(|finding| !is_good(finding)).collect();
        let asked = self.0.client.as_ref().filter(|_| !missing.is_empty());
        let mut responses = Vec::new();
        if let Some(client) = asked {
            let cache = self.0.memory().cache.clone();
            let wanted = fetches(chain, Some(&cache), now)
                .into_iter()
                .filter(|fetch| missing.iter().any(|finding| finding.at == fetch.at));
            let got = fetch::all(client, Wanted::of(chain, wanted), self.0.budget).await;
            responses = self.learn(chain, got, now).await;
        }
        let memory = self.known();
        let responses: Vec<&[u8]> = responses.iter().map(OcspResponse::der).collect();
        let sources = Sources {
            responses: &responses,
            cache: Some(&memory.cache),
            crls: &memory.crls,
            ..Sources::default()
        };
        check(chain, &sources, &self.0.policy, now)
    }

    /// By what is known alone. Only what is revoked is an error.
    fn at_hand(&self, chain: &Verified<Chain>, now: i64) -> Result<Report, RevocationError> {
        let memory = self.known();
        let lax = |need| if need == Need::Ignore { Need::Ignore } else { Need::Prefer };
        let Policy { need, private, .. } = self.0.policy;
        let policy = Policy { need: lax(need), private: lax(private), ..self.0.policy };
        let sources =
            Sources { cache: Some(&memory.cache), crls: &memory.crls, ..Sources::default() };
        check(chain, &sources, &policy, now)
    }

    /// Keeps what came; gives back the responses, good or not, for the check to name them.
    async fn learn(&self, chain: &Verified<Chain>, got: Vec<Got>, now: i64) -> Vec<OcspResponse> {
        let (mut responses, mut crls) = (Vec::new(), Vec::new());
        for got in got {
            match got {
                Got::Ocsp(response) => responses.push(response),
                Got::Crl { der, crl } => crls.push((der, crl)),
            }
        }
        // Only what an issuer of this chain signed is worth keeping.
        crls.retain(|(_, crl)| {
            let mut issued = chain.issued();
            issued.any(|(_, certificate, issuer)| {
                crl.is_of(issuer) && crl.answer(certificate, issuer).is_ok()
            })
        });
        {
            let mut memory = self.0.memory();
            let mut cache = Cache::clone(&memory.cache);
            for response in &responses {
                for (_, certificate, issuer) in chain.issued() {
                    // What does not verify is named by the check.
                    let _ = cache.insert(response, certificate, issuer, now);
                }
            }
            memory.cache = Arc::new(cache);
        }
        self.0.remember(crls);
        if let Some(store) = &self.0.store {
            let (cache, lists) = self.0.memory().to_keep();
            if let Err(error) = store.save(&cache, &lists).await {
                log::error!("revocation states cannot be kept: {error}");
            }
        }
        responses
    }

    /// Only while it is put together is there just one.
    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            change(inner);
        }
        self
    }
}

impl Inner {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds lists to those at hand.
    fn remember(&self, new: Vec<(Vec<u8>, Crl)>) {
        let mut memory = self.memory();
        let mut fetched = std::mem::take(&mut memory.fetched);
        for (der, crl) in new {
            let same = |(_, known): &(_, Crl)| known.issuer() == crl.issuer();
            let known =
                fetched.iter().find(|known| same(known)).map(|(_, known)| known.this_update());
            if known.is_some_and(|this_update| this_update >= crl.this_update()) {
                continue;
            }
            fetched.retain(|known| !same(known));
            if fetched.len() < MOST_CRLS {
                fetched.push((der, crl));
            }
        }
        memory.crls =
            memory.given.iter().chain(fetched.iter().map(|(_, crl)| crl)).cloned().collect();
        memory.fetched = fetched;
    }
}

impl Memory {
    fn to_keep(&self) -> (Arc<Cache>, Vec<Vec<u8>>) {
        (self.cache.clone(), self.fetched.iter().map(|(der, _)| der.clone()).collect())
    }
}

fn is_good(finding: &Finding) -> bool {
    matches!(finding.known, Known::Good { .. } | Known::NotAsked)
}

/// Certificates whose state is kept.
const CAPACITY: usize = 2_000;
/// Lists that are kept beside those given.
const MOST_CRLS: usize = 64;
/// The longest response or list that is fetched, in octets.
const LARGEST: usize = 1 << 20;
