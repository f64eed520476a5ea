//! Fields that occur many times.

use super::read::value;
use super::write::write;
use super::{Field, ReadSeq, SMALL, WriteSeq, compact, of};
use crate::Exi;
use crate::error::{Facet, Kind, Result, length};
use crate::grammar::{Item, WIDEST};
use crate::heap::Heap;
use crate::read::Reader;
use crate::write::{ROOM, Writer};
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

/// `MIN..=MAX` occurrences of one element, at least two of them possible.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct List<T, const MIN: u32, const MAX: u32>(Vec<T>);

impl<T, const MIN: u32, const MAX: u32> List<T, MIN, MAX> {
    /// Takes the items if there are as many as the schema allows.
    pub fn new(items: Vec<T>) -> core::result::Result<Self, Facet> {
        length(items.len(), MIN as usize, MAX as usize)?;
        Ok(Self(items))
    }

    /// Collects the items, at most one more than the schema allows.
    pub fn collect(items: impl IntoIterator<Item = T>) -> core::result::Result<Self, Facet> {
        Self::new(items.into_iter().take((MAX as usize).saturating_add(1)).collect())
    }

    /// Adds an item if there is room for it.
    pub fn push(&mut self, item: T) -> core::result::Result<(), Facet> {
        length(self.0.len() + 1, 0, MAX as usize)?;
        self.0.push(item);
        Ok(())
    }

    /// The items.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

/// Empty, even where an empty list cannot be written yet.
impl<T, const MIN: u32, const MAX: u32> Default for List<T, MIN, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MIN: u32, const MAX: u32> Deref for List<T, MIN, MAX> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MIN: u32, const MAX: u32> DerefMut for List<T, MIN, MAX> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T, const MIN: u32, const MAX: u32> TryFrom<Vec<T>> for List<T, MIN, MAX> {
    type Error = Facet;
    fn try_from(items: Vec<T>) -> core::result::Result<Self, Facet> {
        Self::new(items)
    }
}

impl<T, const N: usize, const MIN: u32, const MAX: u32> TryFrom<[T; N]> for List<T, MIN, MAX> {
    type Error = Facet;
    fn try_from(items: [T; N]) -> core::result::Result<Self, Facet> {
        Self::new(items.into())
    }
}

impl<T, const MIN: u32, const MAX: u32> IntoIterator for List<T, MIN, MAX> {
    type Item = T;
    type IntoIter = alloc::vec::IntoIter<T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T, const MIN: u32, const MAX: u32> IntoIterator for &'a List<T, MIN, MAX> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Exi, const MIN: u32, const MAX: u32> Field for List<T, MIN, MAX> {
    type Value = T;
    const ITEM: Item = {
        assert!(MIN <= MAX, "a List's MIN is above its MAX");
        assert!(MAX > 1, "a List of at most one item: use Option<T> or T");
        Item { branches: T::BRANCHES, min: MIN, max: MAX }
    };
    #[inline(always)]
    fn put<const INLINE: bool, const RARE: bool>(
        &self,
        w: &mut Writer<'_>,
        s: &mut WriteSeq,
        i: usize,
    ) -> Result<()> {
        put_all::<Self, T, INLINE, RARE>(&self.0, w, s, i)
    }
    #[inline(always)]
    fn empty() -> Self {
        Self(Vec::new())
    }
    #[inline(always)]
    fn get<const INLINE: bool, const RARE: bool>(
        &mut self,
        r: &mut Reader<'_, '_>,
        s: &mut ReadSeq,
        i: usize,
        name: u32,
    ) -> Result<()> {
        get_all::<Self, T, INLINE, RARE>(&mut self.0, r, s, i, name)
    }
}

/// Where items are read into.
pub(super) trait Items<T> {
    /// Throws away what is there.
    fn clear(&mut self);
    /// Appends a blank item; `None` if there is no room for it.
    fn next(&mut self, heap: &mut Heap) -> Option<&mut T>;
}

impl<T: Exi> Items<T> for Vec<T> {
    #[inline(always)]
    fn clear(&mut self) {
        self.clear();
    }
    #[inline(always)]
    fn next(&mut self, heap: &mut Heap) -> Option<&mut T> {
        heap.room(self).ok()?;
        self.push(super::blank());
        self.last_mut()
    }
}

/// Writes the items of the field `F`.
#[inline(always)]
pub(super) fn put_all<F: Field, T: Exi, const INLINE: bool, const RARE: bool>(
    items: &[T],
    w: &mut Writer<'_>,
    s: &mut WriteSeq,
    i: usize,
) -> Result<()> {
    if RARE || SMALL {
        return compact::put_all::<F, T, INLINE>(items, w, s, i);
    }
    let st = &s.states[i];
    if length(items.len(), F::ITEM.min as usize, F::ITEM.max as usize).is_err() {
        return w.err(Kind::Range);
    }
    if st.fresh {
        (s.width, s.first) = (st.width, st.before)
    }
    // Where a code and its value are not a word together, few bits are enough in front of them.
    let room = if of::<T>(INLINE) <= ROOM - WIDEST { ROOM } else { 2 * WIDEST };
    w.need(room);
    for (done, v) in (1..).zip(items) {
        w.bits((st.before - s.first + v.branch()) as u64, s.width as u32);
        w.room = room - WIDEST;
        write::<T, INLINE>(v, w)?;
        if done < F::ITEM.min {
            (s.width, s.first) = (st.forced, st.before)
        } else if done < F::ITEM.max {
            (s.width, s.first) = (st.again, st.before)
        } else {
            s.after(i)
        }
        w.need(room);
    }
    w.room = room;
    Ok(())
}

/// Reads what [`put_all`] writes.
#[inline(always)]
pub(super) fn get_all<F: Field, T: Exi, const INLINE: bool, const RARE: bool>(
    items: &mut impl Items<T>,
    r: &mut Reader<'_, '_>,
    s: &mut ReadSeq,
    i: usize,
    name: u32,
) -> Result<()> {
    if RARE || SMALL {
        return compact::get_all::<F, T, INLINE>(items, r, s, i, name);
    }
    let (st, next) = (&s.states[i], &s.states[i + 1]);
    let mut n = 0;
    items.clear();
    if st.fresh {
        s.read(r, st.width, st.before)?
    }
    loop {
        let b = s.branch(i);
        if b >= T::BRANCHES as u32 {
            break;
        }
        r.left = 0;
        let Some(v) = items.next(&mut r.seen.heap) else { return r.err(Kind::Memory, s.bit) };
        value::<T, INLINE>(v, r, b as u16, name)?;
        n += 1;
        r.left = 0;
        let (width, first) = if n < F::ITEM.min {
            (st.forced, st.before)
        } else if n < F::ITEM.max {
            (st.again, st.before)
        } else {
            (next.width, next.before)
        };
        s.read(r, width, first)?;
        r.left = 0;
    }
    if n < F::ITEM.min {
        return r.err(Kind::Event, s.bit);
    }
    r.left = 0;
    Ok(())
}
