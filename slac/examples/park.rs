//! How often cars that are plugged in side by side reach the wrong station.
//!
//! `cargo run --release -p pnc-slac --example park -- [ROUNDS [FIRST]]`. Each round is a park of 8 stations of mixed make and 8 cars, plugged
//! at once, within 50 ms or within 500 ms, with one frame in ten lost; ROUNDS of each, from this seed on. Stations are calibrated or not,
//! share what they hear as a site or not; besides, modems tell everybody their levels, cars ask for stations three times, one sounding in a
//! hundred is measured wrongly. Exit code 1 if a car was matched wrongly at a site of calibrated stations.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use slac::park::{Park, Tally};

fn main() -> ExitCode {
    let number = |place, default| {
        std::env::args().nth(place).and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    match run(number(1, 100_u64), number(2, 0)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// True when no car was matched wrongly with calibration and site.
fn run(rounds: u64, first: u64) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    let mut is_good = true;
    writeln!(
        out,
        "calibrated site  levels asks outliers within rounds wrong-rounds    of-cars  right  wrong failed   wrong-%  p50-ms  p99-ms"
    )?;
    for setting in settings() {
        for spread in [0, 50, 500] {
            let park = Park { spread: Duration::from_millis(spread), ..setting.clone() };
            let tally = tally(&park, first..first.saturating_add(rounds));
            is_good &= tally.wrong == 0 || !(park.is_calibrated && park.is_site);
            let Park { is_calibrated, is_site, tells_levels, requests, outlier_permille, .. } =
                park;
            let share = 100.0 * tally.wrong as f64 / tally.cars().max(1) as f64;
            let within = |permille| tally.within(permille).unwrap_or_default().as_millis();
            writeln!(
                out,
                "{is_calibrated:10} {is_site:5} {tells_levels:6} {requests:4} {outlier_permille:8} {spread:6} {:6} {:12} {:10} {:6} {:6} {:6} {share:9.4} {:7} {:7}",
                tally.rounds,
                tally.wrong_rounds,
                tally.cars(),
                tally.right,
                tally.wrong,
                tally.failed,
                within(500),
                within(990),
            )?;
        }
    }
    Ok(is_good)
}

fn settings() -> [Park; 8] {
    let best = Park::default();
    let alone = Park { is_site: false, ..best.clone() };
    [
        best.clone(),
        alone.clone(),
        Park { is_calibrated: false, ..best.clone() },
        Park { is_calibrated: false, ..alone.clone() },
        Park { tells_levels: true, ..alone.clone() },
        Park { requests: 3, ..alone.clone() },
        Park { outlier_permille: 10, ..alone },
        Park { outlier_permille: 10, ..best },
    ]
}

/// The rounds of these seeds, on every processor.
fn tally(park: &Park, seeds: std::ops::Range<u64>) -> Tally {
    let parts = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    std::thread::scope(|scope| {
        let part = |part| {
            let seeds = seeds.clone().filter(move |seed| seed % parts == part);
            scope.spawn(move || {
                let mut tally = Tally::default();
                seeds.for_each(|seed| tally.add(&park.round(seed)));
                tally
            })
        };
        let parts: Vec<_> = (0..parts).map(part).collect();
        let mut sum = Tally::default();
        // A round that panicked would not be counted: whoever reads the figures sees that rounds are missing.
        parts.into_iter().filter_map(|part| part.join().ok()).for_each(|part| sum.join(part));
        sum
    })
}
