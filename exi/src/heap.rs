//! How much memory a message may ask for.
//!
//! A list item of a few bits can take a hundred octets in memory, so the size of a message says little.

use crate::error::{Kind, Result};
use alloc::string::String;
use alloc::vec::Vec;

/// What decoding one message may still take from the heap, in octets.
#[derive(Debug)]
pub(crate) struct Heap(usize);

/// Below 2 MiB, with something left for what is not counted because it comes once.
const MOST: usize = (2 << 20) - (32 << 10);
/// Smaller items are counted as if they had so many octets: many of them cost time.
const LEAST: usize = 16;
/// What the allocator needs for itself, about.
const EACH: usize = 16;

impl Default for Heap {
    fn default() -> Self {
        Self(MOST)
    }
}

impl Heap {
    /// Takes so many octets.
    pub(crate) fn take(&mut self, octets: usize) -> Result<()> {
        let left = octets.checked_add(EACH).and_then(|octets| self.0.checked_sub(octets));
        self.0 = left.ok_or(Kind::Memory)?;
        Ok(())
    }

    /// Makes room for one more item.
    #[inline(always)]
    pub(crate) fn room<T>(&mut self, items: &mut Vec<T>) -> Result<()> {
        if items.len() < items.capacity() {
            return Ok(());
        }
        let more = self.grow(items.capacity(), size_of::<T>().max(LEAST))?;
        items.reserve_exact(more);
        Ok(())
    }

    /// Makes room for one more character.
    #[inline(always)]
    pub(crate) fn room_for(&mut self, c: char, s: &mut String) -> Result<()> {
        if s.capacity() - s.len() >= c.len_utf8() {
            return Ok(());
        }
        let more = self.grow(s.capacity(), 1)?;
        s.reserve_exact(more.max(c.len_utf8()));
        Ok(())
    }

    /// How many more items to make room for when there is room for some: as many again, so that
    /// items seldom move. While they do, both rooms are there.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, room: usize, size: usize) -> Result<usize> {
        let more = room.max(if size > 64 { 1 } else { 4 });
        let octets = (room + more).checked_mul(size).and_then(|octets| octets.checked_add(EACH));
        let old = if room == 0 { 0 } else { room * size + EACH };
        let octets = octets.filter(|octets| *octets <= self.0).ok_or(Kind::Memory)?;
        self.0 -= octets - old;
        Ok(more)
    }
}
