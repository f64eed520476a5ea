//! Values.

use super::{Decoder, Name, Wanted};
use crate::schema::{Form as Binary, Shape, Type};
use crate::xml::grammar::{NARROW, width};
use crate::xml::print;
use crate::xml::trace::{Coding, Unit, What};
use crate::xml::tree::Value;
use crate::{Error, Integer, Kind};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Octets of an unsigned integer of 64 bits.
const LONGEST: u32 = 10;

impl Decoder<'_, '_> {
    pub(super) fn value(&mut self, ty: &'static Type, name: Name) -> Result<Value, Error> {
        self.wanted = Wanted::Value(ty);
        Ok(match ty.shape {
            Shape::Bool => {
                let start = self.r.bit();
                let value = Value::Bool(self.r.one()?);
                self.read(start, &value, Coding::Bool);
                value
            }
            Shape::Number { min, max } => self.number(min, max)?,
            Shape::Integer => self.integer()?,
            Shape::Text { min, max } => Value::Text(self.text(name, min, max)?),
            Shape::Binary { min, max, form } => {
                // The length of a few octets is one octet, that of others may be padded.
                let few = matches!(ty.name, "Octets" | "ShortBytes" | "ShortHex");
                let octets = self.octets(if few { 1 } else { LONGEST }, min, max, form)?;
                match form {
                    Binary::Hex => Value::Hex(octets),
                    Binary::Base64 => Value::Base64(octets),
                }
            }
            Shape::Enumeration(values) => {
                let start = self.r.bit();
                let place = self.r.bits(width(values.len()))? as usize;
                let Some(name) = values.get(place) else {
                    return self.r.error(Kind::Range, start);
                };
                self.read(start, &Value::Name(name), Coding::Place(values.len()));
                Value::Name(name)
            }
            Shape::Complex(_) | Shape::Choice(_) | Shape::Refused(_) => {
                let start = self.r.bit();
                return self.r.error(Kind::Event, start);
            }
        })
    }

    fn number(&mut self, min: i128, max: i128) -> Result<Value, Error> {
        let start = self.r.bit();
        // No writer pads a number beyond what its type takes, or a long one beyond 64 bits.
        let octets = match (128 - max.max(-1 - min).leading_zeros()).div_ceil(7) {
            short @ ..8 => short,
            _ => LONGEST,
        };
        let (v, coding) = if max - min < NARROW {
            let bits = self.r.bits(width((max - min + 1) as usize))?;
            (bits as i128 + min, Coding::Offset(min))
        } else if min >= 0 {
            (self.r.uint(octets)? as i128, Coding::Unsigned)
        } else if self.r.one()? {
            (-1 - self.r.uint(octets)? as i128, Coding::Signed)
        } else {
            (self.r.uint(octets)? as i128, Coding::Signed)
        };
        // What is out of range is told too.
        self.read(start, &Value::Number(v), coding);
        if v < min || v > max {
            return self.r.error(Kind::Range, start);
        }
        Ok(Value::Number(v))
    }

    fn octets(
        &mut self,
        longest: u32,
        min: usize,
        max: usize,
        form: Binary,
    ) -> Result<Vec<u8>, Error> {
        let start = self.r.bit();
        let n = self.r.uint(longest)?;
        let Ok(n) = usize::try_from(n) else { return self.r.error(Kind::Range, start) };
        self.step(start, What::Length(n, Unit::Octets));
        if n < min || n > max {
            return self.r.error(Kind::Range, start);
        }
        let (start, mut octets) = (self.r.bit(), Vec::new());
        for _ in 0..n {
            octets.push(self.r.bits(8)? as u8);
        }
        if n > 0 {
            self.step(start, What::Octets(&octets, form));
        }
        Ok(octets)
    }

    /// A sign and seven bits an octet, the lowest first.
    fn integer(&mut self) -> Result<Value, Error> {
        let start = self.r.bit();
        let negative = self.r.one()?;
        let mut bits = Vec::new();
        loop {
            let more = self.r.one()?;
            let seven = self.r.bits(7)?;
            bits.extend((0..7).map(|i| (seven >> i & 1) as u8));
            if !more {
                self.r.mark_padded(seven == 0 && bits.len() > 7);
                break;
            }
            // Zeros count as well while they are read.
            if bits.len() / 8 > Integer::MOST {
                return self.r.error(Kind::Range, start);
            }
        }
        let octets = bits.chunks(8).map(|b| b.iter().rev().fold(0, |v, bit| v << 1 | bit));
        let mut octets: Vec<u8> = octets.collect();
        octets.reverse();
        let Some(v) = Integer::from_be_bytes(&octets) else {
            return self.r.error(Kind::Range, start);
        };
        let mut text = v.to_string();
        if negative {
            // -1 - v: one more, with a minus in front.
            text = ["-", &one_more(&text)].concat();
        }
        let value = Value::Integer(text);
        self.read(start, &value, Coding::Signed);
        Ok(value)
    }

    /// Characters, or a reference to some that came before.
    fn text(&mut self, name: Name, min: usize, max: usize) -> Result<String, Error> {
        let start = self.r.bit();
        let n = match self.r.uint(LONGEST)? {
            local @ 0..2 => return self.reference(local == 0, start, name, min, max),
            n => usize::try_from(n - 2).unwrap_or(usize::MAX),
        };
        self.step(start, What::Length(n, Unit::Characters));
        if n < min || n > max {
            return self.r.error(Kind::Range, start);
        }
        let (first, mut text) = (self.r.bit(), String::new());
        for _ in 0..n {
            let start = self.r.bit();
            match u32::try_from(self.r.uint(LONGEST)?).ok().and_then(char::from_u32) {
                Some(c) => text.push(c),
                None => return self.r.error(Kind::Utf8, start),
            }
        }
        if n > 0 {
            self.step(first, What::Text(&text));
            self.table.add(name, &text, n);
        }
        Ok(text)
    }

    fn reference(
        &mut self,
        local: bool,
        start: usize,
        name: Name,
        min: usize,
        max: usize,
    ) -> Result<String, Error> {
        let of = self.table.count(local.then_some(name));
        if of == 0 {
            return self.r.error(Kind::Range, start);
        }
        let index = self.r.bits(width(of))? as usize;
        let Some(found) = self.table.find(local.then_some(name), index) else {
            return self.r.error(Kind::Range, start);
        };
        let (text, n) = (String::from(&found.text), found.characters);
        self.step(start, What::Reference { local, index, of, text: &text });
        if n < min || n > max || !self.table.afford(n, self.r.size()) {
            return self.r.error(Kind::Range, start);
        }
        Ok(text)
    }

    fn read(&mut self, start: usize, value: &Value, coding: Coding) {
        if self.watch.is_some() {
            self.step(start, What::Value { text: &print::text(value), coding });
        }
    }
}

/// The next decimal number.
fn one_more(digits: &str) -> String {
    let front = digits.trim_end_matches('9');
    let zeros = "0".repeat(digits.len() - front.len());
    let mut front: Vec<char> = front.chars().collect();
    match front.last_mut() {
        Some(last) => *last = char::from_u32(*last as u32 + 1).unwrap_or(*last),
        None => front.push('1'),
    }
    front.into_iter().collect::<String>() + &zeros
}
