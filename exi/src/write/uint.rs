//! Unsigned integers: seven bits an octet, the lowest first.

use super::{ROOM, Writer};
use crate::error::Result;

impl Writer<'_> {
    /// An unsigned integer of up to `octets` octets (7 at most).
    #[cfg_attr(feature = "small", inline(never))]
    #[cfg_attr(not(feature = "small"), inline(always))]
    pub fn short_uint(&mut self, v: u64, octets: u32) {
        let room = self.room.saturating_sub(8 * octets);
        if v < 0x80 {
            self.bits(v, 8)
        } else if v < 0x4000 {
            self.bits((v & 0x7f | 0x80) << 8 | v >> 7, 16)
        } else if octets == 3 || v < 0x20_0000 {
            self.bits((v & 0x7f | 0x80) << 16 | (v << 1 & 0x7f00 | 0x8000) | v >> 14, 24)
        } else {
            let (x, n) = scatter(v);
            self.bits(x, n)
        }
        self.room = room;
    }

    /// The length of a string or of octets: mostly short.
    #[cfg_attr(feature = "small", inline(never))]
    #[cfg_attr(not(feature = "small"), inline(always))]
    pub(crate) fn length(&mut self, n: usize) -> Result<()> {
        if n >= 0x4000 {
            return self.apart(&(n as u64), |n, w| w.uint(*n));
        }
        self.need(16);
        self.short_uint(n as u64, 2);
        Ok(())
    }

    /// An unsigned integer of any size.
    #[cfg_attr(feature = "small", inline(never))]
    #[cfg_attr(not(feature = "small"), inline(always))]
    pub fn uint(&mut self, v: u64) -> Result<()> {
        if v >> 49 != 0 {
            return self.apart(&v, long_uint);
        }
        self.need(ROOM);
        self.short_uint(v, 7);
        Ok(())
    }
}

#[cold]
fn long_uint(v: &u64, w: &mut Writer<'_>) -> Result<()> {
    let mut v = *v;
    loop {
        w.need(8);
        w.bits(v & 0x7f | ((v > 0x7f) as u64) << 7, 8);
        v >>= 7;
        if v == 0 {
            return Ok(());
        }
    }
}

/// `v` (below 2^56) as an unsigned integer: its octets and their bits.
#[inline(never)]
fn scatter(v: u64) -> (u64, u32) {
    let n = (63 - v.leading_zeros()) / 7 + 1;
    let x = v & 0x0fff_ffff | v << 4 & 0x0fff_ffff_0000_0000;
    let x = x & 0x0000_3fff_0000_3fff | x << 2 & 0x3fff_0000_3fff_0000;
    let x = x & 0x007f_007f_007f_007f | x << 1 & 0x7f00_7f00_7f00_7f00;
    let more = 0x8080_8080_8080_8080 & ((1 << (8 * (n - 1))) - 1);
    ((x | more).swap_bytes() >> (64 - 8 * n), 8 * n)
}
