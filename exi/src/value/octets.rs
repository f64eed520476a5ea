//! A few octets, kept in the value itself.

use crate::Exi;
use crate::error::{Facet, Kind, Result, length};
use crate::grammar::BIG;
use crate::read::Reader;
use crate::schema::{Form, Shape, Type};
use crate::write::Writer;
use core::fmt;
use core::hash::{Hash, Hasher};

/// `MIN..=MAX` octets (8 at most) without the heap, hexadecimal in XML: a SessionID, an EVCCID.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Octets<const MAX: usize, const MIN: usize = 0> {
    octets: [u8; 8],
    len: u8,
}

impl<const MAX: usize, const MIN: usize> Octets<MAX, MIN> {
    /// Takes the octets if there are as many as the schema allows.
    pub const fn new(v: &[u8]) -> core::result::Result<Self, Facet> {
        const { assert!(MIN <= MAX && MAX <= 8, "Octets hold 8 at most: use Hex or Bytes") };
        if let Err(facet) = length(v.len(), MIN, MAX) {
            return Err(facet);
        }
        let (mut octets, mut i) = ([0; 8], 0);
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

    /// The octets, one by one.
    pub fn octets(&self) -> impl Iterator<Item = u8> + use<MAX, MIN> {
        self.octets.into_iter().take(self.len as usize)
    }

    /// The octets as an array, if there are exactly `N`.
    pub fn to_array<const N: usize>(&self) -> Option<[u8; N]> {
        self.as_slice().try_into().ok()
    }

    /// How many octets there are.
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<const MAX: usize, const MIN: usize> Exi for Octets<MAX, MIN> {
    const SIMPLE: bool = true;
    const TYPE: &'static Type =
        &Type { name: "Octets", shape: Shape::Binary { min: MIN, max: MAX, form: Form::Hex } };
    const MAX: u32 = {
        assert!(MIN <= MAX && MAX <= 8, "Octets hold 8 at most: use Hex or Bytes");
        BIG
    };
    #[inline(always)]
    fn put(&self, w: &mut Writer<'_>) -> Result<()> {
        if (self.len as usize) < MIN {
            return w.err(Kind::Range);
        }
        let word = u64::from_be_bytes(self.octets);
        w.need(8);
        w.bits(self.len as u64, 8);
        w.eight(word, 8 * self.len as u32);
        Ok(())
    }
    #[inline(always)]
    fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, _: u32) -> Result<()> {
        let start = r.bit();
        r.need(8)?;
        let len = r.bits(8);
        if len > MAX as u64 || len < MIN as u64 {
            return r.err(Kind::Range, start);
        }
        let n = 8 * len as u32;
        r.left = 0;
        r.need(32)?;
        let high = r.bits(n.min(32));
        r.left = 0;
        r.need(32)?;
        let low = r.bits(n.max(32) - 32);
        r.left = 0;
        let word = match n {
            0 => 0,
            1..=32 => high << (64 - n),
            _ => high << 32 | low << (64 - n),
        };
        *self = Self { octets: word.to_be_bytes(), len: len as u8 };
        Ok(())
    }
    fn blank() -> Self {
        Self { octets: [0; 8], len: 0 }
    }
    fn clear(&mut self) -> bool {
        *self = Self::blank();
        MIN == 0
    }
}

impl<const MAX: usize, const MIN: usize> TryFrom<&[u8]> for Octets<MAX, MIN> {
    type Error = Facet;
    fn try_from(v: &[u8]) -> core::result::Result<Self, Facet> {
        Self::new(v)
    }
}

impl<const MAX: usize, const MIN: usize> AsRef<[u8]> for Octets<MAX, MIN> {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl<const MAX: usize, const MIN: usize> Hash for Octets<MAX, MIN> {
    fn hash<H: Hasher>(&self, h: &mut H) {
        self.as_slice().hash(h)
    }
}

/// Hexadecimal, upper case.
impl<const MAX: usize, const MIN: usize> fmt::Display for Octets<MAX, MIN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.octets().try_for_each(|b| write!(f, "{b:02X}"))
    }
}

impl<const MAX: usize, const MIN: usize> fmt::Debug for Octets<MAX, MIN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
