//! Fields that occur once, or not at all.

use super::read::value;
use super::write::{code, left, one};
use super::{Field, ReadSeq, SMALL, WriteSeq, compact, of};
use crate::Exi;
use crate::error::{Kind, Result};
use crate::grammar::Item;
use crate::read::{Reader, WORD};
use crate::write::Writer;

impl<T: Exi> Field for T {
    type Value = T;
    const ITEM: Item = Item { branches: T::BRANCHES, min: 1, max: 1 };
    #[inline(always)]
    fn put<const INLINE: bool, const RARE: bool>(
        &self,
        w: &mut Writer<'_>,
        s: &mut WriteSeq,
        i: usize,
    ) -> Result<()> {
        if RARE || SMALL {
            return compact::put_one::<T, INLINE>(self, w, s, i);
        }
        one::<T, INLINE>(w, s, i, self)
    }
    #[inline(always)]
    fn empty() -> Self {
        T::blank()
    }
    #[inline(always)]
    fn get<const INLINE: bool, const RARE: bool>(
        &mut self,
        r: &mut Reader<'_, '_>,
        s: &mut ReadSeq,
        i: usize,
        name: u32,
    ) -> Result<()> {
        if RARE || SMALL {
            return compact::get_one::<T, INLINE>(self, r, s, i, name);
        }
        let st = &s.states[i];
        let branch = if st.fresh && T::BRANCHES == 1 {
            // Only one code is right, and one refill may do for it and the value.
            let code = st.width as u32;
            let n = of::<T>(INLINE).saturating_add(code);
            r.need(if n <= WORD { n } else { code })?;
            r.expect(0, code);
            0
        } else {
            if st.fresh {
                s.read(r, st.width, st.before)?
            }
            s.branch(i)
        };
        if branch >= T::BRANCHES as u32 {
            return r.err(Kind::Event, s.bit);
        }
        value::<T, INLINE>(self, r, branch as u16, name)
    }
}

impl<T: Exi> Field for Option<T> {
    type Value = T;
    const ITEM: Item = Item { branches: T::BRANCHES, min: 0, max: 1 };
    #[inline(always)]
    fn put<const INLINE: bool, const RARE: bool>(
        &self,
        w: &mut Writer<'_>,
        s: &mut WriteSeq,
        i: usize,
    ) -> Result<()> {
        if RARE || SMALL {
            return compact::put_option::<T, INLINE>(self, w, s, i);
        }
        if s.states[i].fresh {
            (s.width, s.first) = (s.states[i].width, s.states[i].before)
        }
        let n = of::<T>(INLINE).saturating_add(code(&s.states[i]));
        let room = w.room;
        if let Some(v) = self {
            one::<T, INLINE>(w, s, i, v)?;
            s.after(i);
        }
        // Whether or not the value had to begin a word of its own, the compiler knows what is left.
        w.room = left::<T>(n, room).min(w.room);
        Ok(())
    }
    #[inline(always)]
    fn empty() -> Self {
        None
    }
    #[inline(always)]
    fn get<const INLINE: bool, const RARE: bool>(
        &mut self,
        r: &mut Reader<'_, '_>,
        s: &mut ReadSeq,
        i: usize,
        name: u32,
    ) -> Result<()> {
        if RARE || SMALL {
            return compact::get_option::<T, INLINE>(self, r, s, i, name);
        }
        let (st, next) = (&s.states[i], &s.states[i + 1]);
        if st.fresh {
            s.read(r, st.width, st.before)?
        }
        let left = r.left;
        let b = s.branch(i);
        if b < T::BRANCHES as u32 {
            value::<T, INLINE>(self.insert(super::blank()), r, b as u16, name)?;
            s.read(r, next.width, next.before)?;
        } else {
            *self = None
        }
        // Whichever way it went, the compiler knows what is left of the word.
        r.left = left.saturating_sub(of::<T>(INLINE).saturating_add(next.width as u32));
        Ok(())
    }
}
