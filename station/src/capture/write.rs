//! Writes captures as pcapng, in the machine-independent little-endian form.

use super::link::LinkType;
use std::io::{self, Write};

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const SECRETS: u32 = 10;
const TLS_KEY_LOG: u32 = 0x544C_534B;

const OPT_IF_NAME: u16 = 2;
const OPT_USER_APPLICATION: u16 = 4;
const OPT_IF_RESOLUTION: u16 = 9;

/// An interface of a capture being written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Interface(u32);

/// A capture being written.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    interfaces: u32,
}

impl<W: Write> Writer<W> {
    /// Begins a capture made by `application`.
    pub fn new(mut out: W, application: &str) -> io::Result<Self> {
        let mut body = Vec::new();
        body.extend(0x1A2B_3C4D_u32.to_le_bytes());
        body.extend(1_u16.to_le_bytes());
        body.extend(0_u16.to_le_bytes());
        // The section's length is not known yet.
        body.extend((-1_i64).to_le_bytes());
        option(&mut body, OPT_USER_APPLICATION, application.as_bytes());
        end_of_options(&mut body);
        block(&mut out, SECTION_HEADER, &body)?;
        Ok(Self { out, interfaces: 0 })
    }

    /// Describes an interface; its packets have timestamps in nanoseconds.
    pub fn interface(&mut self, link: LinkType, name: &str) -> io::Result<Interface> {
        let mut body = Vec::new();
        body.extend(u16::from(link).to_le_bytes());
        body.extend([0; 6]);
        option(&mut body, OPT_IF_NAME, name.as_bytes());
        option(&mut body, OPT_IF_RESOLUTION, &[9]);
        end_of_options(&mut body);
        block(&mut self.out, INTERFACE, &body)?;
        self.interfaces += 1;
        Ok(Interface(self.interfaces - 1))
    }

    /// A packet of `interface`, captured at `time`: nanoseconds since 1970-01-01 UTC.
    pub fn packet(&mut self, interface: Interface, time: u64, data: &[u8]) -> io::Result<()> {
        let len = u32::try_from(data.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut body = Vec::with_capacity(data.len() + 24);
        body.extend(interface.0.to_le_bytes());
        body.extend(((time >> 32) as u32).to_le_bytes());
        body.extend((time as u32).to_le_bytes());
        body.extend(len.to_le_bytes());
        body.extend(len.to_le_bytes());
        body.extend(data);
        block(&mut self.out, ENHANCED_PACKET, &body)
    }

    /// A TLS key log; readers want it in front of the packets it opens.
    pub fn secrets(&mut self, key_log: &str) -> io::Result<()> {
        let len = u32::try_from(key_log.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut body = Vec::with_capacity(key_log.len() + 8);
        body.extend(TLS_KEY_LOG.to_le_bytes());
        body.extend(len.to_le_bytes());
        body.extend(key_log.as_bytes());
        block(&mut self.out, SECRETS, &body)
    }

    /// Hands what was written on to the system.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// The sink, after the last packet.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// Cuts a value at the length an option can say.
fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let len = u16::try_from(value.len()).unwrap_or(u16::MAX);
    body.extend(code.to_le_bytes());
    body.extend(len.to_le_bytes());
    body.extend(&value[..len.into()]);
    pad(body);
}

fn end_of_options(body: &mut Vec<u8>) {
    body.extend([0; 4]);
}

fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

/// One write per block: a reader at the other end of a pipe sees whole blocks.
fn block(out: &mut impl Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let len = body.len().next_multiple_of(4) + 12;
    let len = u32::try_from(len).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut octets = Vec::with_capacity(len as usize);
    octets.extend(kind.to_le_bytes());
    octets.extend(len.to_le_bytes());
    octets.extend(body);
    pad(&mut octets);
    octets.extend(len.to_le_bytes());
    out.write_all(&octets)
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
