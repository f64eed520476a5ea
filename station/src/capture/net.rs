//! Takes a captured packet apart: link, VLAN tags, IPv4 or IPv6, then UDP, TCP or HomePlug.

use super::link::LinkType;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Ethernet address.
pub type Mac = [u8; 6];

/// EtherType of HomePlug AV and Green PHY.
pub const HOMEPLUG_AV: u16 = 0x88E1;
/// EtherType of the vendor-specific frames of Qualcomm modems before HomePlug AV had one.
pub const HOMEPLUG_VENDOR: u16 = 0x8912;

/// What a packet carries, as far as charging goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Content<'a> {
    Homeplug(Homeplug<'a>),
    Udp(Datagram<'a>),
    Tcp(Segment<'a>),
    /// Anything else.
    Other,
}

/// A HomePlug frame. The addresses are zero where the link type does not record them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Homeplug<'a> {
    pub src: Mac,
    pub dst: Mac,
    pub ethertype: u16,
    /// What follows the EtherType, padding included.
    pub body: &'a [u8],
}

/// A UDP datagram.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Datagram<'a> {
    pub src: SocketAddr,
    pub dst: SocketAddr,
    pub payload: &'a [u8],
}

/// A TCP segment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Segment<'a> {
    pub src: SocketAddr,
    pub dst: SocketAddr,
    pub seq: u32,
    pub ack: Option<u32>,
    pub syn: bool,
    pub fin: bool,
    pub rst: bool,
    /// The octets captured; `payload_len` says how many there were.
    pub payload: &'a [u8],
    pub payload_len: u32,
}

/// A header that is cut off or contradicts itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("bad {header} header at octet {at} of the packet")]
pub struct Malformed {
    pub header: &'static str,
    pub at: usize,
}

/// Finds what a packet carries. IP fragments are [`Content::Other`]: no message needs them.
pub fn dissect(link: LinkType, data: &[u8]) -> Result<Content<'_>, Malformed> {
    let mut cursor = Cursor { data, at: 0 };
    match link {
        LinkType::Ethernet => ethernet(&mut cursor),
        LinkType::LinuxSll => {
            let head: [u8; 16] = cursor.take("Linux cooked")?;
            let [_, _, _, _, _, len, a, b, c, d, e, f, _, _, p0, p1] = head;
            let src = if len == 6 { [a, b, c, d, e, f] } else { Mac::default() };
            ethertype(&mut cursor, u16::from_be_bytes([p0, p1]), src, Mac::default())
        }
        LinkType::LinuxSll2 => {
            let head: [u8; 20] = cursor.take("Linux cooked")?;
            let [p0, p1, _, _, _, _, _, _, _, _, _, len, a, b, c, d, e, f, _, _] = head;
            let src = if len == 6 { [a, b, c, d, e, f] } else { Mac::default() };
            ethertype(&mut cursor, u16::from_be_bytes([p0, p1]), src, Mac::default())
        }
        LinkType::Null | LinkType::Loop => {
            cursor.take::<4>("loopback")?;
            ip(&mut cursor)
        }
        LinkType::Raw | LinkType::Ipv4 | LinkType::Ipv6 => ip(&mut cursor),
        LinkType::Other(_) => Ok(Content::Other),
    }
}

fn ethernet<'a>(cursor: &mut Cursor<'a>) -> Result<Content<'a>, Malformed> {
    let dst = cursor.take("Ethernet")?;
    let src = cursor.take("Ethernet")?;
    let kind = cursor.u16("Ethernet")?;
    ethertype(cursor, kind, src, dst)
}

fn ethertype<'a>(
    cursor: &mut Cursor<'a>,
    mut kind: u16,
    src: Mac,
    dst: Mac,
) -> Result<Content<'a>, Malformed> {
    // VLAN tags of 802.1Q, 802.1ad and the older double tagging.
    while let 0x8100 | 0x88A8 | 0x9100 = kind {
        cursor.take::<2>("VLAN")?;
        kind = cursor.u16("VLAN")?;
    }
    match kind {
        0x0800 => ipv4(cursor),
        0x86DD => ipv6(cursor),
        HOMEPLUG_AV | HOMEPLUG_VENDOR => {
            Ok(Content::Homeplug(Homeplug { src, dst, ethertype: kind, body: cursor.rest() }))
        }
        _ => Ok(Content::Other),
    }
}

fn ip<'a>(cursor: &mut Cursor<'a>) -> Result<Content<'a>, Malformed> {
    match cursor.rest().first().map(|first| first >> 4) {
        Some(4) => ipv4(cursor),
        Some(6) => ipv6(cursor),
        _ => Err(cursor.malformed("IP")),
    }
}

fn ipv4<'a>(cursor: &mut Cursor<'a>) -> Result<Content<'a>, Malformed> {
    const HEADER: &str = "IPv4";
    let start = *cursor;
    let head: [u8; 20] = cursor.take(HEADER)?;
    let [first, _, l0, l1, _, _, f0, f1, _, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = head;
    let header_len = usize::from(first & 0x0F) * 4;
    if first >> 4 != 4 || header_len < 20 {
        return Err(start.malformed(HEADER));
    }
    cursor.skip(header_len - 20, HEADER)?;
    // Segmentation offload leaves the total length 0 in captures taken before the card.
    let payload_len = match u16::from_be_bytes([l0, l1]) {
        0 => cursor.rest().len(),
        total => usize::from(total).checked_sub(header_len).ok_or(start.malformed(HEADER))?,
    };
    let fragment = u16::from_be_bytes([f0, f1]) & 0x3FFF != 0;
    if fragment {
        return Ok(Content::Other);
    }
    let ends = [Ipv4Addr::new(s0, s1, s2, s3).into(), Ipv4Addr::new(d0, d1, d2, d3).into()];
    transport(cursor, protocol, payload_len, ends)
}

