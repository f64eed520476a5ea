//! The station's side of SECC discovery.

use std::io;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use v2g::sdp::{MULTICAST, PORT, Request, Response, Security, Transport};

use super::Interface;

/// Answers discovery on one interface. Dropping it closes the socket.
#[derive(Debug)]
pub struct Server {
    socket: UdpSocket,
    interface: Interface,
    offer: Offer,
}

/// Where the listeners are, and what they really serve; at least one is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Offer {
    Tls(SocketAddrV6),
    Plain(SocketAddrV6),
    /// Each car gets what it asks for.
    Both {
        tls: SocketAddrV6,
        plain: SocketAddrV6,
    },
}

impl Offer {
    /// What a car gets that asks for this. [V2G2-625] [V2G2-626] [V2G2-627]
    pub fn to(self, asked: Security) -> (SocketAddrV6, Security) {
        match (self, asked) {
            (Self::Tls(tls), _) | (Self::Both { tls, .. }, Security::Tls) => (tls, Security::Tls),
            (Self::Plain(plain), _) | (Self::Both { plain, .. }, Security::None) => {
                (plain, Security::None)
            }
        }
    }
}

/// One question and what came of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Asked {
    pub from: SocketAddrV6,
    pub request: Request,
    /// `None`: nothing to offer for that transport.
    pub response: Option<Response>,
}

impl Server {
    /// Listens on the interface. [V2G2-139]
    pub fn bind(interface: &Interface, offer: Offer) -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV6, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_only_v6(true)?;
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, PORT, 0, 0).into())?;
        if let Err(error) = socket.join_multicast_v6(&MULTICAST, interface.index) {
            // A loopback interface without multicast still has unicast.
            if !interface.address.is_loopback() {
                return Err(error);
            }
        }
        let socket = UdpSocket::from_std(socket.into())?;
        Ok(Self { socket, interface: interface.clone(), offer })
    }

    /// Answers the next question that can be read and came by this interface. Cancel safe but for the answer itself.
    pub async fn answer(&self) -> io::Result<Asked> {
        let mut buffer = [0; 64];
        loop {
            let (n, from) = self.socket.recv_from(&mut buffer).await?;
            let SocketAddr::V6(from) = from else { continue };
            if !self.interface.is_local(&from) {
                continue;
            }
            let datagram = buffer.get(..n).unwrap_or_default();
            let Ok(request) = Request::from_datagram(datagram) else { continue };
            let (station, security) = self.offer.to(request.security);
            let response = (request.transport == Transport::Tcp).then(|| Response {
                address: *station.ip(),
                port: station.port(),
                security,
                transport: Transport::Tcp,
            });
            if let Some(response) = response {
                // A car that cannot be reached asks again.
                if let Err(error) = self.socket.send_to(&response.datagram(), from).await {
                    log::warn!("SDP answer to {from}: {error}");
                }
            }
            return Ok(Asked { from, request, response });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [V2G2-625] [V2G2-626] [V2G2-627]
    #[test]
    fn a_car_gets_what_it_asks_for_if_the_station_has_it() {
        let [tls, plain] = [1, 2].map(|port| SocketAddrV6::new(Ipv6Addr::LOCALHOST, port, 0, 0));
        for (offer, for_tls, for_plain) in [
            (Offer::Tls(tls), (tls, Security::Tls), (tls, Security::Tls)),
            (Offer::Plain(plain), (plain, Security::None), (plain, Security::None)),
            (Offer::Both { tls, plain }, (tls, Security::Tls), (plain, Security::None)),
        ] {
            assert_eq!((offer.to(Security::Tls), offer.to(Security::None)), (for_tls, for_plain));
        }
    }
}
