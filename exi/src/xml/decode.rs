//! From EXI to a tree.

mod value;

use super::bits::BitReader;
use super::grammar::{self, Place, SECOND_LEVEL, UNDECLARED_END, code_width};
use super::table::Table;
use super::trace::{Event, Step, Stop, What};
use super::tree::{Content, Element, Occurs, Value};
use super::{Form, places};
use crate::schema::{Complex, Form as Binary, Particle, Shape, Type};
use crate::set::{Root, Schema};
use crate::{Error, Kind};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The element of a document that starts with `root`.
pub(super) fn document(octets: &[u8], root: &'static Root, width: u32) -> Result<Element, Error> {
    let roots = core::slice::from_ref(root);
    Decoder::new(octets, None).opened(&Opening { roots, width, fragment: None })
}

/// The element of a document or fragment.
pub(super) fn element(schema: &Schema, form: Form, octets: &[u8]) -> Result<Element, Error> {
    Decoder::new(octets, None).element(schema, form)
}

pub(super) struct Decoder<'a, 'w> {
    octets: &'a [u8],
    r: BitReader<'a>,
    table: Table,
    path: Vec<&'static str>,
    attribute: Option<&'static str>,
    /// What could come where reading stopped.
    wanted: Wanted,
    watch: Option<&'w mut dyn FnMut(&Step<'_>)>,
}

/// The first codes of a stream.
struct Opening<'s> {
    roots: &'static [Root],
    width: u32,
    fragment: Option<&'s Schema>,
}

