//! A charging park on a simulated power line: how often does a car reach the station at the other end of its cable?
//!
//! Stations stand side by side and each car is plugged into one of them. A car's own cable attenuates by 15 to 45 dB; the neighbouring
//! stall hears it with 20 dB less on average (standard deviation 8 dB, never below 5 dB), each stall further on with 3 dB less. Makers
//! differ by up to 18 dB in what their stations measure; calibration takes that away to within 2 dB.
//!
//! ```
//! use slac::park::{Park, Tally};
//!
//! let park = Park { stations: 4, cars: 3, ..Park::default() };
//! let mut tally = Tally::default();
//! (0..3).for_each(|seed| tally.add(&park.round(seed)));
//! assert_eq!((tally.rounds, tally.cars()), (3, 9));
//! assert_eq!(tally.wrong, 0);
//! ```

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use crate::attenuation::GROUPS;
use crate::medium::{Event, Medium, Noise, Path, Settings, StationId};
use crate::{Ev, Evse, Mac, ev, evse};

/// What stands in a park and how its power line behaves. The default is a good one: eight calibrated stations of one site.
#[derive(Clone, Debug)]
pub struct Park {
    /// Stations.
    pub stations: u8,
    /// Cars; those without a station are left out.
    pub cars: u8,
    /// All cars are plugged within this time.
    pub spread: Duration,
    /// Frames lost on each way, of a thousand.
    pub loss_permille: u16,
    /// Soundings measured 20 to 35 dB too weak, of a thousand.
    pub outlier_permille: u16,
    /// Stations of several makers, not of one.
    pub is_mixed: bool,
    /// Stations know their own share of the attenuation.
    pub is_calibrated: bool,
    /// Stations share what they hear as a [`Site`](crate::Site).
    pub is_site: bool,
    /// Modems of stations tell everybody their levels.
    pub tells_levels: bool,
    /// Times that cars ask for stations: [`ev::Config::requests`].
    pub requests: u8,
}

impl Default for Park {
    fn default() -> Self {
        Self {
            stations: 8,
            cars: 8,
            spread: Duration::from_millis(500),
            loss_permille: 100,
            outlier_permille: 0,
            is_mixed: true,
            is_calibrated: true,
            is_site: true,
            tells_levels: false,
            requests: 1,
        }
    }
}

/// What became of one car.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The station that it is plugged into, by its number.
    pub plugged: usize,
    /// The station whose network it was given; the wrong one if it ever was a wrong one, none if there was none.
    pub matched: Option<usize>,
    /// From plug to link, if the match was right.
    pub elapsed: Option<Duration>,
}

/// The outcomes of many rounds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rounds counted.
    pub rounds: u64,
    /// Rounds in which a car reached a wrong station.
    pub wrong_rounds: u64,
    /// Cars that reached their own station.
    pub right: u64,
    /// Cars that were given the network of another station.
    pub wrong: u64,
    /// Cars without any network after 30 s.
    pub failed: u64,
    /// Cars by the station they are plugged into and the station whose network they were given.
    pub pairs: BTreeMap<(usize, Option<usize>), u64>,
    /// From plug to link.
    times: Vec<Duration>,
}

/// For all cars of a round, after the last was plugged.
const PATIENCE: Duration = Duration::from_secs(30);
/// When the first car comes: also a modem that loses keys has one by then.
const OPENING: Duration = Duration::from_secs(12);

