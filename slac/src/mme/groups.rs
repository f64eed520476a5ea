//! A list of levels that needs no heap.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use super::wire::{Error, Field, Reader};

/// Attenuation per carrier group in dB; at most [`Groups::MOST`], more are left out. Empty from modems that do not measure.
#[derive(Clone, Copy)]
pub struct Groups {
    count: u8,
    levels: [u8; Groups::MOST],
}

impl Groups {
    /// What the octet that counts them can tell.
    pub const MOST: usize = 255;
}

impl Default for Groups {
    fn default() -> Self {
        Self { count: 0, levels: [0; Self::MOST] }
    }
}

impl Deref for Groups {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.levels.get(..self.count.into()).unwrap_or_default()
    }
}

impl FromIterator<u8> for Groups {
    fn from_iter<I: IntoIterator<Item = u8>>(levels: I) -> Self {
        let mut groups = Self::default();
        for (place, level) in groups.levels.iter_mut().zip(levels) {
            *place = level;
            groups.count += 1; // at most as many as places
        }
        groups
    }
}

impl From<&[u8]> for Groups {
    fn from(levels: &[u8]) -> Self {
        levels.iter().copied().collect()
    }
}

impl<const N: usize> From<[u8; N]> for Groups {
    fn from(levels: [u8; N]) -> Self {
        levels.into_iter().collect()
    }
}

impl PartialEq for Groups {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Groups {}

impl fmt::Debug for Groups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// One octet with the number of groups that follow.
impl Field for Groups {
    fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
        let count = u8::read(reader, field)?;
        reader.take(count.into(), field).map(Self::from)
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.count);
        out.extend_from_slice(self);
    }
}
