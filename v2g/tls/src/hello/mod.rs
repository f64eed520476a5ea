//! ClientHellos: what they say, and what rustls may see of them.

mod authority;
mod filter;
pub(crate) mod message;
pub(crate) mod reader;
pub(crate) mod rewrite;

use core::fmt;

use rustls::{AlertDescription, CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};

pub use authority::Authority;
pub use filter::HelloFilter;
use message::{
    CLIENT_HELLO, ENCRYPT_THEN_MAC, EXTENDED_MASTER_SECRET, Hello, SERVER_NAME,
    SIGNATURE_ALGORITHMS, STATUS_REQUEST, STATUS_REQUEST_V2, SUPPORTED_GROUPS, SUPPORTED_VERSIONS,
    TRUSTED_CA_KEYS,
};
use reader::Reader;

/// What a ClientHello offers and asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientHelloInfo {
    /// The client random, by which a key log names the connection.
    pub random: [u8; 32],
    /// In the client's order; from `supported_versions`, else the one legacy version.
    pub versions: Vec<ProtocolVersion>,
    /// In the client's order.
    pub cipher_suites: Vec<CipherSuite>,
    /// `None`: the extension is absent, which in TLS 1.2 means any group.
    pub groups: Option<Vec<NamedGroup>>,
    /// In the client's order; `None`: the extension is absent.
    pub signature_schemes: Option<Vec<SignatureScheme>>,
    /// The host name as sent; some cars put an address with a scope here.
    pub server_name: Option<Vec<u8>>,
    /// `trusted_ca_keys` (RFC 6066 6); empty if the extension is there but unreadable.
    pub trusted_authorities: Option<Vec<Authority>>,
    /// `status_request` (RFC 6066 8).
    pub status_request: bool,
    /// `status_request_v2` with type `ocsp_multi` (RFC 6961).
    pub ocsp_multi: bool,
    /// RFC 7627.
    pub extended_master_secret: bool,
    /// RFC 7366.
    pub encrypt_then_mac: bool,
    /// Extension types in the order sent.
    pub extensions: Vec<u16>,
}

impl ClientHelloInfo {
    /// `message`: the handshake message with its 4-byte header, without record headers.
    /// `None` unless it is a well-formed ClientHello; an unreadable extension counts as absent.
    pub fn parse(message: &[u8]) -> Option<Self> {
        let hello = Hello::parse(message).filter(|h| h.typ == CLIENT_HELLO)?;
        let versions = hello.extension(SUPPORTED_VERSIONS).and_then(versions);
        let list = |typ| Reader(hello.extension(typ)?).vec16().map(Reader);
        Some(Self {
            random: hello.random,
            versions: versions.unwrap_or_else(|| vec![hello.legacy_version.into()]),
            cipher_suites: Reader(hello.cipher_suites).u16s()?.map(CipherSuite::from).collect(),
            groups: list(SUPPORTED_GROUPS)
                .and_then(Reader::u16s)
                .map(|l| l.map(NamedGroup::from).collect()),
            signature_schemes: list(SIGNATURE_ALGORITHMS)
                .and_then(Reader::u16s)
                .map(|l| l.map(SignatureScheme::from).collect()),
            server_name: hello.extension(SERVER_NAME).and_then(host_name),
            trusted_authorities: hello
                .extension(TRUSTED_CA_KEYS)
                .map(|body| Authority::list(body).unwrap_or_default()),
            status_request: hello.extension(STATUS_REQUEST).is_some(),
            ocsp_multi: list(STATUS_REQUEST_V2).is_some_and(asks_ocsp_multi),
            extended_master_secret: hello.extension(EXTENDED_MASTER_SECRET).is_some(),
            encrypt_then_mac: hello.extension(ENCRYPT_THEN_MAC).is_some(),
            extensions: hello.extensions.iter().map(|(typ, _)| *typ).collect(),
        })
    }

    /// Whether the client offers this version.
    pub fn offers(&self, version: ProtocolVersion) -> bool {
        self.versions.contains(&version)
    }
}

/// One line for a log or a timeline.
impl fmt::Display for ClientHelloInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "versions {:?}, suites {:?}", self.versions, self.cipher_suites)?;
        if let Some(groups) = &self.groups {
            write!(f, ", groups {groups:?}")?;
        }
        if let Some(name) = &self.server_name {
            write!(f, ", server name {:?}", String::from_utf8_lossy(name))?;
        }
        if let Some(authorities) = &self.trusted_authorities {
            write!(f, ", {} trusted authorities", authorities.len())?;
        }
        Ok(())
    }
}

/// A hello that must not reach rustls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HelloError {
    /// More than 16 KiB.
    #[error("hello of {0} bytes is too long")]
    TooLong(usize),
    /// Not all of it came in handshake records.
    #[error("hello is interrupted by another record")]
    Interrupted,
    /// This crate uses the type for itself, so a peer that sends it cannot be served.
    #[error("hello with the private extension {0:#06x}")]
    ReservedExtension(u16),
    /// The station answered with ALPN, which no car offers.
    #[error("ServerHello selects a protocol that was not offered")]
    UnsolicitedAlpn,
}

impl HelloError {
    /// The fatal alert that tells the peer, as a whole record to be sent before closing.
    pub fn alert(self) -> [u8; 7] {
        let description = match self {
            Self::TooLong(_) => AlertDescription::DecodeError,
            Self::Interrupted => AlertDescription::UnexpectedMessage,
            Self::ReservedExtension(_) => AlertDescription::IllegalParameter,
            Self::UnsolicitedAlpn => AlertDescription::UnsupportedExtension,
        };
        [21, 3, 3, 0, 2, 2, description.into()]
    }
}

fn versions(body: &[u8]) -> Option<Vec<ProtocolVersion>> {
    Some(Reader(Reader(body).vec8()?).u16s()?.map(ProtocolVersion::from).collect())
}

fn host_name(body: &[u8]) -> Option<Vec<u8>> {
    let mut list = Reader(Reader(body).vec16()?);
    (list.u8()? == 0).then(|| list.vec16().map(<[u8]>::to_vec))?
}

fn asks_ocsp_multi(mut list: Reader<'_>) -> bool {
    while let (Some(typ), Some(_)) = (list.u8(), list.vec16()) {
        if typ == 2 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests;
