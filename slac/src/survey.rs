//! Who is heard on a line: cars, stations and their runs. Learns from frames alone, whoever they are for, and sends nothing.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::attenuation::{Decibel, GROUPS, Profiles};
use crate::key::Nid;
use crate::mme::{Frame, Mac, Message, RunId};
use crate::timing::STATIONS;

/// Runs that are remembered; beyond them the one that said nothing for longest is forgotten.
pub const RUNS: usize = 64;

/// All runs heard, the one that was heard last at the end.
#[derive(Clone, Debug, Default)]
pub struct Survey(Vec<Run>);

/// One matching run of one car.
#[derive(Clone, Debug)]
pub struct Run {
    /// The car.
    pub ev: Mac,
    /// Its run.
    pub run_id: RunId,
    /// When it was heard first.
    pub first: Duration,
    /// When it was heard last.
    pub last: Duration,
    /// How far it has come.
    pub phase: Phase,
    /// Soundings heard of it.
    pub sounds: u32,
    /// Stations that answered it, in the order of their answers.
    pub stations: Vec<Station>,
    /// Modems that told what they measured of it, calibrated by nobody.
    pub modems: Vec<Level>,
    /// The station that gave it a network, and that.
    pub network: Option<(Mac, Nid)>,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// The car asks for stations.
    Asking,
    /// A station has answered.
    Answered,
    /// The car sounds.
    Sounding,
    /// A station has told its attenuation.
    Measured,
    /// The car proves its cable.
    Validating,
    /// The car has asked a station for its network.
    Choosing,
    /// It was given one.
    Matched,
}

/// A station in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Station {
    /// Its host.
    pub mac: Mac,
    /// The attenuation that it told, over all groups.
    pub mean: Option<Decibel>,
    /// Soundings in it.
    pub sounds: u8,
    /// The car took note of it.
    pub is_acknowledged: bool,
}

/// What a modem measured of a car.
#[derive(Clone, Debug)]
pub struct Level {
    /// The modem.
    pub modem: Mac,
    /// As it tells its own host.
    own: Profiles,
    /// As it tells everybody.
    told: Profiles,
}

impl Survey {
    /// Takes a frame, and tells the run that it belongs to.
    pub fn hear(&mut self, now: Duration, octets: &[u8]) -> Option<&Run> {
        let frame = Frame::parse(octets).ok()?;
        let from = frame.source;
        if from.is_group() {
            return None;
        }
        let run = match &frame.message {
            Message::SlacParmReq(m) => self.asked(from, m.run_id, now),
            Message::SlacParmCnf(m) => {
                let run = self.run(m.forwarding_sta, m.run_id, now);
                run.station(from);
                run.reached(Phase::Answered)
            }
            Message::StartAttenCharInd(m) => self.run(from, m.run_id, now).reached(Phase::Sounding),
            Message::MnbcSoundInd(m) => {
                let run = self.run(from, m.run_id, now);
                run.sounds = run.sounds.saturating_add(1);
                run.reached(Phase::Sounding)
            }
            Message::AttenProfileInd(m) => {
                self.latest(m.pev_mac, now)?.measured(from, &m.groups, |level| &mut level.own)
            }
            Message::AttenuationCharacteristicsInd(m) => {
                self.latest(m.pev_mac, now)?.measured(from, &m.groups, |level| &mut level.told)
            }
            Message::AttenCharInd(m) => {
                let run = self.run(m.source_address, m.run_id, now);
                if let (Some(station), Some(mean)) = (run.station(from), Decibel::mean(&m.groups)) {
                    (station.mean, station.sounds) = (Some(mean), m.num_sounds);
                }
                run.reached(Phase::Measured)
            }
            Message::AttenCharRsp(m) => {
                let run = self.run(from, m.run_id, now);
                if let Some(station) = run.station(frame.destination) {
                    station.is_acknowledged = true;
                }
                run.reached(Phase::Measured)
            }
            Message::ValidateReq(_) => self.latest(from, now)?.reached(Phase::Validating),
            Message::ValidateCnf(_) => {
                self.latest(frame.destination, now)?.reached(Phase::Validating)
            }
            Message::SlacMatchReq(m) => {
                let run = self.run(from, m.run_id, now);
                run.station(m.evse_mac);
                run.reached(Phase::Choosing)
            }
            Message::SlacMatchCnf(m) => {
                let run = self.run(m.pev_mac, m.run_id, now);
                run.station(from);
                run.network = Some((from, m.nid));
                run.reached(Phase::Matched)
            }
            _ => return None,
        };
        Some(run)
    }