impl Park {
    /// Plugs all cars and waits until all are linked, 30 s at most. Equal seeds give equal rounds.
    pub fn round(&self, seed: u64) -> Vec<Outcome> {
        let mut noise = Noise::new(seed);
        let settings = Settings {
            loss_permille: self.loss_permille,
            outlier_permille: self.outlier_permille,
            jitter: Duration::from_millis(15),
            tells_levels: self.tells_levels,
            keeps_records: false,
            ..Settings::default()
        };
        let mut medium = Medium::new(seed, settings);
        let stations = self.build(&mut medium, seed, &mut noise);
        let mut places: Vec<usize> = (0..stations.len()).collect();
        let mut cars = Vec::new();
        for index in 0..self.cars.min(self.stations) {
            let at = usize::try_from(noise.below(places.len() as u64)).unwrap_or(0);
            let mac = Mac([2, 0, 0, 0, 2, index]);
            let random = Noise::new(seed << 9 | 0x100 | u64::from(index));
            let config = ev::Config { requests: self.requests, ..ev::Config::new(mac) };
            let id = medium.add_ev(mac, Ev::new(config, random));
            let plugged = places.swap_remove(at);
            let own = 15 + noise.below(31);
            for (other, &station) in stations.iter().enumerate() {
                let stalls = plugged.abs_diff(other) as u64;
                let level =
                    if stalls == 0 { own } else { own + coupling(&mut noise) + 3 * (stalls - 1) };
                medium.connect(id, station, Path::cable(u8::try_from(level).unwrap_or(u8::MAX)));
            }
            let spread = u64::try_from(self.spread.as_millis()).unwrap_or(u64::MAX - 1);
            let at = OPENING + Duration::from_millis(noise.below(spread + 1));
            cars.push(Car { id, plugged, at });
        }
        plug(&mut medium, &cars, &stations);
        let end = medium.now() + PATIENCE;
        medium.run_until(end, |medium| cars.iter().all(|car| medium.peer(car.id).is_some()));
        cars.iter().map(|car| car.judge(&medium, &stations)).collect()
    }

    fn build(&self, medium: &mut Medium, seed: u64, noise: &mut Noise) -> Vec<StationId> {
        let mut shares = Vec::new();
        let engines: Vec<_> = (0..self.stations)
            .map(|index| {
                let mac = Mac([2, 0, 0, 0, 1, index]);
                let share = if self.is_mixed { share(noise) } else { TOLERANCE };
                shares.push(share);
                let calibration = [if self.is_calibrated { share } else { 0 }; GROUPS];
                let config = evse::Config { calibration, ..evse::Config::new(mac) };
                (mac, Evse::new(config, Noise::new(seed << 9 | u64::from(index))))
            })
            .collect();
        let stations: Vec<StationId> = if self.is_site {
            medium.add_site(engines)
        } else {
            engines.into_iter().map(|(mac, engine)| medium.add_evse(mac, engine)).collect()
        };
        for (&station, share) in stations.iter().zip(shares) {
            medium.bias(station, share - TOLERANCE + error(noise));
        }
        stations
    }
}

struct Car {
    id: StationId,
    plugged: usize,
    at: Duration,
}

impl Car {
    fn judge(&self, medium: &Medium, stations: &[StationId]) -> Outcome {
        let number = |mac| stations.iter().position(|&station| medium.mac(station) == Some(mac));
        let events = medium.events().iter().filter(|(_, at, _)| *at == self.id);
        let mut wrong = events.clone().filter_map(|(_, _, event)| match event {
            Event::Ev(ev::Event::Matched { peer, .. }) => number(*peer),
            _ => None,
        });
        let wrong = wrong.find(|&station| station != self.plugged);
        let linked = medium.peer(self.id).is_some().then(|| {
            let up = |(at, _, event): &(Duration, _, Event)| {
                matches!(event, Event::Ev(ev::Event::LinkUp { .. })).then_some(*at)
            };
            events.rev().find_map(up).unwrap_or(medium.now())
        });
        Outcome {
            plugged: self.plugged,
            matched: wrong.or(linked.map(|_| self.plugged)),
            elapsed: linked.filter(|_| wrong.is_none()).map(|at| at.saturating_sub(self.at)),
        }
    }
}

fn plug(medium: &mut Medium, cars: &[Car], stations: &[StationId]) {
    let mut order: Vec<&Car> = cars.iter().collect();
    order.sort_unstable_by_key(|car| (car.at, car.id));
    for car in order {
        medium.run_until(car.at, |_| false);
        if let Some(&station) = stations.get(car.plugged) {
            medium.plug(car.id, station);
        }
    }
}

impl Tally {
    /// Counts a round.
    pub fn add(&mut self, round: &[Outcome]) {
        let before = self.wrong;
        for outcome in round {
            *self.pairs.entry((outcome.plugged, outcome.matched)).or_default() += 1;
            match outcome.matched {
                Some(station) if station == outcome.plugged => self.right += 1,
                Some(_) => self.wrong += 1,
                None => self.failed += 1,
            }
            self.times.extend(outcome.elapsed);
        }
        self.rounds += 1;
        self.wrong_rounds += u64::from(self.wrong > before);
    }

