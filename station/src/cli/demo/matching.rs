//! The matching on a simulated power line with two stations in range.

use super::timeline::Timeline;
use slac::medium::{Event, Medium, Path, Record, Settings, StationId};
use slac::pilot::Pilot;
use slac::{Ev, Evse, Mac, ev, evse};
use std::time::Duration;

pub(crate) const CAR: Mac = Mac([0x02, 0x50, 0x4E, 0x43, 0x00, 0xC1]);
const NEAR: Mac = Mac([0x02, 0x50, 0x4E, 0x43, 0x00, 0xE1]);
const FAR: Mac = Mac([0x02, 0x50, 0x4E, 0x43, 0x00, 0xE2]);

/// What the matching came to.
#[derive(Clone, Debug)]
pub(crate) struct Matched {
    /// Frames at the car's modem, with their offset on the timeline.
    pub(crate) frames: Vec<(Duration, Vec<u8>)>,
    pub(crate) station: Mac,
    /// Address and attenuation of every station heard, best first, in dB.
    pub(crate) heard: Vec<(Mac, f64)>,
}

/// Plugs the car in and lets the line run in real time until the link stands.
pub(crate) async fn run(timeline: &Timeline) -> Result<Matched, String> {
    let begin = timeline.elapsed();
    let join = Duration::from_millis(400);
    let mut medium =
        Medium::new(u64::from(std::process::id()), Settings { join, ..Settings::default() });
    let random = || {
        let system = ring::rand::SystemRandom::new();
        move |out: &mut [u8]| {
            ring::rand::SecureRandom::fill(&system, out).map_err(|_| slac::RandomFailed)
        }
    };
    let car = medium.add_ev(CAR, Ev::new(ev::Config::new(CAR), random()));
    let near = medium.add_evse(NEAR, Evse::new(evse::Config::new(NEAR), random()));
    let far = medium.add_evse(FAR, Evse::new(evse::Config::new(FAR), random()));
    medium.connect(car, near, Path::cable(12));
    medium.connect(car, far, Path::cable(41));
    medium.connect(near, far, Path::cable(38));
    timeline.say(
        "SLAC",
        format!("car {CAR} plugged in at {NEAR}; {FAR} is in range, with another car"),
    );
    medium.pilot(far, Pilot::B);
    medium.plug(car, near);
    let (mut told, mut heard, mut station) = (0, Vec::new(), None);
    while station.is_none() {
        if medium.now() > Duration::from_secs(20) {
            return Err("no match on the power line".into());
        }
        let now = timeline.elapsed().saturating_sub(begin);
        while medium.step(now) {}
        for (at, id, event) in medium.events().iter().skip(told) {
            let at = begin + *at;
            match event {
                Event::Ev(ev::Event::Compared(comparison)) => {
                    heard = comparison
                        .stations
                        .iter()
                        .map(|s| (s.station, f64::from(s.mean.0) / 100.0))
                        .collect();
                    for (mac, mean) in &heard {
                        timeline.say_at(
                            at,
                            "SLAC",
                            format!("{mac} heard with {mean:.1} dB attenuation"),
                        );
                    }
                }
                Event::Ev(ev::Event::Matched { peer, key, .. }) => {
                    timeline.say_at(
                        at,
                        "SLAC",
                        format!("matched with {peer}, network {}", key.nid),
                    );
                }
                Event::Ev(ev::Event::LinkUp { peer }) if *id == car => {
                    timeline.say_at(at, "SLAC", "link is up");
                    station = Some(*peer);
                }
                Event::Ev(ev::Event::Failed(failure)) => {
                    return Err(format!("SLAC failed: {failure:?}"));
                }
                _ => {}
            }
        }
        told = medium.events().len();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let frames = medium.records().iter().filter(|record| at_car(record, car));
    let frames = frames.map(|record| (begin + record.at, record.octets.clone())).collect();
    Ok(Matched { frames, station: station.unwrap_or(NEAR), heard })
}

fn at_car(record: &Record, car: StationId) -> bool {
    record.station == car
}
