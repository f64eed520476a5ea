//! The MAC-then-encrypt check of RFC 5246 6.2.3.2 in constant time (Lucky 13).

use core::hint::black_box;

use sha2::block_api::compress256;
use zeroize::Zeroize;

pub(crate) const MAC: usize = 32;

/// HMAC-SHA256 as the SHA-256 states after the inner and the outer key block.
pub struct MacThenEncrypt {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl MacThenEncrypt {
    /// `key`: at most 64 bytes, 32 in TLS.
    pub fn new(key: &[u8]) -> Self {
        assert!(key.len() <= 64, "longer keys are hashed first, which TLS never needs");
        let (mut i, mut o) = ([0x36u8; 64], [0x5cu8; 64]);
        for ((i, o), k) in i.iter_mut().zip(&mut o).zip(key) {
            *i ^= k;
            *o ^= k;
        }
        let (mut inner, mut outer) = (SHA256_INIT, SHA256_INIT);
        compress256(&mut inner, &[i]);
        compress256(&mut outer, &[o]);
        i.zeroize();
        o.zeroize();
        Self { inner, outer }
    }

    /// Checks padding and MAC of the decrypted `buf = data || MAC || padding || padding length` (33 bytes to 1 MiB).
    /// Returns all ones if both are right and zero if not, and the length of data.
    ///
    /// Time, branches and addresses depend on `buf.len()` alone: the padding length is no index and no
    /// branch, the count of SHA-256 compressions is fixed by `buf.len()`, the MAC is cut out by a masked
    /// scan. A bad padding counts as padding length 0 and the MAC is still computed.
    #[inline(never)]
    pub fn check(&self, header: &[u8; 11], buf: &[u8]) -> (u32, usize) {
        let n = buf.len();
        assert!(n > MAC && n < 1 << 20, "the caller checked the record length");
        let longest = (n - MAC - 1) as u32; // length of data if the padding length is 0

        let (padded, pad) = padding(buf, longest);
        let data_len = black_box(longest - (pad & padded));
        let computed = self.tag(header, buf, data_len, longest);
        let received = cut_out(buf, data_len, longest);

        let mut diff = 0u32;
        for (c, w) in received.chunks_exact(4).zip(computed) {
            diff |= u32::from_be_bytes([c[0], c[1], c[2], c[3]]) ^ w;
        }
        (padded & is_zero(diff), data_len as usize)
    }

    /// HMAC over header, length and `buf[..data_len]`; `data_len` is secret, `longest` is not.
    fn tag(&self, header: &[u8; 11], buf: &[u8], data_len: u32, longest: u32) -> [u32; 8] {
        let mut head = [0u8; 13];
        head[..11].copy_from_slice(header);
        head[11..].copy_from_slice(&(data_len as u16).to_be_bytes());
        // Public positions only.
        let at = |pos: usize| match pos {
            0..13 => head[pos],
            _ => buf.get(pos - 13).copied().unwrap_or(0),
        };
        let total = 13 + data_len; // secret
        let final_block = (total + 8) / 64; // secret
        let bits = ((64 + u64::from(total)) * 8).to_be_bytes(); // secret
        let total_min = 13 + longest.saturating_sub(255) as usize;
        let total_max = 13 + longest as usize;

        let mut state = self.inner;
        let mut picked = [0u32; 8];
        let mut block = [0u8; 64];
        // Blocks that hold message bytes whatever the padding is.
        let first_open = total_min / 64;
        if first_open > 0 {
            for (i, b) in block.iter_mut().enumerate() {
                *b = at(i);
            }
            compress256(&mut state, &[block]);
            // In bounds: 13 + 51 = 64, and first_open * 64 <= total_min <= 13 + buf.len().
            let (bulk, _) = buf[51..first_open * 64 - 13].as_chunks::<64>();
            compress256(&mut state, bulk);
        }
        for j in first_open..=(total_max + 8) / 64 {
            // Without the barrier LLVM turns this mask into a jump.
            let is_final = black_box(eq(j as u32, final_block));
            for (i, b) in block.iter_mut().enumerate() {
                let pos = j * 64 + i;
                let p = pos as u32;
                *b = (u32::from(at(pos)) & lt(p, total) | 0x80 & eq(p, total)) as u8;
            }
            for (b, l) in block[56..].iter_mut().zip(bits) {
                *b |= l & is_final as u8;
            }
            compress256(&mut state, &[block]);
            for (p, s) in picked.iter_mut().zip(state) {
                *p |= s & is_final;
            }
        }

        let mut block = [0u8; 64];
        for (c, w) in block.chunks_exact_mut(4).zip(picked) {
            c.copy_from_slice(&w.to_be_bytes());
        }
        block[32] = 0x80;
        block[56..].copy_from_slice(&((64 + 32) * 8u64).to_be_bytes());
        let mut state = self.outer;
        compress256(&mut state, &[block]);
        state
    }
}

impl Drop for MacThenEncrypt {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// All ones if the last `pad + 1` bytes all equal `pad` and leave room for a MAC; and `pad`, the last byte.
fn padding(buf: &[u8], longest: u32) -> (u32, u32) {
    let pad = black_box(u32::from(buf.last().copied().unwrap_or(0)));
    let mut diff = 0u32;
    for (i, b) in buf.iter().rev().take(256).enumerate() {
        diff |= (u32::from(*b) ^ pad) & !lt(pad, i as u32);
    }
    (!lt(longest, pad) & is_zero(diff), pad)
}

/// The MAC at the secret position `data_len`: collected rotated, then rotated back.
fn cut_out(buf: &[u8], data_len: u32, longest: u32) -> [u8; MAC] {
    let start = longest.saturating_sub(255); // public
    let mut rotated = [0u8; MAC];
    for (k, b) in buf[start as usize..buf.len() - 1].iter().enumerate() {
        let i = start + k as u32;
        let here = !lt(i, data_len) & lt(i, data_len + MAC as u32);
        rotated[k % MAC] |= b & here as u8;
    }
    let shift = black_box(data_len - start) % MAC as u32;
    for bit in 0..5 {
        let m = black_box(0u32.wrapping_sub(shift >> bit & 1)) as u8;
        let mut next = [0u8; MAC];
        for (k, x) in next.iter_mut().enumerate() {
            *x = rotated[k] & !m | rotated[(k + (1 << bit)) % MAC] & m;
        }
        rotated = next;
    }
    rotated
}

/// All ones if a < b, for values below 2^31.
#[inline(always)]
fn lt(a: u32, b: u32) -> u32 {
    ((a.wrapping_sub(b) as i32) >> 31) as u32
}

#[inline(always)]
fn is_zero(a: u32) -> u32 {
    !(((a | a.wrapping_neg()) as i32 >> 31) as u32)
}

#[inline(always)]
fn eq(a: u32, b: u32) -> u32 {
    is_zero(a ^ b)
}

const SHA256_INIT: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
