//! How often cars that are plugged in side by side reach the wrong station.
//!
//! `cargo run --release -p pnc-slac --example park -- [ROUNDS]`. Each round is a park of 8 stations of mixed make and 8 cars, plugged at once,
//! within 50 ms or within 500 ms, with one frame in ten lost. Stations are calibrated or not, share what they hear as a site or not; their
//! modems tell everybody their levels or not; cars ask for stations once or three times. Exit code 1 if a car was matched wrongly at a site
//! of calibrated stations.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use slac::medium::{Event, Medium, Noise, Path, Settings, StationId};
use slac::{Ev, Evse, Mac, ev, evse};

/// Stations, and cars.
const SIZE: u8 = 8;

fn main() -> ExitCode {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(100_u64);
    match run(rounds) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// True when no car was matched wrongly with calibration and site.
fn run(rounds: u64) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    let mut is_good = true;
    writeln!(
        out,
        "calibrated site  levels asks rounds  wrong-rounds  wrong-cars  unmatched-cars  of-cars"
    )?;
    for setting in SETTINGS {
        let Setting { is_calibrated, is_site, tells_levels, requests } = setting;
        let mut sum = Outcome::default();
        let mut wrong_rounds = 0;
        for seed in 0..rounds {
            let outcome = round(seed, setting);
            wrong_rounds += u64::from(outcome.wrong > 0);
            sum.wrong += outcome.wrong;
            sum.unmatched += outcome.unmatched;
        }
        is_good &= sum.wrong == 0 || !(is_calibrated && is_site);
        let cars = rounds * u64::from(SIZE);
        writeln!(
            out,
            "{is_calibrated:10} {is_site:5} {tells_levels:6} {requests:4} {rounds:6} {wrong_rounds:13} {:11} {:15} {cars:8}",
            sum.wrong, sum.unmatched
        )?;
    }
    Ok(is_good)
}

#[derive(Clone, Copy)]
struct Setting {
    is_calibrated: bool,
    is_site: bool,
    tells_levels: bool,
    requests: u8,
}

const BEST: Setting =
    Setting { is_calibrated: true, is_site: true, tells_levels: false, requests: 1 };

const SETTINGS: [Setting; 6] = [
    BEST,
    Setting { is_site: false, ..BEST },
    Setting { is_site: false, tells_levels: true, ..BEST },
    Setting { is_site: false, requests: 3, ..BEST },
    Setting { is_calibrated: false, ..BEST },
    Setting { is_calibrated: false, is_site: false, ..BEST },
];

#[derive(Default)]
struct Outcome {
    /// Cars that were given the network of a station whose cable they do not hold.
    wrong: u64,
    /// Cars without link after 30 s.
    unmatched: u64,
}

fn round(seed: u64, setting: Setting) -> Outcome {
    let Setting { is_calibrated, is_site, tells_levels, requests } = setting;
    let mut noise = Noise::new(seed);
    let settings = Settings {
        loss_permille: 100,
        jitter: Duration::from_millis(15),
        tells_levels,
        ..Settings::default()
    };
    let mut medium = Medium::new(seed, settings);
    let biases: Vec<u8> = (0..SIZE).map(|_| bias(&mut noise)).collect();
    let engines = biases.iter().zip(0_u8..).map(|(&bias, index)| {
        let mac = Mac([2, 0, 0, 0, 1, index]);
        let calibration = [if is_calibrated { bias } else { 0 }; 58];
        let config = evse::Config { calibration, ..evse::Config::new(mac) };
        (mac, Evse::new(config, Noise::new(seed << 8 | u64::from(index))))
    });
    let engines: Vec<_> = engines.collect();
    let stations: Vec<StationId> = if is_site {
        medium.add_site(engines)
    } else {
        engines.into_iter().map(|(mac, engine)| medium.add_evse(mac, engine)).collect()
    };
    let cars: Vec<StationId> = (0..SIZE)
        .map(|index| {
            let mac = Mac([2, 0, 0, 0, 2, index]);
            let random = Noise::new(seed << 8 | 0x80 | u64::from(index));
            let config = ev::Config { requests, ..ev::Config::new(mac) };
            medium.add_ev(mac, Ev::new(config, random))
        })
        .collect();
    for (&station, bias) in stations.iter().zip(&biases) {
        // Calibration is a decibel off now and then.
        medium.bias(station, bias + u8::from(noise.chance(300)));
    }
    for (place, &car) in cars.iter().enumerate() {
        let own = 15 + noise.below(31);
        for (other, &station) in stations.iter().enumerate() {
            let stalls = u64::try_from(place.abs_diff(other)).unwrap_or(0);
            let level =
                if stalls == 0 { own } else { own + coupling(&mut noise) + 3 * (stalls - 1) };
            medium.connect(car, station, Path::cable(u8::try_from(level).unwrap_or(u8::MAX)));
        }
    }
    plug(&mut medium, &cars, &stations, &mut noise);
    let end = medium.now() + Duration::from_secs(30);
    medium.run_until(end, |medium| cars.iter().all(|&car| medium.peer(car).is_some()));
    judge(&medium, &cars, &stations)
}

/// Once the stations have their keys: all cars at once, within 50 ms or within 500 ms.
fn plug(medium: &mut Medium, cars: &[StationId], stations: &[StationId], noise: &mut Noise) {
    let spread =
        [0, 50, 500].get(usize::try_from(noise.below(3)).unwrap_or(0)).copied().unwrap_or(0);
    let begin = Duration::from_secs(12);
    let mut order: Vec<_> = cars
        .iter()
        .zip(stations)
        .map(|(&car, &station)| (noise.below(spread + 1), car, station))
        .collect();
    order.sort_unstable();
    for (at, car, station) in order {
        medium.run_until(begin + Duration::from_millis(at), |_| false);
        medium.plug(car, station);
    }
}

fn judge(medium: &Medium, cars: &[StationId], stations: &[StationId]) -> Outcome {
    let mut outcome = Outcome::default();
    for (&car, &station) in cars.iter().zip(stations) {
        let own = medium.mac(station);
        let is_wrong = medium.events().iter().any(|(_, at, event)| {
            *at == car
                && matches!(event, Event::Ev(ev::Event::Matched { peer, .. }) if Some(*peer) != own)
        });
        outcome.wrong += u64::from(is_wrong);
        outcome.unmatched += u64::from(medium.peer(car).is_none());
    }
    outcome
}

/// A maker's share of the attenuation, in whole decibels, with a tolerance.
fn bias(noise: &mut Noise) -> u8 {
    let makers = [0, 3, 10, 18];
    let maker = makers.get(usize::try_from(noise.below(4)).unwrap_or(0)).copied().unwrap_or(0);
    maker + u8::try_from(noise.below(3)).unwrap_or(0)
}

/// What the neighbouring stall hears less than the own one: 20 dB on average, 8 dB standard deviation, at least 5 dB.
fn coupling(noise: &mut Noise) -> u64 {
    // The sum of twelve dice of 0 to 8 has mean 48 and deviation 8.9.
    let sum: u64 = (0..12).map(|_| noise.below(9)).sum();
    sum.saturating_sub(28).max(5)
}
