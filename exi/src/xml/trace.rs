//! What every bit of a stream says.

use super::decode::Decoder;
use super::deviation::Deviation;
use super::{Form, places};
use crate::schema::Form as Binary;
use crate::set::Schema;
use crate::{Error, Kind};
use alloc::string::String;
use alloc::vec::Vec;
use bitvec::order::Msb0;
use bitvec::view::BitView;
use core::fmt;

/// Tells `each` what every bit of a message or fragment says, in the order of the stream. A broken
/// one is told as far as it can be read.
///
/// It returns how far the message deviates from what this codec would write, see [`Deviation`].
pub fn trace(
    schema: &Schema,
    form: Form,
    octets: &[u8],
    each: &mut dyn FnMut(&Step<'_>),
) -> Result<Vec<Deviation>, Stop> {
    let mut found = super::deviation::Finder::default();
    let mut watch = |step: &Step<'_>| {
        found.look(step);
        each(step);
    };
    let mut decoder = Decoder::new(octets, Some(&mut watch));
    let done = decoder.whole(schema, form);
    let stop = done.err().map(|error| decoder.stopped(error));
    match stop {
        Some(stop) => Err(stop),
        None => Ok(found.finish(form)),
    }
}

/// One thing that a stream says: a code or a value, and where its bits are.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Its first bit, counted from the first octet.
    pub bit: usize,
    /// How many bits it takes.
    pub width: usize,
    /// The elements around it, from the root on.
    pub path: &'a [&'static str],
    /// The attribute whose value it is.
    pub attribute: Option<&'static str>,
    /// What it says.
    pub what: What<'a>,
    /// Zeros above a number make it longer than it need be.
    pub padded: bool,
    pub(super) octets: &'a [u8],
}

impl Step<'_> {
    /// Its bits, the first one first.
    pub fn bits(&self) -> impl Iterator<Item = bool> + '_ {
        let end = self.bit.saturating_add(self.width);
        let bits = self.octets.view_bits::<Msb0>().get(self.bit..end).unwrap_or_default();
        bits.iter().by_vals()
    }

    /// The names of the elements around it and of its attribute, each behind a slash.
    pub fn place(&self) -> String {
        places(self.path, self.attribute)
    }
}

/// What a [`Step`] says.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum What<'a> {
    /// The header: final version 1, no options.
    Header,
    /// An event code.
    Event {
        /// The number that the bits are.
        code: u64,
        /// What it stands for here.
        event: Event,
        /// Everything that may come here, in the order of the codes.
        alternatives: &'a [(u64, Event)],
    },
    /// The event code that leads to events the schema does not declare.
    Escape {
        /// The number that the bits are.
        code: u64,
        /// Everything the schema declares here, in the order of the codes.
        alternatives: &'a [(u64, Event)],
    },
    /// The end of an element where its text should be, among the undeclared events.
    UndeclaredEnd,
    /// How many characters or octets follow.
    Length(usize, Unit),
    /// A string that came before.
    Reference {
        /// Only strings of the same element or attribute are counted, not all.
        local: bool,
        /// Its place among them.
        index: usize,
        /// How many they are.
        of: usize,
        /// The string.
        text: &'a str,
    },
    /// Characters.
    Text(&'a str),
    /// Octets.
    Octets(&'a [u8], Binary),
    /// A value that is no string, as XML writes it.
    Value {
        /// The value.
        text: &'a str,
        /// How the bits stand for it.
        coding: Coding,
    },
    /// Bits that fill up the last octet.
    Padding {
        /// All of them are 0.
        zero: bool,
    },
    /// Octets behind the message.
    Trailing(&'a [u8]),
}

impl What<'_> {
    /// Its kind, in a word.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Event { .. } => "event",
            Self::Escape { .. } => "escape",
            Self::UndeclaredEnd => "undeclared-end",
            Self::Length(..) => "length",
            Self::Reference { .. } => "reference",
            Self::Text(_) => "text",
            Self::Octets(..) => "octets",
            Self::Value { .. } => "value",
            Self::Padding { .. } => "padding",
            Self::Trailing(_) => "trailing",
        }
    }
}

/// What a length counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode characters.
    Characters,
    /// Octets.
    Octets,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Characters => "characters",
            Self::Octets => "octets",
        })
    }
}

/// How the bits of a value stand for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// One bit.
    Bool,
    /// As many bits as tell the values apart, the least of which is 0.
    Offset(i128),
    /// Seven bits an octet, the lowest first.
    Unsigned,
    /// A sign and an unsigned integer.
    Signed,
    /// The place among so many values.
    Place(usize),
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("boolean"),
            Self::Offset(0) => f.write_str("n-bit integer"),
            Self::Offset(least) => write!(f, "n-bit integer from {least}"),
            Self::Unsigned => f.write_str("unsigned integer"),
            Self::Signed => f.write_str("sign and integer"),
            Self::Place(of) => write!(f, "one of {of}"),
        }
    }
}

/// An event of a grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// An element starts; without a name it is any that has none here.
    Start {
        /// Its namespace.
        ns: &'static str,
        /// Its local name.
        name: &'static str,
        /// It is the abstract head of a substitution group, which no document may hold.
        head: bool,
    },
    /// An attribute; without a name it is any that has none here.
    Attribute {
        /// Its namespace.
        ns: &'static str,
        /// Its local name.
        name: &'static str,
    },
    /// Text.
    Characters,
    /// The element ends.
    End,
    /// The fragment ends.
    EndFragment,
}

/// In the letters of the EXI specification: `SE(Header)`, `AT(Id)`, `CH`, `EE`, `ED`.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start { name: "", .. } => f.write_str("SE(*)"),
            Self::Start { name, .. } => write!(f, "SE({name})"),
            Self::Attribute { name: "", .. } => f.write_str("AT(*)"),
            Self::Attribute { name, .. } => write!(f, "AT({name})"),
            Self::Characters => f.write_str("CH"),
            Self::End => f.write_str("EE"),
            Self::EndFragment => f.write_str("ED"),
        }
    }
}

/// Where and why a stream cannot be read further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// What is wrong, at which bit.
    pub error: Error,
    /// The elements around that bit, and the attribute, each behind a slash.
    pub path: String,
    /// What could stand there.
    pub allowed: Vec<String>,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() { "/" } else { &self.path };
        write!(f, "{place}: {}", self.error)?;
        match &self.allowed[..] {
            [] => Ok(()),
            // What was cut off is not known to be wrong.
            allowed if self.error.kind == Kind::Eof => {
                write!(f, "; to come: {}", allowed.join(" or "))
            }
            allowed => write!(f, "; allowed: {}", allowed.join(" or ")),
        }
    }
}

impl core::error::Error for Stop {}
