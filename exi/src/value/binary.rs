//! Octets on the heap.

use crate::Exi;
use crate::error::{Facet, Kind, Result, length};
use crate::grammar::BIG;
use crate::read::Reader;
use crate::schema::{Form, Shape, Type};
use crate::write::Writer;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

macro_rules! binary {
    ($(#[$doc:meta])* $name:ident, $form:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Default)]
        pub struct $name<const MIN: usize, const MAX: usize>(Vec<u8>);

        impl<const MIN: usize, const MAX: usize> $name<MIN, MAX> {
            /// Takes the octets if there are as many as the schema allows.
            pub fn new<'a>(v: impl Into<Cow<'a, [u8]>>) -> core::result::Result<Self, Facet> {
                let v = v.into();
                length(v.len(), MIN, MAX)?;
                Ok(Self(v.into_owned()))
            }

            /// The octets.
            pub fn as_slice(&self) -> &[u8] {
                &self.0
            }

            /// The octets.
            pub fn into_vec(self) -> Vec<u8> {
                self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> Exi for $name<MIN, MAX> {
            const SIMPLE: bool = true;
            const TYPE: &'static Type = &Type {
                name: stringify!($name),
                shape: Shape::Binary { min: MIN, max: MAX, form: $form },
            };
            const MAX: u32 = {
                assert!(MIN <= MAX, "the MIN of some octets is above their MAX");
                BIG
            };
            #[inline(always)]
            fn put(&self, w: &mut Writer<'_>) -> Result<()> {
                w.apart_by(&self.0[..], const { &(MIN, MAX) }, put_bytes)
            }
            #[inline(always)]
            fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, _: u32) -> Result<()> {
                r.apart(|r| get_bytes(&mut self.0, r, MIN, MAX))
            }
            fn blank() -> Self {
                Self(Vec::new())
            }
            fn clear(&mut self) -> bool {
                self.0.clear();
                MIN == 0
            }
        }

        impl<const MIN: usize, const MAX: usize> Deref for $name<MIN, MAX> {
            type Target = [u8];
            fn deref(&self) -> &[u8] {
                &self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> AsRef<[u8]> for $name<MIN, MAX> {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> TryFrom<Vec<u8>> for $name<MIN, MAX> {
            type Error = Facet;
            fn try_from(v: Vec<u8>) -> core::result::Result<Self, Facet> {
                Self::new(v)
            }
        }

        impl<const MIN: usize, const MAX: usize> TryFrom<&[u8]> for $name<MIN, MAX> {
            type Error = Facet;
            fn try_from(v: &[u8]) -> core::result::Result<Self, Facet> {
                Self::new(v)
            }
        }

        /// Hexadecimal.
        impl<const MIN: usize, const MAX: usize> fmt::Debug for $name<MIN, MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|b| write!(f, "{b:02X}"))
            }
        }
    };
}

binary! {
    /// `MIN..=MAX` octets, base64 in XML: certificates, keys, signatures.
    Bytes, Form::Base64
}
binary! {
    /// `MIN..=MAX` octets, hexadecimal in XML.
    Hex, Form::Hex
}

#[cfg_attr(feature = "small", inline(never))]
fn put_bytes(v: &[u8], &(min, max): &(usize, usize), w: &mut Writer<'_>) -> Result<()> {
    if v.len() < min || v.len() > max {
        return w.err(Kind::Range);
    }
    w.length(v.len())?;
    w.octets(v);
    Ok(())
}

#[inline(never)]
fn get_bytes(v: &mut Vec<u8>, r: &mut Reader<'_, '_>, min: usize, max: usize) -> Result<()> {
    let start = r.bit();
    let n = r.uint()?;
    if n < min as u64 || n > max as u64 {
        return r.err(Kind::Range, start);
    }
    if !r.has(n as usize) {
        return r.eof();
    }
    if r.seen.heap.take(n as usize).is_err() {
        return r.err(Kind::Memory, start);
    }
    r.octets(n as usize, v)
}
