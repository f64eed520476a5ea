use std::io;
use std::net::{Ipv6Addr, SocketAddrV6};

use nix::ifaddrs::getifaddrs;
use nix::net::if_::if_nametoindex;

/// A network interface with the IPv6 address that is used on it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Interface {
    pub name: String,
    /// Number of the interface: the scope of its link-local addresses.
    pub index: u32,
    /// Link-local, or `::1` on the loopback interface.
    pub address: Ipv6Addr,
}

impl Interface {
    /// `NotFound` without such an interface, `AddrNotAvailable` if it has no usable address.
    pub fn named(name: &str) -> io::Result<Self> {
        let error = |kind, what: &str| io::Error::new(kind, format!("{what} {name}"));
        let index =
            if_nametoindex(name).map_err(|_| error(io::ErrorKind::NotFound, "no interface"))?;
        let addresses = getifaddrs()?.filter(|entry| entry.interface_name == name);
        let mut addresses =
            addresses.filter_map(|entry| Some(entry.address?.as_sockaddr_in6()?.ip()));
        let address =
            addresses.find(|ip| ip.is_unicast_link_local() || ip.is_loopback()).ok_or_else(
                || error(io::ErrorKind::AddrNotAvailable, "no link-local IPv6 address on"),
            )?;
        Ok(Self { name: name.to_owned(), index, address })
    }

    /// The loopback interface.
    pub fn loopback() -> io::Result<Self> {
        let mut addresses = getifaddrs()?;
        let name = addresses
            .find(|entry| {
                let ip = entry.address.as_ref().and_then(|a| a.as_sockaddr_in6().map(|a| a.ip()));
                ip.is_some_and(|ip| ip.is_loopback())
            })
            .map(|entry| entry.interface_name);
        Self::named(
            &name.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no IPv6 loopback"))?,
        )
    }

    /// The address with this port, and the scope that a link-local address needs.
    pub fn socket(&self, port: u16) -> SocketAddrV6 {
        self.reach(self.address, port)
    }

    /// Another host's address on this interface.
    pub fn reach(&self, address: Ipv6Addr, port: u16) -> SocketAddrV6 {
        let scoped = address.is_unicast_link_local() || address.is_multicast();
        SocketAddrV6::new(address, port, 0, if scoped { self.index } else { 0 })
    }

    /// Whether a peer's address belongs to this link.
    pub fn is_local(&self, peer: &SocketAddrV6) -> bool {
        let ip = peer.ip();
        if ip.is_unicast_link_local() {
            peer.scope_id() == self.index
        } else {
            ip.is_loopback() && self.address.is_loopback()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_found_and_a_name_without_interface_is_not() {
        let loopback = Interface::loopback().unwrap();
        assert_eq!(loopback.socket(7), "[::1]:7".parse().unwrap());
        let scoped = loopback.reach("fe80::1".parse().unwrap(), 8);
        assert_eq!(scoped.scope_id(), loopback.index);
        assert_eq!(Interface::named("pnc-no-such").unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
