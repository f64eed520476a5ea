use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// TLS 1.2 and 1.3 for a service with a certificate chain (leaf first) and its key (PKCS#8 in DER).
///
/// With roots of clients, clients may show certificates that lead to one of them. Which clients there are, says the store:
/// a certificate that is not registered opens nothing.
pub fn tls(
    chain: Vec<Vec<u8>>,
    key: Vec<u8>,
    client_roots: &[Vec<u8>],
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions()?;
    let builder = if client_roots.is_empty() {
        builder.with_no_client_auth()
    } else {
        let mut roots = RootCertStore::empty();
        for der in client_roots {
            roots.add(CertificateDer::from(der.as_slice()))?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.with_client_cert_verifier(verifier.allow_unauthenticated().build()?)
    };
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    let key = PrivateKeyDer::try_from(key).map_err(|_| TlsError::Key)?;
    let mut config = builder.with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Why certificates and keys do not make a server.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The key is no PKCS#8.
    #[error("the private key is no PKCS#8")]
    Key,
    /// The chain, or the key that is not its.
    #[error(transparent)]
    Rustls(#[from] rustls::Error),
    /// The roots of clients.
    #[error("roots of clients: {0}")]
    Clients(#[from] rustls::server::VerifierBuilderError),
}
