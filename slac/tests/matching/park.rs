//! Several cars and stations on one line: each car finds the station at the other end of its cable, or none.

use crate::bench::ms;
use slac::medium::{Event, Medium, Noise, Path, Settings, StationId};
use slac::mme::*;
use slac::pilot::Pilot;
use slac::{Ev, Evse, Frame, Mac, ev, evse};

/// Cars and stations side by side: own cable `own` dB, each stall further away `step` dB more.
struct Park {
    medium: Medium,
    cars: Vec<StationId>,
    stations: Vec<StationId>,
}

impl Park {
    fn new(seed: u64, size: u8, own: u8, step: u8, settings: Settings) -> Self {
        Self::with(seed, size, own, step, settings, |config| config, |config| config)
    }

    fn with(
        seed: u64,
        size: u8,
        own: u8,
        step: u8,
        settings: Settings,
        car: impl Fn(ev::Config) -> ev::Config,
        station: impl Fn(evse::Config) -> evse::Config,
    ) -> Self {
        let mut medium = Medium::new(seed, settings);
        let stations: Vec<_> = (0..size)
            .map(|index| {
                let mac = Mac([2, 0, 0, 0, 1, index]);
                let config = station(evse::Config::new(mac));
                medium.add_evse(
                    mac,
                    Evse::new(config, Noise::new(seed ^ 0x5EED_0000 ^ u64::from(index))),
                )
            })
            .collect();
        let cars: Vec<_> = (0..size)
            .map(|index| {
                let mac = Mac([2, 0, 0, 0, 2, index]);
                let config = car(ev::Config::new(mac));
                medium
                    .add_ev(mac, Ev::new(config, Noise::new(seed ^ 0xCA40_0000 ^ u64::from(index))))
            })
            .collect();
        for (car_at, &car) in (0_u8..).zip(&cars) {
            for (station_at, &station) in (0_u8..).zip(&stations) {
                medium.connect(car, station, Path::cable(own + step * car_at.abs_diff(station_at)));
            }
        }
        Self { medium, cars, stations }
    }

    /// Cars and stations that all validate when a choice is unsure.
    fn validating(seed: u64, size: u8, own: u8, step: u8, settings: Settings) -> Self {
        let car = |config| ev::Config { validate: ev::Validate::WhenUnsure, ..config };
        let station = |config| evse::Config { validation: evse::Validation::Supported, ..config };
        Self::with(seed, size, own, step, settings, car, station)
    }

    fn is_linked(&self, index: usize) -> bool {
        self.medium.peer(self.cars[index]) == Some(self.stations[index])
    }

    /// Plugs all cars within `spread` and waits until all are linked.
    fn plug_all(&mut self, spread: u64, noise: &mut Noise) -> bool {
        let begin = self.medium.now();
        let mut order: Vec<(u64, usize)> =
            (0..self.cars.len()).map(|index| (noise.below(spread + 1), index)).collect();
        order.sort_unstable();
        for (at, index) in order {
            self.medium.run_until(begin + ms(at), |_| false);
            self.medium.plug(self.cars[index], self.stations[index]);
        }
        let pairs: Vec<_> = self.cars.iter().copied().zip(self.stations.iter().copied()).collect();
        self.medium.run_until(begin + ms(30_000), |medium| {
            pairs.iter().all(|&(car, station)| {
                is_up(medium, car) && is_up(medium, station) && medium.peer(car).is_some()
            })
        })
    }

    /// No car is in the network of a station whose cable it does not hold.
    fn has_wrong_pair(&self) -> bool {
        self.cars
            .iter()
            .zip(&self.stations)
            .any(|(&car, &station)| self.medium.peer(car).is_some_and(|peer| peer != station))
    }
}

/// The last link event of this station says up.
fn is_up(medium: &Medium, station: StationId) -> bool {
    let link = |event: &Event| match event {
        Event::Ev(ev::Event::LinkUp { .. }) | Event::Evse(evse::Event::LinkUp { .. }) => Some(true),
        Event::Ev(ev::Event::LinkDown(_)) | Event::Evse(evse::Event::LinkDown(_)) => Some(false),
        _ => None,
    };
    medium
        .events()
        .iter()
        .rev()
        .filter(|(_, at, _)| *at == station)
        .find_map(|(_, _, event)| link(event))
        .unwrap_or(false)
}

fn lossy() -> Settings {
    Settings { loss_permille: 50, duplicate_permille: 20, jitter: ms(15), ..Settings::default() }
}

