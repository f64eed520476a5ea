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
    station: SocketAddrV6,
    security: Security,
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
    /// `station`: where the listener is, and what it really serves. [V2G2-139]
    pub fn bind(
        interface: &Interface,
        station: SocketAddrV6,
        security: Security,
    ) -> io::Result<Self> {
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
        Ok(Self { socket, interface: interface.clone(), station, security })
    }

    /// Answers the next question that can be read and came by this interface. Cancel safe but for the answer itself.
    ///
    /// What the station serves is said, whatever was asked for. [V2G2-625] [V2G2-626] [V2G2-627]
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
            let response = (request.transport == Transport::Tcp).then(|| Response {
                address: *self.station.ip(),
                port: self.station.port(),
                security: self.security,
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