    /// Adds the rounds of another tally.
    pub fn join(&mut self, other: Self) {
        let Self { rounds, wrong_rounds, right, wrong, failed, pairs, times } = other;
        self.rounds += rounds;
        self.wrong_rounds += wrong_rounds;
        self.right += right;
        self.wrong += wrong;
        self.failed += failed;
        pairs.into_iter().for_each(|(pair, count)| *self.pairs.entry(pair).or_default() += count);
        self.times.extend(times);
    }

    /// Cars counted.
    pub fn cars(&self) -> u64 {
        self.right + self.wrong + self.failed
    }

    /// The time from plug to link within which so many of a thousand right matches were made; `None` without any.
    pub fn within(&self, permille: u16) -> Option<Duration> {
        let mut times = self.times.clone();
        times.sort_unstable();
        let last = times.len().checked_sub(1)?;
        times.get(last * usize::from(permille.min(1000)) / 1000).copied()
    }
}

/// How far a calibration is off at most, in dB.
const TOLERANCE: u8 = 2;

/// What a calibrated station still has of its own, as a deviation of 1 dB around [`TOLERANCE`].
fn error(noise: &mut Noise) -> u8 {
    match noise.below(1000) {
        0..=66 => 0,
        67..=308 => 1,
        309..=690 => 2,
        691..=932 => 3,
        _ => 4,
    }
}

/// A maker's share of the attenuation, in whole decibels, at least [`TOLERANCE`].
fn share(noise: &mut Noise) -> u8 {
    let makers = [0, 3, 10, 18];
    let maker = makers.get(usize::try_from(noise.below(4)).unwrap_or(0)).copied().unwrap_or(0);
    TOLERANCE + maker
}

/// What the neighbouring stall hears less than the own one, in dB.
fn coupling(noise: &mut Noise) -> u64 {
    // The sum of twelve dice of 0 to 8 has mean 48 and deviation 8.9; of 0 to 7, mean 42 and deviation 7.9.
    let sum: u64 = (0..12).map(|_| noise.below(8)).sum();
    sum.saturating_sub(22).max(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(park: &Park, rounds: u64) -> Tally {
        let mut tally = Tally::default();
        (0..rounds).for_each(|seed| tally.add(&park.round(seed)));
        tally
    }

    #[test]
    fn cars_of_a_good_park_reach_their_own_stations_and_the_time_is_told() {
        let park = Park { loss_permille: 0, spread: Duration::from_millis(50), ..Park::default() };
        let tally = tally(&park, 2);
        assert_eq!((tally.right, tally.wrong, tally.failed, tally.cars()), (16, 0, 0, 16));
        assert!(tally.pairs.keys().all(|&(plugged, matched)| matched == Some(plugged)));
        let (half, all) = (tally.within(500).unwrap(), tally.within(1000).unwrap());
        assert!(Duration::from_secs(1) < half && half <= all && all < Duration::from_secs(12));
        assert_eq!(Tally::default().within(500), None);
    }

    #[test]
    fn without_calibration_and_site_cars_go_astray_and_are_counted_so() {
        let park = Park { is_calibrated: false, is_site: false, ..Park::default() };
        let tally = tally(&park, 6);
        assert!(tally.wrong > 0 && tally.wrong_rounds > 0 && tally.wrong_rounds <= tally.wrong);
        let crossed = |(&(plugged, matched), &count): (&(usize, Option<usize>), &u64)| {
            matched.is_some_and(|matched| matched != plugged).then_some(count)
        };
        assert_eq!(tally.pairs.iter().filter_map(crossed).sum::<u64>(), tally.wrong);
    }

    #[test]
    fn equal_seeds_give_equal_rounds_and_joined_tallies_are_one() {
        let park = Park { stations: 3, cars: 9, ..Park::default() };
        assert_eq!(park.round(7), park.round(7));
        assert_eq!(park.round(7).len(), 3, "cars without a station are left out");
        let (mut one, mut other) = (Tally::default(), Tally::default());
        one.add(&park.round(0));
        other.add(&park.round(1));
        one.join(other);
        assert_eq!(one, tally(&park, 2));
    }
}
