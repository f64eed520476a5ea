//! From a tree to XML.

use super::base64::{base64, hex};
use super::tree::{Content, Element, Value};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// All namespaces are declared at the root, each with a prefix made of its last part.
pub(super) fn xml(root: &Element) -> String {
    let mut names = Vec::new();
    collect(root, &mut names);
    let mut prefixes: Vec<(&str, String)> = Vec::new();
    for ns in names {
        let mut prefix = prefix(ns);
        while prefixes.iter().any(|(_, other)| *other == prefix) {
            prefix.push('_');
        }
        prefixes.push((ns, prefix));
    }
    let mut out = String::new();
    element(root, &prefixes, true, &mut out);
    out
}

fn collect(e: &Element, names: &mut Vec<&'static str>) {
    for ns in [e.ns].into_iter().chain(e.attributes.iter().map(|(a, _)| a.ns)) {
        if !ns.is_empty() && !names.contains(&ns) {
            names.push(ns);
        }
    }
    if let Content::Children(children) = &e.content {
        children.iter().for_each(|c| collect(c, names));
    }
}

/// `urn:iso:15118:2:2013:MsgBody` is `MsgBody`, `http://www.w3.org/2000/09/xmldsig#` is `xmldsig`.
fn prefix(ns: &str) -> String {
    let last = ns.trim_end_matches(['#', '/']).rsplit([':', '/']).next().unwrap_or_default();
    match last.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => last.chars().filter(|c| c.is_ascii_alphanumeric()).collect(),
        false => "ns".into(),
    }
}

fn qualified(ns: &str, name: &str, prefixes: &[(&str, String)]) -> String {
    match prefixes.iter().find(|(of, _)| *of == ns) {
        Some((_, prefix)) => format!("{prefix}:{name}"),
        None => name.into(),
    }
}

fn element(e: &Element, prefixes: &[(&str, String)], root: bool, out: &mut String) {
    let name = qualified(e.ns, e.name, prefixes);
    *out += "<";
    *out += &name;
    if root {
        for (ns, prefix) in prefixes {
            *out += &format!(" xmlns:{prefix}=\"");
            escape(ns, out);
            *out += "\"";
        }
    }
    for (attribute, value) in &e.attributes {
        *out += &format!(" {}=\"", qualified(attribute.ns, attribute.name, prefixes));
        escape(&text(value), out);
        *out += "\"";
    }
    let before = out.len();
    *out += ">";
    let inside = out.len();
    match &e.content {
        Content::Value(value) | Content::Text(value) => escape(&text(value), out),
        Content::Children(children) => {
            children.iter().for_each(|c| element(c, prefixes, false, out));
        }
    }
    if out.len() == inside {
        out.truncate(before);
        *out += "/>";
    } else {
        *out += &format!("</{name}>");
    }
}

/// A value as XML writes it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Bool(v) => v.to_string(),
        Value::Number(v) => v.to_string(),
        Value::Integer(v) | Value::Text(v) => v.clone(),
        Value::Hex(v) => hex(v),
        Value::Base64(v) => base64(v),
        Value::Name(v) => (*v).into(),
    }
}

/// A character that XML cannot hold.
pub(super) fn is_foreign(c: char) -> bool {
    matches!(c, '\0'..' ' | '\u{fffe}' | '\u{ffff}') && !matches!(c, '\t' | '\n' | '\r')
}

/// Characters that XML cannot hold become U+FFFD.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => *out += "&lt;",
            '>' => *out += "&gt;",
            '&' => *out += "&amp;",
            '"' => *out += "&quot;",
            '\t' | '\n' | '\r' => *out += &format!("&#{};", c as u32),
            c if is_foreign(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}
