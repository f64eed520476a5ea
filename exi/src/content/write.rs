//! Writing a content model.

use super::{SMALL, compact, of};
use crate::Exi;
use crate::error::Result;
use crate::grammar::{State, WIDEST};
use crate::write::{ROOM, Writer};

/// A content model being written: how wide the next event code is, and which production is its 0.
pub struct WriteSeq {
    pub(super) states: &'static [State],
    pub(super) width: u8,
    pub(super) first: u16,
}

impl WriteSeq {
    /// Stands in front of the first particle.
    #[inline(always)]
    pub fn new(states: &'static [State]) -> Self {
        Self { states, width: states[0].width, first: 0 }
    }

    #[inline(always)]
    pub(super) fn event(&self, w: &mut Writer<'_>, i: usize, branch: u16) {
        let s = &self.states[i];
        // In front of a fresh particle both are constants.
        let (width, first) = if s.fresh { (s.width, s.before) } else { (self.width, self.first) };
        w.bits((s.before - first + branch) as u64, width as u32);
    }

    #[inline(always)]
    pub(super) fn after(&mut self, i: usize) {
        (self.width, self.first) = (self.states[i + 1].width, self.states[i + 1].before)
    }

    /// The end of the element.
    #[inline(always)]
    pub fn end<const RARE: bool>(&mut self, w: &mut Writer<'_>) -> Result<()> {
        let i = self.states.len() - 1;
        if RARE || SMALL {
            self.put_only(w, i, 0);
            return Ok(());
        }
        w.need(code(&self.states[i]));
        self.event(w, i, 0);
        Ok(())
    }
}

/// The most bits of an event code in front of a particle.
#[inline(always)]
pub(super) fn code(s: &State) -> u32 {
    if s.fresh { s.width as u32 } else { s.widest as u32 }
}

/// How much the compiler knows to be left of `room` bits behind a value of up to `n` that may not
/// have come.
#[inline(always)]
pub(super) fn left<T: Exi>(n: u32, room: u32) -> u32 {
    match n {
        _ if n <= room => room - n,
        // It had to begin a word of its own.
        _ if n <= ROOM => (ROOM - n).min(room),
        // It looks after itself, and leaves an empty word but for the code behind it.
        _ if T::INLINE => WIDEST.min(room),
        _ => (ROOM - 1).min(room),
    }
}

/// An event code and its value.
#[inline(always)]
pub(super) fn one<T: Exi, const INLINE: bool>(
    w: &mut Writer<'_>,
    s: &mut WriteSeq,
    i: usize,
    v: &T,
) -> Result<()> {
    let code = code(&s.states[i]);
    let n = of::<T>(INLINE).saturating_add(code);
    let together = n <= ROOM;
    w.need(if together { n } else { code });
    let room = w.room;
    s.event(w, i, v.branch());
    w.room = room - code;
    write::<T, INLINE>(v, w)?;
    if together {
        w.room = room - n;
    }
    Ok(())
}

#[inline(always)]
fn write_word<T: Exi, const INLINE: bool>(v: &T, w: &mut Writer<'_>) -> Result<()> {
    if const { T::SIMPLE && !INLINE } {
        w.bits(0, 1)
    }
    v.put(w)?;
    if const { T::SIMPLE && !INLINE } {
        w.bits(0, 1)
    }
    Ok(())
}

/// A value, between its two codes if it is a simple element.
#[inline(always)]
pub(crate) fn write<T: Exi, const INLINE: bool>(v: &T, w: &mut Writer<'_>) -> Result<()> {
    if SMALL {
        return compact::put_value::<T, INLINE>(v, w);
    }
    if const { of::<T>(INLINE) <= ROOM } {
        let n = const { of::<T>(INLINE) };
        w.need(n);
        let room = w.room;
        write_word::<T, INLINE>(v, w)?;
        w.room = room - n;
        Ok(())
    } else if const { T::SIMPLE && INLINE } {
        v.put(w)
    } else if const { T::SIMPLE } {
        w.need(1);
        w.bits(0, 1);
        v.put(w)?;
        w.need(1);
        w.bits(0, 1);
        Ok(())
    } else if const { T::INLINE } {
        v.put(w)
    } else if const { T::BRANCHES > 1 } {
        // Once for all alternatives.
        w.settle();
        v.put(w)
    } else {
        w.apart(v, T::put)
    }
}

/// One alternative of a choice.
#[inline(always)]
pub fn element<T: Exi, const RARE: bool>(v: &T, w: &mut Writer<'_>) -> Result<()> {
    if RARE || SMALL {
        return compact::put_value::<T, false>(v, w);
    }
    write::<T, false>(v, w)
}
