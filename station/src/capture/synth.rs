//! Turns a session that ran inside one process into packets: Ethernet, IPv6, UDP and TCP
//! with right checksums and sequence numbers.

use super::link::LinkType;
use super::net::Mac;
use super::write::{Interface, Writer};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::{Ipv6Addr, SocketAddrV6};

/// Payload of one TCP segment: an Ethernet MTU less the headers.
const SEGMENT: usize = 1500 - 40 - 20;
/// Octets kept back while waiting for secrets; beyond them packets are written without.
const MAX_HELD: usize = 4 << 20;

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// A recorder of one session. Times are nanoseconds since 1970-01-01 UTC.
#[derive(Debug)]
pub struct Synth<W: Write> {
    writer: Writer<W>,
    interface: Interface,
    streams: Vec<Stream>,
    held: Option<Held>,
}

/// A TCP connection of a [`Synth`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StreamId(usize);

/// Who sends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sender {
    /// The end that opened the connection.
    Client,
    Server,
}

#[derive(Debug)]
struct Stream {
    /// Client, server.
    ends: [SocketAddrV6; 2],
    /// Next sequence number of each end.
    seq: [u32; 2],
}

#[derive(Debug, Default)]
struct Held {
    packets: VecDeque<(u64, Vec<u8>)>,
    octets: usize,
}

impl<W: Write> Synth<W> {
    /// Begins a capture with one Ethernet interface called `link`.
    pub fn new(out: W, application: &str, link: &str) -> io::Result<Self> {
        let mut writer = Writer::new(out, application)?;
        let interface = writer.interface(LinkType::Ethernet, link)?;
        Ok(Self { writer, interface, streams: Vec::new(), held: None })
    }

    /// A TLS key log. It goes in front of the packets kept back by [`hold`](Self::hold).
    pub fn secrets(&mut self, key_log: &str) -> io::Result<()> {
        self.writer.secrets(key_log)
    }

    /// Keeps packets back until [`release`](Self::release), or 4 MiB of them.
    pub fn hold(&mut self) {
        self.held.get_or_insert_default();
    }

    /// Writes what was kept back.
    pub fn release(&mut self) -> io::Result<()> {
        for (time, frame) in self.held.take().unwrap_or_default().packets {
            self.writer.packet(self.interface, time, &frame)?;
        }
        Ok(())
    }

    /// A whole Ethernet frame, such as one of SLAC.
    pub fn frame(&mut self, time: u64, frame: &[u8]) -> io::Result<()> {
        match &mut self.held {
            Some(held) => {
                held.octets += frame.len();
                held.packets.push_back((time, frame.to_vec()));
                if held.octets > MAX_HELD { self.release() } else { Ok(()) }
            }
            None => self.writer.packet(self.interface, time, frame),
        }
    }

    /// A UDP datagram; longer ones than an IPv6 packet takes are an error.
    pub fn datagram(
        &mut self,
        time: u64,
        src: SocketAddrV6,
        dst: SocketAddrV6,
        payload: &[u8],
    ) -> io::Result<()> {
        let len = u16::try_from(payload.len() + 8).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut udp = Vec::with_capacity(len.into());
        udp.extend(src.port().to_be_bytes());
        udp.extend(dst.port().to_be_bytes());
        udp.extend(len.to_be_bytes());
        udp.extend([0; 2]);
        udp.extend(payload);
        let sum = match checksum(src.ip(), dst.ip(), 17, &udp) {
            // Zero stands for "none", which IPv6 does not allow.
            0 => 0xFFFF,
            sum => sum,
        };
        udp[6..8].copy_from_slice(&sum.to_be_bytes());
        self.frame(time, &ipv6(*src.ip(), *dst.ip(), 17, &udp))
    }

    /// Opens a TCP connection: its three segments.
    pub fn connect(
        &mut self,
        time: u64,
        client: SocketAddrV6,
        server: SocketAddrV6,
    ) -> io::Result<StreamId> {
        // Any start will do; different ones tell connections of the same ends apart.
        let seq = (self.streams.len() as u32).wrapping_mul(0x0101_0101).wrapping_add(1000);
        let id = self.streams.len();
        self.streams
            .push(Stream { ends: [client, server], seq: [seq, seq.wrapping_add(0x4000_0000)] });
        self.segment(time, id, Sender::Client, SYN, &[])?;
        self.segment(time, id, Sender::Server, SYN | ACK, &[])?;
        self.segment(time, id, Sender::Client, ACK, &[])?;
        Ok(StreamId(id))
    }