#[test]
fn one_car_and_one_station_are_linked_in_about_two_seconds() {
    let mut park = Park::new(1, 1, 26, 10, Settings::default());
    assert!(park.plug_all(0, &mut Noise::new(1)));
    assert!(park.is_linked(0));
    assert!(
        park.medium.now() > ms(1_500) && park.medium.now() < ms(3_500),
        "{:?}",
        park.medium.now()
    );
}

#[test]
fn of_two_stations_in_range_the_right_one_is_chosen_in_1000_seeded_rounds() {
    let mut slowest = ms(0);
    for seed in 0..1_000 {
        let settings = Settings { jitter: ms(15), ..Settings::default() };
        let (park, linked) = neighbour_round(seed, settings, Park::new);
        assert!(linked && park.is_linked(0), "seed {seed}");
        slowest = slowest.max(park.medium.now());
    }
    println!("slowest link: {slowest:?}");
}

/// A request that the right station misses cannot be told from a station that is not there: only the cable itself can tell.
#[test]
fn with_validation_the_right_one_is_chosen_in_1000_rounds_with_lost_frames_too() {
    let mut slowest = ms(0);
    for seed in 0..1_000 {
        let (park, linked) = neighbour_round(seed, lossy(), Park::validating);
        assert!(linked && park.is_linked(0), "seed {seed}");
        slowest = slowest.max(park.medium.now());
    }
    println!("slowest link: {slowest:?}");
}

/// One car plugged, both stations in state B as if another car stood at the second one, silent. Levels follow from the seed.
fn neighbour_round(
    seed: u64,
    settings: Settings,
    build: fn(u64, u8, u8, u8, Settings) -> Park,
) -> (Park, bool) {
    let mut noise = Noise::new(seed);
    let (own, step) =
        (15 + u8::try_from(noise.below(25)).unwrap(), 5 + u8::try_from(noise.below(15)).unwrap());
    let mut park = build(seed, 2, own, step, settings);
    park.medium.pilot(park.stations[1], Pilot::B);
    park.medium.run_until(ms(50), |_| false);
    park.medium.plug(park.cars[0], park.stations[0]);
    let (car, station) = (park.cars[0], park.stations[0]);
    let linked =
        park.medium.run_until(ms(60_000), |medium| is_up(medium, car) && is_up(medium, station));
    (park, linked)
}

#[test]
fn two_cars_plugged_at_the_same_time_reach_their_own_stations() {
    for seed in 0..200 {
        let mut noise = Noise::new(seed);
        let spread = [0, 50, 500][usize::try_from(seed % 3).unwrap()];
        let mut park =
            Park::new(seed, 2, 26, 14, Settings { jitter: ms(15), ..Settings::default() });
        assert!(park.plug_all(spread, &mut noise), "seed {seed}");
        assert!(park.is_linked(0) && park.is_linked(1), "seed {seed}");
    }
}

#[test]
fn eight_cars_in_one_coupling_domain_never_cross() {
    for seed in 0..10 {
        let mut park =
            Park::new(seed, 8, 20, 6, Settings { jitter: ms(15), ..Settings::default() });
        assert!(park.plug_all(500, &mut Noise::new(seed)), "seed {seed}");
        assert!(!park.has_wrong_pair());
    }
}

#[test]
fn thirty_percent_loss_may_prevent_a_match_but_never_crosses() {
    let mut linked = 0;
    for seed in 0..50 {
        let settings = Settings { loss_permille: 300, ..lossy() };
        let (park, is_linked) = neighbour_round(seed, settings, Park::validating);
        assert!(!park.has_wrong_pair(), "seed {seed}");
        linked += u32::from(is_linked);
    }
    println!("{linked} of 50 parks linked");
}

#[test]
fn validation_finds_the_cable_when_attenuation_cannot() {
    for seed in 0..50 {
        let mut park = Park::validating(seed, 2, 26, 0, Settings::default());
        park.medium.pilot(park.stations[1], Pilot::B);
        park.medium.run_until(ms(50), |_| false);
        park.medium.plug(park.cars[0], park.stations[0]);
        let car = park.cars[0];
        assert!(park.medium.run_until(ms(30_000), |medium| is_up(medium, car)), "seed {seed}");
        assert!(park.is_linked(0), "seed {seed}");
        let validated = park
            .medium
            .events()
            .iter()
            .any(|(_, _, event)| matches!(event, Event::Ev(ev::Event::Toggle { .. })));
        assert!(validated, "seed {seed}");
    }
}

