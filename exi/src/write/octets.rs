//! Runs of octets.

use super::Writer;

/// From so many octets on, a loop over octets pays that the compiler turns into wide shifts.
const MANY: usize = 64;
/// So many octets at a time, as vectors of the usual width hold them.
const WIDE: usize = 16;

impl Writer<'_> {
    /// Octets, many at a time.
    pub fn octets(&mut self, v: &[u8]) {
        self.flush();
        let done = if v.len() < MANY { 0 } else { self.many(v) };
        let (eights, rest) = v.get(done..).unwrap_or_default().as_chunks();
        let off = self.pos & 7;
        for b in eights {
            let x = u64::from_be_bytes(*b);
            self.store(self.head | x >> off);
            self.pos += 64;
            self.head = x << 1 << (63 - off);
        }
        if !rest.is_empty() {
            self.bits(rest.iter().fold(0, |x, b| x << 8 | *b as u64), 8 * rest.len() as u32);
        }
    }

    /// The top `n` bits of `x`, whole octets.
    #[inline(always)]
    pub(crate) fn eight(&mut self, x: u64, n: u32) {
        self.flush();
        let off = self.pos & 7;
        self.store(self.head | x >> off);
        self.pos += n as usize;
        // What is behind the last octet, of eight octets or fewer.
        let n = n + off as u32;
        self.head =
            if n < 64 { (self.head | x >> off) << (n & 0x38) } else { x << 1 << (63 - off) };
    }

    /// One octet and whole vectors of `v` if there is room for them; says how many octets that were.
    fn many(&mut self, v: &[u8]) -> usize {
        let v = v.get(..=(v.len() - 1) / WIDE * WIDE).unwrap_or_default();
        let (i, off) = (self.pos >> 3, self.pos as u32 & 7);
        let (Some([first, to @ ..]), [head, ..]) = (self.out.get_mut(i..=i + v.len()), v) else {
            return 0;
        };
        self.pos += 8 * v.len();
        *first = (self.head >> 56) as u8 | head >> off;
        if off == 0 {
            to.iter_mut().zip(v.iter().skip(1)).for_each(|(to, b)| *to = *b);
            return v.len();
        }
        for ((to, a), b) in to.iter_mut().zip(v).zip(v.iter().skip(1)) {
            *to = a << (8 - off) | b >> off;
        }
        self.head = v.last().map_or(0, |b| (*b as u64) << (64 - off));
        v.len()
    }
}
