//! Reading a content model.

use super::{SMALL, compact, of};
use crate::Exi;
use crate::error::{Kind, Result};
use crate::grammar::State;
use crate::read::{Reader, WORD};
use core::mem::ManuallyDrop;

/// A content model being read. After an optional or repeated particle, `event` is the production
/// that comes next; in front of others there is nothing to decide yet.
pub struct ReadSeq {
    pub(super) states: &'static [State],
    pub(super) event: u32,
    pub(super) bit: usize,
    /// The element was ended where its text should be.
    pub(super) ended: bool,
}

impl ReadSeq {
    /// Stands in front of the first particle.
    #[inline(always)]
    pub fn new(states: &'static [State]) -> Self {
        Self { states, event: 0, bit: 0, ended: false }
    }

    /// Reads an event code; code 0 stands for the production `first`.
    #[inline(always)]
    pub(super) fn read(&mut self, r: &mut Reader<'_, '_>, width: u8, first: u16) -> Result<()> {
        r.need(width as u32)?;
        self.bit = r.bit();
        self.event = first as u32 + r.bits(width as u32) as u32;
        Ok(())
    }

    /// The alternative of particle `i` that comes next; `branches` or more when it does not come.
    #[inline(always)]
    pub(super) fn branch(&self, i: usize) -> u32 {
        self.event.wrapping_sub(self.states[i].before as u32)
    }

    /// The end of the element.
    #[inline(always)]
    pub fn end<const RARE: bool>(&self, r: &mut Reader<'_, '_>) -> Result<()> {
        if RARE || SMALL { self.end_apart(r) } else { self.end_here(r) }
    }

    #[inline(never)]
    fn end_apart(&self, r: &mut Reader<'_, '_>) -> Result<()> {
        self.end_here(r)
    }

    #[inline(always)]
    fn end_here(&self, r: &mut Reader<'_, '_>) -> Result<()> {
        let Some(s) = self.states.last() else { return Ok(()) };
        if self.ended {
            return Ok(());
        }
        if s.fresh {
            r.need(s.width as u32)?;
            r.expect(0, s.width as u32);
        } else if self.event != s.before as u32 {
            return r.err(Kind::Event, self.bit);
        }
        Ok(())
    }
}

/// A value, between its two codes if it is a simple element.
#[inline(always)]
pub(crate) fn value<T: Exi, const INLINE: bool>(
    v: &mut T,
    r: &mut Reader<'_, '_>,
    branch: u16,
    name: u32,
) -> Result<()> {
    if SMALL {
        return compact::get_value::<T, INLINE>(v, r, branch, name);
    }
    if const { of::<T>(INLINE) <= WORD } {
        let n = const { of::<T>(INLINE) };
        r.need(n)?;
        let left = r.left;
        // Nothing so small has anything to drop.
        let mut local = ManuallyDrop::new(T::blank());
        if const { T::SIMPLE && !INLINE } {
            r.expect(0, 1)
        }
        local.get(r, branch, name)?;
        if const { T::SIMPLE && !INLINE } {
            r.expect(0, 1)
        }
        r.left = left - n;
        *v = ManuallyDrop::into_inner(local);
        Ok(())
    } else if const { T::SIMPLE && INLINE } {
        v.get(r, branch, name)
    } else if const { T::SIMPLE } {
        r.need(1)?;
        if r.bits(1) != 0 {
            return r.apart(|r| undeclared_end(v, r));
        }
        v.get(r, branch, name)?;
        r.need(1)?;
        r.expect(0, 1);
        Ok(())
    } else if const { T::INLINE } {
        v.get(r, branch, name)
    } else {
        r.apart(|r| content(v, r, branch, name))
    }
}

/// An element's content, or a choice of such, in code of its own.
#[inline(always)]
fn content<T: Exi>(v: &mut T, r: &mut Reader<'_, '_>, branch: u16, name: u32) -> Result<()> {
    if const { T::RARE } {
        compact::get_content(v, r, branch, name)
    } else if const { T::BRANCHES > 1 } {
        v.get(r, branch, name)
    } else {
        get_apart(v, r, branch, name)
    }
}

#[inline(never)]
pub(super) fn get_apart<T: Exi>(
    v: &mut T,
    r: &mut Reader<'_, '_>,
    branch: u16,
    name: u32,
) -> Result<()> {
    // No closure: it would not be inlined, and the reader would live in memory.
    let mut local = r.fork()?;
    let done = v.get(&mut local, branch, name);
    let place = local.place();
    r.join(place)?;
    done
}

/// The end of an element in place of its text, which the escape code just read allows: some
/// writers say so that a string or binary is empty. [EXI 1.0, 8.5.4.4.1]
#[cold]
#[inline(never)]
fn undeclared_end<T: Exi>(v: &mut T, r: &mut Reader<'_, '_>) -> Result<()> {
    end_undeclared(v.clear(), r)
}

/// `allowed` says that the value may be empty.
#[cold]
#[inline(never)]
pub(super) fn end_undeclared(allowed: bool, r: &mut Reader<'_, '_>) -> Result<()> {
    let start = r.bit() - 1;
    if !allowed {
        return r.err(Kind::Event, start);
    }
    r.need(SECOND_LEVEL)?;
    if r.bits(SECOND_LEVEL) != UNDECLARED_END {
        return r.err(Kind::Event, start);
    }
    r.seen.ends += 1;
    Ok(())
}

/// Second-level codes are three bits wide in front of text, with or without attributes before it.
const SECOND_LEVEL: u32 = 3;
const UNDECLARED_END: u64 = 0;

/// One alternative of a choice.
#[inline(always)]
pub fn read_element<T: Exi, const RARE: bool>(
    v: &mut T,
    r: &mut Reader<'_, '_>,
    name: u32,
) -> Result<()> {
    if RARE || SMALL {
        return compact::get_value::<T, false>(v, r, 0, name);
    }
    // Where not all alternatives fit a word, the choice has a reader of its own already.
    if const { T::SIMPLE || of::<T>(false) <= WORD } {
        value::<T, false>(v, r, 0, name)
    } else {
        content(v, r, 0, name)
    }
}

/// The text of an element that has attributes: field `i`, the last one.
#[inline(always)]
pub fn read_text<T: Exi, const RARE: bool>(
    v: &mut T,
    r: &mut Reader<'_, '_>,
    s: &mut ReadSeq,
    i: usize,
    name: u32,
) -> Result<()> {
    if RARE || SMALL {
        return compact::get_text(v, r, s, i, name);
    }
    let st = &s.states[i];
    if st.fresh {
        s.read(r, st.width, st.before)?
    }
    match s.branch(i) {
        0 => value::<T, true>(v, r, 0, name),
        1 => {
            s.ended = true;
            r.apart(|r| undeclared_end(v, r))
        }
        _ => r.err(Kind::Event, s.bit),
    }
}
