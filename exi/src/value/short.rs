//! Octets without the heap.

use crate::Exi;
use crate::error::{Facet, Kind, Result, length};
use crate::grammar::BIG;
use crate::read::Reader;
use crate::schema::{Form, Shape, Type};
use crate::write::Writer;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

macro_rules! short {
    ($(#[$doc:meta])* $name:ident, $form:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name<const MIN: usize, const MAX: usize> {
            octets: [u8; MAX],
            len: u8,
        }

        impl<const MIN: usize, const MAX: usize> $name<MIN, MAX> {
            const FITS: () = {
                assert!(MIN <= MAX, "the MIN of some octets is above their MAX");
                assert!(MAX <= 64, "so many octets belong on the heap");
            };

            /// Takes the octets if there are as many as the schema allows.
            pub const fn new(v: &[u8]) -> core::result::Result<Self, Facet> {
                let () = Self::FITS;
                if let Err(facet) = length(v.len(), MIN, MAX) {
                    return Err(facet);
                }
                let (mut octets, mut i) = ([0; MAX], 0);
                while i < v.len() {
                    octets[i] = v[i];
                    i += 1;
                }
                Ok(Self { octets, len: v.len() as u8 })
            }

            /// The octets.
            pub fn as_slice(&self) -> &[u8] {
                self.octets.get(..self.len as usize).unwrap_or(&[])
            }

            /// The octets as an array, if there are exactly `N`.
            pub fn to_array<const N: usize>(&self) -> Option<[u8; N]> {
                self.as_slice().try_into().ok()
            }
        }

        impl<const MIN: usize, const MAX: usize> Exi for $name<MIN, MAX> {
            const SIMPLE: bool = true;
            const TYPE: &'static Type = &Type {
                name: stringify!($name),
                shape: Shape::Binary { min: MIN, max: MAX, form: $form },
            };
            const MAX: u32 = {
                let () = Self::FITS;
                BIG
            };
            #[inline(always)]
            fn put(&self, w: &mut Writer<'_>) -> Result<()> {
                w.apart_by(self.as_slice(), MIN, put_short)
            }
            #[inline(always)]
            fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, _: u32) -> Result<()> {
                self.len = 0;
                r.apart(|r| get_short(&mut self.octets, &mut self.len, r, MIN))
            }
            #[inline(always)]
            fn blank() -> Self {
                Self { octets: [0; MAX], len: 0 }
            }
            fn clear(&mut self) -> bool {
                self.len = 0;
                MIN == 0
            }
        }

        /// Empty, even where nothing empty can be written.
        impl<const MIN: usize, const MAX: usize> Default for $name<MIN, MAX> {
            fn default() -> Self {
                Self::blank()
            }
        }

        impl<const MIN: usize, const MAX: usize> Deref for $name<MIN, MAX> {
            type Target = [u8];
            fn deref(&self) -> &[u8] {
                self.as_slice()
            }
        }

        impl<const MIN: usize, const MAX: usize> AsRef<[u8]> for $name<MIN, MAX> {
            fn as_ref(&self) -> &[u8] {
                self.as_slice()
            }
        }

        impl<const MIN: usize, const MAX: usize> TryFrom<&[u8]> for $name<MIN, MAX> {
            type Error = Facet;
            fn try_from(v: &[u8]) -> core::result::Result<Self, Facet> {
                Self::new(v)
            }
        }

        impl<const MIN: usize, const MAX: usize> PartialEq for $name<MIN, MAX> {
            fn eq(&self, other: &Self) -> bool {
                self.as_slice() == other.as_slice()
            }
        }

        impl<const MIN: usize, const MAX: usize> Eq for $name<MIN, MAX> {}

        impl<const MIN: usize, const MAX: usize> Hash for $name<MIN, MAX> {
            fn hash<H: Hasher>(&self, h: &mut H) {
                self.as_slice().hash(h)
            }
        }

        /// Hexadecimal.
        impl<const MIN: usize, const MAX: usize> fmt::Debug for $name<MIN, MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.as_slice().iter().try_for_each(|b| write!(f, "{b:02X}"))
            }
        }
    };
}

short! {
    /// `MIN..=MAX` octets (64 at most) without the heap, base64 in XML: a meter's signature.
    ShortBytes, Form::Base64
}
short! {
    /// `MIN..=MAX` octets (64 at most) without the heap, hexadecimal in XML. [`Octets`](crate::Octets)
    /// is quicker for 8 and less.
    ShortHex, Form::Hex
}

#[cfg_attr(feature = "small", inline(never))]
fn put_short(v: &[u8], min: usize, w: &mut Writer<'_>) -> Result<()> {
    if v.len() < min {
        return w.err(Kind::Range);
    }
    w.need(8);
    w.bits(v.len() as u64, 8);
    w.octets(v);
    Ok(())
}

/// The length is one octet: no writer pads it.
#[inline(never)]
fn get_short(out: &mut [u8], len: &mut u8, r: &mut Reader<'_, '_>, min: usize) -> Result<()> {
    let start = r.bit();
    r.need(8)?;
    let n = r.bits(8) as u8;
    let Some(out) = out.get_mut(..n as usize).filter(|out| out.len() >= min) else {
        return r.err(Kind::Range, start);
    };
    if !r.has(out.len()) {
        return r.eof();
    }
    r.fill(out, 0)?;
    *len = n;
    Ok(())
}
