//! Values on the heap, so that what is large and rare does not make its parent large.

use crate::Exi;
use crate::codec::Relaxed;
use crate::error::Result;
use crate::read::Reader;
use crate::schema::Type;
use crate::write::Writer;
use alloc::boxed::Box;

/// The same element, kept elsewhere.
impl<T: Exi> Exi for Box<T> {
    const SIMPLE: bool = T::SIMPLE;
    const TYPE: &'static Type = T::TYPE;
    const HOME: Option<&'static str> = T::HOME;
    const BRANCHES: u16 = T::BRANCHES;
    const RARE: bool = T::RARE;
    const MAX: u32 = T::MAX;
    fn branch(&self) -> u16 {
        (**self).branch()
    }
    #[inline(always)]
    fn put(&self, w: &mut Writer<'_>) -> Result<()> {
        (**self).put(w)
    }
    fn blank() -> Self {
        Box::new(T::blank())
    }
    #[inline(always)]
    fn get(&mut self, r: &mut Reader<'_, '_>, branch: u16, name: u32) -> Result<()> {
        (**self).get(r, branch, name)
    }
    fn clear(&mut self) -> bool {
        (**self).clear()
    }
    fn put_relaxed(&self, w: &mut Writer<'_>, g: &Relaxed) -> Result<()> {
        (**self).put_relaxed(w, g)
    }
    fn get_relaxed(&mut self, r: &mut Reader<'_, '_>, g: &Relaxed, name: u32) -> Result<()> {
        (**self).get_relaxed(r, g, name)
    }
}
