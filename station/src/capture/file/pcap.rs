//! The classic format: one header, then records.

use super::{ByteOrder, Error, ErrorKind, Found, LinkType, Source};
use std::io::Read;

#[derive(Debug)]
pub(super) struct Header {
    order: ByteOrder,
    /// Nanoseconds in one unit of a record's fraction of a second.
    unit: u64,
    link: LinkType,
}

impl Header {
    pub(super) fn with_magic(magic: [u8; 4]) -> Option<Self> {
        let (order, unit) = match magic {
            [0xA1, 0xB2, 0xC3, 0xD4] => (ByteOrder::Big, 1000),
            [0xD4, 0xC3, 0xB2, 0xA1] => (ByteOrder::Little, 1000),
            [0xA1, 0xB2, 0x3C, 0x4D] => (ByteOrder::Big, 1),
            [0x4D, 0x3C, 0xB2, 0xA1] => (ByteOrder::Little, 1),
            _ => return None,
        };
        Some(Self { order, unit, link: LinkType::Null })
    }

    /// Reads what follows the magic number.
    pub(super) fn read<R: Read>(mut self, source: &mut Source<R>) -> Result<Self, Error> {
        let offset = source.offset();
        let mut rest = [0; 20];
        source.exact(&mut rest, "file header")?;
        let [a0, a1, b0, b1, .., l0, l1, l2, l3] = rest;
        let (major, minor) = (self.order.u16([a0, a1]), self.order.u16([b0, b1]));
        if major != 2 {
            return Err(Error { offset, kind: ErrorKind::Version(major, minor) });
        }
        // The upper half of the word tells about frame check sequences.
        self.link = (self.order.u32([l0, l1, l2, l3]) as u16).into();
        Ok(self)
    }

    pub(super) fn next<R: Read>(
        &self,
        source: &mut Source<R>,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<Found>, Error> {
        const WHAT: &str = "packet record";
        let start = source.offset();
        let mut head = [0; 16];
        match source.some(&mut head)? {
            0 => return Ok(None),
            16 => {}
            _ => return Err(Error { offset: start, kind: ErrorKind::Truncated(WHAT) }),
        }
        let word = |at: usize| self.order.u32([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let (seconds, fraction, len, original_len) = (word(0), word(4), word(8), word(12));
        source.body(buffer, len, WHAT).map_err(|error| Error { offset: start, ..error })?;
        // At most 2^32 * 10^9 + 2^32 * 10^3, which a u64 holds.
        let time = u64::from(seconds) * 1_000_000_000 + u64::from(fraction) * self.unit;
        Ok(Some(Found::Packet {
            time: Some(time),
            link: self.link,
            original_len,
            range: 0..buffer.len(),
        }))
    }
}
