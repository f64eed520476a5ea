//! Holds both EXI codecs against files of vectors: `cargo run --example exi_corpus -- FILE.jsonl..`
//!
//! Prints the first failures and the count for each schema set; exits with 0 only if all rows hold.

#[path = "../tests/exi_rows/mod.rs"]
mod exi_rows;

use exi::xml::Form;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> io::Result<ExitCode> {
    let out = &mut io::stdout().lock();
    let mut counts = BTreeMap::<_, (usize, usize)>::new();
    let (mut good, mut bad, mut left) = (0, 0, 0);
    for path in std::env::args().skip(1) {
        let lines = std::fs::read_to_string(&path)?;
        let rows = exi_rows::rows(&lines);
        left += lines.lines().filter(|line| is_exi(line)).count() - rows.len();
        for row in &rows {
            let form = if row.form == Form::Document { "documents" } else { "fragments" };
            let (held, all) = counts.entry((row.schema.name, form)).or_default();
            *all += 1;
            match row.check() {
                Ok(()) => {
                    good += 1;
                    *held += 1;
                }
                Err(_) if bad >= 20 => bad += 1,
                Err(why) => {
                    bad += 1;
                    writeln!(out, "{path} {}: {why}", row.id)?;
                }
            }
        }
    }
    for ((name, form), (held, all)) in &counts {
        writeln!(out, "{name} {form}: {held} of {all}")?;
    }
    writeln!(out, "{good} rows hold, {bad} do not, {left} are of sets that are not built")?;
    // With every set built, none may be left out.
    let all = bad == 0 && good > 0 && (left == 0 || !cfg!(feature = "messages"));
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether a line has a schema: messages of discovery have none.
fn is_exi(line: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(line).is_ok_and(|row| row["schema"].is_string())
}