#[test]
fn each_lost_frame_is_survived() {
    let kinds =
        [0x6008, 0x6009, 0x6064, 0x6065, 0x606A, 0x6076, 0x6086, 0x606E, 0x606F, 0x607C, 0x607D];
    for code in kinds {
        for times in 1..=2 {
            let mut park = Park::new(u64::from(code), 1, 26, 14, Settings::default());
            park.medium.drop_next(code, None, times);
            assert!(park.plug_all(0, &mut Noise::new(1)), "{code:#06x} lost {times} times");
            assert!(park.is_linked(0));
        }
    }
}

#[test]
fn a_lost_match_confirmation_costs_one_repetition() {
    let mut park = Park::new(3, 1, 26, 14, Settings::default());
    park.medium.drop_next(0x607D, None, 1);
    assert!(park.plug_all(0, &mut Noise::new(1)));
    let runs = park
        .medium
        .events()
        .iter()
        .filter(|(_, _, event)| matches!(event, Event::Ev(ev::Event::MatchingStarted { .. })));
    assert_eq!(runs.count(), 1);
}

#[test]
fn a_car_that_restarts_after_all_confirmations_are_lost_is_served_again() {
    let mut park = Park::new(4, 1, 26, 14, Settings::default());
    park.medium.drop_next(0x607D, None, 3);
    assert!(park.plug_all(0, &mut Noise::new(1)));
    assert!(park.medium.now() < ms(6_000), "{:?}", park.medium.now());
}

#[test]
fn a_station_whose_result_is_lost_is_not_passed_over_for_a_neighbour() {
    let mut park = Park::new(5, 2, 26, 14, Settings::default());
    park.medium.pilot(park.stations[1], Pilot::B);
    park.medium.drop_next(0x6086, Some(park.stations[0]), 10);
    park.medium.run_until(ms(50), |_| false);
    park.medium.plug(park.cars[0], park.stations[0]);
    let car = park.cars[0];
    assert!(park.medium.run_until(ms(30_000), |medium| is_up(medium, car)));
    assert!(park.is_linked(0));
}

#[test]
fn a_station_whose_first_answer_is_lost_is_compared_all_the_same() {
    let mut park = Park::new(6, 2, 26, 14, Settings::default());
    park.medium.pilot(park.stations[1], Pilot::B);
    park.medium.run_until(ms(50), |_| false);
    // Both answers are under way at once: the first lost one is that of station 0.
    park.medium.drop_next(0x6065, None, 1);
    park.medium.plug(park.cars[0], park.stations[0]);
    let car = park.cars[0];
    assert!(park.medium.run_until(ms(30_000), |medium| is_up(medium, car)));
    assert!(park.is_linked(0));
}

#[test]
fn neighbours_that_match_elsewhere_do_not_fail_the_connector_of_a_waiting_car() {
    let mut park = Park::new(7, 3, 26, 14, Settings::default());
    park.medium.pilot(park.stations[0], Pilot::B);
    for index in [1, 2] {
        park.medium.plug(park.cars[index], park.stations[index]);
        let at = park.medium.now() + ms(14_000);
        park.medium.run_until(at, |_| false);
        assert!(park.is_linked(index));
    }
    park.medium.plug(park.cars[0], park.stations[0]);
    let (car, end) = (park.cars[0], park.medium.now() + ms(10_000));
    assert!(park.medium.run_until(end, |medium| is_up(medium, car)));
    let own = park.stations[0];
    let failed = |(_, station, event): &(_, StationId, Event)| {
        *station == own && matches!(event, Event::Evse(evse::Event::Failed(_)))
    };
    assert!(!park.medium.events().iter().any(failed));
}

#[test]
fn a_modem_that_measures_nothing_wins_no_car() {
    let mut park = Park::new(8, 2, 26, 14, Settings::default());
    park.medium.measure(park.stations[1], false);
    park.medium.pilot(park.stations[1], Pilot::B);
    park.medium.run_until(ms(50), |_| false);
    park.medium.plug(park.cars[0], park.stations[0]);
    let car = park.cars[0];
    assert!(park.medium.run_until(ms(30_000), |medium| is_up(medium, car)));
    assert!(park.is_linked(0));
    let told = park.medium.events().iter().any(|(_, _, event)| {
        matches!(
            event,
            Event::Evse(evse::Event::SessionEnded {
                end: evse::SessionEnd::NoProfiles { sounds: 10 },
                ..
            })
        )
    });
    assert!(told);
}

