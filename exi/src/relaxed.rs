//! The grammar of a fragment whose element name has several types in its schema set: any
//! attribute, any element and untyped text may come. [EXI 1.0, 8.5.3]

use crate::error::{Kind, Result};
use crate::grammar::{bits, name};
use crate::read::Reader;
use crate::value::{Text, put_characters};
use crate::write::Writer;

/// The relaxed element-fragment grammar of one schema set.
#[derive(Debug, Clone, Copy)]
pub struct Relaxed {
    /// The attributes of the schema set as namespace and name, sorted by name, then namespace.
    pub attributes: &'static [(&'static str, &'static str)],
    /// How many element names the schema set declares.
    pub elements: u32,
}

/// A string value of a relaxed fragment: [`Text`], and as an attribute also `Option<Text>`.
pub trait RelaxedText {
    /// The string, if it is there.
    fn value(&self) -> Option<&str>;
    /// Reads it.
    fn get(&mut self, r: &mut Reader<'_, '_>, name: u32) -> Result<()>;
    /// Takes it that nothing was there; false if that is not allowed.
    fn absent(&mut self) -> bool;
}

impl Relaxed {
    /// The event codes of a state that ends after the attributes, elements, END and text.
    const fn attribute_codes(&self) -> u64 {
        // The attributes by name, and one code for any other.
        self.attributes.len() as u64 + 1
    }
    const fn end(&self) -> u64 {
        // The elements by name, one code for any other, then the end, then text.
        self.elements as u64 + 1
    }
    const fn width(&self, end: u64) -> u32 {
        // One more for text, and one for the second level.
        bits(end as u32 + 3) as u32
    }

    /// Writes attributes, given as namespace, name and value, and text.
    pub fn put(
        &self,
        w: &mut Writer<'_>,
        attributes: &[(&str, &str, &dyn RelaxedText)],
        content: &dyn RelaxedText,
    ) -> Result<()> {
        let end = self.attribute_codes() + self.end();
        for (ns, local, value) in attributes {
            let Some(value) = value.value() else { continue };
            let Some(code) = self.attributes.iter().position(|a| *a == (*ns, *local)) else {
                return w.err(Kind::Event);
            };
            put_code(w, code as u64, self.width(end));
            put_characters(value, (0, usize::MAX), w)?;
        }
        put_code(w, end + 1, self.width(end));
        put_characters(content.value().unwrap_or_default(), (0, usize::MAX), w)?;
        put_code(w, self.end(), self.width(self.end()));
        Ok(())
    }

    /// Reads attributes in any order, and text of the element `element`.
    pub fn get(
        &self,
        r: &mut Reader<'_, '_>,
        attributes: &mut [(&str, &str, &mut dyn RelaxedText)],
        content: &mut dyn RelaxedText,
        element: u32,
    ) -> Result<()> {
        let end = self.attribute_codes() + self.end();
        let mut seen = 0u32;
        let (code, start) = loop {
            let (code, start) = get_code(r, self.width(end))?;
            let Some((ns, local)) = self.attributes.get(code as usize) else { break (code, start) };
            let of = |a: &(&str, &str, &mut dyn RelaxedText)| (a.0, a.1) == (*ns, *local);
            let Some(i) = attributes.iter().position(of).filter(|i| seen >> i & 1 == 0) else {
                return r.err(Kind::Event, start);
            };
            seen |= 1 << i;
            if let Some((_, _, value)) = attributes.get_mut(i) {
                value.get(r, name(ns, local))?;
            }
        };
        for (i, (_, _, value)) in attributes.iter_mut().enumerate() {
            if seen >> i & 1 == 0 && !value.absent() {
                return r.err(Kind::Event, start);
            }
        }
        if code == end {
            return if content.absent() { Ok(()) } else { r.err(Kind::Event, start) };
        }
        if code != end + 1 {
            return r.err(Kind::Event, start);
        }
        content.get(r, element)?;
        let (code, start) = get_code(r, self.width(self.end()))?;
        if code == self.end() { Ok(()) } else { r.err(Kind::Event, start) }
    }
}

impl<const MIN: usize, const MAX: usize> RelaxedText for Text<MIN, MAX> {
    fn value(&self) -> Option<&str> {
        Some(self.as_str())
    }
    fn get(&mut self, r: &mut Reader<'_, '_>, name: u32) -> Result<()> {
        crate::Exi::get(self, r, 0, name)
    }
    fn absent(&mut self) -> bool {
        false
    }
}

impl<const MIN: usize, const MAX: usize> RelaxedText for Option<Text<MIN, MAX>> {
    fn value(&self) -> Option<&str> {
        self.as_ref().map(Text::as_str)
    }
    fn get(&mut self, r: &mut Reader<'_, '_>, name: u32) -> Result<()> {
        self.insert(crate::Exi::blank()).get(r, name)
    }
    fn absent(&mut self) -> bool {
        *self = None;
        true
    }
}

fn put_code(w: &mut Writer<'_>, code: u64, width: u32) {
    w.need(width);
    w.bits(code, width);
}

fn get_code(r: &mut Reader<'_, '_>, width: u32) -> Result<(u64, usize)> {
    r.left = 0;
    r.need(width)?;
    let start = r.bit();
    let code = r.bits(width);
    r.left = 0;
    Ok((code, start))
}
