//! Integers of any size.

use crate::Exi;
use crate::error::{Kind, Result};
use crate::grammar::BIG;
use crate::read::Reader;
use crate::schema::{Shape, Type};
use crate::write::Writer;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

/// An integer of up to 2048 bits: the serial number of a certificate.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Integer {
    negative: bool,
    /// The number, or -1 minus the number when negative: big-endian, no leading zeros.
    magnitude: Vec<u8>,
}

impl Integer {
    /// Octets of the largest number.
    pub(crate) const MOST: usize = 256;

    /// The number with these big-endian octets, without a sign; `None` if they are too many.
    pub fn from_be_bytes(octets: &[u8]) -> Option<Self> {
        let zeros = octets.iter().take_while(|b| **b == 0).count();
        let magnitude: Vec<u8> = octets.iter().skip(zeros).copied().collect();
        (magnitude.len() <= Self::MOST).then_some(Self { negative: false, magnitude })
    }

    /// The big-endian octets, no leading zeros; `None` if the number is negative.
    pub fn to_be_bytes(&self) -> Option<&[u8]> {
        (!self.negative).then_some(&self.magnitude)
    }

    /// The sign, and the number or -1 minus the number when negative.
    #[cfg(feature = "xml")]
    pub(crate) fn parts(&self) -> (bool, &[u8]) {
        (self.negative, &self.magnitude)
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.negative
    }
}

impl Exi for Integer {
    const SIMPLE: bool = true;
    const TYPE: &'static Type = &Type { name: "Integer", shape: Shape::Integer };
    const MAX: u32 = BIG;
    #[inline(always)]
    fn put(&self, w: &mut Writer<'_>) -> Result<()> {
        w.apart(self, Self::write)
    }
    #[inline(always)]
    fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, _: u32) -> Result<()> {
        r.apart(|r| self.read(r))
    }
    fn blank() -> Self {
        Self::default()
    }
}

impl Integer {
    #[cfg_attr(feature = "small", inline(never))]
    fn write(&self, w: &mut Writer<'_>) -> Result<()> {
        let mut octets = self.magnitude.iter().rev();
        w.need(1);
        w.bits(self.negative as u64, 1);
        let (mut acc, mut have) = (0u16, 0);
        loop {
            if have < 7
                && let Some(b) = octets.next()
            {
                acc |= (*b as u16) << have;
                have += 8;
            }
            let more = acc >> 7 != 0 || octets.len() > 0;
            w.need(8);
            w.bits(acc as u64 & 0x7f | (more as u64) << 7, 8);
            if !more {
                return Ok(());
            }
            acc >>= 7;
            have -= 7;
        }
    }

    #[inline(never)]
    fn read(&mut self, r: &mut Reader<'_, '_>) -> Result<()> {
        let start = r.bit();
        r.need(1)?;
        let negative = r.bits(1) == 1;
        // Little-endian, up to one octet too long.
        let (mut octets, mut n) = ([0; Self::MOST + 1], 0);
        let (mut acc, mut have) = (0u16, 0);
        loop {
            let b = r.octet()?;
            acc |= (b as u16 & 0x7f) << have;
            have += 7;
            if have >= 8 {
                let Some(octet) = octets.get_mut(n) else { return r.err(Kind::Range, start) };
                *octet = acc as u8;
                n += 1;
                acc >>= 8;
                have -= 8;
            }
            if b & 0x80 == 0 {
                break;
            }
            if n > Self::MOST {
                return r.err(Kind::Range, start);
            }
        }
        match octets.get_mut(n) {
            Some(octet) => *octet = acc as u8,
            None if acc == 0 => {}
            None => return r.err(Kind::Range, start),
        }
        let n = octets.iter().rposition(|octet| *octet != 0).map_or(0, |last| last + 1);
        let Some(octets) = octets.get(..n).filter(|_| n <= Self::MOST) else {
            return r.err(Kind::Range, start);
        };
        if r.seen.heap.take(n).is_err() {
            return r.err(Kind::Memory, start);
        }
        *self = Self { negative, magnitude: octets.iter().rev().copied().collect() };
        Ok(())
    }
}

