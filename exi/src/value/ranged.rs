//! Numbers with bounds of their own.

use crate::Exi;
use crate::error::{Facet, Kind, Result};
use crate::grammar::bits;
use crate::read::Reader;
use crate::schema::{Shape, Type};
use crate::write::Writer;
use core::fmt;

/// Up to so many values take as few bits as tell them apart.
const NARROW: i64 = 4096;

/// How a number in `lo..=hi` is written.
#[derive(Clone, Copy)]
enum Coding {
    /// The distance from `lo`, in so many bits.
    Bits(u32),
    /// An unsigned integer of at most so many octets.
    Unsigned(u32),
    /// A sign and such an integer.
    Signed(u32),
}

const fn coding(lo: i64, hi: i64) -> Coding {
    assert!(lo <= hi, "a number's LO is above its HI");
    let octets = (64 - (if hi > -1 - lo { hi } else { -1 - lo }).leading_zeros()).div_ceil(7);
    if hi - lo < NARROW {
        Coding::Bits(bits((hi - lo + 1) as u32) as u32)
    } else if lo >= 0 {
        Coding::Unsigned(octets)
    } else {
        Coding::Signed(octets)
    }
}

macro_rules! ranged {
    ($(#[$doc:meta])* $name:ident, $t:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name<const LO: $t, const HI: $t>($t);

        impl<const LO: $t, const HI: $t> $name<LO, HI> {
            const CODING: Coding = coding(LO as i64, HI as i64);
            /// The least value.
            pub const MIN: Self = Self(LO);
            /// The greatest value.
            pub const MAX: Self = Self(HI);

            /// The number, if it is in range.
            pub const fn new(v: $t) -> Option<Self> {
                if v >= LO && v <= HI { Some(Self(v)) } else { None }
            }

            /// A number that is known to be in range when the program is built.
            pub const fn of<const V: $t>() -> Self {
                const { assert!(V >= LO && V <= HI, "the number is outside its type") };
                Self(V)
            }

            /// The nearest number in range.
            pub const fn saturating(v: $t) -> Self {
                Self(if v < LO { LO } else if v > HI { HI } else { v })
            }

            /// The number.
            pub const fn get(self) -> $t {
                self.0
            }
        }

        impl<const LO: $t, const HI: $t> Exi for $name<LO, HI> {
            const SIMPLE: bool = true;
            const TYPE: &'static Type = &Type {
                name: stringify!($name),
                shape: Shape::Number { min: LO as i128, max: HI as i128 },
            };
            const MAX: u32 = match Self::CODING {
                Coding::Bits(n) => n,
                Coding::Unsigned(octets) => 8 * octets,
                Coding::Signed(octets) => 1 + 8 * octets,
            };
            #[inline(always)]
            fn put(&self, w: &mut Writer<'_>) -> Result<()> {
                let v = self.0 as i64;
                match const { Self::CODING } {
                    Coding::Bits(n) => w.bits((v - LO as i64) as u64, n),
                    Coding::Unsigned(octets) => w.short_uint(v as u64, octets),
                    Coding::Signed(octets) => {
                        w.bits((v < 0) as u64, 1);
                        w.short_uint((v ^ (v >> 63)) as u64, octets);
                    }
                }
                Ok(())
            }
            #[inline(always)]
            fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, _: u32) -> Result<()> {
                let start = r.bit();
                let v = match const { Self::CODING } {
                    Coding::Bits(n) => r.bits(n) as i64 + LO as i64,
                    Coding::Unsigned(octets) => r.short_uint(octets)? as i64,
                    Coding::Signed(octets) => {
                        let sign = (r.bits(1) as i64).wrapping_neg();
                        r.short_uint(octets)? as i64 ^ sign
                    }
                };
                if v < LO as i64 || v > HI as i64 {
                    return r.err(Kind::Range, start);
                }
                self.0 = v as $t;
                Ok(())
            }
            fn blank() -> Self {
                Self(LO)
            }
        }

        /// The least value.
        impl<const LO: $t, const HI: $t> Default for $name<LO, HI> {
            fn default() -> Self {
                Self(LO)
            }
        }

        impl<const LO: $t, const HI: $t> TryFrom<$t> for $name<LO, HI> {
            type Error = Facet;
            fn try_from(v: $t) -> core::result::Result<Self, Facet> {
                Self::new(v).ok_or(Facet::Value { is: v as i64, min: LO as i64, max: HI as i64 })
            }
        }

        impl<const LO: $t, const HI: $t> From<$name<LO, HI>> for $t {
            fn from(v: $name<LO, HI>) -> $t {
                v.0
            }
        }

        impl<const LO: $t, const HI: $t> PartialEq<$t> for $name<LO, HI> {
            fn eq(&self, v: &$t) -> bool {
                self.0 == *v
            }
        }

        impl<const LO: $t, const HI: $t> fmt::Debug for $name<LO, HI> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<const LO: $t, const HI: $t> fmt::Display for $name<LO, HI> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

ranged! {
    /// A number in `LO..=HI`: a percentage, a multiplier, an identifier.
    Int, i16
}
ranged! {
    /// A number in `LO..=HI` beyond 16 bits: seconds of a day, a session's seconds.
    Ranged, u32
}
