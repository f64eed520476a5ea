//! The transcript hash over hellos as they were on the wire.

use rustls::crypto::hash::{Context, Hash, HashAlgorithm, Output};
use rustls::crypto::ring::cipher_suite::{
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
};
use rustls::{CipherSuiteCommon, SupportedCipherSuite, Tls12CipherSuite};

use crate::hello::message::{CLIENT_HELLO, SERVER_HELLO};
use crate::hello::rewrite::to_wire;

/// ring's AES-GCM suites of TLS 1.2 with a transcript hash that sees hellos as they were on the wire.
pub(crate) static AEAD_SUITES: [SupportedCipherSuite; 2] =
    [SupportedCipherSuite::Tls12(&AES_256_GCM), SupportedCipherSuite::Tls12(&AES_128_GCM)];

static AES_128_GCM: Tls12CipherSuite =
    on_wire(tls12(&TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256), &WIRE_SHA256);
static AES_256_GCM: Tls12CipherSuite =
    on_wire(tls12(&TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384), &WIRE_SHA384);

pub(crate) static WIRE_SHA256: WireHash =
    WireHash(tls12(&TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256).common.hash_provider);
static WIRE_SHA384: WireHash =
    WireHash(tls12(&TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384).common.hash_provider);

pub(crate) const fn tls12(suite: &'static SupportedCipherSuite) -> &'static Tls12CipherSuite {
    match suite {
        SupportedCipherSuite::Tls12(suite) => suite,
        SupportedCipherSuite::Tls13(_) => panic!("a TLS 1.2 suite, seen when compiled"),
    }
}

const fn on_wire(
    suite: &'static Tls12CipherSuite,
    hash_provider: &'static WireHash,
) -> Tls12CipherSuite {
    Tls12CipherSuite {
        common: CipherSuiteCommon {
            suite: suite.common.suite,
            hash_provider,
            confidentiality_limit: suite.common.confidentiality_limit,
        },
        prf_provider: suite.prf_provider,
        kx: suite.kx,
        sign: suite.sign,
        aead_alg: suite.aead_alg,
    }
}

/// A hash that turns the hellos of a handshake, which rustls feeds in its own form, back into the
/// form on the wire. Without a [`HelloFilter`](crate::HelloFilter) and its carriers this is the identity.
pub(crate) struct WireHash(pub(crate) &'static dyn Hash);

impl Hash for WireHash {
    fn start(&self) -> Box<dyn Context> {
        Box::new(WireContext { inner: self.0.start(), in_hellos: true })
    }

    fn hash(&self, data: &[u8]) -> Output {
        self.0.hash(data)
    }

    fn output_len(&self) -> usize {
        self.0.output_len()
    }

    fn algorithm(&self) -> HashAlgorithm {
        self.0.algorithm()
    }

    fn fips(&self) -> bool {
        self.0.fips()
    }
}

struct WireContext {
    inner: Box<dyn Context>,
    /// Only hellos were fed so far.
    in_hellos: bool,
}

impl Context for WireContext {
    fn fork_finish(&self) -> Output {
        self.inner.fork_finish()
    }

    fn fork(&self) -> Box<dyn Context> {
        Box::new(Self { inner: self.inner.fork(), in_hellos: self.in_hellos })
    }

    fn finish(self: Box<Self>) -> Output {
        self.inner.finish()
    }

    /// rustls feeds whole handshake messages, one or several at a time.
    fn update(&mut self, mut data: &[u8]) {
        while self.in_hellos
            && let [typ @ (CLIENT_HELLO | SERVER_HELLO), a, b, c, ..] = data
            && let end = 4 + u32::from_be_bytes([0, *a, *b, *c]) as usize
            && let Some((message, rest)) = data.split_at_checked(end)
        {
            self.in_hellos = *typ == CLIENT_HELLO;
            self.inner.update(&to_wire(message));
            data = rest;
        }
        if !data.is_empty() {
            self.in_hellos = false;
            self.inner.update(data);
        }
    }
}
