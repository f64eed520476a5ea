//! XML and JSON of messages, driven by what the derive says of their types, not by code of their own.
//!
//! The interpreter knows nothing of the typed codec: it reads bits one by one and works the
//! grammars out again at run time. So [`interpret`] is a second opinion on every octet.

mod base64;
mod bits;
mod decode;
mod deviation;
mod encode;
mod grammar;
mod json;
mod parse;
mod print;
mod table;
mod trace;
mod tree;

pub use deviation::{Deviation, MOST_DEVIATIONS, Rule, deviations};
pub use trace::{Coding, Event, Step, Stop, Unit, What, trace};

use crate::schema::{Shape, Type};
use crate::{Document, Error as ExiError, Kind, Root, Schema};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use parse::Node;
use tree::Element;

/// What octets hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// A message.
    Document,
    /// An element by itself, as it is signed.
    Fragment,
}

/// The XML of a message.
pub fn to_string<D: Document>(message: &D) -> Result<String, Error> {
    Ok(print::xml(&document::<D>(&message.to_vec()?)?))
}

/// The JSON of a message: an object with the element's name as its only key. Attributes are
/// members like elements, text beside attributes is the member `value`, octets and integers without
/// bounds are strings as in XML. Where a choice may be made several times, the array `content` has
/// an object for each.
pub fn to_json<D: Document>(message: &D) -> Result<String, Error> {
    Ok(json::json(&document::<D>(&message.to_vec()?)?))
}

/// The message in a piece of XML.
pub fn from_str<D: Document>(xml: &str) -> Result<D, Error> {
    let node = parse::parse(xml)?;
    let root = const { &Root::document::<D>() };
    if !node.is(root.ns, root.name) {
        return Err(Error::Xml(node.problem(Problem::Root)));
    }
    message(&node, root)
}

/// The message in a piece of JSON, see [`to_json`].
pub fn from_json<D: Document>(json: &str) -> Result<D, Error> {
    let (node, root) = json::node(json, const { &[Root::document::<D>()] })?;
    message(&node, root)
}

/// The XML of a message or fragment whose schema is known. The octets go through the typed codec first.
pub fn decode(schema: &Schema, form: Form, octets: &[u8]) -> Result<String, Error> {
    Ok(print::xml(&recoded(schema, form, octets)?))
}

/// The same as JSON, see [`to_json`].
pub fn decode_json(schema: &Schema, form: Form, octets: &[u8]) -> Result<String, Error> {
    Ok(json::json(&recoded(schema, form, octets)?))
}

/// The XML of a message or fragment, read by the interpreter alone.
pub fn interpret(schema: &Schema, form: Form, octets: &[u8]) -> Result<String, Error> {
    Ok(print::xml(&decode::element(schema, form, octets)?))
}

/// The octets of a message or fragment in XML.
pub fn encode(schema: &Schema, form: Form, xml: &str) -> Result<Vec<u8>, Error> {
    let node = parse::parse(xml)?;
    let Some(root) = roots(schema, form).iter().find(|r| node.is(r.ns, r.name)) else {
        return Err(Error::Xml(node.problem(Problem::Root)));
    };
    encoded(&node, root, schema, form)
}

/// The same of JSON, see [`to_json`].
pub fn encode_json(schema: &Schema, form: Form, json: &str) -> Result<Vec<u8>, Error> {
    let (node, root) = json::node(json, roots(schema, form))?;
    encoded(&node, root, schema, form)
}

fn encoded(node: &Node, root: &Root, schema: &Schema, form: Form) -> Result<Vec<u8>, Error> {
    let mut w = bits::BitWriter::new();
    match form {
        Form::Document => encode::document(&mut w, node, root, schema.document_bits)?,
        Form::Fragment => encode::fragment(&mut w, node, root, schema)?,
    }
    Ok(w.finish())
}

fn message<D: Document>(node: &Node, root: &Root) -> Result<D, Error> {
    let mut w = bits::BitWriter::new();
    encode::document(&mut w, node, root, D::CODE_BITS)?;
    Ok(D::decode(&w.finish())?)
}

fn document<D: Document>(octets: &[u8]) -> Result<Element, Error> {
    Ok(decode::document(octets, const { &Root::document::<D>() }, D::CODE_BITS)?)
}

