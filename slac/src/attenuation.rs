//! Attenuation values and their averages, in integers so that every platform decides alike.

use core::fmt;

use crate::mme::Groups;

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

    /// Mean over carrier groups less the receiver's own share of each (`AttenRxEVSE`); `None` without groups.
    pub(crate) fn calibrated(groups: &[u8], calibration: &[u8; GROUPS]) -> Option<Self> {
        let count = i32::try_from(groups.len()).ok().filter(|&count| count > 0)?;
        let share = groups.iter().zip(calibration).map(|(_, &share)| i32::from(share)).sum::<i32>();
        Some(Self(Self::mean(groups)?.0 - share * 100 / count))
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
#[derive(Clone, Debug)]
pub(crate) struct Profiles {
    /// 255 octets 255 times fit.
    sums: [u16; Groups::MOST],
    groups: u8,
    count: u8,
}

impl Default for Profiles {
    fn default() -> Self {
        Self { sums: [0; Groups::MOST], groups: 0, count: 0 }
    }
}

impl Profiles {
    /// Adds one profile; one without groups, or with another number of groups than the first, is left out.
    pub(crate) fn add(&mut self, groups: &[u8]) -> bool {
        let Ok(size) = u8::try_from(groups.len()) else { return false };
        if size == 0 || self.count == u8::MAX || (self.count > 0 && size != self.groups) {
            return false;
        }
        self.groups = size;
        self.sums.iter_mut().zip(groups).for_each(|(sum, &group)| *sum += u16::from(group));
        self.count += 1;
        true
    }

    /// Mean over all groups of one profile.
    pub(crate) fn level(groups: &[u8], calibration: &[u8; GROUPS]) -> Option<Decibel> {
        let mut profiles = Self::default();
        profiles.add(groups).then(|| profiles.mean(calibration))?
    }

    pub(crate) fn count(&self) -> u8 {
        self.count
    }

    /// Mean over all groups of what [`Self::average`] answers.
    pub(crate) fn mean(&self, calibration: &[u8; GROUPS]) -> Option<Decibel> {
        Decibel::mean(&self.average(calibration)?)
    }

    /// Mean per group, rounded half up, less the receiver's own share (`AttenRxEVSE`), held in 0..=255; `None` without profiles.
    pub(crate) fn average(&self, calibration: &[u8; GROUPS]) -> Option<Groups> {
        let count = u32::from(self.count);
        if count == 0 {
            return None;
        }
        let sums = self.sums.iter().take(self.groups.into());
        let rounded = sums.map(|&sum| (2 * u32::from(sum) + count) / (2 * count));
        let offsets = calibration.iter().copied().chain(core::iter::repeat(0));
        // The mean of octets is an octet; a calibration above it ends at zero.
        let octet = |mean| u8::try_from(mean).unwrap_or(u8::MAX);
        Some(
            rounded.zip(offsets).map(|(mean, offset)| octet(mean).saturating_sub(offset)).collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn average_rounds_half_up_per_group_and_subtracts_the_calibration() {
        let mut profiles = Profiles::default();
        assert!(profiles.add(&[10, 20, 255]) && profiles.add(&[11, 22, 255]));
        let mut calibration = [0; GROUPS];
        calibration[1] = 30;
        assert_eq!(profiles.average(&calibration), Some([11, 0, 255].into()));
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
