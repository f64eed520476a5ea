//! The block format: sections, interfaces, packets and decryption secrets.

use super::source::Fields;
use super::{ByteOrder, Error, ErrorKind, Found, LinkType, Source};
use std::io::Read;

pub(super) const SECTION_HEADER: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];

const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const SECRETS: u32 = 10;
/// "TLSK": the secrets are a TLS key log.
const TLS_KEY_LOG: u32 = 0x544C_534B;

/// Interfaces one section may describe.
const MAX_INTERFACES: usize = 1 << 16;

/// State of the section that is being read.
#[derive(Debug)]
pub(super) struct Section {
    order: ByteOrder,
    interfaces: Vec<Interface>,
}

#[derive(Debug)]
struct Interface {
    link: LinkType,
    /// Most octets captured of a packet; 0 is no limit.
    snap_len: u32,
    resolution: Resolution,
    /// Seconds to add to every timestamp.
    offset: i64,
}

#[derive(Clone, Copy, Debug)]
enum Resolution {
    /// Units of `10^-n` s.
    Decimal(u8),
    /// Units of `2^-n` s.
    Binary(u8),
}

impl Section {
    /// Reads the section header at the start of the file, after its block type.
    pub(super) fn read_first<R: Read>(source: &mut Source<R>) -> Result<Self, Error> {
        let mut length = [0; 4];
        source.exact(&mut length, "section header")?;
        Self::read(source, 0, length)
    }

    /// Reads a section header block from behind its length, which stood in the new byte order.
    fn read<R: Read>(source: &mut Source<R>, start: u64, length: [u8; 4]) -> Result<Self, Error> {
        const WHAT: &str = "section header";
        let fail = |kind| Err(Error { offset: start, kind });
        let mut mark = [0; 4];
        source.exact(&mut mark, WHAT)?;
        let order = match mark {
            [0x1A, 0x2B, 0x3C, 0x4D] => ByteOrder::Big,
            [0x4D, 0x3C, 0x2B, 0x1A] => ByteOrder::Little,
            _ => return fail(ErrorKind::ByteOrderMark(mark)),
        };
        let length = order.u32(length);
        if length < 28 || !length.is_multiple_of(4) {
            return fail(ErrorKind::BlockLength(length));
        }
        let mut version = [0; 4];
        source.exact(&mut version, WHAT)?;
        let [a0, a1, b0, b1] = version;
        let (major, minor) = (order.u16([a0, a1]), order.u16([b0, b1]));
        if major != 1 {
            return fail(ErrorKind::Version(major, minor));
        }
        // Type, length, mark and version are 16 octets of the block, the trailer 4.
        source.skip(length - 20, WHAT)?;
        trailer(source, start, order, length, WHAT)?;
        Ok(Self { order, interfaces: Vec::new() })
    }

