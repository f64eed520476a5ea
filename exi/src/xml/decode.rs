//! From EXI to a tree.

use super::Form;
use super::bits::BitReader;
use super::grammar::{Event, NARROW, Place, SECOND_LEVEL, UNDECLARED_END, code_width, width};
use super::tree::{Content, Element, Value};
use crate::schema::{Complex, Form as Binary, Particle, Shape, Type};
use crate::set::{Root, Schema};
use crate::{Error, Integer, Kind};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The element of a document or fragment.
pub(super) fn element(
    octets: &[u8],
    root: &Root,
    schema: &Schema,
    form: Form,
) -> Result<Element, Error> {
    if form == Form::Document {
        return document(octets, root, schema.document_bits);
    }
    let mut d = Decoder::new(octets);
    d.r.expect(0x80, 8)?;
    d.r.expect(root.code, schema.fragment_bits)?;
    let (attributes, content) = match root.ty.shape {
        Shape::Complex(ref c) if root.relaxed => d.relaxed(c, (root.ns, root.name), schema)?,
        _ => d.content(root.ty, (root.ns, root.name))?,
    };
    d.r.expect(schema.fragment_end, schema.fragment_bits)?;
    Ok(Element { name: root.name, ns: root.ns, many: false, attributes, content })
}

/// The element of a document.
pub(super) fn document(octets: &[u8], root: &Root, code_bits: u32) -> Result<Element, Error> {
    let mut d = Decoder::new(octets);
    d.r.expect(0x80, 8)?;
    d.r.expect(root.code, code_bits)?;
    let (attributes, content) = d.content(root.ty, (root.ns, root.name))?;
    Ok(Element { name: root.name, ns: root.ns, many: false, attributes, content })
}

