//! A random message as XML.

use super::{Content, Element};
use std::fmt;

impl Element {
    /// The XML; where an element has empty text, `empty` stands for it.
    pub(crate) fn xml(&self, empty: &str) -> String {
        let mut out = String::new();
        self.write("", empty, &mut out);
        out
    }

    /// The namespace is declared wherever it differs from the one `around`.
    fn write(&self, around: &str, empty: &str, out: &mut String) {
        *out += &format!("<{}", self.name);
        if self.ns != around {
            *out += &format!(" xmlns=\"{}\"", self.ns);
        }
        for (i, (ns, name, value)) in self.attributes.iter().enumerate() {
            *out += " ";
            if !ns.is_empty() {
                *out += &format!("xmlns:a{i}=\"{ns}\" a{i}:");
            }
            *out += &format!("{name}=\"{}\"", escaped(value));
        }
        *out += ">";
        match &self.content {
            Content::Text(text) if text.is_empty() => *out += empty,
            Content::Text(text) => *out += &escaped(text),
            Content::Children(all) => all.iter().for_each(|c| c.write(self.ns, empty, out)),
        }
        *out += &format!("</{}>", self.name);
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '"' | '\t' | '\n' | '\r' => out += &format!("&#{};", c as u32),
            c => out.push(c),
        }
    }
    out
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.xml(""))
    }
}
