//! The caller's source of randomness.

use core::fmt;

/// A cryptographically secure source of random octets, owned by the caller.
pub trait Random {
    /// Fills `out` wholly, or fails without promising anything about its content.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomFailed>;
}

/// The source could not deliver; no key is made from what it left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomFailed;

impl<F: FnMut(&mut [u8]) -> Result<(), RandomFailed>> Random for F {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomFailed> {
        self(out)
    }
}

impl fmt::Display for RandomFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the random source failed")
    }
}

impl core::error::Error for RandomFailed {}

pub(crate) fn array<const N: usize>(random: &mut dyn Random) -> Result<[u8; N], RandomFailed> {
    let mut out = [0; N];
    random.fill(&mut out)?;
    Ok(out)
}
