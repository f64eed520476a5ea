//! Random messages of schema sets for a foreign processor to judge, one JSON object a line.
//!
//! `exi_messages COUNT SEED SET..` prints messages: schema, kind, XML (U+E000 stands for empty text), octets.
//! `exi_messages recode` reads lines with schema, kind and octets and prints what the typed codec makes of them.

#[path = "../tests/random_messages/mod.rs"]
mod random_messages;

use exi::xml::{self, Form};
use exi::{Root, Schema};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use random_messages::{any_message, roots};
use serde_json::{Value, json};
use std::error::Error;
use std::io::{self, BufRead, Write};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["recode"] => recode(),
        [count, seed, ref sets @ ..] => print(count.parse()?, seed.parse()?, sets),
        _ => Err("usage: exi_messages COUNT SEED SET.. | exi_messages recode".into()),
    }
}

/// Every kind of message gets the same share of the count, at least one.
fn print(count: usize, seed: u64, sets: &[&str]) -> Result<()> {
    let mut all = Vec::new();
    for set in sets {
        let schema = v2g::SCHEMAS.iter().find(|s| s.name == *set);
        let schema = schema.ok_or_else(|| format!("no schema set {set} here"))?;
        all.extend(roots(schema).into_iter().map(|root| (schema, root)));
    }
    let kinds: usize = all.iter().map(|(_, (_, _, kinds))| kinds).sum();
    let mut octets = [0; 32];
    octets[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &octets);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let out = &mut io::stdout().lock();
    let mut before = 0;
    for (schema, (form, root, kinds_here)) in all {
        let any = any_message(root);
        // Shares are rounded so that they add up to the count.
        let until = before + kinds_here;
        for _ in 0..(until * count / kinds - before * count / kinds).max(1) {
            let message = any.new_tree(&mut runner).map_err(|e| e.to_string())?.current();
            let octets = encoded(schema, form, root, &message.xml(""))
                .map_err(|e| format!("{} {}: {e}: {message:?}", schema.name, root.name))?;
            let (xml, kind) = (message.xml("\u{e000}"), kind(form));
            let row = json!({"schema": schema.name, "kind": kind, "message": root.name, "xml": xml, "hex": hex(&octets)});
            writeln!(out, "{row}")?;
        }
        before = until;
    }
    Ok(())
}

/// The octets of the typed codec, if the interpreter's are the same.
fn encoded(schema: &Schema, form: Form, root: &Root, xml: &str) -> Result<Vec<u8>> {
    let octets = xml::encode(schema, form, xml)?;
    let again = (root.recode)(&octets)?;
    if again == octets { Ok(again) } else { Err("the codecs write different octets".into()) }
}

fn recode() -> Result<()> {
    let out = &mut io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let row: Value = serde_json::from_str(&line?)?;
        let answer = match recoded(&row) {
            Ok(octets) => json!({"hex": hex(&octets)}),
            Err(e) => json!({"error": e.to_string()}),
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

fn recoded(row: &Value) -> Result<Vec<u8>> {
    let octets = row["hex"].as_str().and_then(unhex).ok_or("no octets")?;
    let known = v2g::SCHEMAS.iter().filter(|s| row["schema"] == s.name).flat_map(|s| roots(s));
    let (_, root, _) = known
        .filter(|(form, ..)| row["kind"] == kind(*form))
        .find(|(_, root, _)| row["message"] == root.name)
        .ok_or("an unknown message")?;
    Ok((root.recode)(&octets)?)
}

fn kind(form: Form) -> &'static str {
    if form == Form::Document { "document" } else { "fragment" }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(s: &str) -> Option<Vec<u8>> {
    (0..s.len()).step_by(2).map(|i| u8::from_str_radix(s.get(i..i + 2)?, 16).ok()).collect()
}
