//! A client whose ClientHello is as some cars send it: what is on the wire differs from what rustls made,
//! and its transcript hash is over what is on the wire. It shares no code with the filter under test.

use std::borrow::Cow;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::hash::{Context, Hash, HashAlgorithm, Output};
use rustls::crypto::ring::cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
use rustls::{CipherSuiteCommon, ClientConfig, SupportedCipherSuite, Tls12CipherSuite};

use super::pki::now;
use crate::verify::SeccVerifier;
use crate::{Need, Roots, Strictness, provider};

/// From the ClientHello of rustls to the one on the wire.
pub(crate) type Edit = fn(&[u8]) -> Vec<u8>;

/// Types and bodies.
pub(crate) type Extensions = Vec<(u16, Vec<u8>)>;

pub(crate) fn config(roots: Roots, edit: Edit) -> ClientConfig {
    let mut provider = provider();
    let [SupportedCipherSuite::Tls12(ours)] = provider.cipher_suites[..] else { panic!() };
    let SupportedCipherSuite::Tls12(plain) = TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 else {
        panic!()
    };
    let hash = Box::leak(Box::new(EditedHash(plain.common.hash_provider, edit)));
    provider.cipher_suites =
        vec![SupportedCipherSuite::Tls12(Box::leak(Box::new(Tls12CipherSuite {
            common: CipherSuiteCommon { hash_provider: hash, ..ours.common },
            ..*ours
        })))];
    let verifier: Arc<dyn ServerCertVerifier> =
        Arc::new(SeccVerifier { roots, strictness: Strictness::Strict, staples: Need::Ignore });
    let mut config = ClientConfig::builder_with_details(provider.into(), now())
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.enable_sni = false;
    config
}

/// The first record of `flight`, a ClientHello, edited.
pub(crate) fn edit_record(flight: &mut Vec<u8>, edit: Edit) {
    let message = edit(&flight[5..]);
    flight.truncate(3);
    flight.extend((message.len() as u16).to_be_bytes());
    flight.extend(message);
}

/// The extensions of a ClientHello changed by `edit`, by plain counting.
pub(crate) fn edit_extensions(message: &[u8], edit: impl FnOnce(&mut Extensions)) -> Vec<u8> {
    let mut at = 4 + 2 + 32;
    at += 1 + usize::from(message[at]);
    at += 2 + usize::from(u16::from_be_bytes([message[at], message[at + 1]]));
    at += 1 + usize::from(message[at]);
    let mut list = Vec::new();
    let mut rest = message.get(at + 2..).unwrap_or_default();
    while let [t0, t1, l0, l1, more @ ..] = rest {
        let (body, more) = more.split_at(usize::from(u16::from_be_bytes([*l0, *l1])));
        list.push((u16::from_be_bytes([*t0, *t1]), body.to_vec()));
        rest = more;
    }
    edit(&mut list);
    let mut body = Vec::new();
    for (typ, content) in list {
        body.extend(typ.to_be_bytes());
        body.extend((content.len() as u16).to_be_bytes());
        body.extend(content);
    }
    let mut out = message[..at].to_vec();
    out.extend((body.len() as u16).to_be_bytes());
    out.extend(body);
    let [_, a, b, c] = (out.len() as u32 - 4).to_be_bytes();
    out[1..4].copy_from_slice(&[a, b, c]);
    out
}

struct EditedHash(&'static dyn Hash, Edit);

impl Hash for EditedHash {
    fn start(&self) -> Box<dyn Context> {
        Box::new(EditedContext(self.0.start(), Some(self.1)))
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
}

struct EditedContext(Box<dyn Context>, Option<Edit>);

impl Context for EditedContext {
    fn fork_finish(&self) -> Output {
        self.0.fork_finish()
    }
    fn fork(&self) -> Box<dyn Context> {
        Box::new(Self(self.0.fork(), self.1))
    }
    fn finish(self: Box<Self>) -> Output {
        self.0.finish()
    }
    fn update(&mut self, data: &[u8]) {
        let data: Cow<'_, [u8]> = match self.1.take() {
            Some(edit) => edit(data).into(),
            None => data.into(),
        };
        self.0.update(&data);
    }
}
