//! Messages that were made from the types alone come through both codecs, XML and JSON unharmed.

#[path = "exi_rows/infoset.rs"]
mod infoset;
mod random_messages;

use exi::xml::{self, Form};
use exi::{Root, Schema};
use infoset::infoset;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use random_messages::{Element, any_message, roots};

/// Messages of each kind.
const CASES: u32 = 2;

#[test]
fn random_messages_survive_both_codecs_and_come_back_as_the_same_xml() {
    for schema in v2g::SCHEMAS {
        for (form, root, kinds) in roots(schema) {
            let cases = CASES * kinds as u32;
            let config = Config {
                cases,
                failure_persistence: None,
                max_shrink_iters: 300,
                ..Config::default()
            };
            let check = |message| holds(schema, form, root, &message).map_err(TestCaseError::fail);
            TestRunner::new(config)
                .run(&any_message(root), check)
                .unwrap_or_else(|e| panic!("{} {}: {e}", schema.name, root.name));
        }
    }
}

fn holds(schema: &Schema, form: Form, root: &Root, message: &Element) -> Result<(), String> {
    let xml = message.xml("");
    let octets = xml::encode(schema, form, &xml).map_err(|e| format!("encode: {e}"))?;
    let again = (root.recode)(&octets).map_err(|e| format!("typed codec: {e}"))?;
    if again != octets {
        return Err("the typed codec writes other octets than the interpreter".into());
    }
    let back = xml::decode(schema, form, &octets).map_err(|e| format!("decode: {e}"))?;
    if infoset(&back)? != infoset(&xml)? {
        return Err(format!("other XML: {back}"));
    }
    let json = xml::decode_json(schema, form, &octets).map_err(|e| format!("JSON: {e}"))?;
    if xml::encode_json(schema, form, &json).as_ref() != Ok(&octets) {
        return Err(format!("JSON gives other octets: {json}"));
    }
    // Any JSON reader finds the same in it: no name stands twice, and numbers are not too long.
    let known: serde_json::Value = serde_json::from_str(&json).map_err(|e| format!("JSON: {e}"))?;
    if xml::encode_json(schema, form, &known.to_string()).as_ref() != Ok(&octets) {
        return Err(format!("JSON in another order gives other octets: {known}"));
    }
    Ok(())
}
