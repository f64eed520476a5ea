//! What one station hears of another.

use crate::attenuation::GROUPS;

/// Attenuation between two stations per carrier group in dB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(pub [u8; GROUPS]);

impl Path {
    /// From this attenuation on nothing is heard.
    pub const DEAF: u8 = 95;

    /// The same attenuation in every group.
    pub fn flat(decibel: u8) -> Self {
        Self([decibel; GROUPS])
    }

    /// Like a cable: this mean, with a ripple and more loss towards the upper band edge.
    pub fn cable(mean: u8) -> Self {
        let mut groups = [0; GROUPS];
        for (index, group) in (0_i16..).zip(&mut groups) {
            let ripple = [0, 2, 3, 2, 0, -2, -3, -2][usize::from(index.unsigned_abs() % 8)];
            let edge = (index - 50).max(0) * 2 - 1;
            *group = u8::try_from(i16::from(mean) + ripple + edge).unwrap_or(0);
        }
        Self(groups)
    }

    /// Whether frames get through: judged by the mean.
    pub(super) fn is_heard(&self) -> bool {
        let sum: usize = self.0.iter().copied().map(usize::from).sum();
        sum < usize::from(Self::DEAF) * GROUPS
    }
}

/// Seeded pseudorandom numbers for loss, delay and noise (SplitMix64). Not for keys.
#[derive(Clone, Debug)]
pub struct Noise(u64);

impl Noise {
    /// Equal seeds give equal numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is above zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw() % bound.max(1)
    }

    /// True in so many of a thousand cases.
    pub fn chance(&mut self, permille: u16) -> bool {
        self.below(1000) < u64::from(permille)
    }

    /// About one decibel of noise around zero, rarely beyond three.
    pub(super) fn decibel(&mut self) -> i16 {
        let bits = self.draw();
        let dice = [bits & 3, bits >> 2 & 3, bits >> 4 & 3, bits >> 6 & 3];
        i16::try_from(dice.iter().sum::<u64>()).unwrap_or(6) / 2 - 3
    }
}

/// Reproducible simulations draw their keys from here, too.
impl crate::Random for Noise {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), crate::RandomFailed> {
        out.iter_mut().for_each(|octet| *octet = self.draw().to_le_bytes()[0]);
        Ok(())
    }
}
