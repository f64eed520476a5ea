//! SECC discovery: the vehicle asks by UDP where the station's TCP or TLS port is.

use crate::v2gtp::{self, Header, PayloadType};
use core::net::Ipv6Addr;

/// UDP port of the SECC [V2G2-139].
pub const PORT: u16 = 15118;
/// Where requests go: all nodes of the link [V2G2-139].
pub const MULTICAST: Ipv6Addr = Ipv6Addr::new(0xFF02, 0, 0, 0, 0, 0, 0, 1);

/// Whether the TCP connection carries TLS [V2G2-623].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Security {
    Tls = 0x00,
    None = 0x10,
}

/// The transport under V2GTP.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Transport {
    Tcp = 0x00,
    /// Has a code, but no message set uses it.
    Udp = 0x10,
}

/// What the vehicle wants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Request {
    pub security: Security,
    pub transport: Transport,
}

/// What the station offers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Response {
    /// Link-local, without a scope: it counts on the interface it came in by.
    pub address: Ipv6Addr,
    pub port: u16,
    pub security: Security,
    pub transport: Transport,
}

impl Request {
    /// Octets of the payload.
    pub const LEN: usize = 2;

    /// Reads a payload (of type 0x9000).
    pub fn parse(payload: &[u8]) -> Result<Self, Error> {
        let &[security, transport] = payload else {
            return Err(Error::Length { want: Self::LEN, had: payload.len() });
        };
        Ok(Self { security: security.try_into()?, transport: transport.try_into()? })
    }

    /// Reads a datagram with its V2GTP header.
    pub fn from_datagram(datagram: &[u8]) -> Result<Self, Error> {
        Self::parse(payload(datagram, PayloadType::SdpRequest)?)
    }

    /// The payload's octets.
    pub fn emit(self) -> [u8; Self::LEN] {
        [self.security as u8, self.transport as u8]
    }

    /// The datagram, V2GTP header and all.
    pub fn datagram(self) -> [u8; Header::LEN + Self::LEN] {
        datagram(PayloadType::SdpRequest, &self.emit())
    }
}

impl Response {
    /// Octets of the payload.
    pub const LEN: usize = 20;

    /// Reads a payload (of type 0x9001): fixed places, big-endian [V2G2-156].
    pub fn parse(payload: &[u8]) -> Result<Self, Error> {
        let (Some((address, rest)), 20) = (payload.split_first_chunk::<16>(), payload.len()) else {
            return Err(Error::Length { want: Self::LEN, had: payload.len() });
        };
        let &[p0, p1, security, transport] = rest else {
            return Err(Error::Length { want: Self::LEN, had: payload.len() });
        };
        Ok(Self {
            address: Ipv6Addr::from(*address),
            port: u16::from_be_bytes([p0, p1]),
            security: security.try_into()?,
            transport: transport.try_into()?,
        })
    }

    /// Reads a datagram with its V2GTP header.
    pub fn from_datagram(datagram: &[u8]) -> Result<Self, Error> {
        Self::parse(payload(datagram, PayloadType::SdpResponse)?)
    }

    /// The payload's octets.
    pub fn emit(self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[..16].copy_from_slice(&self.address.octets());
        out[16..18].copy_from_slice(&self.port.to_be_bytes());
        out[18] = self.security as u8;
        out[19] = self.transport as u8;
        out
    }

    /// The datagram, V2GTP header and all.
    pub fn datagram(self) -> [u8; Header::LEN + Self::LEN] {
        datagram(PayloadType::SdpResponse, &self.emit())
    }
}

impl TryFrom<u8> for Security {
    type Error = Error;

    fn try_from(code: u8) -> Result<Self, Error> {
        match code {
            0x00 => Ok(Self::Tls),
            0x10 => Ok(Self::None),
            code => Err(Error::Security(code)),
        }
    }
}

impl TryFrom<u8> for Transport {
    type Error = Error;

