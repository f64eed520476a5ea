//! Attenuation values and their averages, in integers so that every platform decides alike.

use alloc::vec::Vec;
use core::fmt;

/// Carrier groups that a Green PHY modem reports.
pub const GROUPS: usize = 58;

/// A level or difference in hundredths of a decibel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decibel(pub i32);

impl Decibel {
    /// Whole decibels.
    pub const fn whole(decibel: i32) -> Self {
        Self(decibel * 100)
    }

    /// Mean over carrier groups; `None` without groups.
    pub fn mean(groups: &[u8]) -> Option<Self> {
        let count = i32::try_from(groups.len()).ok().filter(|&count| count > 0)?;
        let sum: i32 = groups.iter().map(|&group| i32::from(group)).sum();
        Some(Self((sum * 100 + count / 2) / count))
    }
}

impl fmt::Display for Decibel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        write!(f, "{sign}{whole}.{rest:02} dB")
    }
}

/// Sum of the profiles of one sounding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Profiles {
    sums: Vec<u32>,
    count: u8,
}

impl Profiles {
    /// Adds one profile; one without groups, or with another number of groups than the first, is left out.
    pub(crate) fn add(&mut self, groups: &[u8]) -> bool {
        if groups.is_empty()
            || self.count == u8::MAX
            || (self.count > 0 && groups.len() != self.sums.len())
        {
            return false;
        }
        self.sums.resize(groups.len(), 0);
        self.sums.iter_mut().zip(groups).for_each(|(sum, &group)| *sum += u32::from(group));
        self.count += 1;
        true
    }

    pub(crate) fn count(&self) -> u8 {
        self.count
    }

    /// Mean over all groups of what [`Self::average`] answers.
    pub(crate) fn mean(&self, calibration: &[u8; GROUPS]) -> Option<Decibel> {
        let count = i32::try_from(self.sums.len()).ok().filter(|&count| count > 0)?;
        let sum: i32 = self.averages(calibration)?.map(i32::from).sum();
        Some(Decibel((sum * 100 + count / 2) / count))
    }

    /// Mean per group, rounded half up, less the receiver's own share (`AttenRxEVSE`), held in 0..=255; `None` without profiles.
    pub(crate) fn average(&self, calibration: &[u8; GROUPS]) -> Option<Vec<u8>> {
        self.averages(calibration).map(Iterator::collect)
    }

    fn averages(&self, calibration: &[u8; GROUPS]) -> Option<impl Iterator<Item = u8>> {
        let count = u32::from(self.count);
        if count == 0 {
            return None;
        }
        let rounded = self.sums.iter().map(move |sum| (2 * sum + count) / (2 * count));
        let offsets = calibration.iter().copied().chain(core::iter::repeat(0));
        // The mean of octets is an octet; a calibration above it ends at zero.
        Some(
            rounded
                .zip(offsets)
                .map(|(mean, offset)| u8::try_from(mean).unwrap_or(u8::MAX).saturating_sub(offset)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, vec};

    #[test]
    fn average_rounds_half_up_per_group_and_subtracts_the_calibration() {
        let mut profiles = Profiles::default();
        assert!(profiles.add(&[10, 20, 255]) && profiles.add(&[11, 22, 255]));
        let mut calibration = [0; GROUPS];
        calibration[1] = 30;
        assert_eq!(profiles.average(&calibration), Some(vec![11, 0, 255]));
        assert_eq!(profiles.mean(&calibration), Decibel::mean(&[11, 0, 255]));
        assert_eq!(profiles.count(), 2);
    }

    #[test]
    fn profiles_without_groups_or_of_another_size_do_not_count() {
        let mut profiles = Profiles::default();
        assert!(!profiles.add(&[]));
        assert_eq!(profiles.average(&[0; GROUPS]), None);
        assert!(profiles.add(&[7; 58]) && !profiles.add(&[7; 57]));
        assert_eq!(profiles.count(), 1);
    }

    #[test]
    fn decibels_read_as_decibels() {
        assert_eq!(
            format!("{} {}", Decibel::mean(&[25, 26]).unwrap(), Decibel(-1005)),
            "25.50 dB -10.05 dB"
        );
        assert_eq!(Decibel::mean(&[]), None);
    }
}
