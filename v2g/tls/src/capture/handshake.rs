//! The handshake messages that matter for decryption.

use rustls::pki_types::CertificateDer;
use rustls::{CipherSuite, ProtocolVersion};

use crate::ClientHelloInfo;
use crate::hello::message::{ENCRYPT_THEN_MAC, Hello, SUPPORTED_VERSIONS};
use crate::hello::reader::Reader;

pub(super) enum Message {
    ClientHello(ClientHelloInfo),
    /// A HelloRetryRequest.
    RetryRequest,
    ServerHello(ServerHello),
    Certificate(Vec<CertificateDer<'static>>),
    Finished,
    KeyUpdate,
    Other,
}

#[derive(Clone, Copy)]
pub(super) struct ServerHello {
    pub(super) version: ProtocolVersion,
    pub(super) suite: CipherSuite,
    pub(super) random: [u8; 32],
    pub(super) encrypt_then_mac: bool,
}

/// A message that is malformed or longer than any handshake needs.
#[derive(Debug)]
pub(super) struct Malformed;

/// Takes the first whole message out of `buffer`.
pub(super) fn next(buffer: &mut Vec<u8>) -> Result<Option<Vec<u8>>, Malformed> {
    let Some([_, a, b, c]) = buffer.first_chunk::<4>() else { return Ok(None) };
    let end = 4 + u32::from_be_bytes([0, *a, *b, *c]) as usize;
    if end > MAX_MESSAGE {
        return Err(Malformed);
    }
    Ok((buffer.len() >= end).then(|| buffer.drain(..end).collect()))
}

/// `message`: whole, with its header.
pub(super) fn read(message: &[u8], is_tls13: bool) -> Result<Message, Malformed> {
    Ok(match message.first() {
        Some(1) => Message::ClientHello(ClientHelloInfo::parse(message).ok_or(Malformed)?),
        Some(2) => server_hello(message).ok_or(Malformed)?,
        Some(11) => Message::Certificate(certificates(message, is_tls13).ok_or(Malformed)?),
        Some(20) => Message::Finished,
        Some(24) => Message::KeyUpdate,
        _ => Message::Other,
    })
}

fn server_hello(message: &[u8]) -> Option<Message> {
    let hello = Hello::parse(message)?;
    if hello.random == RETRY_RANDOM {
        return Some(Message::RetryRequest);
    }
    let version = match hello.extension(SUPPORTED_VERSIONS) {
        Some(body) => Reader(body).u16()?,
        None => hello.legacy_version,
    };
    Some(Message::ServerHello(ServerHello {
        version: version.into(),
        suite: Reader(hello.cipher_suites).u16()?.into(),
        random: hello.random,
        encrypt_then_mac: hello.extension(ENCRYPT_THEN_MAC).is_some(),
    }))
}

fn certificates(message: &[u8], is_tls13: bool) -> Option<Vec<CertificateDer<'static>>> {
    let mut r = Reader(message.get(4..)?);
    if is_tls13 {
        r.vec8()?; // request context
    }
    let len = r.u24()?;
    let mut list = Reader(r.take(len)?);
    let mut chain = Vec::new();
    while !list.is_empty() {
        let len = list.u24()?;
        chain.push(list.take(len)?.to_vec().into());
        if is_tls13 {
            list.vec16()?; // extensions
        }
    }
    Some(chain)
}

/// A chain of some certificates with their staples stays far below.
const MAX_MESSAGE: usize = 1 << 18;

/// The random that marks a HelloRetryRequest: SHA-256 of that word (RFC 8446 4.1.3).
const RETRY_RANDOM: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];
