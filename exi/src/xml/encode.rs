//! From nodes to EXI.

use super::base64::{from_base64, from_hex};
use super::bits::BitWriter;
use super::grammar::{Event, NARROW, Place, code_width, width};
use super::parse::Node;
use super::{Error, Problem};
use crate::Integer;
use crate::schema::{Complex, Form, Particle, Shape, Type};
use crate::set::{Root, Schema};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) fn document(
    w: &mut BitWriter,
    node: &Node,
    root: &Root,
    code_bits: u32,
) -> Result<(), Error> {
    w.bits(0x80, 8);
    w.bits(root.code, code_bits);
    content(w, node, root.ty)
}

pub(super) fn fragment(
    w: &mut BitWriter,
    node: &Node,
    root: &Root,
    schema: &Schema,
) -> Result<(), Error> {
    w.bits(0x80, 8);
    w.bits(root.code, schema.fragment_bits);
    match &root.ty.shape {
        Shape::Complex(complex) if root.relaxed => relaxed(w, node, complex, schema)?,
        _ => content(w, node, root.ty)?,
    }
    w.bits(schema.fragment_end, schema.fragment_bits);
    Ok(())
}

/// What stands between the start and the end of an element.
fn content(w: &mut BitWriter, node: &Node, ty: &'static Type) -> Result<(), Error> {
    let complex = match &ty.shape {
        Shape::Complex(complex) => complex,
        Shape::Choice(_) | Shape::Refused(_) => {
            return Err(Error::Xml(node.problem(Problem::Refused)));
        }
        _ => {
            childless(node)?;
            known_attributes(node, &[])?;
            w.bits(0, 1);
            value(w, node, &node.text, ty)?;
            w.bits(0, 1);
            return Ok(());
        }
    };
    known_attributes(node, complex.attributes)?;
    let mut place = Place::default();
    for attribute in complex.attributes {
        let Some(text) = find(node, attribute) else {
            if attribute.min > 0 {
                return missing(node, attribute);
            }
            continue;
        };
        let is = |e: &Event| matches!(e, Event::Attribute(_, a) if core::ptr::eq(*a, attribute));
        if let Some(Event::Attribute(item, _)) = event(w, place, complex, is) {
            place = place.after(item);
        }
        of_attribute(w, node, text, attribute)?;
    }
    if let Some(ty) = complex.text {
        childless(node)?;
        if let Some(Event::Characters(item, _)) =
            event(w, place, complex, |e| matches!(e, Event::Characters(..)))
        {
            place = place.after(item);
        }
        value(w, node, &node.text, ty)?;
    } else {
        if !node.text.trim().is_empty() {
            return Err(Error::Xml(node.problem(Problem::Text)));
        }
        place = children(w, node, complex, place)?;
    }
    match event(w, place, complex, |e| matches!(e, Event::End)) {
        Some(_) => Ok(()),
        None => Err(Error::Xml(node.problem(Problem::Missing(expected(place, complex))))),
    }
}

fn children(
    w: &mut BitWriter,
    node: &Node,
    complex: &Complex,
    mut place: Place,
) -> Result<Place, Error> {
    for child in &node.children {
        // A wildcard is for what has no name here.
        let named = |e: &Event| matches!(e, Event::Element(_, s) if child.is(s.ns, s.name));
        let any = |e: &Event| matches!(e, Event::Element(_, s) if s.name.is_empty());
        match event(w, place, complex, named) {
            Some(Event::Element(item, start)) => {
                content(w, child, start.ty)?;
                place = place.after(item);
            }
            _ if place.offers(complex).iter().any(any) => {
                return Err(Error::Xml(child.problem(Problem::Refused)));
            }
            _ => {
                let problem = Problem::Unexpected(child.name.clone(), expected(place, complex));
                return Err(Error::Xml(child.problem(problem)));
            }
        }
    }
    Ok(place)
}

/// Writes the code of the first event that `is` the one, if it may come here.
fn event(
    w: &mut BitWriter,
    place: Place,
    complex: &Complex,
    is: impl Fn(&Event) -> bool,
) -> Option<Event> {
    let offers = place.offers(complex);
    let code = offers.iter().position(is)?;
    w.bits(code as u64, code_width(offers.len()));
    offers.get(code).copied()
}

/// The names of the elements that may come.
fn expected(place: Place, complex: &Complex) -> Vec<&'static str> {
    let name = |e: &Event| match e {
        Event::Element(_, start) if !start.name.is_empty() => Some(start.name),
        _ => None,
    };
    place.offers(complex).iter().filter_map(name).collect()
}

fn find<'n>(node: &'n Node, attribute: &Particle) -> Option<&'n str> {
    let of =
        |(ns, name, _): &&(String, String, String)| *ns == attribute.ns && *name == attribute.name;
    node.attributes.iter().find(of).map(|(_, _, v)| v.as_str())
}

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Attributes that say where the schema is are of no interest, others must be known.
fn known_attributes(node: &Node, known: &'static [Particle]) -> Result<(), Error> {
    for (ns, name, _) in &node.attributes {
        let hint = ns == XSI && name.ends_with("chemaLocation");
        if !hint && !known.iter().any(|a| a.ns == ns && a.name == name) {
            let may = known.iter().map(|a| a.name).collect();
            let problem = Problem::Unexpected(format!("the attribute {name}"), may);
            return Err(Error::Xml(node.problem(problem)));
        }
    }
    Ok(())
}

