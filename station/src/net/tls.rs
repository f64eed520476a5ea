//! TLS of ISO 15118-2 on tokio.

use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::time_provider::DefaultTimeProvider;
use rustls::{ClientConfig, KeyLog, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};
use v2g_tls::{Evcc, EvccError, Need, Negotiated, RootError, Roots, Secc, SeccChain, Strictness};

use super::Connection;
use super::filtered::Filtered;

/// No TLS configuration can be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("the chain or its key cannot be used: {0}")]
    Chain(#[from] rustls::Error),
    #[error("trusted root: {0}")]
    Root(#[from] RootError),
    #[error(transparent)]
    Evcc(#[from] EvccError),
}

/// A station's chain in DER, leaf first and without the root; the key in PKCS#8.
pub fn load_chain(
    chain: &[impl AsRef<[u8]>],
    root: &[u8],
    key: &[u8],
) -> Result<SeccChain, TlsError> {
    let chain = chain.iter().map(|der| CertificateDer::from(der.as_ref().to_vec())).collect();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.to_vec()));
    Ok(SeccChain::new(chain, CertificateDer::from(root.to_vec()), key)?)
}

/// The station's side: presents the first of `chains` unless the car names the root of another.
pub fn tls_server(
    chains: Vec<SeccChain>,
    log: Option<Arc<dyn KeyLog>>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let secc = Secc::new(chains, Arc::new(DefaultTimeProvider));
    let secc = match log {
        Some(log) => secc.key_log(log),
        None => secc,
    };
    Ok(Arc::new(secc.config()?))
}

/// The car's side: trusts these roots, in DER, and wants so much to be stapled about the station's leaf.
pub fn tls_client(
    roots: &[impl AsRef<[u8]>],
    strictness: Strictness,
    staples: Need,
    log: Option<Arc<dyn KeyLog>>,
) -> Result<Arc<ClientConfig>, TlsError> {
    let roots = Roots::new(roots.iter().map(|der| CertificateDer::from(der.as_ref().to_vec())))?;
    let evcc =
        Evcc::new(roots, Arc::new(DefaultTimeProvider)).strictness(strictness).staples(staples);
    let evcc = match log {
        Some(log) => evcc.key_log(log),
        None => evcc,
    };
    Ok(Arc::new(evcc.config()?))
}

/// Shakes hands with a car. Bound it in time: the car may say nothing.
pub async fn accept_tls<S: Connection>(
    config: Arc<ServerConfig>,
    socket: S,
) -> io::Result<(impl Connection + use<S>, Negotiated)> {
    let stream: server::TlsStream<_> =
        TlsAcceptor::from(config).accept(Filtered::new(socket)).await?;
    let negotiated = Negotiated::of(stream.get_ref().1).ok_or_else(unfinished)?;
    Ok((stream, negotiated))
}

/// Shakes hands with a station. Bound it in time: the station may say nothing.
pub async fn connect_tls<S: Connection>(
    config: Arc<ClientConfig>,
    address: Ipv6Addr,
    socket: S,
) -> io::Result<(impl Connection + use<S>, Negotiated)> {
    let name = ServerName::from(IpAddr::V6(address));
    let stream: client::TlsStream<_> =
        TlsConnector::from(config).connect(name, Filtered::new(socket)).await?;
    let negotiated = Negotiated::of(stream.get_ref().1).ok_or_else(unfinished)?;
    Ok((stream, negotiated))
}

fn unfinished() -> io::Error {
    io::Error::other("the handshake is not finished")
}
