//! From a tree to JSON.

use super::print::text;
use super::tree::{Content, Element, Value};
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
        member("value", out);
        value(v, out);
    }
    // Occurrences of one particle stand together: an array if there may be several.
    for run in children.chunk_by(|a, b| a.many && (a.name, a.ns) == (b.name, b.ns)) {
        let Some(head) = run.first() else { continue };
        member(head.name, out);
        *out += if head.many { "[" } else { "" };
        for (i, child) in run.iter().enumerate() {
            *out += if i > 0 { "," } else { "" };
            element(child, out);
        }
        *out += if head.many { "]" } else { "" };
    }
    *out += "}";
}

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