fn childless(node: &Node) -> Result<(), Error> {
    match node.children.first() {
        Some(child) => {
            let problem = Problem::Unexpected(child.name.clone(), Vec::new());
            Err(Error::Xml(child.problem(problem)))
        }
        None => Ok(()),
    }
}

fn missing(node: &Node, attribute: &Particle) -> Result<(), Error> {
    Err(Error::Xml(node.problem(Problem::Missing([attribute.name].into()))))
}

/// A fragment whose name has several types: attributes by name and untyped text.
fn relaxed(w: &mut BitWriter, node: &Node, of: &Complex, schema: &Schema) -> Result<(), Error> {
    childless(node)?;
    known_attributes(node, of.attributes)?;
    let known = schema.relaxed.attributes;
    let elements = schema.relaxed.elements as usize;
    let count = known.len() + 1 + elements + 1 + 2;
    for attribute in of.attributes {
        let Some(text) = find(node, attribute) else {
            if attribute.min > 0 {
                return missing(node, attribute);
            }
            continue;
        };
        let Some(code) = known.iter().position(|a| *a == (attribute.ns, attribute.name)) else {
            return missing(node, attribute);
        };
        w.bits(code as u64, code_width(count));
        of_attribute(w, node, text, attribute)?;
    }
    w.bits(count as u64 - 1, code_width(count));
    if let Some(ty) = of.text {
        value(w, node, &node.text, ty)?;
    }
    w.bits(elements as u64 + 1, code_width(elements + 1 + 2));
    Ok(())
}

fn of_attribute(
    w: &mut BitWriter,
    node: &Node,
    text: &str,
    attribute: &Particle,
) -> Result<(), Error> {
    put(w, text, attribute.ty).ok_or_else(|| {
        let problem = node.problem(Problem::Value(attribute.ty));
        let path = [&problem.path, "/@", attribute.name].concat();
        Error::Xml(super::XmlError { path, ..problem })
    })
}

fn value(w: &mut BitWriter, node: &Node, text: &str, ty: &'static Type) -> Result<(), Error> {
    put(w, text, ty).ok_or_else(|| Error::Xml(node.problem(Problem::Value(ty))))
}

fn put(w: &mut BitWriter, text: &str, ty: &Type) -> Option<()> {
    let fits = |n: usize, min: usize, max: usize| (n >= min && n <= max).then_some(());
    let word = text.trim();
    match ty.shape {
        Shape::Bool => match word {
            "true" | "1" => w.bits(1, 1),
            "false" | "0" => w.bits(0, 1),
            _ => return None,
        },
        Shape::Number { min, max } => {
            let v: i128 = word.parse().ok().filter(|v| *v >= min && *v <= max)?;
            if max - min < NARROW {
                w.bits((v - min) as u64, width((max - min + 1) as usize));
            } else if min >= 0 {
                w.uint(v as u64);
            } else {
                w.bits((v < 0) as u64, 1);
                w.uint(if v < 0 { -1 - v } else { v } as u64);
            }
        }
        Shape::Integer => integer(w, word.parse().ok()?),
        Shape::Text { min, max } => {
            let n = text.chars().count();
            fits(n, min, max)?;
            w.uint(n as u64 + 2);
            text.chars().for_each(|c| w.uint(c as u64));
        }
        Shape::Binary { min, max, form } => {
            let octets = match form {
                Form::Hex => from_hex(text)?,
                Form::Base64 => from_base64(text)?,
            };
            fits(octets.len(), min, max)?;
            w.uint(octets.len() as u64);
            octets.iter().for_each(|b| w.bits(*b as u64, 8));
        }
        Shape::Enumeration(values) => {
            let i = values.iter().position(|v| *v == word)?;
            w.bits(i as u64, width(values.len()));
        }
        Shape::Complex(_) | Shape::Choice(_) | Shape::Refused(_) => return None,
    }
    Some(())
}

fn integer(w: &mut BitWriter, v: Integer) {
    let (negative, magnitude) = v.parts();
    w.bits(negative as u64, 1);
    let mut bits: Vec<u64> =
        magnitude.iter().rev().flat_map(|b| (0..8).map(move |i| (b >> i & 1) as u64)).collect();
    while bits.last() == Some(&0) {
        bits.pop();
    }
    let sevens: Vec<_> = bits.chunks(7).collect();
    for (i, seven) in sevens.iter().enumerate() {
        let low = seven.iter().rev().fold(0, |v, bit| v << 1 | bit);
        w.bits(((i + 1 < sevens.len()) as u64) << 7 | low, 8);
    }
    if sevens.is_empty() {
        w.bits(0, 8);
    }
}
