//! A raw packet socket for HomePlug frames on one network interface. Linux; needs `CAP_NET_RAW`.
//!
//! Frames of other VLANs need no look at the socket's auxiliary data: the kernel marks them as another host's, and hands over what is
//! tagged with a priority alone as what it is without the tag.

use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

use nix::sys::socket::{LinkAddr, MsgFlags, bind, recvfrom};
use slac::Mac;
use slac::mme::ETHERTYPE;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::interface::{Presence, Watch, register};
use crate::drive::Received;

/// Sends and receives HomePlug frames (0x88E1) on one interface, as often as that goes and comes back. Dropping it closes the sockets.
#[derive(Debug)]
pub struct PacketLink {
    interface: String,
    mac: Mac,
    state: State,
    watch: Option<Watch>,
    hears: Hears,
}

/// Which frames are handed over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Hears {
    /// Those for this host or for all.
    Own,
    /// All that the interface brings.
    All,
}

#[derive(Debug)]
enum State {
    Up(Port),
    /// Found out while sending, and not told yet.
    Lost,
    Down,
}

/// An interface as long as it stays.
#[derive(Debug)]
struct Port {
    socket: AsyncFd<Socket>,
    presence: Presence,
}

impl PacketLink {
    /// Opens the interface, inside a tokio runtime.
    ///
    /// Errors: `NotFound` without such an Ethernet interface, `PermissionDenied` without `CAP_NET_RAW`.
    pub fn open(interface: &str) -> io::Result<Self> {
        Self::hearing(interface, Hears::Own)
    }

    /// The same, to hear also what passes between others and what this host sends. Modems hand up what is for others.
    ///
    /// Errors as of [`open`](Self::open).
    pub fn listen(interface: &str) -> io::Result<Self> {
        Self::hearing(interface, Hears::All)
    }

    fn hearing(interface: &str, hears: Hears) -> io::Result<Self> {
        let port = Port::open(interface, hears)?;
        let watch = Watch::open()
            .inspect_err(|error| log::warn!("{interface} is looked at every second: {error}"));
        Ok(Self {
            interface: interface.to_owned(),
            mac: port.presence.mac,
            state: if port.presence.is_up { State::Up(port) } else { State::Down },
            watch: watch.ok(),
            hears,
        })
    }

    /// Address of the interface when it was opened.
    pub fn mac(&self) -> Mac {
        self.mac
    }

    /// The next frame, as many octets as `buffer` holds; or that the interface went or came back. Cancel safe.
    pub async fn recv(&mut self, buffer: &mut [u8]) -> Received {
        loop {
            match &self.state {
                State::Up(port) => {
                    let is_there = tokio::select! {
                        received = port.recv(buffer, self.mac, self.hears) => match received {
                            Ok(len) => return Received::Octets(len),
                            Err(error) => {
                                log::warn!("{}: {error}", self.interface);
                                false
                            }
                        },
                        () = self.changed() => {
                            Presence::of(&self.interface).is_ok_and(|now| now == port.presence)
                        }
                    };
                    if !is_there {
                        self.state = State::Lost;
                    }
                }
                State::Lost => {
                    log::warn!("{} is gone", self.interface);
                    self.state = State::Down;
                    return Received::Down;
                }
                State::Down => {
                    self.changed().await;
                    if self.reopen() {
                        return Received::Up;
                    }
                }
            }
        }
    }

    /// Sends one whole Ethernet frame. Without its interface, or where its queue is full, it is lost, as frames are.
    pub async fn send(&mut self, frame: &[u8]) {
        let State::Up(port) = &self.state else { return };
        let Err(error) = port.send(frame).await else { return };
        log::warn!("{}: not sent: {error}", self.interface);
        if error.kind() == io::ErrorKind::NetworkDown || is_gone(&error) {
            self.state = State::Lost;
        }
    }

    /// Returns when the interface may have changed.
    async fn changed(&self) {
        match &self.watch {
            Some(watch) if matches!(self.state, State::Up(_)) => watch.changed().await,
            Some(watch) => tokio::select! {
                () = watch.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            },
            None => tokio::time::sleep(LOOK).await,
        }
    }

    fn reopen(&mut self) -> bool {
        let port = match Port::open(&self.interface, self.hears) {
            Ok(port) if port.presence.is_up => port,
            Ok(_) => return false,
            Err(error) => {
                log::debug!("{error}");
                return false;
            }
        };
        log::warn!("{} is back", self.interface);
        if port.presence.mac != self.mac {
            log::warn!(
                "{} has become {}; frames go on as {}",
                self.interface,
                port.presence.mac,
                self.mac
            );
        }
        self.state = State::Up(port);
        true
    }
}

