//! Random messages of every schema set, made from what the derive says of their types: cardinalities,
//! choices and facets, at their bounds and between them.

mod values;
mod write;

use exi::schema::{Complex, Particle, Shape, Type};
use exi::xml::Form;
use exi::{Root, Schema};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::Union;

/// An element with everything in it.
#[derive(Clone)]
pub(crate) struct Element {
    name: &'static str,
    ns: &'static str,
    /// Namespace, name and value.
    attributes: Vec<(&'static str, &'static str, String)>,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Text(String),
    Children(Vec<Element>),
}

/// How much of what may be there is there.
#[derive(Clone, Copy, PartialEq)]
enum Fill {
    Sparse,
    Mixed,
    Full,
}

/// Any message or fragment with this root.
pub(crate) fn any_message(root: &'static Root) -> BoxedStrategy<Element> {
    let with = |fill| element(root.ns, root.name, root.ty, fill);
    prop_oneof![1 => with(Fill::Sparse), 3 => with(Fill::Mixed), 1 => with(Fill::Full)].boxed()
}

/// The documents and fragments of a schema set, and how many kinds of message each can be.
pub(crate) fn roots(schema: &'static Schema) -> Vec<(Form, &'static Root, usize)> {
    let documents = schema.documents.iter().map(|r| (Form::Document, r));
    let all = documents.chain(schema.fragments.iter().map(|r| (Form::Fragment, r)));
    all.map(|(form, root)| (form, root, kinds(root.ty, 3))).collect()
}

/// The most alternatives of a choice up to so many levels down.
fn kinds(ty: &Type, levels: usize) -> usize {
    match ty.shape {
        Shape::Choice(members) => members.len(),
        Shape::Complex(c) if levels > 0 => {
            let each = c.particles.iter().filter(|p| p.name != "Signature");
            each.map(|p| kinds(p.ty, levels - 1)).max().unwrap_or(1)
        }
        _ => 1,
    }
}

fn element(
    ns: &'static str,
    name: &'static str,
    ty: &'static Type,
    fill: Fill,
) -> BoxedStrategy<Element> {
    let make = move |(attributes, content): (Vec<Option<_>>, _)| {
        let attributes = attributes.into_iter().flatten().collect();
        Element { name, ns, attributes, content }
    };
    let Shape::Complex(complex) = &ty.shape else {
        let value = values::any(ty).prop_map(move |v| if name == URI { unspaced(&v) } else { v });
        return value.prop_map(move |v| make((Vec::new(), Content::Text(v)))).boxed();
    };
    let attributes: Vec<_> = complex.attributes.iter().map(|a| attribute(a, fill)).collect();
    (attributes, content(complex, fill)).prop_map(make).boxed()
}

/// XML Schema collapses white space in this element, so that it would not be the same text on both sides.
const URI: &str = "ProtocolNamespace";

fn unspaced(text: &str) -> String {
    text.replace([' ', '\t', '\n', '\r'], "_")
}

fn content(complex: &'static Complex, fill: Fill) -> BoxedStrategy<Content> {
    if let Some(ty) = complex.text {
        return values::any(ty).prop_map(Content::Text).boxed();
    }
    let each: Vec<_> = complex.particles.iter().map(|p| occurrences(p, fill)).collect();
    each.prop_map(|all| Content::Children(all.concat())).boxed()
}

type Attribute = (&'static str, &'static str, String);

fn attribute(of: &'static Particle, fill: Fill) -> BoxedStrategy<Option<Attribute>> {
    let value = values::any(of.ty).prop_map(move |v| (of.ns, of.name, v));
    match of.min {
        0 => proptest::option::weighted(share(fill), value).boxed(),
        _ => value.prop_map(Some).boxed(),
    }
}

/// How often an optional thing is there.
fn share(fill: Fill) -> f64 {
    match fill {
        Fill::Sparse => 0.1,
        Fill::Mixed => 0.5,
        Fill::Full => 0.95,
    }
}

/// Lists up to this length come at their full length with anything in them, longer ones are sparse.
const SHORT: usize = 20;
/// The most occurrences of a thing that the schema does not bound.
const UNBOUNDED: usize = 5;

fn occurrences(of: &'static Particle, fill: Fill) -> BoxedStrategy<Vec<Element>> {
    let Some(one) = start(of, fill) else {
        assert!(of.min == 0, "{} is required, and not carried", of.name);
        return Just(Vec::new()).boxed();
    };
    let (min, max) = (of.min as usize, of.max as usize);
    if max == 1 {
        return match min {
            0 => proptest::option::weighted(share(fill), one).prop_map(Vec::from_iter).boxed(),
            _ => one.prop_map(|e| vec![e]).boxed(),
        };
    }
    let bounded = if of.max == u32::MAX { UNBOUNDED } else { max };
    let few = vec(one.clone(), min..=bounded.min(min + 2));
    if fill == Fill::Sparse {
        return few.boxed();
    }
    let several = vec(one.clone(), min..=bounded.min(min + 6));
    let all = match start(of, Fill::Sparse) {
        Some(sparse) if bounded > SHORT => vec(sparse, bounded - 1..=bounded).boxed(),
        _ => vec(one, bounded).boxed(),
    };
    let often = if fill == Fill::Full && bounded <= SHORT { 4 } else { 1 };
    prop_oneof![6 => few, 4 => several, often => all].boxed()
}

/// One occurrence: of an element, or of an alternative that this codec carries.
fn start(of: &'static Particle, fill: Fill) -> Option<BoxedStrategy<Element>> {
    match of.ty.shape {
        Shape::Refused(_) => None,
        Shape::Choice(members) => {
            let carried = members.iter().filter(|m| !matches!(m.ty.shape, Shape::Refused(_)));
            let each = carried.map(|m| element(m.ns, m.name, m.ty, fill));
            Some(Union::new(each).boxed())
        }
        _ => Some(element(of.ns, of.name, of.ty, fill)),
    }
}