    fn try_from(code: u8) -> Result<Self, Error> {
        match code {
            0x00 => Ok(Self::Tcp),
            0x10 => Ok(Self::Udp),
            code => Err(Error::Transport(code)),
        }
    }
}

/// Why octets are no discovery message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Header(#[from] v2gtp::Error),
    #[error("{0} where an SDP message of the other kind is due")]
    PayloadType(PayloadType),
    #[error("SDP payload of {had} octets where {want} are due")]
    Length { want: usize, had: usize },
    #[error("SDP security 0x{0:02x} is reserved")]
    Security(u8),
    #[error("SDP transport 0x{0:02x} is reserved")]
    Transport(u8),
}

fn payload(datagram: &[u8], want: PayloadType) -> Result<&[u8], Error> {
    match v2gtp::parse(datagram)? {
        (payload_type, payload) if payload_type == want => Ok(payload),
        (other, _) => Err(Error::PayloadType(other)),
    }
}

/// `N` is the header's length and the payload's.
fn datagram<const N: usize>(payload_type: PayloadType, payload: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    let (head, body) = out.split_at_mut(Header::LEN);
    head.copy_from_slice(&Header { payload_type, length: payload.len() as u32 }.emit());
    body.copy_from_slice(payload);
    out
}

/// Reads any octets as both kinds of message, as a fuzz target does.
pub fn fuzz(data: &[u8]) {
    if let Ok(request) = Request::from_datagram(data) {
        assert_eq!(request.datagram(), data);
    }
    if let Ok(response) = Response::from_datagram(data) {
        assert_eq!(response.datagram(), data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESPONSE: [u8; 28] = [
        0x01, 0xFE, 0x90, 0x01, 0, 0, 0, 20, 0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFE, 0,
        0, 1, 0xC7, 0xA7, 0x10, 0x00,
    ];

    #[test]
    fn a_request_is_ten_octets() {
        // [V2G2-623]
        let request = Request { security: Security::None, transport: Transport::Tcp };
        assert_eq!(request.datagram(), [0x01, 0xFE, 0x90, 0x00, 0, 0, 0, 2, 0x10, 0x00]);
        assert_eq!(Request::from_datagram(&request.datagram()), Ok(request));
    }

    #[test]
    fn a_response_names_address_port_security_and_transport() {
        // [V2G2-156]
        let response = Response {
            address: "fe80::ff:fe00:1".parse().unwrap(),
            port: 0xC7A7,
            security: Security::None,
            transport: Transport::Tcp,
        };
        assert_eq!(Response::from_datagram(&RESPONSE), Ok(response));
        assert_eq!(response.datagram(), RESPONSE);
    }

    #[test]
    fn reserved_codes_and_wrong_lengths_are_typed_errors() {
        assert_eq!(Request::parse(&[0x01, 0x00]), Err(Error::Security(0x01)));
        assert_eq!(Request::parse(&[0x00, 0x11]), Err(Error::Transport(0x11)));
        assert_eq!(Request::parse(&[0x00]), Err(Error::Length { want: 2, had: 1 }));
        assert_eq!(Response::parse(&[0; 21]), Err(Error::Length { want: 20, had: 21 }));
        assert_eq!(
            Request::from_datagram(&RESPONSE),
            Err(Error::PayloadType(PayloadType::SdpResponse))
        );
        assert_eq!(
            Response::from_datagram(&RESPONSE[..4]),
            Err(Error::Header(v2gtp::Error::Short { len: 4 }))
        );
    }

    #[test]
    fn no_octets_make_the_parser_panic() {
        let request = Request { security: Security::Tls, transport: Transport::Tcp }.datagram();
        for seed in [&request[..], &RESPONSE] {
            for at in 0..seed.len() {
                for value in 0..=u8::MAX {
                    let mut data = seed.to_vec();
                    data[at] = value;
                    fuzz(&data);
                    fuzz(&data[..at]);
                }
            }
        }
    }
}
