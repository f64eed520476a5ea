//! TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 (0xC023) as a TLS 1.2 cipher suite of rustls.
//!
//! rustls cuts the key block into client key, server key, client iv, server iv; RFC 5246 6.3 defines
//! client MAC (32), server MAC (32), client key (16), server key (16) for this suite. With
//! `enc_key_len` 32 and `fixed_iv_len` 16 the two layouts are the same bytes: rustls' "key" is the
//! MAC key, its "iv" is the AES key.

pub(crate) mod mac;
pub(crate) mod record;

use rustls::crypto::KeyExchangeAlgorithm;
use rustls::crypto::cipher::{
    AeadKey, KeyBlockShape, MessageDecrypter, MessageEncrypter, Tls12AeadAlgorithm,
    UnsupportedOperationError,
};
use rustls::crypto::ring::cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
use rustls::{
    CipherSuite, CipherSuiteCommon, ConnectionTrafficSecrets, SignatureScheme,
    SupportedCipherSuite, Tls12CipherSuite,
};

use crate::transcript::{WIRE_SHA256, tls12};
use record::{Decrypter, Encrypter};

/// The suite with ring's PRF and a transcript hash that sees hellos as they were on the wire.
pub(crate) static TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: SupportedCipherSuite =
    SupportedCipherSuite::Tls12(&SUITE);

static SUITE: Tls12CipherSuite = Tls12CipherSuite {
    common: CipherSuiteCommon {
        suite: CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
        hash_provider: &WIRE_SHA256,
        // 2^24 full records are 2^34 AES blocks, far below the birthday bound of CBC.
        confidentiality_limit: 1 << 24,
    },
    prf_provider: donor().prf_provider,
    kx: KeyExchangeAlgorithm::ECDHE,
    sign: &[SignatureScheme::ECDSA_NISTP256_SHA256],
    aead_alg: &CbcHmacSha256,
};

/// A ring suite with the same PRF and transcript hash.
const fn donor() -> &'static Tls12CipherSuite {
    tls12(&TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
}

struct CbcHmacSha256;

impl Tls12AeadAlgorithm for CbcHmacSha256 {
    fn encrypter(&self, mac_key: AeadKey, key: &[u8], _: &[u8]) -> Box<dyn MessageEncrypter> {
        Box::new(Encrypter::new(mac_key.as_ref(), key))
    }

    fn decrypter(&self, mac_key: AeadKey, key: &[u8]) -> Box<dyn MessageDecrypter> {
        Box::new(Decrypter::new(mac_key.as_ref(), key))
    }

    fn key_block_shape(&self) -> KeyBlockShape {
        KeyBlockShape { enc_key_len: 32, fixed_iv_len: 16, explicit_nonce_len: 0 }
    }

    fn extract_keys(
        &self,
        _: AeadKey,
        _: &[u8],
        _: &[u8],
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        Err(UnsupportedOperationError)
    }
}

#[cfg(test)]
mod tests;
