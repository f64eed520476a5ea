//! What a handshake came to.

use core::fmt;

use rustls::pki_types::CertificateDer;
use rustls::{CipherSuite, CommonState, NamedGroup, ProtocolVersion};

/// Protocol, suite and peer of a connection; displays as `TLS 1.2 ECDHE-ECDSA-AES128-CBC-SHA256`.
#[derive(Clone, PartialEq)]
pub struct Negotiated {
    /// The version.
    pub protocol: ProtocolVersion,
    /// The cipher suite.
    pub suite: CipherSuite,
    /// The group of the key exchange; `None` where a recording does not tell it.
    pub group: Option<NamedGroup>,
    /// As the peer sent it, leaf first; empty if it sent none.
    pub peer_chain: Vec<CertificateDer<'static>>,
}

impl Negotiated {
    /// `None` while the handshake goes on. `connection`: a server's or a client's, both deref to it.
    pub fn of(connection: &CommonState) -> Option<Self> {
        if connection.is_handshaking() {
            return None;
        }
        Some(Self {
            protocol: connection.protocol_version()?,
            suite: connection.negotiated_cipher_suite()?.suite(),
            group: connection.negotiated_key_exchange_group().map(|g| g.name()),
            peer_chain: connection.peer_certificates().map(<[_]>::to_vec).unwrap_or_default(),
        })
    }
}

impl fmt::Debug for Negotiated {
    /// Of the peer's certificates subject and serial number, not every octet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |der: &CertificateDer<'_>| match pki::Certificate::parse(der) {
            Ok(certificate) => {
                let serial: String =
                    certificate.serial().iter().map(|octet| format!("{octet:02x}")).collect();
                format!("{}, serial {serial}", certificate.subject())
            }
            Err(error) => format!("unreadable: {error}"),
        };
        f.debug_struct("Negotiated")
            .field("protocol", &self.protocol)
            .field("suite", &self.suite)
            .field("group", &self.group)
            .field("peer_chain", &self.peer_chain.iter().map(named).collect::<Vec<_>>())
            .finish()
    }
}

impl fmt::Display for Negotiated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol {
            ProtocolVersion::TLSv1_2 => f.write_str("TLS 1.2 ")?,
            ProtocolVersion::TLSv1_3 => f.write_str("TLS 1.3 ")?,
            other => write!(f, "{other:?} ")?,
        }
        match self.suite {
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 => {
                f.write_str("ECDHE-ECDSA-AES128-CBC-SHA256")
            }
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => {
                f.write_str("ECDHE-ECDSA-AES128-GCM-SHA256")
            }
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => {
                f.write_str("ECDHE-ECDSA-AES256-GCM-SHA384")
            }
            CipherSuite::TLS13_AES_256_GCM_SHA384 => f.write_str("AES-256-GCM-SHA384"),
            CipherSuite::TLS13_AES_128_GCM_SHA256 => f.write_str("AES-128-GCM-SHA256"),
            CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => f.write_str("CHACHA20-POLY1305-SHA256"),
            other => write!(f, "{other:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pki::issue::{Hierarchy, Options};

    #[test]
    fn the_peers_certificates_are_told_by_subject_and_serial_number() {
        let rng = ring::rand::SystemRandom::new();
        let hierarchy = Hierarchy::generate(&rng, 1_795_366_984, Options::default()).unwrap();
        let leaf = hierarchy.secc().leaf;
        let negotiated = Negotiated {
            protocol: ProtocolVersion::TLSv1_2,
            suite: CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
            group: None,
            peer_chain: vec![leaf.der().to_vec().into(), vec![0x30, 1].into()],
        };
        let text = format!("{negotiated:?}");
        assert!(text.contains("CN=DE*PNC*E0000001") && text.contains(", serial "), "{text}");
        assert!(text.contains("unreadable") && text.len() < 400, "{text}");
    }
}
