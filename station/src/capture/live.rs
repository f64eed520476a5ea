//! Live capture by libpcap (feature `live`): an interface as if it were a file that goes on for ever.

use pcap::{Active, Capture, Error, Packet};
use std::io::{self, Read};

/// Octets of a packet that are kept.
const SNAPLEN: i32 = 65_535;

/// An interface, read as a pcap file by [`Reader`](super::file::Reader).
pub struct Live {
    capture: Capture<Active>,
    /// What is due to the reader, and how much of it has gone.
    due: Vec<u8>,
    gone: usize,
}

impl Live {
    /// Listens to everything that passes an interface; needs the right to do so (`CAP_NET_RAW`).
    pub fn open(interface: &str) -> Result<Self, Error> {
        let capture = Capture::from_device(interface)?
            .promisc(true)
            .immediate_mode(true)
            .snaplen(SNAPLEN)
            .open()?;
        let due = file_header(capture.get_datalink().0);
        Ok(Self { capture, due, gone: 0 })
    }
}

impl Read for Live {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.gone == self.due.len() {
            self.due.clear();
            self.gone = 0;
            match self.capture.next_packet() {
                Ok(packet) => record(&packet, &mut self.due),
                Err(Error::TimeoutExpired) => {}
                Err(Error::NoMorePackets) => return Ok(0),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        let rest = self.due.get(self.gone..).unwrap_or_default();
        let n = rest.len().min(buffer.len());
        buffer.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.gone += n;
        Ok(n)
    }
}

/// Version 2.4 with microseconds, little-endian.
fn file_header(link: i32) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(0xA1B2_C3D4_u32.to_le_bytes());
    header.extend(2_u16.to_le_bytes());
    header.extend(4_u16.to_le_bytes());
    header.extend([0; 8]);
    header.extend(SNAPLEN.to_le_bytes());
    header.extend(link.to_le_bytes());
    header
}

fn record(packet: &Packet<'_>, due: &mut Vec<u8>) {
    // The file format has 32 bits for each, as libpcap does on the systems it came from.
    let seconds = packet.header.ts.tv_sec as u32;
    let micros = packet.header.ts.tv_usec as u32;
    for field in [seconds, micros, packet.data.len() as u32, packet.header.len] {
        due.extend(field.to_le_bytes());
    }
    due.extend(packet.data);
}
