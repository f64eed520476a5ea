//! Runs of octets.

use super::Writer;

impl Writer<'_> {
    /// Octets, many at a time.
    #[cfg_attr(feature = "small", inline(never))]
    #[cfg_attr(not(feature = "small"), inline(always))]
    pub fn octets(&mut self, v: &[u8]) {
        self.flush();
        (self.pos, self.head) = run(self.out, self.pos, self.head, v);
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
}

/// Puts `v` behind the bits of `head`, of which bit `pos` is the end. Says where that ends.
#[inline(always)]
fn run(out: &mut [u8], pos: usize, head: u64, v: &[u8]) -> (usize, u64) {
    let (Some(begin), Some(end)) = (v.first(), v.last()) else { return (pos, head) };
    let (i, off) = (pos >> 3, pos as u32 & 7);
    // Where there is no room, only the size matters from here on.
    if let Some([first, to @ ..]) = out.get_mut(i..i + v.len()) {
        *first = (head >> 56) as u8 | begin >> off;
        Shift::by(off).octets(to, v);
    }
    (pos + 8 * v.len(), (*end as u64) << 56 << (8 - off))
}

/// So many octets at a time, as two vectors of the usual width hold them.
const WIDE: usize = 32;

/// Each octet moves down by some bits, below the lowest bits of the octet before it: all octets of
/// a word, or of a vector, at once.
#[derive(Clone, Copy)]
struct Shift {
    down: u32,
    /// In each octet, the bits that are its own.
    own: u64,
}

impl Shift {
    #[inline(always)]
    fn by(down: u32) -> Self {
        Self { down, own: (0xff >> down) * 0x0101_0101_0101_0101 }
    }

    /// Octets of `v` from the second on. Where their number is odd, the last ones are done twice.
    #[inline(always)]
    fn octets(self, to: &mut [u8], v: &[u8]) {
        let (Some((_, a)), Some((_, b))) = (v.split_last(), v.split_first()) else { return };
        match to.len() {
            WIDE.. => {
                self.last::<WIDE>(to, a, b);
                let wide = to.as_chunks_mut::<WIDE>().0;
                for (to, (a, b)) in wide.iter_mut().zip(a.as_chunks().0.iter().zip(b.as_chunks().0))
                {
                    self.some(to, a, b);
                }
            }
            16.. => self.ends::<16>(to, a, b),
            8.. => self.ends::<8>(to, a, b),
            4.. => self.ends::<4>(to, a, b),
            2.. => self.ends::<2>(to, a, b),
            _ => self.last::<1>(to, a, b),
        }
    }

    #[inline(always)]
    fn ends<const N: usize>(self, to: &mut [u8], a: &[u8], b: &[u8]) {
        if let (Some(to), Some(a), Some(b)) =
            (to.first_chunk_mut(), a.first_chunk(), b.first_chunk())
        {
            self.some::<N>(to, a, b);
        }
        self.last::<N>(to, a, b);
    }

    #[inline(always)]
    fn last<const N: usize>(self, to: &mut [u8], a: &[u8], b: &[u8]) {
        if let (Some(to), Some(a), Some(b)) = (to.last_chunk_mut(), a.last_chunk(), b.last_chunk())
        {
            self.some::<N>(to, a, b);
        }
    }

    /// Octets of `b`, each below its neighbour in `a`.
    #[inline(always)]
    fn some<const N: usize>(self, to: &mut [u8; N], a: &[u8; N], b: &[u8; N]) {
        let ((a, a_rest), (b, b_rest)) = (a.as_chunks(), b.as_chunks());
        // Nothing is stored before all is loaded, whatever the compiler knows of the two places.
        let mut all = [0; N];
        let (words, rest) = all.as_chunks_mut();
        for (to, (a, b)) in words.iter_mut().zip(a.iter().zip(b)) {
            *to = self.word(u64::from_le_bytes(*a), u64::from_le_bytes(*b)).to_le_bytes();
        }
        if !rest.is_empty() {
            let word = self.word(few(a_rest), few(b_rest)).to_le_bytes();
            rest.copy_from_slice(word.get(..rest.len()).unwrap_or_default());
        }
        *to = all;
    }

    #[inline(always)]
    fn word(self, a: u64, b: u64) -> u64 {
        a << (8 - self.down) & !self.own | b >> self.down & self.own
    }
}

#[inline(always)]
fn few(v: &[u8]) -> u64 {
    let mut word = [0; 8];
    if let Some(to) = word.get_mut(..v.len()) {
        to.copy_from_slice(v);
    }
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    /// The same bit by bit.
    fn bits(out: &mut [u8], pos: usize, v: &[u8]) {
        for at in 0..8 * v.len() {
            let (bit, to) = (v[at / 8] >> (7 - at % 8) & 1, pos + at);
            out[to / 8] = out[to / 8] & !(0x80 >> (to % 8)) | bit << (7 - to % 8);
        }
    }

    #[test]
    fn octets_of_any_number_go_to_any_bit() {
        let v: Vec<u8> = (0..200u32).map(|i| (i.wrapping_mul(0x9e37_79b1) >> 11) as u8).collect();
        for (n, pos) in (0..200).flat_map(|n| (8..16).map(move |pos| (n, pos))) {
            let v = &v[..n];
            let head = 0xff00_u64 << 48 & !(u64::MAX >> (pos & 7));
            let (mut fast, mut slow) = (vec![0; n + 2], vec![0; n + 2]);
            slow[1] = (head >> 56) as u8;
            bits(&mut slow, pos, v);
            let (end, rest) = run(&mut fast, pos, head, v);
            assert_eq!((end, rest << 8), (pos + 8 * n, 0));
            if end % 8 != 0 {
                fast[end / 8] = (rest >> 56) as u8;
            }
            assert_eq!(fast, slow, "{n} octets at bit {pos}");
            // Where there is no room, the place is the same.
            for less in 1..=n {
                assert_eq!(run(&mut fast[..n + 1 - less], pos, head, v), (end, rest));
            }
        }
    }
}
