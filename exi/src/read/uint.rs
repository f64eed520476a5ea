//! Unsigned integers: seven bits an octet, the lowest first.

use super::{Reader, WORD};
use crate::error::{Kind, Result};

impl Reader<'_, '_> {
    /// Takes an unsigned integer of up to `octets` octets (7 at most), all in the word.
    /// A longer one is out of range, or padded as no writer does.
    #[cfg_attr(feature = "small", inline(never))]
    #[cfg_attr(not(feature = "small"), inline(always))]
    pub fn short_uint(&mut self, octets: u32) -> Result<u64> {
        let left = self.left.saturating_sub(8 * octets);
        let x = self.word << self.off;
        let (v, n) = if x >> 63 == 0 {
            (x >> 56, 8)
        } else if octets > 1 && x >> 55 & 1 == 0 {
            (x >> 56 & 0x7f | (x >> 48) << 7 & 0x3f80, 16)
        } else if octets > 2 && x >> 47 & 1 == 0 {
            (x >> 56 & 0x7f | (x >> 48 & 0x7f) << 7 | (x >> 40 & 0x7f) << 14, 24)
        } else if octets > 3 {
            gather(x)
        } else {
            (0, 72)
        };
        if n > 8 * octets {
            let bit = self.bit();
            return self.err(Kind::Range, bit);
        }
        self.settle()?;
        self.pos += n as usize;
        self.word <<= n;
        self.left = left;
        Ok(v)
    }
    /// An unsigned integer of any length up to 64 bits.
    #[cfg_attr(feature = "small", inline(never))]
    #[cfg_attr(not(feature = "small"), inline(always))]
    pub fn uint(&mut self) -> Result<u64> {
        self.need(WORD)?;
        let long = !(self.word << self.off) & 0x8080_8080_8080_8000 == 0;
        let v = if long { self.apart(long_uint)? } else { self.short_uint(7)? };
        self.left = 0;
        Ok(v)
    }
    /// The code of a character: two of them fit into a word.
    #[inline(always)]
    pub(crate) fn code_point(&mut self) -> Result<u64> {
        self.need(24)?;
        let long = !(self.word << self.off) & 0x8080_8000_0000_0000 == 0;
        if long { self.uint() } else { self.short_uint(3) }
    }
    /// One octet of a number that has no bound.
    pub fn octet(&mut self) -> Result<u8> {
        self.need(8)?;
        Ok(self.bits(8) as u8)
    }
}

#[cold]
#[inline(never)]
fn long_uint(r: &mut Reader<'_, '_>) -> Result<u64> {
    let start = r.bit();
    let (mut v, mut shift) = (0u64, 0);
    loop {
        let b = r.octet()? as u64;
        if shift > 63 || shift == 63 && b & 0x7e != 0 {
            return r.err(Kind::Range, start);
        }
        v |= (b & 0x7f) << shift;
        if b & 0x80 == 0 {
            return Ok(v);
        }
        shift += 7;
    }
}

/// An unsigned integer of up to 8 octets at the top of `x`, and its bits (72 if there are more).
#[inline(never)]
fn gather(x: u64) -> (u64, u32) {
    let last = !x & 0x8080_8080_8080_8080;
    if last == 0 {
        return (0, 72);
    }
    let n = last.leading_zeros() + 8;
    let v = (x >> (64 - n) << (64 - n)).swap_bytes() & 0x7f7f_7f7f_7f7f_7f7f;
    let v = v & 0x007f_007f_007f_007f | v >> 1 & 0x3f80_3f80_3f80_3f80;
    let v = v & 0x0000_3fff_0000_3fff | v >> 2 & 0x0fff_c000_0fff_c000;
    (v & 0x0fff_ffff | v >> 4 & 0xff_ffff_f000_0000, n)
}