    /// The next packet or key log, past any other block.
    pub(super) fn next<R: Read>(
        &mut self,
        source: &mut Source<R>,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<Found>, Error> {
        const WHAT: &str = "block";
        loop {
            let start = source.offset();
            let mut head = [0; 8];
            match source.some(&mut head)? {
                0 => return Ok(None),
                8 => {}
                _ => return Err(Error { offset: start, kind: ErrorKind::Truncated(WHAT) }),
            }
            let [t0, t1, t2, t3, length @ ..] = head;
            if [t0, t1, t2, t3] == SECTION_HEADER {
                *self = Self::read(source, start, length)?;
                continue;
            }
            let (kind, length) = (self.order.u32([t0, t1, t2, t3]), self.order.u32(length));
            if length < 12 || !length.is_multiple_of(4) {
                return Err(Error { offset: start, kind: ErrorKind::BlockLength(length) });
            }
            let at_start = |error: Error| Error { offset: start, ..error };
            let wanted =
                matches!(kind, INTERFACE | OLD_PACKET | SIMPLE_PACKET | ENHANCED_PACKET | SECRETS);
            if wanted {
                source.body(buffer, length - 12, WHAT).map_err(at_start)?;
            } else {
                source.skip(length - 12, WHAT).map_err(at_start)?;
            }
            trailer(source, start, self.order, length, WHAT)?;
            if wanted
                && let Some(found) =
                    self.block(kind, buffer).map_err(|kind| Error { offset: start, kind })?
            {
                return Ok(Some(found));
            }
        }
    }

    fn block(&mut self, kind: u32, body: &[u8]) -> Result<Option<Found>, ErrorKind> {
        let mut fields = Fields { order: self.order, rest: body };
        match kind {
            INTERFACE => self.interface(&mut fields).map(|()| None),
            SECRETS => secrets(&mut fields, body.len()),
            SIMPLE_PACKET => self.simple_packet(&mut fields, body.len()).map(Some),
            _ => self.packet(kind, &mut fields, body.len()).map(Some),
        }
    }

    fn interface(&mut self, fields: &mut Fields<'_>) -> Result<(), ErrorKind> {
        const SHORT: ErrorKind = ErrorKind::Field("interface description");
        if self.interfaces.len() >= MAX_INTERFACES {
            return Err(ErrorKind::Interface(MAX_INTERFACES as u32));
        }
        let link = fields.u16().ok_or(SHORT)?.into();
        fields.u16().ok_or(SHORT)?;
        let snap_len = fields.u32().ok_or(SHORT)?;
        let mut interface =
            Interface { link, snap_len, resolution: Resolution::Decimal(6), offset: 0 };
        while let (Some(code), Some(len)) = (fields.u16(), fields.u16()) {
            let value = fields.take(len.into()).ok_or(ErrorKind::Field("interface option"))?;
            fields
                .take((4 - usize::from(len) % 4) % 4)
                .ok_or(ErrorKind::Field("interface option"))?;
            match (code, value) {
                (0, _) => break,
                (9, &[n]) if n & 0x80 == 0 => interface.resolution = Resolution::Decimal(n),
                (9, &[n]) => interface.resolution = Resolution::Binary(n & 0x7F),
                (14, value) => {
                    let seconds =
                        value.try_into().map_err(|_| ErrorKind::Field("interface time offset"))?;
                    interface.offset = self.order.u64(seconds) as i64;
                }
                _ => {}
            }
        }
        self.interfaces.push(interface);
        Ok(())
    }

    fn packet(
        &self,
        kind: u32,
        fields: &mut Fields<'_>,
        block_len: usize,
    ) -> Result<Found, ErrorKind> {
        const SHORT: ErrorKind = ErrorKind::Field("packet header");
        let interface = match kind {
            // The obsolete block spends the other half of the word on a drop count.
            OLD_PACKET => {
                let interface = fields.u16().ok_or(SHORT)?;
                fields.u16().ok_or(SHORT)?;
                interface.into()
            }
            _ => fields.u32().ok_or(SHORT)?,
        };
        let (high, low) = (fields.u32().ok_or(SHORT)?, fields.u32().ok_or(SHORT)?);
        let (len, original_len) = (fields.u32().ok_or(SHORT)?, fields.u32().ok_or(SHORT)?);
        let start = block_len - fields.rest.len();
        fields.take(len as usize).ok_or(ErrorKind::Field("packet"))?;
        let interface = self.find(interface)?;
        Ok(Found::Packet {
            time: Some(interface.unix_nanos(u64::from(high) << 32 | u64::from(low))),
            link: interface.link,
            original_len,
            range: start..start + len as usize,
        })
    }

    fn simple_packet(&self, fields: &mut Fields<'_>, block_len: usize) -> Result<Found, ErrorKind> {
        let original_len = fields.u32().ok_or(ErrorKind::Field("packet header"))?;
        let interface = self.find(0)?;
        let len = match interface.snap_len {
            0 => original_len,
            most => original_len.min(most),
        };
        let start = block_len - fields.rest.len();
        fields.take(len as usize).ok_or(ErrorKind::Field("packet"))?;
        Ok(Found::Packet {
            time: None,
            link: interface.link,
            original_len,
            range: start..start + len as usize,
        })
    }

    fn find(&self, interface: u32) -> Result<&Interface, ErrorKind> {
        self.interfaces.get(interface as usize).ok_or(ErrorKind::Interface(interface))
    }
}

impl Interface {
    /// Saturates at 1970 and at the year 2554.
    fn unix_nanos(&self, ticks: u64) -> u64 {
        // At most 2^94: no step below overflows an i128.
        let scaled = u128::from(ticks) * 1_000_000_000;
        let nanos = match self.resolution {
            Resolution::Decimal(n) => 10_u128.checked_pow(n.into()).map_or(0, |unit| scaled / unit),
            Resolution::Binary(n) => scaled >> n,
        };
        let nanos = nanos as i128 + i128::from(self.offset) * 1_000_000_000;
        nanos.clamp(0, u64::MAX.into()) as u64
    }
}

fn secrets(fields: &mut Fields<'_>, block_len: usize) -> Result<Option<Found>, ErrorKind> {
    const SHORT: ErrorKind = ErrorKind::Field("secrets header");
    let (kind, len) = (fields.u32().ok_or(SHORT)?, fields.u32().ok_or(SHORT)?);
    let start = block_len - fields.rest.len();
    fields.take(len as usize).ok_or(ErrorKind::Field("secret"))?;
    Ok((kind == TLS_KEY_LOG).then_some(Found::Secrets(start..start + len as usize)))
}

fn trailer<R: Read>(
    source: &mut Source<R>,
    start: u64,
    order: ByteOrder,
    head: u32,
    what: &'static str,
) -> Result<(), Error> {
    let mut tail = [0; 4];
    source.exact(&mut tail, what).map_err(|error| Error { offset: start, ..error })?;
    match order.u32(tail) {
        tail if tail == head => Ok(()),
        tail => Err(Error { offset: start, kind: ErrorKind::Trailer { head, tail } }),
    }
}
