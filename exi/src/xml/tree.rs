//! A message between EXI and text.

use crate::schema::Particle;
use alloc::string::String;
use alloc::vec::Vec;

/// An element with everything in it.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: &'static str,
    pub(super) ns: &'static str,
    pub(super) occurs: Occurs,
    pub(super) attributes: Vec<(&'static Particle, Value)>,
    pub(super) content: Content,
}

/// How often an element may stand in its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occurs {
    Once,
    Often,
    /// As often as a choice is made, of which it is an alternative.
    Choice,
}

#[derive(Debug)]
pub(super) enum Content {
    /// Of a simple type.
    Value(Value),
    /// The text of a type that may have attributes.
    Text(Value),
    Children(Vec<Element>),
}

/// A simple value.
#[derive(Debug)]
pub(super) enum Value {
    Bool(bool),
    Number(i128),
    /// In decimal, of any size.
    Integer(String),
    Text(String),
    Hex(Vec<u8>),
    Base64(Vec<u8>),
    Name(&'static str),
}
