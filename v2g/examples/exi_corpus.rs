//! Holds both EXI codecs against files of vectors: `cargo run --example exi_corpus -- FILE.jsonl..`
//!
//! Prints the count for each file and the first failures; exits with 0 only if all rows hold.

#[path = "../tests/exi_rows/mod.rs"]
mod exi_rows;

use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> io::Result<ExitCode> {
    let out = &mut io::stdout().lock();
    let (mut good, mut bad) = (0, 0);
    for path in std::env::args().skip(1) {
        let rows = exi_rows::rows(&std::fs::read_to_string(&path)?);
        let mut held = 0;
        for row in &rows {
            match row.check() {
                Ok(()) => held += 1,
                Err(_) if bad >= 20 => bad += 1,
                Err(why) => {
                    bad += 1;
                    writeln!(out, "{path} {}: {why}", row.id)?;
                }
            }
        }
        good += held;
        writeln!(out, "{path}: {held} of {} rows hold", rows.len())?;
    }
    writeln!(out, "{good} rows hold, {bad} do not")?;
    Ok(if bad == 0 && good > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
