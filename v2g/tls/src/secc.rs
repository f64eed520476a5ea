//! The TLS server of a station for ISO 15118-2.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::time_provider::TimeProvider;
use rustls::{KeyLog, ServerConfig};

use crate::hello::{Authority, rewrite};
use crate::key_log::Quiet;
use crate::provider::{provider, provider_with_aead_suites};

/// A chain a station can present, the root it hangs on and its key.
#[derive(Clone, Debug)]
pub struct SeccChain {
    shown: Staple,
    /// What a car may call its root.
    root: Vec<Authority>,
}

/// Where the newest OCSP response about the leaf of a [`SeccChain`] is put. Clones are the same.
///
/// It is sent to every car that asks by `status_request`. rustls sends none for the authorities, and knows no
/// `status_request_v2`, which the standard has for those [V2G2-871].
#[derive(Clone, Debug)]
pub struct Staple(Arc<RwLock<Arc<CertifiedKey>>>);

impl Staple {
    /// From now on sends this response, in DER, or none.
    pub fn set(&self, response: Option<Vec<u8>>) {
        let mut shown = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if shown.ocsp != response {
            let key = CertifiedKey::clone(&shown);
            *shown = Arc::new(CertifiedKey { ocsp: response, ..key });
        }
    }

    fn shown(&self) -> Arc<CertifiedKey> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl SeccChain {
    /// `chain`: leaf first, then the sub-CAs, without the root. Fails if `key` is not the leaf's.
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        root: CertificateDer<'static>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, rustls::Error> {
        let key = provider().key_provider.load_private_key(key)?;
        Self::with_signer(chain, root, key)
    }

    /// With a key that stays where it is, such as in a secure element.
    pub fn with_signer(
        chain: Vec<CertificateDer<'static>>,
        root: CertificateDer<'static>,
        key: Arc<dyn SigningKey>,
    ) -> Result<Self, rustls::Error> {
        let key = CertifiedKey::new(chain, key);
        match key.keys_match() {
            // A signer that does not tell its public key cannot be checked.
            Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => {}
            Err(error) => return Err(error),
        }
        let shown = Staple(Arc::new(RwLock::new(Arc::new(key))));
        Ok(Self { shown, root: Authority::forms(&root) })
    }

    /// Where to put what its responder says of the leaf; nothing is stapled before.
    pub fn staple(&self) -> Staple {
        self.shown.clone()
    }
}

/// Makes the server configuration: TLS 1.2 only, no client certificate, no resumption.
///
/// Every connection needs a [`HelloFilter`](crate::HelloFilter) between socket and rustls: it lets odd
/// ClientHellos pass and carries the `trusted_ca_keys` by which the chain is chosen.
#[derive(Clone)]
pub struct Secc {
    chains: Vec<SeccChain>,
    time: Arc<dyn TimeProvider>,
    key_log: Option<Arc<dyn KeyLog>>,
    aead_suites: bool,
}

impl Secc {
    /// The first of `chains` is presented unless the car names the root of another one.
    pub fn new(chains: Vec<SeccChain>, time: Arc<dyn TimeProvider>) -> Self {
        Self { chains, time, key_log: None, aead_suites: false }
    }

    /// Hands the secrets of every connection to `log`; a log that panics is ignored.
    pub fn key_log(mut self, log: Arc<dyn KeyLog>) -> Self {
        self.key_log = Some(log);
        self
    }

    /// Takes the AES-GCM suites of TLS 1.2 as well, which the standard does not know, if a car prefers them.
    pub fn aead_suites(mut self) -> Self {
        self.aead_suites = true;
        self
    }

    /// Fails without any chain.
    pub fn config(self) -> Result<ServerConfig, rustls::Error> {
        if self.chains.is_empty() {
            return Err(rustls::Error::NoCertificatesPresented);
        }
        let provider: CryptoProvider =
            if self.aead_suites { provider_with_aead_suites() } else { provider() };
        let mut config = ServerConfig::builder_with_details(provider.into(), self.time)
            .with_protocol_versions(&[&rustls::version::TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(ChainChoice(self.chains)));
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.alpn_protocols = vec![rewrite::CARRIER.to_vec()];
        if let Some(log) = self.key_log {
            config.key_log = Arc::new(Quiet(log));
        }
        Ok(config)
    }
}

/// Chooses by `trusted_ca_keys`, which [`rewrite`] carries in ALPN; never empty.
#[derive(Debug)]
struct ChainChoice(Vec<SeccChain>);

impl ResolvesServerCert for ChainChoice {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let named = hello.alpn().and_then(rewrite::body_of).and_then(|body| Authority::list(&body));
        choose(&self.0, named.as_deref().unwrap_or_default()).map(|chain| chain.shown.shown())
    }
}

/// [V2G2-871] The first chain whose root the car named, [V2G2-923] else the first one.
fn choose<'a>(chains: &'a [SeccChain], named: &[Authority]) -> Option<&'a SeccChain> {
    let is_named = |chain: &&SeccChain| named.iter().any(|a| chain.root.contains(a));
    chains.iter().find(is_named).or(chains.first())
}
