//! A raw packet socket for HomePlug frames on one network interface. Linux; needs `CAP_NET_RAW`.

use std::io;
use std::os::fd::AsRawFd;

use nix::ifaddrs::getifaddrs;
use nix::sys::socket::{LinkAddr, MsgFlags, bind, recvfrom};
use slac::Mac;
use slac::mme::ETHERTYPE;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Holds the frames of a busy line while the host is busy.
const RECEIVE_BUFFER: usize = 256 * 1024;

const EVENTS: Interest = Interest::READABLE.add(Interest::WRITABLE).add(Interest::ERROR);

/// Addressed to another host: modems hand up unicast frames between other stations.
const PACKET_OTHERHOST: u8 = 3;
/// Sent by this host.
const PACKET_OUTGOING: u8 = 4;

/// Sends and receives HomePlug frames (0x88E1) on one interface. Dropping it closes the socket.
#[derive(Debug)]
pub struct PacketLink {
    socket: AsyncFd<Socket>,
    mac: Mac,
}

impl PacketLink {
    /// Opens the interface, inside a tokio runtime.
    ///
    /// Errors: `NotFound` without such an Ethernet interface, `PermissionDenied` without `CAP_NET_RAW`.
    pub fn open(interface: &str) -> io::Result<Self> {
        let address = link_address(interface)?;
        let mac = address.addr().map(Mac).ok_or_else(|| not_found(interface))?;
        let protocol = Protocol::from(i32::from(ETHERTYPE.to_be()));
        let socket = Socket::new(Domain::PACKET, Type::RAW, Some(protocol))?;
        socket.set_nonblocking(true)?;
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        // The address has no protocol of its own, so the socket keeps 0x88E1.
        bind(socket.as_raw_fd(), &address)?;
        Ok(Self { socket: register(socket)?, mac })
    }

    /// Address of the interface when it was opened.
    pub fn mac(&self) -> Mac {
        self.mac
    }

    /// The next frame for this host or for all, as many octets as `buffer` holds.
    ///
    /// Cancel safe. `NetworkDown` is reported once when the interface goes down; a later call works again when it is back up.
    pub async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // An interface that goes down is an error without data.
            let mut ready = self.socket.ready(Interest::READABLE | Interest::ERROR).await?;
            match ready.try_io(|socket| Ok(recvfrom::<LinkAddr>(socket.as_raw_fd(), buffer)?)) {
                Ok(Ok((len, from))) if from.is_none_or(is_for_us) => return Ok(len),
                Ok(Ok(_)) | Err(_) => {}
                Ok(Err(error)) => return Err(error),
            }
        }
    }

    /// Sends one whole Ethernet frame.
    pub async fn send(&self, frame: &[u8]) -> io::Result<()> {
        loop {
            let mut ready = self.socket.writable().await?;
            if let Ok(sent) = ready.try_io(|socket| {
                socket.get_ref().send_with_flags(frame, MsgFlags::MSG_NOSIGNAL.bits())
            }) {
                return sent.map(drop);
            }
        }
    }
}

/// `Socket` owns its descriptor for as long as it is registered, which is all that the deprecated function leaves unchecked.
#[allow(deprecated, reason = "the replacement is unsafe, and this crate has no unsafe code")]
fn register(socket: Socket) -> io::Result<AsyncFd<Socket>> {
    AsyncFd::with_interest(socket, EVENTS)
}

fn is_for_us(from: LinkAddr) -> bool {
    !matches!(from.pkttype(), PACKET_OTHERHOST | PACKET_OUTGOING)
}

/// The link layer address of an interface, with its index.
fn link_address(interface: &str) -> io::Result<LinkAddr> {
    let mut addresses = getifaddrs()?.filter(|entry| entry.interface_name == interface);
    addresses
        .find_map(|entry| entry.address?.as_link_addr().copied())
        .ok_or_else(|| not_found(interface))
}

