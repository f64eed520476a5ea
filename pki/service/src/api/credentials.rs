use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ring::digest::{SHA256, digest};
use ring::rand::SecureRandom;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{Code, Principal, Problem, Role};
use crate::store::{Client, ClientKind, Store};

/// A bearer token: `pnc_` with the client's identifier and 256 random bits. Only its hash is stored.
pub struct Token(Zeroizing<String>);

impl Token {
    /// A fresh token and the identifier of its client.
    pub fn generate(rng: &dyn SecureRandom) -> Result<(String, Self), ring::error::Unspecified> {
        let (mut id, mut secret) = ([0; 6], Zeroizing::new([0; 32]));
        rng.fill(&mut id)?;
        rng.fill(&mut *secret)?;
        let id = hex::encode(id);
        let secret = Zeroizing::new(hex::encode(secret.as_slice()));
        Ok((id.clone(), Self(Zeroizing::new(format!("{PREFIX}{id}_{}", *secret)))))
    }

    /// The text that the client sends.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the store keeps.
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }
}

/// Finds out who a client is, by the store and what the store said a moment ago.
pub(super) struct Credentials {
    store: Store,
    /// By the hash of what was shown.
    seen: Mutex<HashMap<[u8; 32], Seen>>,
}

/// A client, and when the store told of it.
type Seen = (Instant, Arc<Principal>);

impl Credentials {
    pub(super) fn new(store: Store) -> Self {
        Self { store, seen: Mutex::new(HashMap::new()) }
    }

    /// The client of an `Authorization` header.
    pub(super) async fn by_header(
        &self,
        header: &str,
        now: i64,
    ) -> Result<Arc<Principal>, Problem> {
        let token =
            header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, token) = token.ok_or_else(|| refused("only bearer tokens are taken"))?;
        let token = token.trim();
        let hash = sha256(token.as_bytes());
        if let Some(principal) = self.recent(&hash) {
            return Ok(principal);
        }
        let id = token.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_'));
        let (id, _) = id.ok_or_else(|| refused("the token is none of this service"))?;
        let client = self.store.client(id).await?;
        let client = client.filter(|client| client.kind == ClientKind::Token);
        self.accept(client, hash, now)
    }

    /// The client of a certificate that the TLS handshake verified.
    pub(super) async fn by_certificate(
        &self,
        der: &[u8],
        now: i64,
    ) -> Result<Arc<Principal>, Problem> {
        let hash = sha256(der);
        if let Some(principal) = self.recent(&hash) {
            return Ok(principal);
        }
        let client = self.store.client_by_hash(&hash).await?;
        let client = client.filter(|client| client.kind == ClientKind::Certificate);
        self.accept(client, hash, now)
    }

    fn accept(
        &self,
        client: Option<Client>,
        hash: [u8; 32],
        now: i64,
    ) -> Result<Arc<Principal>, Problem> {
        let known = |client: &Client| bool::from(client.hash.ct_eq(&hash));
        let client = client.filter(known).ok_or_else(|| refused("the client is unknown"))?;
        if !client.is_valid(now) {
            return Err(refused("the credentials are revoked or expired"));
        }
        let principal = Arc::new(principal(client));
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST_SEEN {
            seen.clear();
        }
        seen.insert(hash, (Instant::now(), Arc::clone(&principal)));
        Ok(principal)
    }

    fn recent(&self, hash: &[u8; 32]) -> Option<Arc<Principal>> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, principal) = seen.get(hash)?;
        (at.elapsed() < TRUSTED_FOR).then(|| Arc::clone(principal))
    }
}

fn principal(client: Client) -> Principal {
    // A role that this version does not know gives nothing.
    let roles: Vec<Role> = client.roles.iter().filter_map(|role| role.parse().ok()).collect();
    let parties = client.party.map(|party| {
        party
            .split(',')
            .map(|party| party.trim().to_uppercase())
            .filter(|p| !p.is_empty())
            .collect()
    });
    Principal { id: client.id, name: client.name, roles, parties }
}

fn refused(why: &str) -> Problem {
    Problem::new(Code::Unauthenticated, why)
}

pub(crate) fn sha256(octets: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    // SHA-256 gives 32 octets.
    out.copy_from_slice(digest(&SHA256, octets).as_ref());
    out
}

const PREFIX: &str = "pnc_";

/// How long a client stays known without asking the store: what a revocation takes on other nodes.
const TRUSTED_FOR: Duration = Duration::from_secs(5);
const MOST_SEEN: usize = 4096;
