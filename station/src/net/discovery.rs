//! The car's side of SECC discovery.

use std::io;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};
use v2g::sdp::{MULTICAST, PORT, Request, Response, Security, Transport};

use super::Interface;

/// How to look for a station.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// What is asked for.
    pub security: Security,
    /// Go on without TLS if a station that was asked for it says it has none.
    pub allow_downgrade: bool,
    /// Between questions. [V2G2-159]
    pub interval: Duration,
    /// The most questions. [V2G2-161]
    pub tries: u32,
    /// Asked instead of all nodes of the link.
    pub unicast: Option<Ipv6Addr>,
    /// How long to listen for a second, different answer.
    pub settle: Duration,
}

impl Settings {
    pub fn new(security: Security) -> Self {
        Self {
            security,
            allow_downgrade: false,
            interval: Duration::from_millis(250),
            tries: 50,
            unicast: None,
            settle: Duration::from_millis(50),
        }
    }
}

/// A station that answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Found {
    /// With the scope of the interface.
    pub station: SocketAddrV6,
    pub security: Security,
    /// Where the answer came from.
    pub from: SocketAddrV6,
    /// Where the car asked from, and whom.
    pub local: SocketAddrV6,
    pub asked: SocketAddrV6,
    /// Questions sent.
    pub tries: u32,
}

/// No station to go to.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    #[error("SDP: {0}")]
    Io(#[from] io::Error),
    #[error("no station answered {0} SDP requests")]
    Silence(u32),
    #[error("two stations answered: {0} and {1}; one may be an impostor")]
    Conflict(SocketAddrV6, SocketAddrV6),
    #[error("{0} names the address {1}, which is not of this link")]
    NotLocal(SocketAddrV6, Ipv6Addr),
    #[error("{0} names port 0")]
    NoPort(SocketAddrV6),
    #[error("{0} offers no TLS although it was asked for")]
    Downgrade(SocketAddrV6),
}

/// Asks until a station answers.
pub async fn discover(interface: &Interface, settings: &Settings) -> Result<Found, DiscoveryError> {
    let socket = socket(interface)?;
    let request = Request { security: settings.security, transport: Transport::Tcp };
    let mut to = interface.reach(settings.unicast.unwrap_or(MULTICAST), PORT);
    let mut last_error = None;
    for tries in 1..=settings.tries {
        if let Err(error) = socket.send_to(&request.datagram(), to).await {
            if to.ip().is_multicast() && interface.address.is_loopback() {
                // Not every loopback interface has multicast.
                to = interface.socket(PORT);
                continue;
            }
            // The link may still be coming up.
            last_error = Some(error);
        }
        let deadline = Instant::now() + settings.interval;
        let Some((from, response)) = answer(&socket, interface, deadline).await else { continue };
        let ends = [local(&socket, interface)?, to];
        let found = judge(interface, settings, from, response, tries, ends)?;
        let settled = Instant::now() + settings.settle;
        while let Some((from, other)) = answer(&socket, interface, settled).await {
            if other != response {
                let other = interface.reach(other.address, other.port);
                log::warn!("SDP: {from} answers otherwise");
                return Err(DiscoveryError::Conflict(found.station, other));
            }
        }
        return Ok(found);
    }
    match last_error {
        Some(error) => Err(error.into()),
        None => Err(DiscoveryError::Silence(settings.tries)),
    }
}

fn socket(interface: &Interface) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV6, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_only_v6(true)?;
    socket.set_nonblocking(true)?;
    socket.set_multicast_if_v6(interface.index)?;
    socket.set_multicast_hops_v6(1)?;
    socket.set_multicast_loop_v6(true)?;
    socket.bind(&interface.socket(0).into())?;
    UdpSocket::from_std(socket.into())
}

fn local(socket: &UdpSocket, interface: &Interface) -> io::Result<SocketAddrV6> {
    Ok(interface.socket(socket.local_addr()?.port()))
}

/// The next answer that can be read and came by this interface.
async fn answer(
    socket: &UdpSocket,
    interface: &Interface,
    deadline: Instant,
) -> Option<(SocketAddrV6, Response)> {
    let mut buffer = [0; 64];
    loop {
        let (n, from) = timeout_at(deadline, socket.recv_from(&mut buffer)).await.ok()?.ok()?;
        let SocketAddr::V6(from) = from else { continue };
        if !interface.is_local(&from) {
            continue;
        }
        if let Ok(response) = Response::from_datagram(buffer.get(..n).unwrap_or_default()) {
            return Some((from, response));
        }
    }
}

fn judge(
    interface: &Interface,
    settings: &Settings,
    from: SocketAddrV6,
    response: Response,
    tries: u32,
    [local, asked]: [SocketAddrV6; 2],
) -> Result<Found, DiscoveryError> {
    let Response { address, port, security, .. } = response;
    let station = interface.reach(address, port);
    if !interface.is_local(&station) {
        return Err(DiscoveryError::NotLocal(from, address));
    }
    if port == 0 {
        return Err(DiscoveryError::NoPort(from));
    }
    if (settings.security, security) == (Security::Tls, Security::None) && !settings.allow_downgrade
    {
        return Err(DiscoveryError::Downgrade(from));
    }
    Ok(Found { station, security, from, local, asked, tries })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(response: Response, settings: Settings) -> Result<Found, DiscoveryError> {
        let link = Interface { name: "x".into(), index: 7, address: "fe80::9".parse().unwrap() };
        let from = link.reach("fe80::1".parse().unwrap(), PORT);
        judge(&link, &settings, from, response, 1, [link.socket(4000); 2])
    }

    #[test]
    fn answers_with_foreign_addresses_no_port_or_less_security_are_refused() {
        let good = Response {
            address: "fe80::1".parse().unwrap(),
            port: 50_000,
            security: Security::Tls,
            transport: Transport::Tcp,
        };
        let tls = Settings::new(Security::Tls);
        let found = verdict(good, tls).unwrap();
        assert_eq!(found.station, SocketAddrV6::new("fe80::1".parse().unwrap(), 50_000, 0, 7));
        let foreign = Response { address: "2001:db8::1".parse().unwrap(), ..good };
        assert!(matches!(verdict(foreign, tls), Err(DiscoveryError::NotLocal(..))));
        let loopback = Response { address: Ipv6Addr::LOCALHOST, ..good };
        assert!(matches!(verdict(loopback, tls), Err(DiscoveryError::NotLocal(..))));
        assert!(matches!(
            verdict(Response { port: 0, ..good }, tls),
            Err(DiscoveryError::NoPort(_))
        ));
        let plain = Response { security: Security::None, ..good };
        assert!(matches!(verdict(plain, tls), Err(DiscoveryError::Downgrade(_))));
        let lax = Settings { allow_downgrade: true, ..tls };
        assert_eq!(verdict(plain, lax).unwrap().security, Security::None);
    }
}
