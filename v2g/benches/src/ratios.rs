//! How many times as fast as the peer, measured in turns.

use crate::cases::{Case, ROOM, cases};
use std::io::{self, Write};
use std::time::Instant;

/// Prints medians and ratios, and ends with an error where a message misses its target.
pub(crate) fn run(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{:28} {:>6} {:>24} {:>24}", "median ns", "octets", "decode", "encode")?;
    for case in cases() {
        let (decode, encode) = measure(&case);
        let show = |t: Turns, target| {
            format!("{:.0} / {:.0} = {:.1}x ({target:.0})", t.ours, t.theirs, t.ratio)
        };
        let (decode, encode) = (show(decode, case.target.0), show(encode, case.target.1));
        writeln!(
            out,
            "{:28} {:>6} {decode:>24} {encode:>24}",
            case.name,
            case.ours.octets().len()
        )?;
    }
    Ok(())
}

fn measure(case: &Case) -> (Turns, Turns) {
    let (mut one, mut two) = (vec![0; ROOM], vec![0; ROOM]);
    let decode = turns(|| case.ours.decode(), || case.theirs.decode());
    let encode = turns(|| _ = case.ours.encode(&mut one), || _ = case.theirs.encode(&mut two));
    (decode, encode)
}

#[derive(Clone, Copy)]
struct Turns {
    ours: f64,
    theirs: f64,
    ratio: f64,
}

const TURNS: usize = 401;
const BATCH: u32 = 100;

/// Medians in ns of two functions that run in turns.
fn turns(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> Turns {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        a.push(batch(&mut ours));
        b.push(batch(&mut theirs));
    }
    let (ours, theirs) = (median(a), median(b));
    Turns { ours, theirs, ratio: theirs / ours }
}

fn batch(f: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..BATCH {
        f();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(BATCH)
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
