//! Messages that are as large in memory, or as slow to read, as their octets allow.
//!
//! Every list of every schema set is filled with its smallest items, alone and all together, every string
//! and binary without a bound is made as long as the message may be, and each with strings of several kinds.

mod write;

use exi::schema::{Complex, Particle, Shape, Type};
use exi::xml::Form;
use exi::{Root, Schema};
use std::collections::HashSet;
pub(crate) use write::Strings;
use write::Writer;

/// A message and what its author was after.
pub(crate) struct Attack {
    pub(crate) schema: &'static Schema,
    pub(crate) root: &'static Root,
    /// The names on the way to what is blown up.
    pub(crate) target: String,
    pub(crate) strings: Strings,
    pub(crate) octets: Vec<u8>,
}

/// Where on the way down from the root something is blown up: items of content models, and the
/// alternative of each.
type Path = Vec<(usize, usize)>;

/// Hands every attack of about `size` octets to `f`, one for each thing to blow up and each kind of
/// strings.
/// What several sets share is attacked once.
pub(crate) fn attacks(size: usize, mut f: impl FnMut(&Attack)) {
    let mut known = HashSet::new();
    for schema in v2g::SCHEMAS {
        let forms = [(Form::Document, schema.documents), (Form::Fragment, schema.fragments)];
        for (form, root) in forms.iter().flat_map(|(form, all)| all.iter().map(|r| (*form, r))) {
            let (Shape::Complex(content), false) = (root.ty.shape, root.relaxed) else { continue };
            let mut targets = vec![(Path::new(), "everything".to_string())];
            find(&content, &mut Path::new(), root.name, &mut known, &mut targets);
            for (path, target) in targets {
                for strings in Strings::ALL {
                    let mut w = Writer::new(schema, form, root, size, strings);
                    w.content(&content, path.is_empty(), Some(&path));
                    let (target, octets) = (target.clone(), w.finish(schema, form));
                    f(&Attack { schema, root, target, strings, octets });
                }
            }
        }
    }
}

/// Adds the paths to everything below that can be blown up and was not met before.
fn find(
    of: &Complex,
    path: &mut Path,
    place: &str,
    known: &mut HashSet<*const Particle>,
    targets: &mut Vec<(Path, String)>,
) {
    for (item, particle) in of.attributes.iter().chain(of.particles).enumerate() {
        let place = format!("{place}/{}", particle.name);
        for (branch, (name, ty)) in alternatives(particle).into_iter().enumerate() {
            path.push((item, branch));
            if (particle.max > 1 || boundless(ty)) && known.insert(particle) {
                targets.push((path.clone(), format!("{place}{name}")));
            }
            if let Shape::Complex(content) = &ty.shape {
                if content.text.is_some_and(boundless) {
                    path.push((content.attributes.len(), 0));
                    targets.push((path.clone(), format!("{place}{name}/text")));
                    path.pop();
                }
                find(content, path, &format!("{place}{name}"), known, targets);
            }
            path.pop();
        }
    }
}

/// The elements a particle stands for: names if they are not its own, and types.
fn alternatives(particle: &Particle) -> Vec<(&'static str, &'static Type)> {
    match particle.ty.shape {
        Shape::Choice(members) => members.iter().map(|m| (m.name, m.ty)).collect(),
        _ => vec![("", particle.ty)],
    }
}

fn boundless(ty: &Type) -> bool {
    match ty.shape {
        Shape::Text { max, .. } | Shape::Binary { max, .. } => max > 100_000,
        Shape::Integer => true,
        _ => false,
    }
}
