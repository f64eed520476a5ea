//! From a tree to JSON, and from JSON to nodes.

mod read;
mod text;

pub(super) use read::node;

use super::print::text;
use super::tree::{Content, Element, Occurs, Value};
use alloc::format;
use alloc::string::String;

pub(super) fn json(root: &Element) -> String {
    let mut out = String::from("{");
    string(root.name, &mut out);
    out += ":";
    element(root, &mut out);
    out += "}";
    out
}

fn element(e: &Element, out: &mut String) {
    let children = match &e.content {
        Content::Value(v) => return value(v, out),
        Content::Text(_) => &[][..],
        Content::Children(children) => children,
    };
    *out += "{";
    let mut first = true;
    let mut member = |name: &str, out: &mut String| {
        *out += if core::mem::take(&mut first) { "" } else { "," };
        string(name, out);
        *out += ":";
    };
    for (attribute, v) in &e.attributes {
        member(attribute.name, out);
        value(v, out);
    }
    if let Content::Text(v) = &e.content {
        member(read::VALUE, out);
        value(v, out);
    }
    for run in children.chunk_by(together) {
        let Some(head) = run.first() else { continue };
        let once = head.occurs == Occurs::Once;
        member(if head.occurs == Occurs::Choice { CHOICES } else { head.name }, out);
        *out += if once { "" } else { "[" };
        for (i, child) in run.iter().enumerate() {
            *out += if i > 0 { "," } else { "" };
            match child.occurs {
                Occurs::Choice => *out += &json(child),
                _ => element(child, out),
            }
        }
        *out += if once { "" } else { "]" };
    }
    *out += "}";
}

/// Occurrences of one particle are an array if there may be several.
fn together(a: &Element, b: &Element) -> bool {
    match a.occurs {
        Occurs::Once => false,
        Occurs::Often => (a.name, a.ns) == (b.name, b.ns),
        Occurs::Choice => b.occurs == Occurs::Choice,
    }
}

/// The array of a choice that may be made several times: an object for each, so that their order is kept.
const CHOICES: &str = "content";

fn value(v: &Value, out: &mut String) {
    match v {
        Value::Bool(_) | Value::Number(_) => *out += &text(v),
        _ => string(&text(v), out),
    }
}

fn string(s: &str, out: &mut String) {
    *out += "\"";
    for c in s.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\0'..' ' => *out += &format!("\\u{:04x}", c as u32),
            c => out.push(c),
        }
    }
    *out += "\"";
}
