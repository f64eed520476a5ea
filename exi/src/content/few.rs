//! A few occurrences, kept in the value itself.

use super::list::{Items, get_all, put_all};
use super::{Field, ReadSeq, WriteSeq};
use crate::Exi;
use crate::error::{Facet, Result, length};
use crate::grammar::Item;
use crate::heap::Heap;
use crate::read::Reader;
use crate::write::Writer;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{Deref, DerefMut};

/// `MIN..=MAX` occurrences of one element without the heap: at least two of them possible, 16 at
/// most. What [`List`](crate::List) is for more, or for larger ones.
#[derive(Clone, Copy)]
pub struct Few<T, const MIN: usize, const MAX: usize> {
    items: [T; MAX],
    len: u8,
}

impl<T: Exi + Copy, const MIN: usize, const MAX: usize> Few<T, MIN, MAX> {
    const FITS: () = {
        assert!(MIN <= MAX, "a Few's MIN is above its MAX");
        assert!(MAX > 1, "a Few of at most one item: use Option<T> or T");
        assert!(MAX <= 16, "so many items belong on the heap: use List");
    };

    /// Takes the items if there are as many as the schema allows.
    pub fn new(items: impl AsRef<[T]>) -> core::result::Result<Self, Facet> {
        Self::collect(items.as_ref().iter().copied())
    }

    /// Collects the items if there are as many as the schema allows.
    pub fn collect(items: impl IntoIterator<Item = T>) -> core::result::Result<Self, Facet> {
        let mut few = Self::default();
        items.into_iter().try_for_each(|item| few.push(item))?;
        length(few.len(), MIN, MAX)?;
        Ok(few)
    }

    /// Adds an item if there is room for it.
    pub fn push(&mut self, item: T) -> core::result::Result<(), Facet> {
        let len = self.len as usize;
        match self.items.get_mut(len) {
            Some(room) => *room = item,
            None => return length(len + 1, 0, MAX),
        }
        self.len += 1;
        Ok(())
    }
}

/// Empty, even where an empty list cannot be written yet.
impl<T: Exi + Copy, const MIN: usize, const MAX: usize> Default for Few<T, MIN, MAX> {
    #[inline(always)]
    fn default() -> Self {
        let () = Self::FITS;
        Self { items: [T::blank(); MAX], len: 0 }
    }
}

impl<T, const MIN: usize, const MAX: usize> Deref for Few<T, MIN, MAX> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.items.get(..self.len as usize).unwrap_or(&[])
    }
}

impl<T, const MIN: usize, const MAX: usize> DerefMut for Few<T, MIN, MAX> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.items.get_mut(..self.len as usize).unwrap_or_default()
    }
}

impl<T: Exi + Copy, const MIN: usize, const MAX: usize> TryFrom<&[T]> for Few<T, MIN, MAX> {
    type Error = Facet;
    fn try_from(items: &[T]) -> core::result::Result<Self, Facet> {
        Self::new(items)
    }
}

impl<T: Exi + Copy, const N: usize, const MIN: usize, const MAX: usize> TryFrom<[T; N]>
    for Few<T, MIN, MAX>
{
    type Error = Facet;
    fn try_from(items: [T; N]) -> core::result::Result<Self, Facet> {
        Self::new(items)
    }
}

impl<T, const MIN: usize, const MAX: usize> IntoIterator for Few<T, MIN, MAX> {
    type Item = T;
    type IntoIter = core::iter::Take<core::array::IntoIter<T, MAX>>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter().take(self.len as usize)
    }
}

impl<'a, T, const MIN: usize, const MAX: usize> IntoIterator for &'a Few<T, MIN, MAX> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq, const MIN: usize, const MAX: usize> PartialEq for Few<T, MIN, MAX> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq, const MIN: usize, const MAX: usize> Eq for Few<T, MIN, MAX> {}

impl<T: Hash, const MIN: usize, const MAX: usize> Hash for Few<T, MIN, MAX> {
    fn hash<H: Hasher>(&self, h: &mut H) {
        (**self).hash(h)
    }
}

impl<T: fmt::Debug, const MIN: usize, const MAX: usize> fmt::Debug for Few<T, MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Exi + Copy, const MIN: usize, const MAX: usize> Items<T> for Few<T, MIN, MAX> {
    #[inline(always)]
    fn clear(&mut self) {
        self.len = 0;
    }
    #[inline(always)]
    fn next(&mut self, _: &mut Heap) -> Option<&mut T> {
        let room = self.items.get_mut(self.len as usize)?;
        *room = T::blank();
        self.len += 1;
        Some(room)
    }
}

impl<T: Exi + Copy, const MIN: usize, const MAX: usize> Field for Few<T, MIN, MAX> {
    type Value = T;
    const ITEM: Item = {
        let () = Self::FITS;
        Item { branches: T::BRANCHES, min: MIN as u32, max: MAX as u32 }
    };
    #[inline(always)]
    fn put<const INLINE: bool, const RARE: bool>(
        &self,
        w: &mut Writer<'_>,
        s: &mut WriteSeq,
        i: usize,
    ) -> Result<()> {
        put_all::<Self, T, INLINE, RARE>(self, w, s, i)
    }
    #[inline(always)]
    fn empty() -> Self {
        Self::default()
    }
    #[inline(always)]
    fn get<const INLINE: bool, const RARE: bool>(
        &mut self,
        r: &mut Reader<'_, '_>,
        s: &mut ReadSeq,
        i: usize,
        name: u32,
    ) -> Result<()> {
        get_all::<Self, T, INLINE, RARE>(self, r, s, i, name)
    }
}
