//! Tests of whole handshakes, and helpers of the tests of several modules.

mod chain_choice;
mod handshakes;
pub(crate) mod odd_client;
pub(crate) mod pair;
pub(crate) mod pki;
mod refusals;
mod staples;

/// A seeded source of bytes, so that every run is the same.
pub(crate) struct Xorshift(u64);

impl Xorshift {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn word(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.word() >> 20) as usize % n.max(1)
    }

    pub(crate) fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| (self.word() >> 24) as u8).collect()
    }

    /// Some of: flipped bits, other bytes, a cut end, swapped bytes.
    pub(crate) fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            if bytes.is_empty() {
                return;
            }
            let (i, j) = (self.below(bytes.len()), self.below(bytes.len()));
            match self.below(4) {
                0 => bytes[i] ^= 1 << self.below(8),
                1 => bytes[i] = self.word() as u8,
                2 => bytes.truncate(i + 1),
                _ => bytes.swap(i, j),
            }
        }
    }
}
