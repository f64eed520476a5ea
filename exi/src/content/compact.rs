//! The same walk in little code: for the types marked `rare`, and for all with the feature `small`.
//! What differs from field to field is a call or two; the rest is here once.

use super::list::Items;
use super::read::{end_undeclared, get_apart};
use super::{Field, ReadSeq, SMALL, WriteSeq};
use crate::Exi;
use crate::error::{Kind, Result, length};
use crate::grammar::WIDEST;
use crate::read::{Reader, WORD};
use crate::write::{ROOM, Writer};

#[inline(never)]
pub(super) fn get_one<T: Exi, const INLINE: bool>(
    v: &mut T,
    r: &mut Reader<'_, '_>,
    s: &mut ReadSeq,
    i: usize,
    name: u32,
) -> Result<()> {
    let branch = s.must_come(r, i)?;
    get_value::<T, INLINE>(v, r, branch, name)
}

#[inline(never)]
pub(super) fn get_option<T: Exi, const INLINE: bool>(
    v: &mut Option<T>,
    r: &mut Reader<'_, '_>,
    s: &mut ReadSeq,
    i: usize,
    name: u32,
) -> Result<()> {
    let branch = s.may_come(r, i, 0, 0, 1)?;
    if branch >= T::BRANCHES {
        *v = None;
        return Ok(());
    }
    get_value::<T, INLINE>(v.insert(super::blank()), r, branch, name)?;
    s.may_come(r, i, 1, 0, 1).map(|_| ())
}

#[inline(never)]
pub(super) fn get_all<F: Field, T: Exi, const INLINE: bool>(
    items: &mut impl Items<T>,
    r: &mut Reader<'_, '_>,
    s: &mut ReadSeq,
    i: usize,
    name: u32,
) -> Result<()> {
    items.clear();
    for n in 0.. {
        let branch = s.may_come(r, i, n, F::ITEM.min, F::ITEM.max)?;
        if branch >= T::BRANCHES {
            break;
        }
        let Some(v) = items.next(&mut r.seen.heap) else { return r.err(Kind::Memory, s.bit) };
        get_value::<T, INLINE>(v, r, branch, name)?;
    }
    Ok(())
}

#[inline(never)]
pub(super) fn blank<T: Exi>() -> T {
    T::blank()
}

/// A value, between its two codes if it is a simple element.
#[inline(always)]
pub(super) fn get_value<T: Exi, const INLINE: bool>(
    v: &mut T,
    r: &mut Reader<'_, '_>,
    branch: u16,
    name: u32,
) -> Result<()> {
    if const { !T::SIMPLE && (SMALL || T::RARE || T::BRANCHES > 1) } {
        return get_content(v, r, branch, name);
    }
    if const { !T::SIMPLE } {
        return get_apart(v, r, branch, name);
    }
    if const { INLINE } {
        start(r, T::MAX)?;
        return v.get(r, branch, name);
    }
    if open(r, T::MAX)? {
        v.get(r, branch, name)?;
        close(r)
    } else {
        end_undeclared(v.clear(), r)
    }
}

/// The text of an element that has attributes.
#[inline(never)]
pub(super) fn get_text<T: Exi>(
    v: &mut T,
    r: &mut Reader<'_, '_>,
    s: &mut ReadSeq,
    i: usize,
    name: u32,
) -> Result<()> {
    if s.text_comes(r, i)? {
        get_value::<T, true>(v, r, 0, name)
    } else {
        end_undeclared(v.clear(), r)
    }
}

#[inline(never)]
pub(super) fn get_content<T: Exi>(
    v: &mut T,
    r: &mut Reader<'_, '_>,
    branch: u16,
    name: u32,
) -> Result<()> {
    v.get(r, branch, name)
}

/// Makes sure of a word's value; others look after themselves.
#[inline(never)]
fn start(r: &mut Reader<'_, '_>, max: u32) -> Result<()> {
    r.left = 0;
    r.need(if max <= WORD { max } else { 0 })
}

/// The code in front of a value; false if it is the escape to an undeclared end.
#[inline(never)]
fn open(r: &mut Reader<'_, '_>, max: u32) -> Result<bool> {
    start(r, 1)?;
    let there = r.bits(1) == 0;
    start(r, max)?;
    Ok(there)
}

/// The code behind a value.
#[inline(never)]
fn close(r: &mut Reader<'_, '_>) -> Result<()> {
    start(r, 1)?;
    r.expect(0, 1);
    Ok(())
}

impl ReadSeq {
    /// Reads a code that must be the required particle `i`, and says which alternative of it.
    #[inline(never)]
    fn must_come(&mut self, r: &mut Reader<'_, '_>, i: usize) -> Result<u16> {
        let Some(st) = self.states.get(i) else { return Err(Kind::Event) };
        r.left = 0;
        if st.fresh && st.branches == 1 {
            // Here a wrong bit is found with the next ones.
            r.need(st.width as u32)?;
            r.expect(0, st.width as u32);
            return Ok(0);
        }
        if st.fresh {
            self.read(r, st.width, st.before)?
        }
        let branch = self.event.wrapping_sub(st.before as u32);
        if branch < st.branches as u32 { Ok(branch as u16) } else { r.err(Kind::Event, self.bit) }
    }

