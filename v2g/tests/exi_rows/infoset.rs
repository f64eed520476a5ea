//! What XML says, however it is written.

use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

/// Elements, attributes and text in order, without prefixes and the spaces between elements.
pub(crate) fn infoset(xml: &str) -> Result<Vec<String>, String> {
    let mut reader = NsReader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let (mut out, mut text) = (Vec::new(), String::new());
    loop {
        match reader.read_event().map_err(|e| e.to_string())? {
            Event::Start(e) => {
                let (ns, name) = reader.resolver().resolve_element(e.name());
                out.push(format!("<{} {}", uri(ns), name.as_ref()));
                let mut attributes = Vec::new();
                for a in e.attributes() {
                    let a = a.map_err(|e| e.to_string())?;
                    if a.key.as_namespace_binding().is_none() {
                        let (ns, name) = reader.resolver().resolve_attribute(a.key);
                        let value = a.normalized_value(quick_xml::XmlVersion::Implicit1_0);
                        let value = value.map_err(|e| e.to_string())?;
                        attributes.push(format!("{} {}={}", uri(ns), name.as_ref(), value));
                    }
                }
                attributes.sort();
                out.extend(attributes);
                text.clear();
            }
            Event::End(_) => {
                out.push(core::mem::take(&mut text));
            }
            Event::Text(t) => text += &t.xml10_content(),
            Event::GeneralRef(r) => match r.resolve_char_ref().map_err(|e| e.to_string())? {
                Some(c) => text.push(c),
                None => {
                    let name = r.xml10_content();
                    text += quick_xml::escape::resolve_predefined_entity(&name).unwrap_or("?");
                }
            },
            Event::Eof => return Ok(out),
            _ => {}
        }
    }
}

fn uri(ns: ResolveResult<'_>) -> String {
    match ns {
        ResolveResult::Bound(ns) => ns.as_ref().into(),
        _ => String::new(),
    }
}
