//! How many times as fast as another codec, measured in turns.

use crate::cases::{Case, ROOM, cases};
use std::io::{self, Error, Write};
use std::process::Command;
use std::time::Instant;

/// Prints medians and ratios, and ends with an error where a message misses its target.
pub(crate) fn run(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "\n{:28} {:>6} {:>30} {:>30}",
        "median ns (target)", "octets", "decode", "encode"
    )?;
    let cases = cases();
    let found = fairest(&cases)?;
    let (mut missed, mut least) = (Vec::new(), f64::INFINITY);
    for (case, found) in cases.iter().zip(found) {
        for way in &found {
            least = least.min(way.share());
            if way.share() < TOLERANCE {
                missed.push(case.name);
            }
        }
        let [decode, encode] = found.map(|way| way.to_string());
        let octets = case.ours.octets().len();
        writeln!(out, "{:28} {octets:>6} {decode:>30} {encode:>30}", case.name)?;
    }
    if !missed.is_empty() {
        return Err(Error::other(format!("too slow: {}", missed.join("; "))));
    }
    writeln!(
        out,
        "every message reaches its target or misses it by less than noise, the least {least:.2} of it"
    )
}

/// Below this share of its target a message has become slower; above, it may be noise.
const TOLERANCE: f64 = 0.9;

/// From one process to the next a codec that moves large messages about may be three times as slow,
/// as its memory happens to lie. Each way of each message counts as in the process in which the other
/// codec was quickest.
fn fairest(cases: &[Case]) -> io::Result<Vec<[Way; 2]>> {
    let mut fairest: Vec<[Way; 2]> = Vec::new();
    for _ in 0..PROCESSES {
        let process = Command::new(std::env::current_exe()?).arg("--measure").output()?;
        let lines = String::from_utf8_lossy(&process.stdout);
        let measured: Option<Vec<_>> = cases
            .iter()
            .zip(lines.lines())
            .map(|(case, line)| Way::both(line, case.target))
            .collect();
        let Some(measured) = measured.filter(|all| all.len() == cases.len()) else {
            return Err(Error::other(String::from_utf8_lossy(&process.stderr)));
        };
        if fairest.is_empty() {
            fairest.clone_from(&measured);
        }
        for (way, now) in fairest.iter_mut().flatten().zip(measured.into_iter().flatten()) {
            if now.theirs < way.theirs {
                *way = now;
            }
        }
    }
    Ok(fairest)
}

const PROCESSES: usize = 5;

/// Measures every message in this process, for [`run`]: a line of numbers each.
pub(crate) fn measure(out: &mut impl Write) -> io::Result<()> {
    for case in cases() {
        let (mut one, mut two) = (vec![0; 2 * ROOM], vec![0; 2 * ROOM]);
        let decode = turns(|_| case.ours.decode(), |_| case.theirs.decode());
        // Where the octets go matters to a processor: many places, the same for both.
        let place = |turn| STEP * turn % ROOM;
        let encode = turns(
            |turn| _ = case.ours.encode(&mut one[place(turn)..]),
            |turn| _ = case.theirs.encode(&mut two[place(turn)..]),
        );
        let numbers =
            [decode, encode].as_flattened().iter().map(f64::to_string).collect::<Vec<_>>();
        writeln!(out, "{}", numbers.join(" "))?;
    }
    Ok(())
}

/// Medians in ns of both codecs, how many times as fast ours is, and must be.
#[derive(Clone, Copy)]
struct Way {
    ours: f64,
    theirs: f64,
    ratio: f64,
    target: f64,
}

impl Way {
    /// Decoding and encoding, as [`measure`] tells them.
    fn both(line: &str, target: (f64, f64)) -> Option<[Self; 2]> {
        let numbers: Option<Vec<f64>> = line.split(' ').map(|n| n.parse().ok()).collect();
        let [a, b, c, d, e, f] = numbers?.try_into().ok()?;
        let decode = Self { ours: a, theirs: b, ratio: c, target: target.0 };
        Some([decode, Self { ours: d, theirs: e, ratio: f, target: target.1 }])
    }

    fn share(&self) -> f64 {
        self.ratio / self.target
    }
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { ours, theirs, ratio, target } = self;
        write!(f, "{ours:.0} / {theirs:.0} = {ratio:.1}x ({target})")
    }
}

const TURNS: usize = 101;
const BATCH: u32 = 100;
const STEP: usize = 328;

/// Two functions that run in turns: the medians of both, and the median of the turns' ratios. What
/// slows the machine for longer than a turn slows both.
fn turns(mut ours: impl FnMut(usize), mut theirs: impl FnMut(usize)) -> [f64; 3] {
    let (mut a, mut b, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..TURNS {
        let (x, y) = (batch(|| ours(turn)), batch(|| theirs(turn)));
        ratios.push(y / x);
        a.push(x);
        b.push(y);
    }
    [median(a), median(b), median(ratios)]
}

fn batch(mut f: impl FnMut()) -> f64 {
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