    /// Octets of one side, each segment followed by the other side's acknowledgement.
    pub fn send(
        &mut self,
        time: u64,
        stream: StreamId,
        from: Sender,
        octets: &[u8],
    ) -> io::Result<()> {
        let mut chunks = octets.chunks(SEGMENT).peekable();
        while let Some(chunk) = chunks.next() {
            let push = if chunks.peek().is_none() { PSH } else { 0 };
            self.segment(time, stream.0, from, ACK | push, chunk)?;
            self.segment(time, stream.0, from.other(), ACK, &[])?;
        }
        Ok(())
    }

    /// Closes both directions, `from` first.
    pub fn close(&mut self, time: u64, stream: StreamId, from: Sender) -> io::Result<()> {
        self.segment(time, stream.0, from, FIN | ACK, &[])?;
        self.segment(time, stream.0, from.other(), FIN | ACK, &[])?;
        self.segment(time, stream.0, from, ACK, &[])
    }

    /// Breaks the connection off.
    pub fn reset(&mut self, time: u64, stream: StreamId, from: Sender) -> io::Result<()> {
        self.segment(time, stream.0, from, RST | ACK, &[])
    }

    /// Writes what was kept back and hands out the sink.
    pub fn finish(mut self) -> io::Result<W> {
        self.release()?;
        self.writer.flush()?;
        Ok(self.writer.into_inner())
    }

    fn segment(
        &mut self,
        time: u64,
        id: usize,
        from: Sender,
        flags: u8,
        payload: &[u8],
    ) -> io::Result<()> {
        let stream = self.streams.get_mut(id).ok_or(io::ErrorKind::InvalidInput)?;
        // `Sender` is 0 or 1, an index into both arrays.
        let (own, other) = (from as usize, from.other() as usize);
        let ack = if flags & ACK != 0 { stream.seq[other] } else { 0 };
        let [src, dst] = [stream.ends[own], stream.ends[other]];
        let mut tcp = Vec::with_capacity(24 + payload.len());
        tcp.extend(src.port().to_be_bytes());
        tcp.extend(dst.port().to_be_bytes());
        tcp.extend(stream.seq[own].to_be_bytes());
        tcp.extend(ack.to_be_bytes());
        // A SYN says the segment size it takes.
        let [s0, s1] = (SEGMENT as u16).to_be_bytes();
        let options: &[u8] = if flags & SYN != 0 { &[2, 4, s0, s1] } else { &[] };
        tcp.extend([((5 + options.len() / 4) << 4) as u8, flags, 0xFF, 0xFF, 0, 0, 0, 0]);
        tcp.extend(options);
        tcp.extend(payload);
        let sum = checksum(src.ip(), dst.ip(), 6, &tcp);
        tcp[16..18].copy_from_slice(&sum.to_be_bytes());
        let sent = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        stream.seq[own] = stream.seq[own].wrapping_add(sent);
        self.frame(time, &ipv6(*src.ip(), *dst.ip(), 6, &tcp))
    }
}

impl Sender {
    /// The one who receives.
    pub fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// The Ethernet address of a host: what its interface identifier was made from, or one made
/// from the identifier; multicast has its own.
pub fn mac_of(address: Ipv6Addr) -> Mac {
    match address.octets() {
        [0xFF, .., a, b, c, d] => [0x33, 0x33, a, b, c, d],
        [.., a, b, c, 0xFF, 0xFE, d, e, f] => [a ^ 0x02, b, c, d, e, f],
        // Locally administered, for one host.
        [.., a, b, c, d, e] => [0x02, a, b, c, d, e],
    }
}

fn ipv6(src: Ipv6Addr, dst: Ipv6Addr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(54 + payload.len());
    frame.extend(mac_of(dst));
    frame.extend(mac_of(src));
    frame.extend(0x86DD_u16.to_be_bytes());
    frame.extend([0x60, 0, 0, 0]);
    // Both callers bound their payload below 64 KiB.
    frame.extend((payload.len() as u16).to_be_bytes());
    frame.extend([protocol, if dst.is_multicast() { 1 } else { 64 }]);
    frame.extend(src.octets());
    frame.extend(dst.octets());
    frame.extend(payload);
    frame
}

/// The Internet checksum over the pseudo header and a segment whose own checksum is zero.
fn checksum(src: &Ipv6Addr, dst: &Ipv6Addr, protocol: u8, segment: &[u8]) -> u16 {
    let len = (segment.len() as u32).to_be_bytes();
    let parts = [&src.octets()[..], &dst.octets(), &len, &[0, 0, 0, protocol], segment];
    let words = parts.iter().flat_map(|part| part.chunks(2));
    let mut sum: u32 =
        words.map(|word| u32::from(word[0]) << 8 | u32::from(*word.get(1).unwrap_or(&0))).sum();
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
#[path = "synth_tests.rs"]
mod tests;