impl From<u64> for Integer {
    fn from(v: u64) -> Self {
        let octets = v.to_be_bytes();
        let zeros = octets.iter().take_while(|b| **b == 0).count();
        Self { negative: false, magnitude: octets.into_iter().skip(zeros).collect() }
    }
}

impl From<i64> for Integer {
    fn from(v: i64) -> Self {
        Self { negative: v < 0, ..Self::from((v ^ v >> 63) as u64) }
    }
}

/// Decimal, as XML has it.
impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = Vec::from([0]);
        for b in &self.magnitude {
            scale(&mut digits, 256, *b as u64, DECIMAL);
        }
        if self.negative {
            scale(&mut digits, 1, 1, DECIMAL);
            f.write_str("-")?;
        }
        let mut rest = digits.iter().rev();
        write!(f, "{}", rest.next().copied().unwrap_or(0))?;
        rest.try_for_each(|d| write!(f, "{d:09}"))
    }
}

impl fmt::Debug for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A string that is no decimal integer, or a far too long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnInteger;

impl fmt::Display for NotAnInteger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an integer, or a far too long one")
    }
}

impl core::error::Error for NotAnInteger {}

impl FromStr for Integer {
    type Err = NotAnInteger;
    fn from_str(s: &str) -> core::result::Result<Self, NotAnInteger> {
        let (minus, digits) = match s.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, s.strip_prefix('+').unwrap_or(s)),
        };
        if digits.is_empty() || digits.len() > Self::MOST * 5 / 2 {
            return Err(NotAnInteger);
        }
        let mut octets = Vec::from([0]);
        for c in digits.chars() {
            let d = c.to_digit(10).ok_or(NotAnInteger)?;
            scale(&mut octets, 10, d as u64, 256);
        }
        let negative = minus && octets.iter().any(|b| *b != 0);
        if negative {
            // -1 minus the number: one less than its absolute value.
            for b in &mut octets {
                let borrow = *b == 0;
                *b = if borrow { 255 } else { *b - 1 };
                if !borrow {
                    break;
                }
            }
        }
        let octets: Vec<u8> = octets.iter().rev().map(|b| *b as u8).collect();
        Ok(Self { negative, ..Self::from_be_bytes(&octets).ok_or(NotAnInteger)? })
    }
}

/// Nine decimal digits at a time.
const DECIMAL: u64 = 1_000_000_000;

/// `digits * by + add`, where digits count in `radix`, the lowest first.
fn scale(digits: &mut Vec<u64>, by: u64, add: u64, radix: u64) {
    let mut carry = add;
    for d in digits.iter_mut() {
        let v = *d * by + carry;
        *d = v % radix;
        carry = v / radix;
    }
    if carry > 0 {
        digits.push(carry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn decimal_digits_survive_the_way_through_octets() {
        for s in [
            "0",
            "1",
            "-1",
            "255",
            "256",
            "-256",
            "-257",
            "1099511627776",
            "1000000000",
            "-98765432109876543210987654321098765432109876543210",
        ] {
            assert_eq!(s.parse::<Integer>().unwrap().to_string(), s);
        }
        assert_eq!("-0".parse::<Integer>().unwrap(), Integer::default());
        assert_eq!("+007".parse::<Integer>().unwrap(), Integer::from(7u64));
        assert_eq!("-129".parse::<Integer>().unwrap(), Integer::from(-129i64));
        for s in ["", "-", "1a", "1 2", &"9".repeat(2000)] {
            assert_eq!(s.parse::<Integer>(), Err(NotAnInteger));
        }
    }

    #[test]
    fn octets_lose_leading_zeros() {
        let n = Integer::from_be_bytes(&[0, 0, 1, 2]).unwrap();
        assert_eq!(n.to_be_bytes(), Some(&[1, 2][..]));
        assert_eq!(n.to_string(), "258");
    }
}
