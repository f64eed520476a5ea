//! Runs of octets and characters, eight at a time.

use super::{Reader, WORD};
use crate::error::{Kind, Result};
use alloc::vec::Vec;

impl Reader<'_, '_> {
    /// Whether `n` octets are there.
    pub fn has(&self, n: usize) -> bool {
        (self.buf.len() * 8).checked_sub(self.bit()).is_some_and(|left| n <= left / 8)
    }

    /// The error when they are not.
    #[cold]
    pub fn eof<T>(&self) -> Result<T> {
        Err(Kind::Eof)
    }

    /// The next octets, eight at a time: `f` says whether it takes them.
    fn eights(&mut self, n: usize, mut f: impl FnMut(u64) -> bool) -> Result<usize> {
        self.settle()?;
        self.left = 0;
        let off = self.pos & 7;
        let mut done = 0;
        let rest = self.buf.get(self.pos >> 3..).unwrap_or(&[]);
        // Each step wants nine octets: eight, and the bits that stick out into the ninth.
        let mut from = rest;
        while done + 8 <= n {
            let (Some(b), Some(ninth)) = (from.first_chunk(), from.get(8)) else { break };
            let x = u64::from_be_bytes(*b) << off | (*ninth as u64) << off >> 8;
            if !f(x) {
                break;
            }
            from = &from[8..];
            done += 8;
        }
        self.pos += 8 * done;
        Ok(done)
    }

    /// Appends `n` octets.
    pub fn octets(&mut self, n: usize, out: &mut Vec<u8>) -> Result<()> {
        if !self.has(n) {
            return self.eof();
        }
        self.settle()?;
        self.left = 0;
        if self.pos & 7 == 0 {
            let Some(octets) = self.buf.get(self.pos >> 3..).and_then(|b| b.get(..n)) else {
                return self.eof();
            };
            out.extend_from_slice(octets);
            self.pos += 8 * n;
            return Ok(());
        }
        let done = self.eights(n, |x| {
            out.extend_from_slice(&x.to_be_bytes());
            true
        })?;
        for _ in done..n {
            let b = self.octet()?;
            out.push(b);
        }
        Ok(())
    }

    /// Appends ASCII characters while they come, `n` at most, and says how many came.
    pub fn ascii(&mut self, n: usize, out: &mut Vec<u8>) -> Result<usize> {
        let mut done = self.eights(n, |x| {
            let ascii = x & 0x8080_8080_8080_8080 == 0;
            if ascii {
                out.extend_from_slice(&x.to_be_bytes());
            }
            ascii
        })?;
        while done < n {
            self.need(WORD)?;
            let k = (n - done).min(7);
            let x = self.word << self.off;
            if x & 0x8080_8080_8080_8080 & !(u64::MAX >> (8 * k)) != 0 {
                break;
            }
            out.extend_from_slice(&x.to_be_bytes()[..k]);
            self.off += 8 * k as u32;
            self.left = 0;
            done += k;
        }
        Ok(done)
    }
}
