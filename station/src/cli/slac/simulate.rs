//! `pnc slac simulate`: a charging park on a simulated power line.

mod svg;

use crate::cli::progress::Progress;
use crate::cli::{self, out};
use serde::Serialize;
use slac::park::{Park, Tally};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Charging stations, side by side.
    #[arg(long, value_name = "M", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=MOST))]
    stations: u8,
    /// Cars, each plugged into a station of its own; as many as stations without this.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=MOST))]
    cars: Option<u8>,
    /// Rounds of each setting; in each all cars are plugged once.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=MOST_ROUNDS))]
    rounds: u64,
    /// Where the random numbers begin; equal seeds give equal figures.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// All cars are plugged within so many milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 500)]
    within: u32,
    /// Frames lost on each way, of a thousand.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(0..=1000))]
    loss: u16,
    /// Soundings that are measured 20 to 35 dB too weak, of a thousand.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(0..=1000))]
    outliers: u16,
    /// Times that cars ask for stations although one has answered.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    requests: u8,
    /// All stations are of one make; otherwise they differ by up to 18 dB in what they measure.
    #[arg(long)]
    one_make: bool,
    /// Modems of stations tell everybody what they measure, as some of Qualcomm do.
    #[arg(long)]
    tell_levels: bool,
    /// Draw who was matched with whom.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Print one line of JSON for each setting.
    #[arg(long)]
    json: bool,
}

/// One setting and what came of it.
#[derive(Debug, Serialize)]
struct Figures {
    calibrated: bool,
    arbiter: bool,
    stations: u8,
    cars: u8,
    rounds: u64,
    seed: u64,
    /// Cars over all rounds by what became of them.
    right: u64,
    wrong: u64,
    failed: u64,
    wrong_rounds: u64,
    wrong_percent: f64,
    /// From plug to link, in milliseconds; none without a right match.
    p50_ms: Option<u128>,
    p99_ms: Option<u128>,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let cars = arguments.cars.unwrap_or(arguments.stations);
    if cars > arguments.stations {
        return cli::misused(format!("{cars} cars, and {} stations for them", arguments.stations));
    }
    let settings = [(true, true), (true, false), (false, true), (false, false)];
    let parks = settings.map(|(is_calibrated, is_site)| Park {
        stations: arguments.stations,
        cars,
        spread: Duration::from_millis(arguments.within.into()),
        loss_permille: arguments.loss,
        outlier_permille: arguments.outliers,
        is_mixed: !arguments.one_make,
        is_calibrated,
        is_site,
        tells_levels: arguments.tell_levels,
        requests: arguments.requests,
    });
    let mut progress = Progress::new(Some(arguments.rounds.saturating_mul(parks.len() as u64)));
    if !arguments.json {
        out::line(
            "calibrated  arbiter  rounds    cars     right   wrong  failed  wrong-%  p50-ms  p99-ms",
        );
    }
    let mut tallies = Vec::new();
    for (place, park) in (0_u64..).zip(&parks) {
        let before = place.saturating_mul(arguments.rounds);
        let tally = tally(park, arguments, |done| {
            progress.update(before + done, before + done, "rounds");
        });
        progress.end();
        let figures = figures(park, arguments, &tally);
        out::line(match arguments.json {
            true => serde_json::to_string(&figures).unwrap_or_default(),
            false => row(&figures, tally.cars()),
        });
        tallies.push((park, tally));
    }
    if let Some(path) = &arguments.svg {
        let panels: Vec<_> = tallies.iter().map(|(park, tally)| (title(park), tally)).collect();
        if let Err(error) = write(path, &svg::draw(arguments.stations, &panels)) {
            return cli::failed(format!("{}: {error}", path.display()));
        }
    }
    ExitCode::SUCCESS
}

/// A picture is there as a whole or not at all.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut half = path.as_os_str().to_owned();
    half.push(".half");
    std::fs::write(&half, text)?;
    std::fs::rename(half, path)
}

/// All rounds, on every processor.
fn tally(park: &Park, arguments: &Arguments, mut progress: impl FnMut(u64)) -> Tally {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let work = || {
            let mut tally = Tally::default();
            loop {
                let round = next.fetch_add(1, Ordering::Relaxed);
                if round >= arguments.rounds {
                    return tally;
                }
                tally.add(&park.round(arguments.seed.wrapping_add(round)));
                done.fetch_add(1, Ordering::Relaxed);
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        while workers.iter().any(|worker| !worker.is_finished()) {
            progress(done.load(Ordering::Relaxed));
            std::thread::sleep(LOOK);
        }
        let mut sum = Tally::default();
        for worker in workers {
            match worker.join() {
                Ok(tally) => sum.join(tally),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        sum
    })
}

fn figures(park: &Park, arguments: &Arguments, tally: &Tally) -> Figures {
    let millis = |permille| tally.within(permille).map(|time| time.as_millis());
    Figures {
        calibrated: park.is_calibrated,
        arbiter: park.is_site,
        stations: park.stations,
        cars: park.cars,
        rounds: tally.rounds,
        seed: arguments.seed,
        right: tally.right,
        wrong: tally.wrong,
        failed: tally.failed,
        wrong_rounds: tally.wrong_rounds,
        wrong_percent: 100.0 * tally.wrong as f64 / tally.cars().max(1) as f64,
        p50_ms: millis(500),
        p99_ms: millis(990),
    }
}

fn row(figures: &Figures, cars: u64) -> String {
    let word = |yes| if yes { "yes" } else { "no" };
    let millis = |time: Option<u128>| time.map_or("-".into(), |time| time.to_string());
    format!(
        "{:10}  {:7}  {:6}  {cars:6}  {:8}  {:6}  {:6}  {:7.3}  {:>6}  {:>6}",
        word(figures.calibrated),
        word(figures.arbiter),
        figures.rounds,
        figures.right,
        figures.wrong,
        figures.failed,
        figures.wrong_percent,
        millis(figures.p50_ms),
        millis(figures.p99_ms),
    )
}

fn title(park: &Park) -> String {
    let with =
        |is_there, what| if is_there { format!("with {what}") } else { format!("without {what}") };
    format!("{}, {}", with(park.is_calibrated, "calibration"), with(park.is_site, "arbiter"))
}

/// More stations than stand within earshot of one another.
const MOST: i64 = 64;
const MOST_ROUNDS: u64 = 10_000_000;
/// Between two looks at how far the work is.
const LOOK: Duration = Duration::from_millis(20);
