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

    /// Fills `out` with the next octets as long as none has a bit of `refuse`, and says how many.
    pub(crate) fn fill(&mut self, out: &mut [u8], refuse: u64) -> Result<usize> {
        self.settle()?;
        self.left = 0;
        let off = self.pos & 7;
        // Each step wants nine octets: eight, and the bits that stick out into the ninth.
        let mut from = self.buf.get(self.pos >> 3..).unwrap_or(&[]);
        let (eights, _) = out.as_chunks_mut();
        let mut done = 0;
        for to in eights {
            let (Some(b), Some(ninth)) = (from.first_chunk(), from.get(8)) else { break };
            let x = u64::from_be_bytes(*b) << off | (*ninth as u64) << off >> 8;
            if x & refuse != 0 {
                break;
            }
            *to = x.to_be_bytes();
            from = &from[8..];
            done += 8;
        }
        self.pos += 8 * done;
        for to in out.get_mut(done..).unwrap_or_default().chunks_mut(7) {
            self.need(WORD)?;
            let k = to.len();
            let x = self.word << self.off;
            if x & refuse & !(u64::MAX >> (8 * k)) != 0 {
                break;
            }
            to.copy_from_slice(&x.to_be_bytes()[..k]);
            self.off += 8 * k as u32;
            self.left = 0;
            done += k;
        }
        Ok(done)
    }

    /// `n` octets.
    pub(crate) fn octets(&mut self, n: usize, out: &mut Vec<u8>) -> Result<()> {
        if !self.has(n) {
            return self.eof();
        }
        out.clear();
        out.resize(n, 0);
        self.fill(out, 0)?;
        Ok(())
    }
}

/// What no ASCII character has.
pub(crate) const ASCII: u64 = 0x8080_8080_8080_8080;
