//! Octets in, octets out: cursors and the field types of management messages.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroize;

use crate::key::{Nid, Nmk};
use crate::mme::{Mac, RunId};

/// A frame that cannot be read, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Field in the spelling of the struct that holds it.
    pub field: &'static str,
    /// Octets from the start of the Ethernet frame.
    pub offset: usize,
}

/// What is wrong with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The frame ends before the field does.
    Truncated {
        /// Octets that the field still needs.
        missing: usize,
    },
    /// Not HomePlug (0x88E1).
    Ethertype(u16),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, field, offset } = self;
        match kind {
            ErrorKind::Truncated { missing } => {
                write!(f, "{field} at octet {offset}: {missing} octets missing")
            }
            ErrorKind::Ethertype(found) => {
                write!(f, "{field} at octet {offset}: {found:#06x} is not HomePlug")
            }
        }
    }
}

impl core::error::Error for Error {}

/// Reads fields one after another and knows where it stands.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
    /// Version of the message format (MMV): some layouts depend on it.
    pub(super) version: u8,
}

impl<'a> Reader<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets, offset: 0, version: 1 }
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn take(&mut self, len: usize, field: &'static str) -> Result<&'a [u8], Error> {
        let Some((taken, rest)) = self.rest.split_at_checked(len) else {
            let missing = len - self.rest.len();
            return Err(Error {
                kind: ErrorKind::Truncated { missing },
                field,
                offset: self.offset,
            });
        };
        self.rest = rest;
        self.offset += len;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Error> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N, field)?);
        Ok(out)
    }
}

/// A value with a fixed place in a message.
pub(super) trait Field: Sized {
    fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error>;
    fn write(&self, out: &mut Vec<u8>);
}

impl Field for u8 {
    fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
        reader.array(field).map(|[octet]| octet)
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }
}

/// Little endian, as every number inside a message.
macro_rules! number {
    ($($kind:ident)*) => { $(
        impl Field for $kind {
            fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
                reader.array(field).map(Self::from_le_bytes)
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.extend(self.to_le_bytes());
            }
        }
    )* };
}

number!(u16 u32);

impl<const N: usize> Field for [u8; N] {
    fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
        reader.array(field)
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self);
    }
}

/// One octet with the number of items that follow; what it cannot count is not written.
impl<T: Field> Field for Vec<T> {
    fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
        let count = u8::read(reader, field)?;
        (0..count).map(|_| T::read(reader, field)).collect()
    }

    fn write(&self, out: &mut Vec<u8>) {
        let count = u8::try_from(self.len()).unwrap_or(u8::MAX);
        out.push(count);
        self.iter().take(count.into()).for_each(|item| item.write(out));
    }
}

/// All that is left of a frame, its padding included; wiped on drop and never shown, because it may hold keys.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Payload(pub Vec<u8>);

impl Field for Payload {
    fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
        reader.take(reader.rest.len(), field).map(|octets| Self(octets.to_vec()))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(&self.0);
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} octets)", self.0.len())
    }
}

impl Field for Nmk {
    fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
        reader.array(field).map(Self::new)
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.expose());
    }
}

macro_rules! octet_string {
    ($($name:ident)*) => { $(
        impl Field for $name {
            fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, Error> {
                reader.array(field).map(Self)
            }

            fn write(&self, out: &mut Vec<u8>) {
                out.extend(self.0);
            }
        }
    )* };
}

octet_string!(Mac Nid RunId);

/// Declares a message whose fields stand one after another.
macro_rules! layout {
    ($($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $kind:ty,)* })*) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$field_meta])* pub $field: $kind,)* }

        impl $crate::mme::wire::Field for $name {
            fn read(
                reader: &mut $crate::mme::wire::Reader<'_>,
                _: &'static str,
            ) -> Result<Self, $crate::mme::Error> {
                let _ = &reader;
                Ok(Self { $($field: $crate::mme::wire::Field::read(
                    reader, concat!(stringify!($name), ".", stringify!($field)))?,)* })
            }

            fn write(&self, out: &mut alloc::vec::Vec<u8>) {
                let _ = &out;
                $($crate::mme::wire::Field::write(&self.$field, out);)*
            }
        }
    )* };
}

pub(super) use layout;