    /// Reads the code of the text, the particle `i`; false if it is the escape to an undeclared end.
    #[inline(never)]
    fn text_comes(&mut self, r: &mut Reader<'_, '_>, i: usize) -> Result<bool> {
        match self.may_come(r, i, 0, 0, 1)? {
            0 => Ok(true),
            1 => {
                self.ended = true;
                Ok(false)
            }
            _ => r.err(Kind::Event, self.bit),
        }
    }

    /// The alternative of particle `i` that comes after `n` occurrences, reading its code if it
    /// was not read yet; as many as there are branches or more when it does not come.
    #[inline(never)]
    fn may_come(
        &mut self,
        r: &mut Reader<'_, '_>,
        i: usize,
        n: u32,
        min: u32,
        max: u32,
    ) -> Result<u16> {
        let (Some(st), Some(next)) = (self.states.get(i), self.states.get(i + 1)) else {
            return Err(Kind::Event);
        };
        r.left = 0;
        if n > 0 && n >= max {
            self.read(r, next.width, next.before)?
        } else if n > 0 {
            self.read(r, if n < min { st.forced } else { st.again }, st.before)?
        } else if st.fresh {
            self.read(r, st.width, st.before)?
        }
        let branch = self.event.wrapping_sub(st.before as u32).min(u16::MAX as u32) as u16;
        if branch >= st.branches && n < min { r.err(Kind::Event, self.bit) } else { Ok(branch) }
    }
}

#[inline(never)]
pub(super) fn put_one<T: Exi, const INLINE: bool>(
    v: &T,
    w: &mut Writer<'_>,
    s: &mut WriteSeq,
    i: usize,
) -> Result<()> {
    s.put_only(w, i, v.branch());
    put_value::<T, INLINE>(v, w)
}

#[inline(never)]
pub(super) fn put_option<T: Exi, const INLINE: bool>(
    v: &Option<T>,
    w: &mut Writer<'_>,
    s: &mut WriteSeq,
    i: usize,
) -> Result<()> {
    s.come_to(i);
    if let Some(v) = v {
        s.put_event(w, i, v.branch());
        put_value::<T, INLINE>(v, w)?;
        s.came(i, 1, 0, 1);
    }
    Ok(())
}

#[inline(never)]
pub(super) fn put_all<F: Field, T: Exi, const INLINE: bool>(
    items: &[T],
    w: &mut Writer<'_>,
    s: &mut WriteSeq,
    i: usize,
) -> Result<()> {
    if length(items.len(), F::ITEM.min as usize, F::ITEM.max as usize).is_err() {
        return w.err(Kind::Range);
    }
    s.come_to(i);
    for (n, v) in (1..).zip(items) {
        s.put_event(w, i, v.branch());
        put_value::<T, INLINE>(v, w)?;
        s.came(i, n, F::ITEM.min, F::ITEM.max);
    }
    Ok(())
}

/// A value, between its two codes if it is a simple element.
#[inline(always)]
pub(super) fn put_value<T: Exi, const INLINE: bool>(v: &T, w: &mut Writer<'_>) -> Result<()> {
    if const { !T::SIMPLE && (SMALL || T::RARE || T::BRANCHES > 1) } {
        return put_content(v, w);
    }
    if const { !T::SIMPLE } {
        return w.apart(v, T::put);
    }
    if const { INLINE } {
        room(w, T::MAX);
        return v.put(w);
    }
    put_code(w, T::MAX);
    v.put(w)?;
    put_code(w, 0);
    Ok(())
}

#[inline(never)]
pub(super) fn put_content<T: Exi>(v: &T, w: &mut Writer<'_>) -> Result<()> {
    v.put(w)
}

/// Makes room for a word's value; others look after themselves.
#[inline(never)]
fn room(w: &mut Writer<'_>, max: u32) {
    w.need(if max <= ROOM { max } else { 0 });
}

/// The code in front of a value or behind it, and room for what follows.
#[inline(never)]
fn put_code(w: &mut Writer<'_>, max: u32) {
    room(w, 1);
    w.bits(0, 1);
    room(w, max);
}

impl WriteSeq {
    /// The code of alternative `branch` of the required particle `i`.
    #[inline(never)]
    pub(super) fn put_only(&mut self, w: &mut Writer<'_>, i: usize, branch: u16) {
        self.come_to(i);
        self.put_event(w, i, branch)
    }

    #[inline(never)]
    fn put_event(&self, w: &mut Writer<'_>, i: usize, branch: u16) {
        let Some(st) = self.states.get(i) else { return };
        w.need(WIDEST);
        w.bits((st.before - self.first + branch) as u64, self.width as u32);
    }

    /// Stands in front of particle `i`.
    #[inline(never)]
    fn come_to(&mut self, i: usize) {
        if let Some(st) = self.states.get(i)
            && st.fresh
        {
            (self.width, self.first) = (st.width, st.before)
        }
    }

    /// Stands behind `n` occurrences of particle `i`.
    #[inline(never)]
    fn came(&mut self, i: usize, n: u32, min: u32, max: u32) {
        if let (Some(st), Some(next)) = (self.states.get(i), self.states.get(i + 1)) {
            (self.width, self.first) = match n {
                _ if n < min => (st.forced, st.before),
                _ if n < max => (st.again, st.before),
                _ => (next.width, next.before),
            }
        }
    }
}
