//! One message found in a capture.

use super::Agreed;
use crate::capture::net::Mac;
use slac::mme;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use v2g::v2gtp::PayloadType;

/// A message, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The frame that completes the message, counted from 1.
    pub frame: u64,
    /// The frame that begins it.
    pub first_frame: u64,
    /// When the completing frame was captured: nanoseconds since 1970-01-01 UTC.
    pub time: Option<u64>,
    pub src: Endpoint,
    pub dst: Endpoint,
    pub layer: Layer,
    pub transport: Transport,
    /// Number of the TCP connection in the capture, from 0.
    pub stream: Option<u32>,
    /// Of the V2GTP header; HomePlug frames have none.
    pub payload_type: Option<PayloadType>,
    /// What follows the V2GTP header; of HomePlug the whole Ethernet frame without VLAN tags.
    pub payload: Vec<u8>,
    /// What the connection's handshake agreed on, if the capture shows it.
    pub protocol: Option<Arc<Agreed>>,
}

impl Record {
    /// The HomePlug frame taken apart; `None` for other records.
    pub fn homeplug(&self) -> Option<Result<mme::Frame, mme::Error>> {
        (self.layer == Layer::Slac).then(|| mme::Frame::parse(&self.payload))
    }
}

/// One end of a message's way.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Endpoint {
    Mac(Mac),
    Ip(SocketAddr),
}

/// `02:00:00:00:00:01`, or address and port with a colon between and no brackets.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mac([a, b, c, d, e, g]) => {
                write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
            }
            Self::Ip(address) => match address.ip() {
                IpAddr::V4(ip) => write!(f, "{ip}:{}", address.port()),
                IpAddr::V6(ip) => write!(f, "{ip}:{}", address.port()),
            },
        }
    }
}

/// What kind of message it is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Layer {
    /// A HomePlug frame.
    Slac,
    /// SECC discovery.
    Sdp,
    /// The handshake that picks a protocol.
    Sap,
    /// Any other V2GTP message.
    V2g,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Slac => "slac",
            Self::Sdp => "sdp",
            Self::Sap => "sap",
            Self::V2g => "v2g",
        })
    }
}

/// What carried the message.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Transport {
    Ethernet,
    Udp,
    Tcp,
    /// TCP with TLS, decrypted.
    Tls,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ethernet => "ethernet",
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        })
    }
}
