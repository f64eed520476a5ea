//! What the tables of the schema sets promise.

use exi::schema::{Shape, Type};
use std::collections::HashMap;

/// All names of elements and attributes below a type.
fn names(ty: &'static Type, all: &mut Vec<(&'static str, &'static str)>) {
    match &ty.shape {
        Shape::Complex(c) => {
            for p in c.attributes.iter().chain(c.particles) {
                all.push((p.ns, p.name));
                names(p.ty, all);
            }
        }
        Shape::Choice(members) => {
            for m in *members {
                all.push((m.ns, m.name));
                names(m.ty, all);
            }
        }
        _ => {}
    }
}

#[test]
fn no_two_names_share_a_number_in_the_string_table() {
    for schema in v2g::SCHEMAS {
        let mut all = Vec::new();
        for root in schema.documents.iter().chain(schema.fragments) {
            all.push((root.ns, root.name));
            names(root.ty, &mut all);
        }
        let mut numbers = HashMap::new();
        for name in all {
            let other = *numbers.entry(exi::codec::name(name.0, name.1)).or_insert(name);
            assert_eq!(other, name, "{}", schema.name);
        }
        assert!(numbers.len() > 4);
    }
}

#[test]
fn codes_follow_the_order_of_names_then_namespaces() {
    for schema in v2g::SCHEMAS {
        for roots in [schema.documents, schema.fragments] {
            for pair in roots.windows(2) {
                assert!(pair[0].code < pair[1].code, "{}", pair[1].name);
                assert!(
                    (pair[0].name, pair[0].ns) < (pair[1].name, pair[1].ns),
                    "{}",
                    pair[1].name
                );
            }
        }
        assert!(schema.fragments.iter().all(|r| r.code < schema.fragment_end - 1));
        let attributes = schema.relaxed.attributes;
        assert!(attributes.windows(2).all(|p| (p[0].1, p[0].0) < (p[1].1, p[1].0)));
    }
}
