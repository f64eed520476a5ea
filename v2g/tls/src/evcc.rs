//! The TLS client of a car for ISO 15118-2.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, KeyLog};

use crate::hello::{Authority, rewrite};
use crate::key_log::Quiet;
use crate::verify::SeccVerifier;
use crate::{Need, Roots, Strictness, provider};

/// Makes the client configuration: TLS 1.2 only, no SNI, no client certificate, no resumption.
///
/// Every connection needs a [`HelloFilter`](crate::HelloFilter) between socket and rustls, without which
/// `trusted_ca_keys` does not get onto the wire and the handshake fails. The server name is the address
/// from SDP, `ServerName::IpAddress`.
#[derive(Clone)]
pub struct Evcc {
    roots: Roots,
    named: Option<Vec<Authority>>,
    time: Arc<dyn TimeProvider>,
    strictness: Strictness,
    staples: Need,
    key_log: Option<Arc<dyn KeyLog>>,
}

/// No configuration can be made.
#[derive(Debug, thiserror::Error)]
pub enum EvccError {
    /// Longer than an extension of 16 KiB.
    #[error("the trusted authorities do not fit a ClientHello")]
    TooManyAuthorities,
    /// rustls refused the configuration.
    #[error(transparent)]
    Rustls(#[from] rustls::Error),
}

impl Evcc {
    /// Trusts `roots` and names them all in `trusted_ca_keys`. [V2G2-651]
    pub fn new(roots: Roots, time: Arc<dyn TimeProvider>) -> Self {
        Self {
            roots,
            named: None,
            time,
            strictness: Strictness::Strict,
            staples: Need::Prefer,
            key_log: None,
        }
    }

    /// Names these authorities instead of the trusted roots; none leaves the extension out.
    pub fn naming(mut self, authorities: Vec<Authority>) -> Self {
        self.named = Some(authorities);
        self
    }

    /// How closely the station must follow the profile; strictly unless told otherwise.
    pub fn strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }

    /// What the station has to staple about its leaf: [`Need::Prefer`] unless told otherwise, since few stations staple.
    /// A car that requires it [V2G2-873] takes no station of a private environment, which owes nothing [V2G2-872].
    pub fn staples(mut self, need: Need) -> Self {
        self.staples = need;
        self
    }

    /// Hands the secrets of every connection to `log`; a log that panics is ignored.
    pub fn key_log(mut self, log: Arc<dyn KeyLog>) -> Self {
        self.key_log = Some(log);
        self
    }

    /// Fails if the authorities do not fit a ClientHello.
    pub fn config(self) -> Result<ClientConfig, EvccError> {
        let named =
            self.named.unwrap_or_else(|| self.roots.certificates().map(Authority::of).collect());
        let verifier =
            SeccVerifier { roots: self.roots, strictness: self.strictness, staples: self.staples };
        let mut config = ClientConfig::builder_with_details(provider().into(), self.time)
            .with_protocol_versions(&[&rustls::version::TLS12])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        config.enable_sni = false;
        if !named.is_empty() {
            let body = Authority::encode(&named).ok_or(EvccError::TooManyAuthorities)?;
            config.alpn_protocols = rewrite::names(&body);
        }
        if let Some(log) = self.key_log {
            config.key_log = Arc::new(Quiet(log));
        }
        Ok(config)
    }
}