fn ipv6<'a>(cursor: &mut Cursor<'a>) -> Result<Content<'a>, Malformed> {
    const HEADER: &str = "IPv6";
    let start = *cursor;
    let [first, _, _, _, l0, l1, mut next, _]: [u8; 8] = cursor.take(HEADER)?;
    if first >> 4 != 6 {
        return Err(start.malformed(HEADER));
    }
    let src = Ipv6Addr::from(cursor.take::<16>(HEADER)?);
    let dst = Ipv6Addr::from(cursor.take::<16>(HEADER)?);
    let mut payload_len = match u16::from_be_bytes([l0, l1]) {
        0 => cursor.rest().len(),
        len => len.into(),
    };
    loop {
        let extension = match next {
            // Hop-by-hop, routing, destination options, mobility, HIP, shim6.
            0 | 43 | 60 | 135 | 139 | 140 => {
                let [following, len] = cursor.take("IPv6 extension")?;
                next = following;
                (usize::from(len) + 1) * 8
            }
            // Authentication header: its length counts in words.
            51 => {
                let [following, len] = cursor.take("IPv6 extension")?;
                next = following;
                (usize::from(len) + 2) * 4
            }
            44 => {
                let [following, _, o0, o1]: [u8; 4] = cursor.take("IPv6 fragment")?;
                // An atomic fragment is a whole packet.
                if u16::from_be_bytes([o0, o1]) & 0xFFF9 != 0 {
                    return Ok(Content::Other);
                }
                next = following;
                cursor.skip(4, "IPv6 fragment")?;
                payload_len = payload_len.checked_sub(8).ok_or(start.malformed(HEADER))?;
                continue;
            }
            _ => break,
        };
        cursor.skip(extension - 2, "IPv6 extension")?;
        payload_len = payload_len.checked_sub(extension).ok_or(start.malformed(HEADER))?;
    }
    transport(cursor, next, payload_len, [src.into(), dst.into()])
}

fn transport<'a>(
    cursor: &mut Cursor<'a>,
    protocol: u8,
    payload_len: usize,
    ends: [IpAddr; 2],
) -> Result<Content<'a>, Malformed> {
    match protocol {
        6 => tcp(cursor, payload_len, ends),
        17 => udp(cursor, payload_len, ends),
        _ => Ok(Content::Other),
    }
}

fn udp<'a>(
    cursor: &mut Cursor<'a>,
    ip_len: usize,
    [src, dst]: [IpAddr; 2],
) -> Result<Content<'a>, Malformed> {
    const HEADER: &str = "UDP";
    let start = *cursor;
    let [s0, s1, d0, d1, l0, l1, _, _]: [u8; 8] = cursor.take(HEADER)?;
    let len = usize::from(u16::from_be_bytes([l0, l1]));
    let len = len.checked_sub(8).filter(|_| len <= ip_len).ok_or(start.malformed(HEADER))?;
    Ok(Content::Udp(Datagram {
        src: SocketAddr::new(src, u16::from_be_bytes([s0, s1])),
        dst: SocketAddr::new(dst, u16::from_be_bytes([d0, d1])),
        payload: cursor.at_most(len),
    }))
}

fn tcp<'a>(
    cursor: &mut Cursor<'a>,
    ip_len: usize,
    [src, dst]: [IpAddr; 2],
) -> Result<Content<'a>, Malformed> {
    const HEADER: &str = "TCP";
    let start = *cursor;
    let head: [u8; 20] = cursor.take(HEADER)?;
    let [s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, data_offset, flags, ..] = head;
    let header_len = usize::from(data_offset >> 4) * 4;
    let payload_len = ip_len.checked_sub(header_len).filter(|_| header_len >= 20);
    let payload_len = payload_len.ok_or(start.malformed(HEADER))?;
    cursor.skip(header_len - 20, HEADER)?;
    Ok(Content::Tcp(Segment {
        src: SocketAddr::new(src, u16::from_be_bytes([s0, s1])),
        dst: SocketAddr::new(dst, u16::from_be_bytes([d0, d1])),
        seq: u32::from_be_bytes([q0, q1, q2, q3]),
        ack: (flags & 0x10 != 0).then_some(u32::from_be_bytes([a0, a1, a2, a3])),
        fin: flags & 0x01 != 0,
        syn: flags & 0x02 != 0,
        rst: flags & 0x04 != 0,
        payload: cursor.at_most(payload_len),
        payload_len: u32::try_from(payload_len).map_err(|_| start.malformed(HEADER))?,
    }))
}

#[derive(Clone, Copy)]
struct Cursor<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    fn at_most(&self, len: usize) -> &'a [u8] {
        let rest = self.rest();
        rest.get(..len).unwrap_or(rest)
    }

    fn take<const N: usize>(&mut self, header: &'static str) -> Result<[u8; N], Malformed> {
        let part = *self.rest().first_chunk().ok_or(self.malformed(header))?;
        self.at += N;
        Ok(part)
    }

    fn u16(&mut self, header: &'static str) -> Result<u16, Malformed> {
        self.take(header).map(u16::from_be_bytes)
    }

    fn skip(&mut self, len: usize, header: &'static str) -> Result<(), Malformed> {
        if self.rest().len() < len {
            return Err(self.malformed(header));
        }
        self.at += len;
        Ok(())
    }

    fn malformed(&self, header: &'static str) -> Malformed {
        Malformed { header, at: self.at }
    }
}

#[cfg(test)]
#[path = "net_tests.rs"]
mod tests;