#[test]
fn a_modem_that_refuses_the_key_is_asked_again() {
    let mut park = Park::new(9, 1, 26, 14, Settings::default());
    park.medium.refuse_keys(park.cars[0], 1);
    assert!(park.plug_all(0, &mut Noise::new(1)));
}

#[test]
fn a_cut_link_is_reported_and_left_at_both_ends() {
    let mut park = Park::new(10, 1, 26, 14, Settings::default());
    assert!(park.plug_all(0, &mut Noise::new(1)));
    park.medium.cut(park.cars[0], park.stations[0]);
    let end = park.medium.now() + ms(1_000);
    park.medium.run_until(end, |_| false);
    assert!(!is_up(&park.medium, park.cars[0]) && !is_up(&park.medium, park.stations[0]));
    park.medium.connect(park.cars[0], park.stations[0], Path::cable(26));
    let (car, end) = (park.cars[0], end + ms(10_000));
    assert!(park.medium.run_until(end, |medium| is_up(medium, car)), "both return");
}

#[test]
fn charging_again_and_again_uses_a_fresh_key_each_time() {
    let mut park = Park::new(11, 1, 26, 14, Settings::default());
    let mut noise = Noise::new(1);
    for _ in 0..5 {
        assert!(park.plug_all(0, &mut noise));
        park.medium.unplug(park.cars[0]);
        let end = park.medium.now() + ms(2_000);
        park.medium.run_until(end, |_| false);
        assert_eq!(park.medium.peer(park.cars[0]), None);
    }
    let mut keys: Vec<_> = park
        .medium
        .events()
        .iter()
        .filter_map(|(_, _, event)| match event {
            Event::Evse(evse::Event::Matched { key, .. }) => Some(key.nid),
            _ => None,
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 5);
}

#[test]
fn equal_seeds_give_equal_frames() {
    let run = || {
        let mut park = Park::new(12, 2, 26, 14, lossy());
        park.plug_all(50, &mut Noise::new(2));
        park.medium.records().to_vec()
    };
    assert_eq!(run(), run());
}

#[test]
fn without_a_modem_the_link_follows_the_match_at_once() {
    let mut park = Park::with(
        13,
        1,
        26,
        14,
        Settings::default(),
        |config| ev::Config { modem: slac::modem::Modem::Immediate, ..config },
        |config| evse::Config { modem: slac::modem::Modem::Immediate, ..config },
    );
    park.medium.drop_next(0x607D, None, 1);
    park.medium.plug(park.cars[0], park.stations[0]);
    let (car, station) = (park.cars[0], park.stations[0]);
    assert!(
        park.medium.run_until(ms(3_000), |medium| is_up(medium, car) && is_up(medium, station))
    );
}

/// Requests of invented cars, damaged frames and noise, 1000 in the second before and while a car matches.
#[test]
fn a_flood_of_garbage_does_not_keep_a_car_out() {
    for seed in 0..10 {
        let mut park = Park::new(seed, 2, 26, 14, Settings::default());
        let mut noise = Noise::new(seed);
        park.medium.plug(park.cars[0], park.stations[0]);
        let (car, intruder) = (park.cars[0], park.cars[1]);
        for tick in 0..1_000 {
            park.medium.run_until(ms(tick), |_| false);
            let [a, b, c, d, e, f, g, h] = noise.draw().to_le_bytes();
            let source = Mac([2, a, b, c, d, e]);
            let run_id = RunId([a, b, c, d, e, f, g, h]);
            let mut octets = match tick % 3 {
                0 => Frame::new(
                    Mac::BROADCAST,
                    source,
                    SlacParmReq { application_type: 0, security_type: 0, run_id },
                )
                .emit(),
                1 => Frame::new(Mac([2, 0, 0, 0, 1, 0]), source, crate::bench::match_req()).emit(),
                _ => Frame::new(Mac::BROADCAST, source, crate::bench::start()).emit(),
            };
            let at = usize::from(f) % octets.len();
            if tick % 2 == 0 && at > 14 {
                octets[at] ^= g;
            }
            park.medium.inject(intruder, &octets);
        }
        assert!(park.medium.run_until(ms(30_000), |medium| is_up(medium, car)), "seed {seed}");
        assert!(park.is_linked(0));
    }
}
