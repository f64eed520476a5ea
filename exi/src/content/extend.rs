//! Content models made of others: extensions, and values for each phase.

use super::{Field, ReadSeq, WriteSeq};
use crate::Exi;
use crate::error::Result;
use crate::grammar::Item;
use crate::read::Reader;
use crate::schema::Particle;
use crate::write::Writer;

/// Content that others extend.
pub trait Base: Exi {
    /// Its particles, without the end.
    const ITEMS: &'static [Item];
    /// The most bits of them without their event codes.
    const SPAN: u32;
    /// Its particles as data.
    const PARTICLES: &'static [Particle];
    /// Writes them at the front of a content model. `RARE` says that size counts more than speed.
    fn put_front<const RARE: bool>(&self, w: &mut Writer<'_>, s: &mut WriteSeq) -> Result<()>;
    /// Reads them at the front of a content model.
    fn get_front<const RARE: bool>(
        &mut self,
        r: &mut Reader<'_, '_>,
        s: &mut ReadSeq,
    ) -> Result<()>;
}

/// A value for each phase of an AC supply, each an element of its own. `l1` alone speaks of one
/// phase, or of all of them together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Phases<A, B> {
    /// The first phase.
    pub l1: A,
    /// The second phase.
    pub l2: B,
    /// The third phase.
    pub l3: B,
}

impl<A, B: Default> From<A> for Phases<A, B> {
    /// One value, for no phase in particular.
    fn from(l1: A) -> Self {
        Self { l1, l2: B::default(), l3: B::default() }
    }
}

/// Three elements in one field, see [`Phases`].
pub trait PerPhase {
    /// How often the first one occurs.
    type One: Field;
    /// How often each of the other two does.
    type More: Field;
}

impl<A: Field, B: Field> PerPhase for Phases<A, B> {
    type One = A;
    type More = B;
}
