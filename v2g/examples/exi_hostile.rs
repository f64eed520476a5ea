//! What the worst messages of 1 MiB cost, in time and in memory: `cargo run --release --example exi_hostile`
//!
//! Prints the worst of every schema set; exits with 0 only if all stay below the bounds. Time is the
//! processor's, the best of five. The first argument, if there is one, is the factor by which this machine is slower than it should be.

#[path = "../tests/hostile/mod.rs"]
mod hostile;

use allocation_counter::measure;
use cpu_time::ThreadTime;
use hostile::Attack;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

const SIZE: usize = 1 << 20;
const MOST_TIME: Duration = Duration::from_millis(5);
const MOST_MEMORY: u64 = 2 << 20;
fn main() -> io::Result<ExitCode> {
    let factor = std::env::args().nth(1).and_then(|f| f.parse().ok()).unwrap_or(1);
    let (mut slowest, mut largest) = (BTreeMap::new(), BTreeMap::new());
    let (mut count, mut wrong) = (0, Vec::new());
    hostile::attacks(SIZE, |attack| {
        let (time, memory, read) = cost(attack);
        let set = attack.schema.name;
        let verdict = read.map_or_else(|e| e.to_string(), |()| "read".into());
        let line = format!("{set} {} {:?}: {verdict}", attack.target, attack.strings);
        count += 1;
        if time > MOST_TIME * factor || memory > MOST_MEMORY {
            wrong.push(format!("{time:.1?}, {memory} octets: {line}"));
        }
        keep(&mut slowest, set, (time, line.clone()));
        keep(&mut largest, set, (memory, line));
    });
    let out = &mut io::stdout().lock();
    for line in &wrong {
        writeln!(out, "TOO MUCH: {line}")?;
    }
    for (time, line) in slowest.values() {
        writeln!(out, "{:8.2} ms  {line}", time.as_secs_f64() * 1e3)?;
    }
    for (memory, line) in largest.values() {
        writeln!(out, "{memory:8} octets  {line}")?;
    }
    let slow = slowest.values().map(|s| s.0).max().unwrap_or_default();
    let large = largest.values().map(|l| l.0).max().unwrap_or_default();
    writeln!(out, "{count} messages of up to 1 MiB: {slow:.2?} and {large} octets at most")?;
    Ok(if count == 0 || !wrong.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Time, the most memory at a time, and what was said of the message.
fn cost(attack: &Attack) -> (Duration, u64, Result<(), exi::Error>) {
    let read = || black_box((attack.root.check)(black_box(&attack.octets)));
    let mut verdict = Ok(());
    let memory = measure(|| verdict = read());
    let time = (0..5).map(|_| {
        let start = ThreadTime::now();
        let _ = read();
        start.elapsed()
    });
    (time.min().unwrap_or_default(), memory.bytes_max, verdict)
}

fn keep<T: PartialOrd>(
    worst: &mut BTreeMap<&'static str, (T, String)>,
    set: &'static str,
    new: (T, String),
) {
    if worst.get(set).is_none_or(|old| new.0 > old.0) {
        worst.insert(set, new);
    }
}
