//! Bits, one at a time.

use crate::{Error, Kind};
use alloc::vec::Vec;

pub(super) struct BitReader<'a> {
    octets: &'a [u8],
    bit: usize,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Self { octets, bit: 0 }
    }

    pub(super) fn bit(&self) -> usize {
        self.bit
    }

    pub(super) fn size(&self) -> usize {
        self.octets.len()
    }

    /// An error about what began at `bit`.
    pub(super) fn error<T>(&self, kind: Kind, bit: usize) -> Result<T, Error> {
        Err(Error { kind, bit })
    }

    pub(super) fn one(&mut self) -> Result<bool, Error> {
        match self.octets.get(self.bit / 8) {
            Some(octet) => {
                let one = octet >> (7 - self.bit % 8) & 1 == 1;
                self.bit += 1;
                Ok(one)
            }
            None => self.error(Kind::Eof, self.octets.len() * 8),
        }
    }

    pub(super) fn bits(&mut self, n: u32) -> Result<u64, Error> {
        let mut v = 0;
        for _ in 0..n {
            v = v << 1 | self.one()? as u64;
        }
        Ok(v)
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
                return u64::try_from(v).or_else(|_| self.error(Kind::Range, start));
            }
        }
        self.error(Kind::Range, start)
    }
}

pub(super) struct BitWriter {
    octets: Vec<u8>,
    free: u32,
}

impl BitWriter {
    pub(super) fn new() -> Self {
        Self { octets: Vec::new(), free: 0 }
    }

    pub(super) fn bits(&mut self, v: u64, n: u32) {
        for i in (0..n).rev() {
            if self.free == 0 {
                self.octets.push(0);
                self.free = 8;
            }
            self.free -= 1;
            if let Some(last) = self.octets.last_mut() {
                *last |= ((v >> i & 1) as u8) << self.free;
            }
        }
    }

    pub(super) fn uint(&mut self, mut v: u64) {
        while v > 0x7f {
            self.bits(v & 0x7f | 0x80, 8);
            v >>= 7;
        }
        self.bits(v, 8);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.octets
    }
}