impl Port {
    fn open(interface: &str, hears: Hears) -> io::Result<Self> {
        let presence = Presence::of(interface)?;
        let protocol = match hears {
            Hears::Own => ETHERTYPE,
            // What this host sends is handed to such sockets alone.
            Hears::All => ETH_P_ALL,
        };
        let protocol = Protocol::from(i32::from(protocol.to_be()));
        let socket = Socket::new(Domain::PACKET, Type::RAW, Some(protocol))
            .map_err(|error| explained(error, interface))?;
        socket.set_nonblocking(true)?;
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        // The address has no protocol of its own, so the socket keeps its own.
        bind(socket.as_raw_fd(), &presence.address)?;
        Ok(Self { socket: register(socket, EVENTS)?, presence })
    }

    async fn recv(&self, buffer: &mut [u8], host: Mac, hears: Hears) -> io::Result<usize> {
        loop {
            // An interface that goes down is an error without data.
            let mut ready = self.socket.ready(Interest::READABLE | Interest::ERROR).await?;
            match ready.try_io(|socket| Ok(recvfrom::<LinkAddr>(socket.as_raw_fd(), buffer)?)) {
                Ok(Ok((len, from))) => {
                    let kind = from.map_or(0, |from| from.pkttype());
                    // An interface that came back with another address takes frames for the first one as another host's.
                    let is_moved =
                        self.presence.mac != host && buffer.get(..6) == Some(&host.0[..]);
                    let is_wanted = match kind {
                        _ if hears == Hears::All => is_homeplug(buffer),
                        PACKET_OUTGOING => false,
                        PACKET_OTHERHOST => is_moved,
                        _ => true,
                    };
                    if is_wanted {
                        return Ok(len);
                    }
                }
                Ok(Err(error)) => return Err(error),
                Err(_) => {}
            }
        }
    }