    /// All runs, the one that was heard last at the end.
    pub fn runs(&self) -> &[Run] {
        &self.0
    }

    /// A car that asks again under the same name begins anew.
    fn asked(&mut self, ev: Mac, run_id: RunId, now: Duration) -> &mut Run {
        let is_over =
            |run: &Run| run.ev == ev && run.run_id == run_id && run.phase > Phase::Answered;
        self.0.retain(|run| !is_over(run));
        self.run(ev, run_id, now)
    }

    /// The run of this name, moved to the end.
    fn run(&mut self, ev: Mac, run_id: RunId, now: Duration) -> &mut Run {
        let is_it = |run: &Run| run.ev == ev && run.run_id == run_id;
        let mut run = match self.0.iter().position(is_it) {
            Some(place) => self.0.remove(place),
            None => Run::new(ev, run_id, now),
        };
        run.last = now;
        if self.0.len() >= RUNS {
            self.0.remove(0);
        }
        self.0.push(run);
        let end = self.0.len() - 1;
        &mut self.0[end] // just pushed
    }

    /// The run that a car was heard in last.
    fn latest(&mut self, ev: Mac, now: Duration) -> Option<&mut Run> {
        let run_id = self.0.iter().rfind(|run| run.ev == ev)?.run_id;
        Some(self.run(ev, run_id, now))
    }
}

impl Run {
    fn new(ev: Mac, run_id: RunId, now: Duration) -> Self {
        Self {
            ev,
            run_id,
            first: now,
            last: now,
            phase: Phase::Asking,
            sounds: 0,
            stations: Vec::new(),
            modems: Vec::new(),
            network: None,
        }
    }

    fn reached(&mut self, phase: Phase) -> &mut Self {
        self.phase = self.phase.max(phase);
        self
    }

    /// The entry of a station, new while there is room.
    fn station(&mut self, mac: Mac) -> Option<&mut Station> {
        if !self.stations.iter().any(|station| station.mac == mac) && self.stations.len() < STATIONS
        {
            self.stations.push(Station { mac, mean: None, sounds: 0, is_acknowledged: false });
        }
        self.stations.iter_mut().find(|station| station.mac == mac)
    }

    /// A modem tells what it measured: its own host, or everybody.
    fn measured(
        &mut self,
        modem: Mac,
        groups: &[u8],
        profiles: fn(&mut Level) -> &mut Profiles,
    ) -> &mut Self {
        if !self.modems.iter().any(|level| level.modem == modem) && self.modems.len() < STATIONS {
            let [own, told] = [Profiles::default(), Profiles::default()];
            self.modems.push(Level { modem, own, told });
        }
        if let Some(level) = self.modems.iter_mut().find(|level| level.modem == modem) {
            profiles(level).add(groups);
        }
        self.reached(Phase::Sounding)
    }

    /// Stations with their attenuation, the nearest first.
    pub fn by_distance(&self) -> Vec<Station> {
        let mut stations = self.stations.clone();
        stations.sort_by_key(|station| (station.mean.is_none(), station.mean));
        stations
    }
}

impl Level {
    /// Over all groups and measurements; `None`: it measured nothing.
    pub fn mean(&self) -> Option<Decibel> {
        self.profiles().mean(&[0; GROUPS])
    }

    /// Measurements in it.
    pub fn count(&self) -> u8 {
        self.profiles().count()
    }

