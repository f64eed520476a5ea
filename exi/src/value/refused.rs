//! What this codec does not carry.

use crate::Exi;
use crate::error::{Kind, Result};
use crate::read::Reader;
use crate::schema::{Shape, Type};
use crate::write::Writer;

/// Content that is refused in both directions, such as the open content of XML signature. It
/// takes its event codes nevertheless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Refused<const BRANCHES: u16 = 1>(());

impl<const B: u16> Exi for Refused<B> {
    const BRANCHES: u16 = B;
    const TYPE: &'static Type = &Type { name: "Refused", shape: Shape::Refused(B) };
    const MAX: u32 = 0;
    #[inline(always)]
    fn put(&self, w: &mut Writer<'_>) -> Result<()> {
        w.err(Kind::Event)
    }
    #[inline(always)]
    fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, _: u32) -> Result<()> {
        let bit = r.bit();
        r.err(Kind::Event, bit)
    }
    fn blank() -> Self {
        Self(())
    }
}
