//! Decoding and encoding beside the published crate `iso15118` 0.7.0, in one binary.
//!
//! `cargo run --release -- --bench` here shows divan's table of both, then how many times as fast
//! this project is, measured in turns, so that a busy machine slows both alike, and in the one of
//! several processes (`--measure`) that the peer likes best; `--ratios` shows the latter alone. `--count` is for a counter of instructions, see `.ci/instructions.sh`.

mod cases;
mod count;
mod din;
mod iso20;
mod messages;
mod ratios;

use cases::{Case, cases};
use divan::Bencher;
use std::io;

fn main() -> io::Result<()> {
    let said = |flag: &str| std::env::args().any(|a| a == flag);
    if said("--count") {
        return count::run(&mut io::stdout().lock());
    }
    if said("--measure") {
        return ratios::measure(&mut io::stdout().lock());
    }
    if !said("--ratios") {
        divan::main();
    }
    // As an ordinary test, or when asked for a list, the benches alone run.
    if said("--ratios") || said("--bench") && !said("--list") {
        ratios::run(&mut io::stdout().lock())?;
    }
    Ok(())
}

fn names() -> Vec<&'static str> {
    cases().iter().map(|c| c.name).collect()
}

fn case(name: &str) -> Case {
    let found = cases().into_iter().find(|c| c.name == name);
    found.unwrap_or_else(|| panic!("no message {name}"))
}

#[divan::bench(args = names())]
fn decode(bencher: Bencher<'_, '_>, name: &str) {
    let case = case(name);
    bencher.bench_local(|| case.ours.decode());
}

#[divan::bench(args = names())]
fn decode_iso15118(bencher: Bencher<'_, '_>, name: &str) {
    let case = case(name);
    bencher.bench_local(|| case.theirs.decode());
}

#[divan::bench(args = names())]
fn encode(bencher: Bencher<'_, '_>, name: &str) {
    let (case, mut out) = (case(name), vec![0; cases::ROOM]);
    bencher.bench_local(|| case.ours.encode(&mut out));
}

#[divan::bench(args = names())]
fn encode_iso15118(bencher: Bencher<'_, '_>, name: &str) {
    let (case, mut out) = (case(name), vec![0; cases::ROOM]);
    bencher.bench_local(|| case.theirs.encode(&mut out));
}