fn not_found(interface: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("no Ethernet interface {interface}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use slac::mme::SlacParmReq;
    use slac::{Frame, RunId};
    use std::process::Command;
    use std::time::Duration;

    /// Two interfaces joined by a cable, gone when dropped.
    struct Cable([String; 2]);

    impl Cable {
        /// `None`, and the reason printed, where the machine does not permit it.
        fn plug(tag: &str) -> Option<Self> {
            let ends =
                ["a", "b"].map(|end| format!("pnc{tag}{}{end}", std::process::id() % 100_000));
            let [one, other] = &ends;
            if let Err(reason) = ip(&["link", "add", one, "type", "veth", "peer", "name", other]) {
                println!("skipped: no veth pair: {reason}");
                return None;
            }
            let cable = Self(ends);
            for end in &cable.0 {
                // Anything that the host itself sends on a new interface would be seen at the other end.
                ip(&["link", "set", end, "up"]).unwrap();
            }
            Some(cable)
        }

        fn open(&self) -> [PacketLink; 2] {
            self.0.each_ref().map(|end| PacketLink::open(end).unwrap())
        }
    }

    impl Drop for Cable {
        fn drop(&mut self) {
            let _ = ip(&["link", "del", &self.0[0]]);
        }
    }

    fn ip(arguments: &[&str]) -> Result<(), String> {
        let output =
            Command::new("ip").args(arguments).output().map_err(|error| error.to_string())?;
        output
            .status
            .success()
            .then_some(())
            .ok_or_else(|| String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }

    fn request(destination: Mac, source: Mac) -> Vec<u8> {
        Frame::new(
            destination,
            source,
            SlacParmReq { application_type: 0, security_type: 0, run_id: RunId([7; 8]) },
        )
        .emit()
    }

    async fn next(link: &PacketLink) -> Option<Vec<u8>> {
        let mut buffer = [0; 2048];
        let received =
            tokio::time::timeout(Duration::from_millis(300), link.recv(&mut buffer)).await.ok()?;
        Some(buffer[..received.unwrap()].to_vec())
    }

    #[tokio::test]
    async fn frames_cross_the_cable_and_only_those_for_this_host_are_received() {
        let Some(cable) = Cable::plug("x") else { return };
        let [one, other] = cable.open();
        assert_ne!(one.mac(), other.mac());
        let broadcast = request(Mac::BROADCAST, one.mac());
        one.send(&broadcast).await.unwrap();
        assert_eq!(next(&other).await.as_ref(), Some(&broadcast));
        let unicast = request(one.mac(), other.mac());
        other.send(&unicast).await.unwrap();
        assert_eq!(next(&one).await.as_ref(), Some(&unicast), "and not the own broadcast");
        one.send(&request(Mac([2, 0, 0, 0, 0, 9]), one.mac())).await.unwrap();
        let mut foreign = request(other.mac(), one.mac());
        foreign[12..14].copy_from_slice(&[0x88, 0xB5]);
        one.send(&foreign).await.unwrap();
        assert_eq!(next(&other).await, None);
    }

    #[tokio::test]
    async fn a_link_that_goes_down_and_up_works_again() {
        let Some(cable) = Cable::plug("y") else { return };
        let [one, other] = cable.open();
        ip(&["link", "set", &cable.0[1], "down"]).unwrap();
        let down = other.recv(&mut [0; 64]).await.unwrap_err();
        assert_eq!(down.kind(), io::ErrorKind::NetworkDown);
        ip(&["link", "set", &cable.0[1], "up"]).unwrap();
        // The carrier of a pair takes a moment.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let frame = request(Mac::BROADCAST, one.mac());
        one.send(&frame).await.unwrap();
        assert_eq!(next(&other).await.as_ref(), Some(&frame));
    }

    #[tokio::test]
    async fn an_interface_that_does_not_exist_is_not_found() {
        let error = PacketLink::open("pnc-no-such-if").unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (io::ErrorKind::NotFound, "no Ethernet interface pnc-no-such-if")
        );
    }
}
