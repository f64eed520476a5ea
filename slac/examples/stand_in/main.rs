//! Puts our engines in the place of real stations and cars: feeds them what the other side sent in captures, and compares what they send with
//! what the real one sent and the other side took.
//!
//! `cargo run -p pnc-slac --example stand_in -- FILE...`, one JSON object per line with `"time"` in seconds and `"hex"`. Prints for each capture what
//! was compared; exit code 1 if a frame is missing, comes outside its window, or differs in a field for which no reason is listed.

mod capture;
mod car;
mod compare;
mod station;

use std::io::{self, Write};
use std::process::ExitCode;

use compare::Tally;

fn main() -> ExitCode {
    match judge(std::env::args().skip(1)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn judge(paths: impl Iterator<Item = String>) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    let mut total = Tally::default();
    for path in paths {
        let frames = capture::read(&path)?;
        let name = path.rsplit('/').next().unwrap_or(&path);
        for (role, tally) in
            [("station", station::stand_in(&frames)), ("car", car::stand_in(&frames))]
        {
            if tally.runs > 0 {
                writeln!(out, "{name}: as {role}: {tally}")?;
            }
            total.add(tally);
        }
    }
    total.reasons().try_for_each(|(reason, count)| writeln!(out, "{count:5} x {reason}"))?;
    writeln!(out, "{total}")?;
    Ok(total.is_good())
}