    async fn send(&self, frame: &[u8]) -> io::Result<()> {
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

fn is_homeplug(frame: &[u8]) -> bool {
    frame.get(12..14) == Some(&ETHERTYPE.to_be_bytes()[..])
}

/// No such device, under either of its names.
fn is_gone(error: &io::Error) -> bool {
    use nix::errno::Errno;
    [Errno::ENXIO, Errno::ENODEV].iter().any(|&gone| error.raw_os_error() == Some(gone as i32))
}

/// Says what to do about a missing right.
fn explained(error: io::Error, interface: &str) -> io::Error {
    if error.kind() != io::ErrorKind::PermissionDenied {
        return error;
    }
    let program = std::env::current_exe();
    let program = program.as_deref().map_or("PROGRAM".into(), |path| path.to_string_lossy());
    io::Error::new(
        error.kind(),
        format!(
            "raw frames on {interface} need the right CAP_NET_RAW: be root, or once `sudo setcap cap_net_raw+ep {program}`"
        ),
    )
}

/// Holds the frames of a busy line while the host is busy.
const RECEIVE_BUFFER: usize = 256 * 1024;

const EVENTS: Interest = Interest::READABLE.add(Interest::WRITABLE).add(Interest::ERROR);

/// Every protocol.
const ETH_P_ALL: u16 = 3;

/// Addressed to another host, or of a VLAN that this host is not in: modems hand up unicast frames between other stations.
const PACKET_OTHERHOST: u8 = 3;
/// Sent by this host.
const PACKET_OUTGOING: u8 = 4;

/// How often an interface that is gone is looked for, beside what the kernel tells.
const LOOK: Duration = Duration::from_secs(1);

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
            // The carrier of a pair takes a moment.
            while !self.0.iter().all(|end| Presence::of(end).unwrap().is_up) {
                std::thread::sleep(Duration::from_millis(5));
            }
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

    async fn next(link: &mut PacketLink) -> Option<Vec<u8>> {
        let mut buffer = [0; 2048];
        let received =
            tokio::time::timeout(Duration::from_millis(300), link.recv(&mut buffer)).await.ok()?;
        let Received::Octets(len) = received else { panic!("{received:?}") };
        Some(buffer[..len].to_vec())
    }

    /// What becomes of the interface next.
    async fn change(link: &mut PacketLink) -> Received {
        let mut buffer = [0; 2048];
        loop {
            match tokio::time::timeout(Duration::from_secs(5), link.recv(&mut buffer)).await {
                Ok(Received::Octets(_)) => {}
                Ok(change) => return change,
                Err(_) => panic!("no change"),
            }
        }
    }

    #[tokio::test]
    async fn frames_cross_the_cable_and_only_those_for_this_host_are_received() {
        let Some(cable) = Cable::plug("x") else { return };
        let [mut one, mut other] = cable.open();
        assert_ne!(one.mac(), other.mac());
        let broadcast = request(Mac::BROADCAST, one.mac());
        one.send(&broadcast).await;
        assert_eq!(next(&mut other).await.as_ref(), Some(&broadcast));
        let unicast = request(one.mac(), other.mac());
        other.send(&unicast).await;
        assert_eq!(next(&mut one).await.as_ref(), Some(&unicast), "and not the own broadcast");
        one.send(&request(Mac([2, 0, 0, 0, 0, 9]), one.mac())).await;
        let mut foreign = request(other.mac(), one.mac());
        foreign[12..14].copy_from_slice(&[0x88, 0xB5]);
        one.send(&foreign).await;
        assert_eq!(next(&mut other).await, None);
    }

    #[tokio::test]
    async fn frames_of_another_vlan_are_not_ours_and_a_priority_changes_nothing() {
        let Some(cable) = Cable::plug("v") else { return };
        let [mut one, mut other] = cable.open();
        let plain = request(other.mac(), one.mac());
        let tagged = |tag: [u8; 2]| {
            let mut frame = plain.clone();
            frame.splice(12..12, [0x81, 0x00, tag[0], tag[1]]);
            frame
        };
        one.send(&tagged([0x00, 0x05])).await;
        one.send(&tagged([0xE0, 0x00])).await;
        let first = next(&mut other).await;
        assert_eq!(first.as_ref(), Some(&plain));
        assert_eq!(next(&mut other).await, None);
    }

    #[tokio::test]
    async fn who_listens_hears_what_passes_between_others_and_what_its_host_sends() {
        let Some(cable) = Cable::plug("l") else { return };
        let [mut one, mut own] = cable.open();
        let mut listener = PacketLink::listen(&cable.0[1]).unwrap();
        let foreign = request(Mac([2, 0, 0, 0, 0, 9]), one.mac());
        let mut other_protocol = foreign.clone();
        other_protocol[12..14].copy_from_slice(&[0x88, 0xB5]);
        one.send(&other_protocol).await;
        one.send(&foreign).await;
        assert_eq!(next(&mut listener).await, Some(foreign.clone()));
        own.send(&foreign).await;
        assert_eq!(next(&mut listener).await, Some(foreign), "what its own host sends");
        assert_eq!(next(&mut own).await, None);
    }

    /// As many octets as were sent, without what an interface pads.
    #[tokio::test]
    async fn a_short_frame_is_received_as_it_is() {
        let Some(cable) = Cable::plug("s") else { return };
        let [mut one, mut other] = cable.open();
        let frame = request(Mac::BROADCAST, one.mac())[..30].to_vec();
        one.send(&frame).await;
        assert_eq!(next(&mut other).await.as_ref(), Some(&frame));
    }

    #[tokio::test]
    async fn a_link_that_goes_down_and_up_is_told_and_works_again() {
        let Some(cable) = Cable::plug("y") else { return };
        let [mut one, mut other] = cable.open();
        ip(&["link", "set", &cable.0[1], "down"]).unwrap();
        assert_eq!(change(&mut other).await, Received::Down);
        assert_eq!(change(&mut one).await, Received::Down, "nobody at the other end");
        let lost = request(Mac::BROADCAST, other.mac());
        other.send(&lost).await;
        ip(&["link", "set", &cable.0[1], "up"]).unwrap();
        assert_eq!(change(&mut other).await, Received::Up);
        assert_eq!(change(&mut one).await, Received::Up);
        let frame = request(Mac::BROADCAST, one.mac());
        one.send(&frame).await;
        assert_eq!(next(&mut other).await.as_ref(), Some(&frame));
    }

    /// As a modem on USB is unplugged and plugged again: another interface of the same name, with another address.
    #[tokio::test]
    async fn an_interface_that_is_removed_and_made_anew_is_used_again() {
        let Some(cable) = Cable::plug("z") else { return };
        let [_, mut link] = cable.open();
        let [one, other] = &cable.0;
        let mac = link.mac();
        ip(&["link", "del", one]).unwrap();
        assert_eq!(change(&mut link).await, Received::Down);
        link.send(&request(Mac::BROADCAST, mac)).await;
        ip(&["link", "add", one, "type", "veth", "peer", "name", other]).unwrap();
        ip(&["link", "set", one, "up"]).unwrap();
        ip(&["link", "set", other, "up"]).unwrap();
        assert_eq!(change(&mut link).await, Received::Up);
        let [mut peer, _] = cable.open();
        assert_eq!(link.mac(), mac, "the engine goes on under its address");
        peer.send(&request(mac, peer.mac())).await;
        assert_eq!(next(&mut link).await, Some(request(mac, peer.mac())));
        peer.send(&request(Mac([2, 0, 0, 0, 0, 9]), peer.mac())).await;
        assert_eq!(next(&mut link).await, None);
    }

    #[tokio::test]
    async fn a_missing_right_is_explained() {
        let error = explained(io::Error::from(io::ErrorKind::PermissionDenied), "eth9");
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        let text = error.to_string();
        assert!(text.contains("eth9") && text.contains("setcap cap_net_raw+ep /"), "{text}");
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
