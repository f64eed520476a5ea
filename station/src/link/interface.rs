//! Network interfaces that come and go, as the kernel tells by netlink.

use std::io;
use std::os::fd::AsRawFd;

use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;
use nix::sys::socket::{AddressFamily, LinkAddr, MsgFlags, NetlinkAddr, bind, recv};
use slac::Mac;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// An Ethernet interface at one time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Presence {
    /// With its index: one that is made anew is another one.
    pub(super) address: LinkAddr,
    pub(super) mac: Mac,
    /// In use, and with somebody at the other end.
    pub(super) is_up: bool,
}

impl Presence {
    pub(super) fn of(interface: &str) -> io::Result<Self> {
        let not_found = || {
            io::Error::new(io::ErrorKind::NotFound, format!("no Ethernet interface {interface}"))
        };
        let mut entries = getifaddrs()?.filter(|entry| entry.interface_name == interface);
        let (address, flags) = entries
            .find_map(|entry| Some((*entry.address?.as_link_addr()?, entry.flags)))
            .ok_or_else(not_found)?;
        Ok(Self {
            address,
            mac: address.addr().map(Mac).ok_or_else(not_found)?,
            is_up: flags.contains(InterfaceFlags::IFF_UP | InterfaceFlags::IFF_RUNNING),
        })
    }
}

/// Tells that some interface changed. What changed is looked up: so nothing is missed when the kernel's queue runs over.
#[derive(Debug)]
pub(super) struct Watch(AsyncFd<Socket>);

impl Watch {
    pub(super) fn open() -> io::Result<Self> {
        let domain = Domain::from(AddressFamily::Netlink as i32);
        let socket = Socket::new(domain, Type::RAW, Some(Protocol::from(NETLINK_ROUTE)))?;
        socket.set_nonblocking(true)?;
        bind(socket.as_raw_fd(), &NetlinkAddr::new(0, RTMGRP_LINK))?;
        Ok(Self(register(socket, Interest::READABLE.add(Interest::ERROR))?))
    }

    /// Returns after a change. Cancel safe.
    pub(super) async fn changed(&self) {
        let mut buffer = [0; 8192];
        let mut is_changed = false;
        while !is_changed {
            let Ok(mut ready) = self.0.ready(Interest::READABLE | Interest::ERROR).await else {
                return std::future::pending().await;
            };
            // An error is a queue that ran over.
            let mut take = |socket: &AsyncFd<Socket>| {
                Ok(recv(socket.as_raw_fd(), &mut buffer, MsgFlags::empty())?)
            };
            while ready.try_io(&mut take).is_ok() {
                is_changed = true;
            }
        }
    }
}

/// `Socket` owns its descriptor for as long as it is registered, which is all that the deprecated function leaves unchecked.
#[allow(deprecated, reason = "the replacement is unsafe, and this crate has no unsafe code")]
pub(super) fn register(socket: Socket, events: Interest) -> io::Result<AsyncFd<Socket>> {
    AsyncFd::with_interest(socket, events)
}

const NETLINK_ROUTE: i32 = 0;
/// Group of messages about links.
const RTMGRP_LINK: u32 = 1;