/// A namespace and a name.
type Name = (&'static str, &'static str);
type Inside = (Vec<(&'static Particle, Value)>, Content);

struct Decoder<'a> {
    r: BitReader<'a>,
    /// The string table: whose each string is.
    table: Vec<(Name, String)>,
    /// Characters copied out of it.
    copied: usize,
}

/// Octets of an unsigned integer of 64 bits.
const LONGEST: u32 = 10;

/// No stream may ask for more characters out of its string table than so many for each octet.
const EXPANSION: usize = 64;
const SLACK: usize = 4096;

impl<'a> Decoder<'a> {
    fn new(octets: &'a [u8]) -> Self {
        Self { r: BitReader::new(octets), table: Vec::new(), copied: 0 }
    }

    /// What stands between the start and the end of an element. The types nest only as deep as
    /// they are written, so this ends.
    fn content(&mut self, ty: &'static Type, name: Name) -> Result<Inside, Error> {
        let start = self.r.bit();
        let complex = match &ty.shape {
            Shape::Complex(complex) => complex,
            Shape::Choice(_) | Shape::Refused(_) => return self.r.error(Kind::Event, start),
            _ => {
                let value = if self.r.one()? {
                    self.undeclared_end(ty, start)?
                } else {
                    let value = self.value(ty, name)?;
                    self.r.expect(0, 1)?;
                    value
                };
                return Ok((Vec::new(), Content::Value(value)));
            }
        };
        let (mut place, mut attributes) = (Place::default(), Vec::new());
        let (mut children, mut text) = (Vec::new(), None);
        loop {
            let start = self.r.bit();
            let offers = place.offers(complex);
            let code = self.r.bits(code_width(offers.len()))? as usize;
            match offers.get(code) {
                Some(Event::Attribute(item, of)) => {
                    attributes.push((*of, self.value(of.ty, (of.ns, of.name))?));
                    place = place.after(*item);
                }
                Some(Event::Element(item, of)) => {
                    let (attributes, content) = self.content(of.ty, (of.ns, of.name))?;
                    let (name, ns, many) = (of.name, of.ns, of.many);
                    children.push(Element { name, ns, many, attributes, content });
                    place = place.after(*item);
                }
                Some(Event::Characters(item, ty)) => {
                    text = Some(self.value(ty, name)?);
                    place = place.after(*item);
                }
                Some(Event::End) => break,
                Some(Event::Mixed) => return self.r.error(Kind::Event, start),
                None => match (code == offers.len(), offers.last()) {
                    (true, Some(Event::Characters(_, ty))) => {
                        text = Some(self.undeclared_end(ty, start)?);
                        break;
                    }
                    _ => return self.r.error(Kind::Event, start),
                },
            }
        }
        Ok((attributes, text.map_or(Content::Children(children), Content::Text)))
    }

    /// The end of an element where its text should be: an empty string or binary.
    fn undeclared_end(&mut self, ty: &Type, start: usize) -> Result<Value, Error> {
        let code = self.r.bits(SECOND_LEVEL)?;
        match ty.shape {
            _ if code != UNDECLARED_END => self.r.error(Kind::Event, start),
            Shape::Text { min: 0, .. } => Ok(Value::Text(String::new())),
            Shape::Binary { min: 0, form: Binary::Hex, .. } => Ok(Value::Hex(Vec::new())),
            Shape::Binary { min: 0, form: Binary::Base64, .. } => Ok(Value::Base64(Vec::new())),
            _ => self.r.error(Kind::Event, start),
        }
    }

    /// A fragment whose name has several types: attributes by name and untyped text.
    fn relaxed(&mut self, of: &Complex, name: Name, schema: &Schema) -> Result<Inside, Error> {
        let known = schema.relaxed.attributes;
        let elements = schema.relaxed.elements as usize;
        // The attributes, any other; the elements, any other; the end; text.
        let count = known.len() + 1 + elements + 1 + 2;
        let mut attributes: Vec<(&Particle, Value)> = Vec::new();
        let has = |read: &[(&Particle, Value)], a: &Particle| {
            read.iter().any(|(b, _)| (b.ns, b.name) == (a.ns, a.name))
        };
        loop {
            let start = self.r.bit();
            let code = self.r.bits(code_width(count))? as usize;
            let Some(attribute) = known.get(code) else {
                let missing = of.attributes.iter().any(|a| a.min > 0 && !has(&attributes, a));
                let Some(ty) = of.text.filter(|_| code == count - 1 && !missing) else {
                    return self.r.error(Kind::Event, start);
                };
                let text = self.value(ty, name)?;
                self.r.expect(elements as u64 + 1, code_width(elements + 1 + 2))?;
                return Ok((attributes, Content::Text(text)));
            };
            let of = of.attributes.iter().find(|a| (a.ns, a.name) == *attribute);
            let Some(of) = of.filter(|a| !has(&attributes, a)) else {
                return self.r.error(Kind::Event, start);
            };
            attributes.push((of, self.value(of.ty, (of.ns, of.name))?));
        }
    }

    fn value(&mut self, ty: &Type, name: Name) -> Result<Value, Error> {
        let start = self.r.bit();
        let fits = |n: usize, min: usize, max: usize| n >= min && n <= max;
        Ok(match ty.shape {
            Shape::Bool => Value::Bool(self.r.one()?),
            Shape::Number { min, max } => {
                // No writer pads a number beyond what its type takes, or a long one beyond 64 bits.
                let octets = match (128 - max.max(-1 - min).leading_zeros()).div_ceil(7) {
                    short @ ..8 => short,
                    _ => LONGEST,
                };
                let v = if max - min < NARROW {
                    self.r.bits(width((max - min + 1) as usize))? as i128 + min
                } else if min >= 0 {
                    self.r.uint(octets)? as i128
                } else if self.r.one()? {
                    -1 - self.r.uint(octets)? as i128
                } else {
                    self.r.uint(octets)? as i128
                };
                if v < min || v > max {
                    return self.r.error(Kind::Range, start);
                }
                Value::Number(v)
            }
            Shape::Integer => Value::Integer(self.integer()?),
            Shape::Text { min, max } => {
                let text = self.text(name)?;
                if !fits(text.chars().count(), min, max) {
                    return self.r.error(Kind::Range, start);
                }
                Value::Text(text)
            }
            Shape::Binary { min, max, form } => {
                // The length of a few octets is one octet, that of others may be padded.
                let few = matches!(ty.name, "Octets" | "ShortBytes" | "ShortHex");
                let octets = if few { 1 } else { LONGEST };
                let n = usize::try_from(self.r.uint(octets)?).ok();
                let Some(n) = n.filter(|n| fits(*n, min, max)) else {
                    return self.r.error(Kind::Range, start);
                };
                let mut octets = Vec::new();
                for _ in 0..n {
                    octets.push(self.r.bits(8)? as u8);
                }
                match form {
                    Binary::Hex => Value::Hex(octets),
                    Binary::Base64 => Value::Base64(octets),
                }
            }
            Shape::Enumeration(values) => {
                match values.get(self.r.bits(width(values.len()))? as usize) {
                    Some(name) => Value::Name(name),
                    None => return self.r.error(Kind::Range, start),
                }
            }
            Shape::Complex(_) | Shape::Choice(_) | Shape::Refused(_) => {
                return self.r.error(Kind::Event, start);
            }
        })
    }

    /// A sign and seven bits an octet, the lowest first.
    fn integer(&mut self) -> Result<String, Error> {
        let start = self.r.bit();
        let negative = self.r.one()?;
        let mut bits = Vec::new();
        loop {
            let more = self.r.one()?;
            let seven = self.r.bits(7)?;
            bits.extend((0..7).map(|i| (seven >> i & 1) as u8));
            if !more {
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
        if !negative {
            return Ok(v.to_string());
        }
        // -1 - v: one more, with a minus in front.
        for octet in octets.iter_mut().rev() {
            *octet = octet.wrapping_add(1);
            if *octet != 0 {
                break;
            }
        }
        if octets.iter().all(|b| *b == 0) {
            octets.insert(0, 1);
        }
        match Integer::from_be_bytes(&octets) {
            Some(v) => Ok(["-", &v.to_string()].concat()),
            None => self.r.error(Kind::Range, start),
        }
    }

    fn text(&mut self, name: Name) -> Result<String, Error> {
        let start = self.r.bit();
        let n = self.r.uint(LONGEST)?;
        let hits: Vec<_> = match n {
            0 => self.table.iter().filter(|(of, _)| *of == name).collect(),
            1 => self.table.iter().collect(),
            _ => {
                let mut text = String::new();
                for _ in 2..n {
                    let start = self.r.bit();
                    match u32::try_from(self.r.uint(LONGEST)?).ok().and_then(char::from_u32) {
                        Some(c) => text.push(c),
                        None => return self.r.error(Kind::Utf8, start),
                    }
                }
                if n > 2 {
                    self.table.push((name, text.clone()));
                }
                return Ok(text);
            }
        };
        if hits.is_empty() {
            return self.r.error(Kind::Range, start);
        }
        let i = self.r.bits(width(hits.len()))? as usize;
        let Some((_, text)) = hits.get(i) else { return self.r.error(Kind::Range, start) };
        self.copied = self.copied.saturating_add(text.len());
        if self.copied > self.r.size().saturating_mul(EXPANSION).saturating_add(SLACK) {
            return self.r.error(Kind::Range, start);
        }
        Ok(text.clone())
    }
}
