//! From JSON to nodes.

use super::super::parse::Node;
use super::super::{Error, Problem};
use super::CHOICES;
use super::text::{Json, Value, parse};
use crate::Root;
use crate::schema::{Complex, Member, Particle, Shape, Type};
use alloc::string::String;
use alloc::vec::Vec;

/// The element that a piece of JSON is, and its root.
pub(in super::super) fn node(
    text: &str,
    roots: &'static [Root],
) -> Result<(Node, &'static Root), Error> {
    let json = parse(text)?;
    let top = Node::below(None, "", "", json.line);
    let (name, value) = alone(&top, &json)?;
    let mut node = Node::below(None, "", name, value.line);
    let Some(root) = roots.iter().find(|r| r.name == name) else {
        return Err(Error::Xml(node.problem(Problem::Root)));
    };
    node.ns = root.ns.into();
    fill(&mut node, root.ty, value)?;
    Ok((node, root))
}

/// The types nest only as deep as they are written, so this ends.
fn fill(node: &mut Node, ty: &'static Type, json: &Json) -> Result<(), Error> {
    let Shape::Complex(complex) = &ty.shape else {
        node.text = simple(node, ty, json)?;
        return Ok(());
    };
    let members = object(node, json)?;
    known(node, complex, members)?;
    let member = |name: &str| members.iter().find(|(n, _)| n == name).map(|(_, json)| json);
    for attribute in complex.attributes {
        if let Some(json) = member(attribute.name) {
            let value = simple(node, attribute.ty, json)?;
            node.attributes.push((attribute.ns.into(), attribute.name.into(), value));
        }
    }
    if let (Some(ty), Some(json)) = (complex.text, member(VALUE)) {
        node.text = simple(node, ty, json)?;
    }
    for particle in complex.particles {
        let itself =
            [Member { name: particle.name, ns: particle.ns, ty: particle.ty, head: false }];
        match particle.ty.shape {
            Shape::Choice(starts) if particle.max > 1 => {
                let each = member(CHOICES).map(|json| array(node, json)).transpose()?;
                for json in each.unwrap_or_default() {
                    let (name, json) = alone(node, json)?;
                    child(node, starts, name, json)?;
                }
            }
            Shape::Choice(starts) => {
                for (name, json) in
                    members.iter().filter(|(n, _)| starts.iter().any(|s| s.name == n))
                {
                    child(node, starts, name, json)?;
                }
            }
            _ if particle.max > 1 => {
                let each = member(particle.name).map(|json| array(node, json)).transpose()?;
                for json in each.unwrap_or_default() {
                    child(node, &itself, particle.name, json)?;
                }
            }
            _ => {
                if let Some(json) = member(particle.name) {
                    child(node, &itself, particle.name, json)?;
                }
            }
        }
    }
    Ok(())
}

/// The text beside attributes.
pub(super) const VALUE: &str = "value";

fn child(node: &mut Node, starts: &[Member], name: &str, json: &Json) -> Result<(), Error> {
    let Some(start) = starts.iter().find(|s| s.name == name) else {
        let may = starts.iter().map(|s| s.name).collect();
        return wrong(node, json, Problem::Unexpected(name.into(), may));
    };
    let mut child = Node::below(Some(node), start.ns, start.name, json.line);
    fill(&mut child, start.ty, json)?;
    node.children.push(child);
    Ok(())
}

/// Every member must be one of the type's, and stand once.
fn known(node: &Node, of: &'static Complex, members: &[(String, Json)]) -> Result<(), Error> {
    let mut may: Vec<&str> = of.attributes.iter().map(|a| a.name).collect();
    may.extend(of.text.map(|_| VALUE));
    may.extend(of.particles.iter().flat_map(names));
    for (i, (name, json)) in members.iter().enumerate() {
        let again = members.iter().take(i).any(|(n, _)| n == name);
        if again || !may.contains(&name.as_str()) {
            return wrong(node, json, Problem::Unexpected(name.clone(), may));
        }
    }
    Ok(())
}

fn names(particle: &'static Particle) -> Vec<&'static str> {
    match particle.ty.shape {
        Shape::Choice(_) if particle.max > 1 => [CHOICES].into(),
        Shape::Choice(starts) => starts.iter().map(|s| s.name).collect(),
        Shape::Refused(_) => Vec::new(),
        _ => [particle.name].into(),
    }
}

fn simple(node: &Node, ty: &'static Type, json: &Json) -> Result<String, Error> {
    Ok(match (&ty.shape, &json.value) {
        (Shape::Bool, Value::Bool(true)) => "true".into(),
        (Shape::Bool, Value::Bool(false)) => "false".into(),
        (Shape::Number { .. } | Shape::Integer, Value::Number(text)) => text.clone(),
        (Shape::Bool | Shape::Number { .. }, _) => return wrong(node, json, Problem::Value(ty)),
        (_, Value::Text(text)) => text.clone(),
        _ => return wrong(node, json, Problem::Value(ty)),
    })
}

fn object<'j>(node: &Node, json: &'j Json) -> Result<&'j [(String, Json)], Error> {
    match &json.value {
        Value::Object(members) => Ok(members),
        _ => wrong(node, json, Problem::Syntax("an object is missing".into())),
    }
}

fn array<'j>(node: &Node, json: &'j Json) -> Result<&'j [Json], Error> {
    match &json.value {
        Value::Array(items) => Ok(items),
        _ => wrong(node, json, Problem::Syntax("an array is missing".into())),
    }
}

/// The only member of an object.
fn alone<'j>(node: &Node, json: &'j Json) -> Result<(&'j str, &'j Json), Error> {
    match object(node, json)? {
        [(name, json)] => Ok((name, json)),
        _ => wrong(node, json, Problem::Syntax("an object with one member is missing".into())),
    }
}

fn wrong<T>(node: &Node, json: &Json, problem: Problem) -> Result<T, Error> {
    let mut error = node.problem(problem);
    error.line = json.line;
    Err(Error::Xml(error))
}
