//! The crypto provider of ISO 15118-2.

use rustls::SignatureScheme;
use rustls::crypto::ring::{default_provider, kx_group::SECP256R1};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::SignatureVerificationAlgorithm;

use crate::cbc::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256;
use crate::transcript::AEAD_SUITES;

/// ring with the one suite that every -2 peer offers, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
/// secp256r1 and ecdsa_secp256r1_sha256.
pub fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256],
        kx_groups: vec![SECP256R1],
        signature_verification_algorithms: ALGORITHMS,
        ..default_provider()
    }
}

/// As [`provider`], with the AES-GCM suites of TLS 1.2 behind.
pub(crate) fn provider_with_aead_suites() -> CryptoProvider {
    let mut provider = provider();
    provider.cipher_suites.extend(&AEAD_SUITES);
    provider
}

/// P-256 with SHA-256 for certificates and handshakes alike.
pub(crate) const ALGORITHMS: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: P256_SHA256,
    mapping: &[(SignatureScheme::ECDSA_NISTP256_SHA256, P256_SHA256)],
};

const P256_SHA256: &[&dyn SignatureVerificationAlgorithm] = &[webpki::ring::ECDSA_P256_SHA256];