    /// Its own host hears both.
    fn profiles(&self) -> &Profiles {
        if self.own.count() > 0 { &self.own } else { &self.told }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Asking => "asking",
            Self::Answered => "answered",
            Self::Sounding => "sounding",
            Self::Measured => "measured",
            Self::Validating => "validating",
            Self::Choosing => "choosing",
            Self::Matched => "matched",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::medium::{Direction, Medium, Noise, Path, Settings};
    use crate::mme::SlacParmReq;
    use crate::pilot::Pilot;
    use crate::{Ev, Evse, ev, evse};
    use alloc::vec;

    /// One car, 26 dB from its station and 40 dB from another, as it is heard at the own station's modem.
    fn survey(is_open: bool) -> (Survey, [Mac; 3]) {
        let macs = [1, 2, 3].map(|last| Mac([2, 0, 0, 0, 0, last]));
        let settings = Settings { tells_levels: is_open, ..Settings::default() };
        let mut medium = Medium::new(1, settings);
        let [car, own, other] = macs;
        let car = medium.add_ev(car, Ev::new(ev::Config::new(car), Noise::new(2)));
        let [own, other] = [own, other].map(|mac| {
            medium.add_evse(mac, Evse::new(evse::Config::new(mac), Noise::new(mac.0[5].into())))
        });
        medium.connect(car, own, Path::cable(26));
        medium.connect(car, other, Path::cable(40));
        medium.connect(own, other, Path::cable(40));
        medium.pilot(other, Pilot::B);
        medium.run_until(Duration::from_millis(100), |_| false);
        medium.plug(car, own);
        assert!(medium.run_until(Duration::from_secs(20), |medium| medium.peer(car).is_some()));
        let mut survey = Survey::default();
        for record in medium.records() {
            if record.station == own || record.direction == Direction::Sent && record.station == car
            {
                survey.hear(record.at, &record.octets);
            }
        }
        (survey, macs)
    }

    #[test]
    fn a_matching_is_seen_as_one_run_with_its_stations_and_their_levels() {
        let (survey, [car, own, other]) = survey(false);
        let [run] = survey.runs() else { panic!("{survey:?}") };
        assert_eq!((run.ev, run.phase), (car, Phase::Matched));
        assert_eq!(run.network.map(|(station, _)| station), Some(own));
        let stations = run.by_distance();
        assert_eq!(
            stations.iter().map(|station| station.mac).collect::<Vec<_>>(),
            vec![own, other]
        );
        let [near, far] = *stations else { panic!() };
        assert!(near.mean < far.mean && near.mean.is_some() && near.is_acknowledged);
        let [level] = &*run.modems else { panic!("the own modem alone tells its host") };
        assert_eq!((level.count(), level.mean()), (10, near.mean));
    }

    #[test]
    fn levels_that_are_told_to_all_are_counted_once() {
        let (survey, _) = survey(true);
        let [run] = survey.runs() else { panic!() };
        assert_eq!(run.modems.len(), 2);
        assert!(run.modems.iter().all(|level| level.count() == 10), "{:?}", run.modems);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_keeps_what_was_heard_last() {
        let mut survey = Survey::default();
        let ask = |survey: &mut Survey, last: u8, now| {
            let req =
                SlacParmReq { application_type: 0, security_type: 0, run_id: RunId([last; 8]) };
            let frame = Frame::new(Mac::BROADCAST, Mac([2, 0, 0, 0, 0, last]), req).emit();
            survey.hear(Duration::from_secs(now), &frame).is_some()
        };
        for last in 0..=u8::MAX {
            assert!(ask(&mut survey, last, last.into()));
            assert!(ask(&mut survey, 0, last.into()));
        }
        assert_eq!(survey.runs().len(), RUNS);
        let first = survey.runs().iter().find(|run| run.run_id == RunId([0; 8])).unwrap();
        assert_eq!((first.first, first.last), (Duration::ZERO, Duration::from_secs(255)));
        assert!(survey.hear(Duration::ZERO, b"noise").is_none());
    }
}
