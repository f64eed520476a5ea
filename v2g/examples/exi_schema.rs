//! Prints what the schema sets that are built in know of themselves, as JSON:
//! `cargo run --example exi_schema [SET..]`
//!
//! Each set has its `documents` and `fragments` with their event codes, and its `types` by name.
//! A type is an object with one key that says its kind; `{"ref": NAME}` leads to `types`.
//! `null` as an upper bound is none.

use exi::Root;
use exi::schema::{Form, Particle, Shape, Type};
use serde_json::{Map, Number, Value, json};
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let mut sets = Map::new();
    for schema in v2g::SCHEMAS {
        if wanted.is_empty() || wanted.iter().any(|name| name == schema.name) {
            sets.insert(schema.name.into(), set(schema));
        }
    }
    writeln!(io::stdout().lock(), "{:#}", Value::Object(sets))
}

fn set(schema: &exi::Schema) -> Value {
    let mut types = Types::default();
    let documents: Vec<_> = schema.documents.iter().map(|r| types.root(r)).collect();
    let fragments: Vec<_> = schema.fragments.iter().map(|r| types.root(r)).collect();
    json!({
        "globals": schema.globals,
        "document_bits": schema.document_bits,
        "documents": documents,
        "fragment_bits": schema.fragment_bits,
        "fragment_end": schema.fragment_end,
        "fragments": fragments,
        "elements": schema.relaxed.elements,
        "attributes": schema.relaxed.attributes,
        "types": types.written,
    })
}

/// The types of a set that have names, each once.
#[derive(Default)]
struct Types {
    seen: Vec<(String, &'static Type)>,
    written: Map<String, Value>,
}

impl Types {
    fn root(&mut self, root: &Root) -> Value {
        let ty = self.ty(root.ty);
        json!({ "name": root.name, "ns": root.ns, "code": root.code, "relaxed": root.relaxed, "type": ty })
    }

    fn ty(&mut self, ty: &'static Type) -> Value {
        match ty.shape {
            Shape::Bool => json!({ "boolean": [] }),
            Shape::Integer => json!({ "integer": [] }),
            Shape::Number { min, max } => json!({ "number": [number(min), number(max)] }),
            Shape::Text { min, max } => json!({ "text": [min, most(max)] }),
            Shape::Binary { min, max, form: Form::Hex } => json!({ "hex": [min, most(max)] }),
            Shape::Binary { min, max, form: Form::Base64 } => json!({ "base64": [min, most(max)] }),
            Shape::Refused(branches) => json!({ "refused": branches }),
            Shape::Enumeration(_) | Shape::Complex(_) | Shape::Choice(_) => {
                json!({ "ref": self.name(ty) })
            }
        }
    }

    /// Two types of one name are told apart by a number.
    fn name(&mut self, ty: &'static Type) -> String {
        if let Some((name, _)) = self.seen.iter().find(|(_, t)| core::ptr::eq(*t, ty) || *t == ty) {
            return name.clone();
        }
        let same = self.seen.iter().filter(|(_, t)| t.name == ty.name).count();
        let name = if same == 0 { ty.name.into() } else { format!("{} {}", ty.name, same + 1) };
        self.seen.push((name.clone(), ty));
        let value = match ty.shape {
            Shape::Enumeration(values) => json!({ "enumeration": values }),
            Shape::Choice(members) => {
                let members = members.iter().map(|m| {
                    let ty = self.ty(m.ty);
                    json!({ "name": m.name, "ns": m.ns, "head": m.head, "type": ty })
                });
                json!({ "choice": Vec::from_iter(members) })
            }
            Shape::Complex(c) => {
                let attributes = self.particles(c.attributes);
                let elements = self.particles(c.particles);
                let text = c.text.map(|ty| self.ty(ty));
                json!({ "attributes": attributes, "elements": elements, "text": text, "mixed": c.mixed })
            }
            _ => Value::Null,
        };
        self.written.insert(name.clone(), value);
        name
    }

    fn particles(&mut self, particles: &'static [Particle]) -> Vec<Value> {
        let one = |p: &Particle| {
            let max = (p.max < u32::MAX).then_some(p.max);
            json!({ "name": p.name, "ns": p.ns, "min": p.min, "max": max, "type": self.ty(p.ty) })
        };
        particles.iter().map(one).collect()
    }
}

fn number(v: i128) -> Option<Number> {
    Number::from_i128(v)
}

fn most(max: usize) -> Option<usize> {
    (max < usize::MAX).then_some(max)
}