/// A namespace and a name.
type Name = (&'static str, &'static str);
type Inside = (Vec<(&'static Particle, Value)>, Content);

/// What can stand at a place.
enum Wanted {
    Header,
    Event(Place, &'static Complex),
    Events(Vec<(u64, Event)>),
    Value(&'static Type),
}

impl<'a, 'w> Decoder<'a, 'w> {
    pub(super) fn new(octets: &'a [u8], watch: Option<&'w mut dyn FnMut(&Step<'_>)>) -> Self {
        Self {
            octets,
            r: BitReader::new(octets),
            table: Table::default(),
            path: Vec::new(),
            attribute: None,
            wanted: Wanted::Header,
            watch,
        }
    }

    /// Reads a whole stream, what is behind the message included.
    pub(super) fn whole(&mut self, schema: &Schema, form: Form) -> Result<(), Error> {
        self.element(schema, form)?;
        let (end, octets) = (self.r.bit(), self.octets);
        let filled = end.next_multiple_of(8);
        if filled > end {
            let zero = self.r.bits((filled - end) as u32)? == 0;
            self.step(end, What::Padding { zero });
        }
        if let Some(rest @ [_, ..]) = octets.get(filled / 8..) {
            self.r.skip_to_end();
            self.step(filled, What::Trailing(rest));
        }
        Ok(())
    }

    /// Where reading stopped and what could come there.
    pub(super) fn stopped(self, error: Error) -> Stop {
        let events = |all: &[(u64, Event)]| all.iter().map(|(_, e)| e.to_string()).collect();
        let allowed = match self.wanted {
            Wanted::Header => Vec::from(["the header 80".into()]),
            Wanted::Event(place, complex) => events(&alternatives(&place.offers(complex))),
            Wanted::Events(all) => events(&all),
            Wanted::Value(ty) => Vec::from([super::Wording(ty).to_string()]),
        };
        Stop { error, path: places(&self.path, self.attribute), allowed }
    }

    fn element(&mut self, schema: &Schema, form: Form) -> Result<Element, Error> {
        self.opened(&match form {
            Form::Document => {
                Opening { roots: schema.documents, width: schema.document_bits, fragment: None }
            }
            Form::Fragment => Opening {
                roots: schema.fragments,
                width: schema.fragment_bits,
                fragment: Some(schema),
            },
        })
    }

    fn opened(&mut self, opening: &Opening<'_>) -> Result<Element, Error> {
        self.r.expect(0x80, 8)?;
        self.step(0, What::Header);
        let start = self.r.bit();
        let roots: Vec<_> = opening.roots.iter().map(|r| (r.code, started(r.ns, r.name))).collect();
        self.wanted = Wanted::Events(roots.clone());
        let code = self.r.bits(opening.width)?;
        let Some(root) = opening.roots.iter().find(|r| r.code == code) else {
            return self.r.error(Kind::Event, start);
        };
        let event = started(root.ns, root.name);
        self.step(start, What::Event { code, event, alternatives: &roots });
        self.path.push(root.name);
        let name = (root.ns, root.name);
        let (attributes, content) = match (&root.ty.shape, opening.fragment) {
            (Shape::Complex(c), Some(schema)) if root.relaxed => self.relaxed(c, name, schema)?,
            _ => self.content(root.ty, name)?,
        };
        self.path.pop();
        if let Some(schema) = opening.fragment {
            self.only(Event::EndFragment, schema.fragment_end, schema.fragment_bits)?;
        }
        Ok(Element { name: root.name, ns: root.ns, occurs: Occurs::Once, attributes, content })
    }

    /// What stands between the start and the end of an element. The types nest only as deep as
    /// they are written, so this ends.
    fn content(&mut self, ty: &'static Type, name: Name) -> Result<Inside, Error> {
        let start = self.r.bit();
        let complex = match &ty.shape {
            Shape::Complex(complex) => complex,
            Shape::Choice(_) | Shape::Refused(_) => {
                self.wanted = Wanted::Value(ty);
                return self.r.error(Kind::Event, start);
            }
            _ => return Ok((Vec::new(), Content::Value(self.simple(ty, name)?))),
        };
        let (mut place, mut attributes) = (Place::default(), Vec::new());
        let (mut children, mut text) = (Vec::new(), None);
        loop {
            let start = self.r.bit();
            self.wanted = Wanted::Event(place, complex);
            let offers = place.offers(complex);
            let code = self.r.bits(code_width(offers.len()))?;
            let offer = offers.get(code as usize);
            if !matches!(offer, Some(grammar::Event::Mixed)) {
                self.told(start, code, &offers);
            }
            match offer {
                Some(grammar::Event::Attribute(item, of)) => {
                    attributes.push((*of, self.attribute(of)?));
                    place = place.after(*item);
                }
                Some(grammar::Event::Element(item, of)) => {
                    self.path.push(of.name);
                    let (attributes, content) = self.content(of.ty, (of.ns, of.name))?;
                    self.path.pop();
                    let (name, ns, occurs) = (of.name, of.ns, of.occurs);
                    children.push(Element { name, ns, occurs, attributes, content });
                    place = place.after(*item);
                }
                Some(grammar::Event::Characters(item, ty)) => {
                    text = Some(self.value(ty, name)?);
                    place = place.after(*item);
                }
                Some(grammar::Event::End) => break,
                Some(grammar::Event::Mixed) => return self.r.error(Kind::Event, start),
                None => match (code as usize == offers.len(), offers.last()) {
                    (true, Some(grammar::Event::Characters(_, ty))) => {
                        text = Some(self.undeclared_end(ty, start)?);
                        break;
                    }
                    _ => return self.r.error(Kind::Event, start),
                },
            }
        }
        Ok((attributes, text.map_or(Content::Children(children), Content::Text)))
    }

    /// The content of an element without attributes: text, or its undeclared end.
    fn simple(&mut self, ty: &'static Type, name: Name) -> Result<Value, Error> {
        let start = self.r.bit();
        self.wanted = Wanted::Events(Vec::from(TEXT));
        if self.r.one()? {
            self.step(start, What::Escape { code: 1, alternatives: &TEXT });
            return self.undeclared_end(ty, start);
        }
        let event = Event::Characters;
        self.step(start, What::Event { code: 0, event, alternatives: &TEXT });
        let value = self.value(ty, name)?;
        self.only(Event::End, 0, 1)?;
        Ok(value)
    }

    fn attribute(&mut self, of: &Particle) -> Result<Value, Error> {
        self.attribute = Some(of.name);
        let value = self.value(of.ty, (of.ns, of.name))?;
        self.attribute = None;
        Ok(value)
    }

    /// The end of an element where its text should be: an empty string or binary.
    fn undeclared_end(&mut self, ty: &'static Type, start: usize) -> Result<Value, Error> {
        let value = match ty.shape {
            Shape::Text { min: 0, .. } => Some(Value::Text(String::new())),
            Shape::Binary { min: 0, form: Binary::Hex, .. } => Some(Value::Hex(Vec::new())),
            Shape::Binary { min: 0, form: Binary::Base64, .. } => Some(Value::Base64(Vec::new())),
            _ => None,
        };
        let Some(value) = value else { return self.r.error(Kind::Event, start) };
        let second = self.r.bit();
        if self.r.bits(SECOND_LEVEL)? != UNDECLARED_END {
            return self.r.error(Kind::Event, start);
        }
        self.step(second, What::UndeclaredEnd);
        Ok(value)
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
            let may = |(code, (ns, name)): (usize, &Name)| {
                let mut all = of.attributes.iter();
                let here = all.any(|a| (a.ns, a.name) == (*ns, *name) && !has(&attributes, a));
                here.then_some((code as u64, Event::Attribute { ns, name }))
            };
            let mut all: Vec<_> = known.iter().enumerate().filter_map(may).collect();
            all.push((count as u64 - 1, Event::Characters));
            self.wanted = Wanted::Events(all.clone());
            let code = self.r.bits(code_width(count))?;
            if let Some((_, event)) = all.iter().find(|(of, _)| *of == code) {
                self.step(start, What::Event { code, event: *event, alternatives: &all });
            }
            let Some(attribute) = known.get(code as usize) else {
                let missing = of.attributes.iter().any(|a| a.min > 0 && !has(&attributes, a));
                let text = code as usize == count - 1;
                let Some(ty) = of.text.filter(|_| text && !missing) else {
                    return self.r.error(Kind::Event, start);
                };
                let text = self.value(ty, name)?;
                self.only(Event::End, elements as u64 + 1, code_width(elements + 1 + 2))?;
                return Ok((attributes, Content::Text(text)));
            };
            let of = of.attributes.iter().find(|a| (a.ns, a.name) == *attribute);
            let Some(of) = of.filter(|a| !has(&attributes, a)) else {
                return self.r.error(Kind::Event, start);
            };
            attributes.push((of, self.attribute(of)?));
        }
    }

    /// The only event that may come.
    fn only(&mut self, event: Event, code: u64, width: u32) -> Result<(), Error> {
        let start = self.r.bit();
        self.wanted = Wanted::Events(Vec::from([(code, event)]));
        self.r.expect(code, width)?;
        self.step(start, What::Event { code, event, alternatives: &[(code, event)] });
        Ok(())
    }

    /// Tells of the event code that was read since `start`.
    fn told(&mut self, start: usize, code: u64, offers: &[grammar::Event]) {
        if self.watch.is_none() {
            return;
        }
        let alternatives = &alternatives(offers)[..];
        match alternatives.get(code as usize) {
            Some((_, event)) => {
                self.step(start, What::Event { code, event: *event, alternatives });
            }
            None if code as usize == offers.len() => {
                self.step(start, What::Escape { code, alternatives });
            }
            None => {}
        }
    }

    /// Tells of what was read since `start`.
    fn step(&mut self, start: usize, what: What<'_>) {
        let (bit, width) = (start, self.r.bit() - start);
        let padded = self.r.take_padded();
        let Some(watch) = &mut self.watch else { return };
        let (path, attribute, octets) = (&self.path[..], self.attribute, self.octets);
        watch(&Step { bit, width, path, attribute, what, padded, octets });
    }
}

/// All that an element without attributes may hold.
const TEXT: [(u64, Event); 1] = [(0, Event::Characters)];

fn started(ns: &'static str, name: &'static str) -> Event {
    Event::Start { ns, name, head: false }
}

/// The events without the codes of text between elements, which this codec does not carry.
fn alternatives(offers: &[grammar::Event]) -> Vec<(u64, Event)> {
    let event = |offer: &grammar::Event| match *offer {
        grammar::Event::Attribute(_, of) => Event::Attribute { ns: of.ns, name: of.name },
        grammar::Event::Element(_, of) => Event::Start { ns: of.ns, name: of.name, head: of.head },
        grammar::Event::Characters(..) | grammar::Event::Mixed => Event::Characters,
        grammar::Event::End => Event::End,
    };
    (0..).zip(offers.iter().map(event)).collect()
}
