//! What the derive builds on: event codes worked out at compile time, and the reader and writer
//! of bits. Users of derived types need none of it.

pub use crate::content::{
    Base, Field, PerPhase, ReadSeq, WriteSeq, element, home, read_element, read_text, span, switch,
};
pub use crate::error::Result;
pub use crate::grammar::{
    BIG, END, Item, MIXED_END, State, bits, grammar, join, largest, name, sum, total,
};
pub use crate::read::{Reader, WORD};
pub use crate::relaxed::{Relaxed, RelaxedText};
pub use crate::set::document_bits;
pub use crate::strings::Seen;
pub use crate::write::Writer;
