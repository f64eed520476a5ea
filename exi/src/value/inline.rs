//! A string that keeps a few octets in itself.

use crate::error::Result;
use crate::heap::Heap;
use crate::read::ASCII;
use alloc::borrow::Cow;
use alloc::string::String;
use core::hash::{Hash, Hasher};
use core::num::NonZeroU8;

/// Octets kept without the heap: with the length they fill five words.
pub(crate) const FEW: usize = 39;

const _: () = assert!(size_of::<Inline>() == FEW + 1);

#[derive(Clone)]
pub(crate) enum Inline {
    /// One more than how many of the octets are used, and the octets.
    Few(NonZeroU8, [u8; FEW]),
    Many(String),
}

impl Inline {
    pub(crate) const EMPTY: Self = Self::Few(NonZeroU8::MIN, [0; FEW]);

    pub(crate) fn new(s: Cow<'_, str>) -> Self {
        let (mut few, n) = ([0; FEW], s.len());
        match few.get_mut(..n) {
            Some(octets) => {
                octets.copy_from_slice(s.as_bytes());
                Self::Few(NonZeroU8::MIN.saturating_add(n as u8), few)
            }
            None => Self::Many(s.into_owned()),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Few(n, octets) => octets.get(..n.get() as usize - 1).unwrap_or(&[]),
            Self::Many(s) => s.as_bytes(),
        }
    }

    /// Whether all octets are ASCII. May say no of a few that are.
    #[inline(always)]
    pub(crate) fn is_ascii(&self) -> bool {
        match self {
            // All of them, for those that are not used are 0.
            Self::Few(_, octets) => {
                let last = octets.last_chunk().map_or(0, |b| u64::from_le_bytes(*b));
                let eights = octets.as_chunks().0.iter();
                eights.fold(last, |all, b| all | u64::from_le_bytes(*b)) & ASCII == 0
            }
            Self::Many(s) => s.is_ascii(),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Few(..) => core::str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Self::Many(s) => s,
        }
    }

    pub(crate) fn into_string(self) -> String {
        match self {
            Self::Few(..) => self.as_str().into(),
            Self::Many(s) => s,
        }
    }

    /// Makes it `n` ASCII characters that `f` fills in; `f` says how many it found.
    #[inline(always)]
    pub(crate) fn fill(
        &mut self,
        n: usize,
        f: impl FnOnce(&mut [u8]) -> Result<usize>,
    ) -> Result<usize> {
        if n <= FEW {
            *self = Self::EMPTY;
        }
        match self {
            Self::Few(len, octets) if n <= FEW => {
                let done = f(octets.get_mut(..n).unwrap_or_default())?;
                *len = len.saturating_add(done as u8);
                Ok(done)
            }
            _ => {
                let mut octets = alloc::vec![0; n];
                let done = f(&mut octets)?;
                octets.truncate(done);
                *self = Self::Many(String::from_utf8(octets).unwrap_or_default());
                Ok(done)
            }
        }
    }

    /// Appends a character.
    #[inline(always)]
    pub(crate) fn push(&mut self, c: char, heap: &mut Heap) -> Result<()> {
        match self {
            Self::Few(len, octets) => {
                let (used, n) = (len.get() as usize - 1, c.len_utf8());
                match octets.get_mut(used..used + n) {
                    Some(room) => {
                        c.encode_utf8(room);
                        *len = len.saturating_add(n as u8);
                    }
                    None => {
                        let mut s = String::new();
                        heap.take(2 * FEW)?;
                        s.reserve_exact(2 * FEW);
                        s.push_str(self.as_str());
                        s.push(c);
                        *self = Self::Many(s);
                    }
                }
            }
            Self::Many(s) => {
                heap.room_for(c, s)?;
                s.push(c);
            }
        }
        Ok(())
    }
}

impl Default for Inline {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl PartialEq for Inline {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Inline {}

impl PartialOrd for Inline {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Inline {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Inline {
    fn hash<H: Hasher>(&self, h: &mut H) {
        self.as_bytes().hash(h)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn characters_move_to_the_heap_when_they_no_longer_fit() {
        let (mut s, mut expected, heap) = (Inline::EMPTY, String::new(), &mut Heap::default());
        for c in "aé€😀".chars().cycle().take(40) {
            let few = expected.len() + c.len_utf8() <= FEW;
            s.push(c, heap).unwrap();
            expected.push(c);
            assert_eq!(s.as_str(), expected);
            assert_eq!(matches!(s, Inline::Few(..)), few);
            assert!(s == Inline::new(Cow::Borrowed(&expected)));
        }
    }

    #[test]
    fn strings_of_any_length_are_what_they_were_made_of() {
        for n in [0, 1, FEW - 1, FEW, FEW + 1, 400] {
            let long = format!("{:1$}", "", n);
            let s = Inline::new(Cow::Borrowed(&long));
            assert_eq!(matches!(s, Inline::Few(..)), n <= FEW);
            assert_eq!((s.as_str(), s.clone().into_string()), (long.as_str(), long.clone()));
        }
    }
}
