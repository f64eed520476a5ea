//! A fixed number of decodings and encodings of each message, for a counter of instructions.

use crate::cases::{ROOM, cases};
use std::hint::black_box;
use std::io::{self, Write};

/// How often each message is decoded, then encoded.
const ROUNDS: u32 = 100;

/// Runs every message in both directions; before and after each run [`mark`] is called, by whose
/// name the counter knows where to begin anew. Prints what stands between the marks.
pub(crate) fn run(out: &mut impl Write) -> io::Result<()> {
    let mut room = vec![0; ROOM];
    for case in cases() {
        mark();
        for _ in 0..ROUNDS {
            case.ours.decode();
        }
        mark();
        for _ in 0..ROUNDS {
            black_box(case.ours.encode(&mut room));
        }
        mark();
        writeln!(out, "{ROUNDS}\t{}\t{}", case.name, case.ours.octets().len())?;
    }
    Ok(())
}

#[inline(never)]
fn mark() {
    black_box(());
}