fn recoded(schema: &Schema, form: Form, octets: &[u8]) -> Result<Element, Error> {
    let root = root(schema, form, octets)?;
    Ok(decode::element(schema, form, &(root.recode)(octets)?)?)
}

fn roots(schema: &Schema, form: Form) -> &'static [Root] {
    match form {
        Form::Document => schema.documents,
        Form::Fragment => schema.fragments,
    }
}

/// The root element that the first code names.
fn root(schema: &Schema, form: Form, octets: &[u8]) -> Result<&'static Root, ExiError> {
    let mut r = bits::BitReader::new(octets);
    r.expect(0x80, 8)?;
    let code = match form {
        Form::Document => r.bits(schema.document_bits)?,
        Form::Fragment => r.bits(schema.fragment_bits)?,
    };
    let known = roots(schema, form).iter().find(|r| r.code == code);
    known.ok_or(ExiError { kind: Kind::Event, bit: 8 })
}

/// Why there is no XML or JSON of some octets, or no octets of some XML or JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The octets are wrong.
    Exi(ExiError),
    /// The XML or JSON is wrong.
    Xml(XmlError),
}

/// What is wrong with XML or JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlError {
    /// The names of the elements around the place, from the root on.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with XML or JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// It is not well-formed, or it holds a DTD.
    Syntax(String),
    /// Too many elements are inside each other.
    Depth,
    /// It is far longer than any message.
    Size,
    /// The schema does not know it as a root element.
    Root,
    /// An element or attribute of this name has no place here; these may come.
    Unexpected(String, Vec<&'static str>),
    /// One of these elements or attributes is missing.
    Missing(Vec<&'static str>),
    /// The text is no value of this type.
    Value(&'static Type),
    /// Text where only elements may stand.
    Text,
    /// The schema allows it, but this codec does not carry it.
    Refused,
}

impl From<ExiError> for Error {
    fn from(e: ExiError) -> Self {
        Self::Exi(e)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exi(e) => e.fmt(f),
            Self::Xml(e) => e.fmt(f),
        }
    }
}

impl core::error::Error for Error {}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        write!(f, "line {}, {path}: {}", self.line, self.problem)
    }
}

impl core::error::Error for XmlError {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(what) => f.write_str(what),
            Self::Depth => f.write_str("too many elements inside each other"),
            Self::Size => f.write_str("far longer than any message"),
            Self::Root => f.write_str("not a root element of this schema"),
            Self::Unexpected(name, may) if may.is_empty() => write!(f, "{name} has no place here"),
            Self::Unexpected(name, may) => {
                write!(f, "{name} has no place here, but {}", may.join(" or "))
            }
            Self::Missing(names) => write!(f, "{} is missing", names.join(" or ")),
            Self::Value(ty) => write!(f, "not a value of its type: {}", Wording(ty)),
            Self::Text => f.write_str("text where elements should be"),
            Self::Refused => f.write_str("content that is not carried"),
        }
    }
}

/// What values a type has.
struct Wording(&'static Type);

impl fmt::Display for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = |f: &mut fmt::Formatter<'_>, min, max, what| match (min, max) {
            (0, usize::MAX) => write!(f, "any {what}"),
            (_, usize::MAX) => write!(f, "{min} or more {what}"),
            _ if min == max => write!(f, "{min} {what}"),
            _ => write!(f, "{min} to {max} {what}"),
        };
        match self.0.shape {
            Shape::Number { min, max } => write!(f, "a number in {min}..={max}"),
            Shape::Text { min, max } => many(f, min, max, "characters"),
            Shape::Binary { min, max, .. } => many(f, min, max, "octets"),
            Shape::Enumeration(values) => write!(f, "one of {}", values.join(", ")),
            Shape::Bool => f.write_str("true or false"),
            Shape::Integer => f.write_str("an integer"),
            Shape::Complex(_) | Shape::Choice(_) => f.write_str("elements"),
            Shape::Refused(_) => f.write_str("nothing that this codec carries"),
        }
    }
}

/// The names of elements from the root on and of an attribute, each behind a slash.
fn places(elements: &[&str], attribute: Option<&str>) -> String {
    let mut out: String = elements.iter().flat_map(|name| ["/", name]).collect();
    if let Some(name) = attribute {
        out += "/@";
        out += name;
    }
    out
}
