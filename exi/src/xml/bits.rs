//! Bits by the library `bitvec`: nothing here is shared with the fast codec.

use crate::{Error, Kind};
use alloc::vec::Vec;
use bitvec::field::BitField;
use bitvec::order::Msb0;
use bitvec::slice::BitSlice;
use bitvec::vec::BitVec;
use bitvec::view::BitView;

pub(super) struct BitReader<'a> {
    bits: &'a BitSlice<u8, Msb0>,
    bit: usize,
    /// A number since [`take_padded`](Self::take_padded) had zeros above it.
    padded: bool,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Self { bits: octets.view_bits(), bit: 0, padded: false }
    }

    pub(super) fn bit(&self) -> usize {
        self.bit
    }

    pub(super) fn size(&self) -> usize {
        self.bits.len() / 8
    }

    pub(super) fn skip_to_end(&mut self) {
        self.bit = self.bits.len();
    }

    pub(super) fn mark_padded(&mut self, padded: bool) {
        self.padded |= padded;
    }

    pub(super) fn take_padded(&mut self) -> bool {
        core::mem::take(&mut self.padded)
    }

    /// An error about what began at `bit`.
    pub(super) fn error<T>(&self, kind: Kind, bit: usize) -> Result<T, Error> {
        Err(Error { kind, bit })
    }

    pub(super) fn one(&mut self) -> Result<bool, Error> {
        Ok(self.bits(1)? == 1)
    }

    /// The next `n` bits, 64 at most.
    pub(super) fn bits(&mut self, n: u32) -> Result<u64, Error> {
        let Some(bits) = self.bits.get(self.bit..self.bit + n as usize) else {
            return self.error(Kind::Eof, self.bits.len());
        };
        self.bit += bits.len();
        // No bits are no number to load.
        Ok(if bits.is_empty() { 0 } else { bits.load_be() })
    }

    pub(super) fn expect(&mut self, v: u64, n: u32) -> Result<(), Error> {
        let start = self.bit;
        if self.bits(n)? == v { Ok(()) } else { self.error(Kind::Event, start) }
    }

    /// An unsigned integer of up to 64 bits in at most `most` octets: no writer pads one.
    pub(super) fn uint(&mut self, most: u32) -> Result<u64, Error> {
        let (start, mut v) = (self.bit, 0u128);
        for i in 0..most {
            let octet = self.bits(8)?;
            v |= ((octet & 0x7f) as u128) << (7 * i);
            if octet & 0x80 == 0 {
                self.mark_padded(octet == 0 && i > 0);
                return u64::try_from(v).or_else(|_| self.error(Kind::Range, start));
            }
        }
        self.error(Kind::Range, start)
    }
}

pub(super) struct BitWriter(BitVec<u8, Msb0>);

impl BitWriter {
    pub(super) fn new() -> Self {
        Self(BitVec::new())
    }

    /// The low `n` bits of `v`.
    pub(super) fn bits(&mut self, v: u64, n: u32) {
        self.0.extend((0..n).rev().map(|i| v >> i & 1 == 1));
    }

    pub(super) fn uint(&mut self, mut v: u64) {
        while v > 0x7f {
            self.bits(v & 0x7f | 0x80, 8);
            v >>= 7;
        }
        self.bits(v, 8);
    }

    /// The octets; the last one is filled up with zeros.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.0.set_uninitialized(false);
        self.0.into_vec()
    }
}
