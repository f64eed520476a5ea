//! From XML to nodes.

use super::print::is_foreign;
use super::{Error, Problem, XmlError};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

/// An element as it is written.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) ns: String,
    /// Namespace, name and value.
    pub(super) attributes: Vec<(String, String, String)>,
    pub(super) children: Vec<Node>,
    pub(super) text: String,
    path: Option<Rc<Path>>,
    line: usize,
}

/// The names from the root on; elements share those of their parents.
#[derive(Debug)]
struct Path {
    parent: Option<Rc<Path>>,
    name: String,
}

impl Node {
    pub(super) fn is(&self, ns: &str, name: &str) -> bool {
        self.ns == ns && self.name == name
    }

    /// An element without content in another one.
    pub(super) fn below(parent: Option<&Self>, ns: &str, name: &str, line: usize) -> Self {
        let parent = parent.and_then(|node| node.path.clone());
        let path = (!name.is_empty()).then(|| Rc::new(Path { parent, name: name.into() }));
        Self { ns: ns.into(), name: name.into(), path, line, ..Self::default() }
    }

    /// Something wrong at this element.
    pub(super) fn problem(&self, problem: Problem) -> XmlError {
        XmlError { path: written(&self.path), line: self.line, problem }
    }
}

/// No message nests deeper than this.
const DEPTH: usize = 32;

/// No message has more octets of XML, and no element more attributes.
pub(super) const OCTETS: usize = 1 << 22;
const ATTRIBUTES: usize = 32;

/// Reads a document. It may not have a DTD, and entities are only those of XML itself.
pub(super) fn parse(xml: &str) -> Result<Node, Error> {
    if xml.len() > OCTETS {
        let (path, line) = (String::new(), 1);
        return Err(Error::Xml(XmlError { path, line, problem: Problem::Size }));
    }
    let mut reader = NsReader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut lines = Lines { xml, at: 0, line: 1 };
    let mut open: Vec<Node> = Vec::new();
    loop {
        let event = reader.read_event();
        let line = lines.at(reader.buffer_position() as usize);
        let path = open.last().and_then(|n| n.path.clone());
        let wrong = |problem| Error::Xml(XmlError { path: written(&path), line, problem });
        let syntax = |what: String| wrong(Problem::Syntax(what));
        let text = |open: &mut Vec<Node>, s: &str| match open.last_mut() {
            Some(node) => {
                node.text += characters(s).map_err(syntax)?;
                Ok(())
            }
            None if s.trim().is_empty() => Ok(()),
            None => Err(syntax("text outside the root element".into())),
        };
        match event.map_err(|e| syntax(e.to_string()))? {
            Event::Start(_) if open.len() >= DEPTH => return Err(wrong(Problem::Depth)),
            Event::Start(start) => {
                let mut node = node(&reader, &start).map_err(syntax)?;
                node.path = Some(Rc::new(Path { parent: path.clone(), name: node.name.clone() }));
                node.line = line;
                open.push(node);
            }
            Event::End(_) => {
                let Some(node) = open.pop() else {
                    return Err(syntax("an end without a start".into()));
                };
                match open.last_mut() {
                    Some(parent) => parent.children.push(node),
                    None => return rest(reader, node).map_err(syntax),
                }
            }
            Event::Text(t) => text(&mut open, &t.xml10_content())?,
            Event::CData(t) => text(&mut open, &t.xml10_content())?,
            Event::GeneralRef(r) => match r.resolve_char_ref() {
                Ok(Some(c)) => text(&mut open, c.encode_utf8(&mut [0; 4]))?,
                _ => match quick_xml::escape::resolve_predefined_entity(&r.xml10_content()) {
                    Some(s) => text(&mut open, s)?,
                    None => return Err(syntax("an unknown entity".into())),
                },
            },
            Event::DocType(_) => return Err(syntax("a DTD is not allowed".into())),
            Event::Eof => return Err(syntax("the document ends before its root element".into())),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::Empty(_) => {}
        }
    }
}

fn node(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Node, String> {
    let namespace = |found: ResolveResult<'_>| match found {
        ResolveResult::Bound(ns) => Ok(ns.as_ref().to_owned()),
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(prefix) => Err(format!("the prefix {prefix} is not declared")),
    };
    let (ns, name) = reader.resolver().resolve_element(start.name());
    let mut node =
        Node { ns: namespace(ns)?, name: name.into_inner().to_owned(), ..Node::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        if node.attributes.len() == ATTRIBUTES {
            return Err("too many attributes".into());
        }
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let value =
            attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|e| e.to_string())?;
        characters(&value)?;
        let (ns, name) = reader.resolver().resolve_attribute(attribute.key);
        let of = (namespace(ns)?, name.into_inner().to_owned(), value.into_owned());
        node.attributes.push(of);
    }
    Ok(node)
}

/// XML has no place for most control characters, not even as references.
fn characters(s: &str) -> Result<&str, String> {
    match s.chars().find(|c| is_foreign(*c)) {
        Some(c) => Err(format!("U+{:04X} is no character of XML", u32::from(c))),
        None => Ok(s),
    }
}

/// Names of the elements from the root on, each behind a slash.
fn written(path: &Option<Rc<Path>>) -> String {
    let up = core::iter::successors(path.as_deref(), |step| step.parent.as_deref());
    let mut names: Vec<_> = up.map(|step| step.name.as_str()).collect();
    names.reverse();
    names.iter().flat_map(|name| ["/", name]).collect()
}

/// Behind the root element only comments and white space may follow.
fn rest(mut reader: NsReader<&[u8]>, root: Node) -> Result<Node, String> {
    loop {
        match reader.read_event().map_err(|e| e.to_string())? {
            Event::Eof => return Ok(root),
            Event::Comment(_) | Event::PI(_) => {}
            Event::Text(t) if t.xml10_content().trim().is_empty() => {}
            _ => return Err("more behind the root element".into()),
        }
    }
}

/// Counts lines on the way.
struct Lines<'a> {
    xml: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, position: usize) -> usize {
        let passed = self.xml.as_bytes().get(self.at..position).unwrap_or(&[]);
        self.line += passed.iter().filter(|b| **b == b'\n').count();
        self.at = position.max(self.at);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_xml_has_not_are_refused_wherever_they_stand() {
        for wrong in ["<a>\u{1}</a>", "<a>&#1;</a>", "<a b='\u{b}'/>", "<a b='&#xb;'/>"] {
            match parse(wrong) {
                Err(Error::Xml(XmlError { line: 1, problem: Problem::Syntax(what), .. })) => {
                    assert!(what.ends_with("is no character of XML"), "{what}");
                }
                other => panic!("{wrong:?}: {other:?}"),
            }
        }
        for right in ["<a>\t\n é\u{10ffff}&#9;</a>", "<a b='&#10;'/>"] {
            assert!(parse(right).is_ok(), "{right:?}");
        }
    }
}
