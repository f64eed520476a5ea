//! Rows of EXI vectors, one JSON object a line, and what must hold for each.

mod infoset;

use exi::xml::{self, Form};
use infoset::infoset;
use serde_json::Value;

/// One vector: octets and the XML an independent processor made of them.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) schema: &'static exi::Schema,
    pub(crate) form: Form,
    pub(crate) octets: Vec<u8>,
    /// The same with string-table references, and with undeclared ends of empty elements.
    pub(crate) variants: Vec<Vec<u8>>,
    pub(crate) xml: Option<String>,
}

/// The rows of some lines whose schema is known here.
pub(crate) fn rows(lines: &str) -> Vec<Row> {
    lines.lines().filter_map(|line| row(&serde_json::from_str(line).ok()?)).collect()
}

fn row(row: &Value) -> Option<Row> {
    let schema = v2g::SCHEMAS.iter().find(|s| row["schema"] == s.name)?;
    let octets = hex(row["hex"].as_str()?)?;
    let variants = ["hex_valuepartition", "hex_undeclared_ee"];
    Some(Row {
        id: row.get("id").or(row.get("frame")).unwrap_or(&row["message"]).to_string(),
        schema,
        form: if row["kind"] == "fragment" { Form::Fragment } else { Form::Document },
        octets,
        variants: variants.iter().filter_map(|v| row[*v].as_str().and_then(hex)).collect(),
        xml: row["xml"].as_str().map(String::from),
    })
}

fn hex(s: &str) -> Option<Vec<u8>> {
    (0..s.len()).step_by(2).map(|i| u8::from_str_radix(s.get(i..i + 2)?, 16).ok()).collect()
}

impl Row {
    /// What the typed codec makes of some octets of this row.
    pub(crate) fn recode(&self, octets: &[u8]) -> Result<Vec<u8>, exi::Error> {
        let (roots, bits) = match self.form {
            Form::Document => (self.schema.documents, self.schema.document_bits),
            Form::Fragment => (self.schema.fragments, self.schema.fragment_bits),
        };
        let word = self.octets.iter().skip(1).take(2).fold(0, |w, b| w << 8 | u64::from(*b));
        let code = word >> (16 - bits);
        match roots.iter().find(|r| r.code == code) {
            Some(root) => (root.recode)(octets),
            None => Err(exi::Error { kind: exi::Kind::Event, bit: 8 }),
        }
    }

    /// Holds both codecs against the row, in both directions. The error names what differs.
    pub(crate) fn check(&self) -> Result<(), String> {
        let (schema, form) = (self.schema, self.form);
        for octets in [&self.octets].into_iter().chain(&self.variants) {
            let again = self.recode(octets).map_err(|e| format!("typed codec: {e}"))?;
            if again != self.octets {
                return Err("the typed codec writes other octets".into());
            }
            let seen =
                xml::interpret(schema, form, octets).map_err(|e| format!("interpreter: {e}"))?;
            let typed = xml::decode(schema, form, octets).map_err(|e| format!("decode: {e}"))?;
            if seen != typed {
                return Err(format!("the codecs differ: {seen} {typed}"));
            }
            let json = xml::decode_json(schema, form, octets).map_err(|e| format!("JSON: {e}"))?;
            serde_json::from_str::<Value>(&json).map_err(|e| format!("JSON: {e}: {json}"))?;
            let back = xml::encode(schema, form, &seen).map_err(|e| format!("own XML: {e}"))?;
            // A character that XML cannot hold does not come back.
            if back != self.octets && !seen.contains('\u{fffd}') {
                return Err("own XML gives other octets".into());
            }
            if let Some(xml) = &self.xml {
                let (ours, theirs) = (infoset(&seen)?, infoset(&xml.replace(EMPTY, ""))?);
                if let Some((a, b)) = ours.iter().zip(&theirs).find(|(a, b)| same(a) != same(b)) {
                    return Err(format!("other infoset: {a:?} instead of {b:?}"));
                }
                if ours.len() != theirs.len() {
                    return Err("an infoset of another size".into());
                }
            }
        }
        if let Some(xml) = &self.xml {
            let octets = xml::encode(schema, form, &xml.replace(EMPTY, ""))
                .map_err(|e| format!("their XML: {e}"))?;
            if octets != self.octets {
                return Err("their XML gives other octets".into());
            }
        }
        Ok(())
    }
}

/// Stands in the vectors' XML for empty text that was written as such.
const EMPTY: char = '\u{e000}';

/// The forms of a decimal that mean the same.
fn same(text: &str) -> String {
    text.parse::<i128>().map_or_else(|_| text.into(), |v| v.to_string())
}
