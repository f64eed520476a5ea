//! A power line in memory: cars, stations and their modems on one simulated clock.
//!
//! Everything follows from the seed. Frames pass between stations in range, also unicast frames of others, as modems hand them up;
//! each EVSE's modem measures each sounding; modems with equal keys link up after a while.
//!
//! ```
//! use core::time::Duration;
//! use slac::medium::{Medium, Noise, Path, Settings};
//! use slac::{Ev, Evse, Mac, ev, evse, pilot::Pilot};
//!
//! let [car, own, neighbour] = [1, 2, 3].map(|last| Mac([0x02, 0, 0, 0, 0, last]));
//! let mut medium = Medium::new(7, Settings::default());
//! let car = medium.add_ev(car, Ev::new(ev::Config::new(car), Noise::new(1)));
//! let own = medium.add_evse(own, Evse::new(evse::Config::new(own), Noise::new(2)));
//! let neighbour = medium.add_evse(neighbour, Evse::new(evse::Config::new(neighbour), Noise::new(3)));
//! medium.connect(car, own, Path::cable(26));
//! medium.connect(car, neighbour, Path::cable(41));
//! medium.pilot(neighbour, Pilot::B);
//! medium.run_until(Duration::from_millis(100), |_| false);
//! medium.plug(car, own);
//! assert!(medium.run_until(Duration::from_secs(20), |medium| medium.peer(car).is_some()));
//! assert_eq!(medium.peer(car), Some(own));
//! assert!(medium.records().iter().any(|record| record.station == car));
//! ```

mod modem;
mod path;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

pub use path::{Noise, Path};

use crate::mme::qualcomm::{self, AttenuationCharacteristicsInd, HstActionInd};
use crate::mme::{Frame, Mac, Message};
use crate::modem::Make;
use crate::output::Output;
use crate::pilot::{EvPilot, Pilot};
use crate::site::Site;
use crate::{Ev, Evse, ev, evse};
use modem::SimulatedModem;

/// How the line treats frames.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Deliveries lost, of a thousand.
    pub loss_permille: u16,
    /// Deliveries made twice, of a thousand.
    pub duplicate_permille: u16,
    /// Shortest way of a frame from host to host.
    pub delay: Duration,
    /// Longest addition to it; frames overtake each other within it.
    pub jitter: Duration,
    /// From the second modem's key to the link.
    pub join: Duration,
    /// From a modem's departure to the report at the one left behind.
    pub leave: Duration,
    /// Modems of stations tell everybody what they measure (VS_ATTENUATION_CHARACTERISTICS.IND).
    pub tells_levels: bool,
    /// Soundings that a modem measures 20 to 35 dB too weak, of a thousand.
    pub outlier_permille: u16,
    /// Every frame is kept for [`Medium::records`].
    pub keeps_records: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            loss_permille: 0,
            duplicate_permille: 0,
            delay: Duration::from_millis(3),
            jitter: Duration::from_millis(2),
            join: Duration::from_millis(1_500),
            leave: Duration::from_millis(100),
            tells_levels: false,
            outlier_permille: 0,
            keeps_records: true,
        }
    }
}

/// A station on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StationId(usize);

/// An event of one of the engines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Of a car.
    Ev(ev::Event),
    /// Of a charging station.
    Evse(evse::Event),
}

/// A frame at the interface between a host and its modem.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// When.
    pub at: Duration,
    /// Whose host.
    pub station: StationId,
    /// From or to the host.
    pub direction: Direction,
    /// The Ethernet frame.
    pub octets: Vec<u8>,
}

/// The frame by its summary: its octets may hold a network's key.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?} {:?} ", self.at, self.station, self.direction)?;
        match Frame::parse(&self.octets) {
            Ok(frame) => write!(f, "{frame}"),
            Err(error) => write!(f, "{} octets: {error}", self.octets.len()),
        }
    }
}

/// Seen from the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the modem.
    Sent,
    /// From the modem.
    Received,
}

/// The line and all that is on it.
pub struct Medium {
    settings: Settings,
    now: Duration,
    noise: Noise,
    stations: Vec<Station>,
    sites: Vec<Site>,
    paths: BTreeMap<(StationId, StationId), Path>,
    cables: BTreeMap<StationId, StationId>,
    links: BTreeSet<(StationId, StationId)>,
    /// What comes, by time and by order of planning.
    agenda: BTreeMap<(Duration, u64), Action>,
    planned: u64,
    drops: Vec<Drop>,
    records: Vec<Record>,
    events: Vec<(Duration, StationId, Event)>,
}

struct Station {
    mac: Mac,
    modem: SimulatedModem,
    engine: Engine,
    wait: Option<Duration>,
}

enum Engine {
    Ev(Ev),
    Evse(Evse),
    /// Of a site, by their numbers.
    Connector(usize, usize),
}

enum Action {
    Deliver(StationId, Vec<u8>),
    Join(StationId, StationId),
    LinkDown(StationId),
    Pilot(StationId, Pilot),
}

/// The next `times` deliveries of this message type vanish.
struct Drop {
    code: u16,
    to: Option<StationId>,
    times: usize,
}

impl Medium {
    /// An empty line; equal seeds give equal runs.
    pub fn new(seed: u64, settings: Settings) -> Self {
        Self {
            settings,
            now: Duration::ZERO,
            noise: Noise::new(seed),
            stations: Vec::new(),
            sites: Vec::new(),
            paths: BTreeMap::new(),
            cables: BTreeMap::new(),
            links: BTreeSet::new(),
            agenda: BTreeMap::new(),
            planned: 0,
            drops: Vec::new(),
            records: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Puts a car on the line; `mac` is that of its configuration.
    pub fn add_ev(&mut self, mac: Mac, engine: Ev) -> StationId {
        self.add(mac, Engine::Ev(engine), false)
    }

    /// Puts a charging station on the line; `mac` is that of its configuration.
    pub fn add_evse(&mut self, mac: Mac, engine: Evse) -> StationId {
        self.add(mac, Engine::Evse(engine), true)
    }

    /// Puts the connectors of one site on the line; addresses are those of their configurations.
    pub fn add_site(
        &mut self,
        connectors: impl IntoIterator<Item = (Mac, Evse)>,
    ) -> Vec<StationId> {
        let number = self.sites.len();
        self.sites.push(Site::new());
        let mut ids = Vec::new();
        for (mac, engine) in connectors {
            let connector = self.sites.get_mut(number).map_or(0, |site| site.add(engine));
            ids.push(self.add(mac, Engine::Connector(number, connector), true));
        }
        ids
    }

    /// Two stations hear each other, the same both ways.
    pub fn connect(&mut self, one: StationId, other: StationId, path: Path) {
        self.paths.insert(pair(one, other), path);
    }

    /// Plugs the cable: the EVSE sees state B, the car an oscillator at 5 %.
    pub fn plug(&mut self, ev: StationId, evse: StationId) {
        self.cables.insert(ev, evse);
        self.pilot(evse, Pilot::B);
        self.ev(ev, ev::Input::Pilot(EvPilot::Pwm(5)));
    }

    /// Pulls the cable.
    pub fn unplug(&mut self, ev: StationId) {
        if let Some(evse) = self.cables.remove(&ev) {
            self.pilot(evse, Pilot::A);
        }
        self.ev(ev, ev::Input::Pilot(EvPilot::Unplugged));
    }

    /// Changes the control pilot of an EVSE.
    pub fn pilot(&mut self, evse: StationId, pilot: Pilot) {
        self.evse(evse, evse::Input::Pilot(pilot));
    }

    /// Gives a car an input of its own.
    pub fn ev(&mut self, station: StationId, input: ev::Input<'_>) {
        let now = self.now;
        if let Some(Engine::Ev(engine)) = self.engine(station) {
            engine.handle(now, input);
        }
        self.drain(station);
    }

    /// Gives an EVSE an input of its own.
    pub fn evse(&mut self, station: StationId, input: evse::Input<'_>) {
        let now = self.now;
        match self.engine(station) {
            Some(Engine::Evse(engine)) => engine.handle(now, input),
            Some(&mut Engine::Connector(site, connector)) => {
                if let Some(site) = self.sites.get_mut(site) {
                    site.handle(now, connector, input);
                }
            }
            _ => {}
        }
        self.drain(station);
    }

    /// Loses the next deliveries of a message type, at one station or at all.
    pub fn drop_next(&mut self, code: u16, to: Option<StationId>, times: usize) {
        self.drops.push(Drop { code, to, times });
    }

    /// Lets a modem refuse the next keys.
    pub fn refuse_keys(&mut self, station: StationId, times: u8) {
        if let Some(station) = self.stations.get_mut(station.0) {
            station.modem.refusals = times;
        }
    }

    /// Lets a modem take keys and answer as if it refused them.
    pub fn misreport_keys(&mut self, station: StationId, misreports: bool) {
        if let Some(station) = self.stations.get_mut(station.0) {
            station.modem.misreports = misreports;
        }
    }

    /// Exchanges a modem for one of this make; at first all are Qualcomm's. Its key is gone.
    pub fn make(&mut self, station: StationId, make: Make) {
        if let Some(station) = self.stations.get_mut(station.0) {
            (station.modem.make, station.modem.key) = (make, None);
        }
        self.left(station);
    }

    /// Restarts a modem, which forgets its key; one of Qualcomm tells its host.
    pub fn restart_modem(&mut self, station: StationId) {
        let Some(there) = self.stations.get_mut(station.0) else { return };
        there.modem.key = None;
        let (host, modem) = (there.mac, there.modem.mac);
        let tells = there.modem.make == Make::Qualcomm;
        self.left(station);
        if tells {
            let told = Frame::new(host, modem, HstActionInd { action: 0, version: [0, 1] });
            self.plan(self.settings.delay, Action::Deliver(station, told.emit()));
        }
    }

    /// Whether a modem reports soundings; at an EVSE it does.
    pub fn measure(&mut self, station: StationId, measures: bool) {
        if let Some(station) = self.stations.get_mut(station.0) {
            station.modem.measures = measures;
        }
    }

    /// Adds this much to every level that a modem measures: the station's own share, which calibration takes away.
    pub fn bias(&mut self, station: StationId, decibel: u8) {
        if let Some(station) = self.stations.get_mut(station.0) {
            station.modem.bias = decibel;
        }
    }

    /// Breaks a link although both modems keep their keys.
    pub fn cut(&mut self, one: StationId, other: StationId) {
        if self.links.remove(&pair(one, other)) {
            self.paths.remove(&pair(one, other));
            self.plan(self.settings.leave, Action::LinkDown(one));
            self.plan(self.settings.leave, Action::LinkDown(other));
        }
    }

    /// Puts a frame on the line as if `from` had sent it.
    pub fn inject(&mut self, from: StationId, octets: &[u8]) {
        if let Ok(frame) = Frame::parse(octets) {
            self.broadcast(from, &frame, octets);
        }
    }

    /// Does what comes next, if it comes by `until`; otherwise moves the clock there. False: nothing left until then.
    pub fn step(&mut self, until: Duration) -> bool {
        let planned = self.agenda.first_key_value().map(|(&(at, _), _)| at);
        let waiting = (0..self.stations.len())
            .filter_map(|index| Some((self.stations.get(index)?.wait?, StationId(index))))
            .min();
        match (planned, waiting) {
            (Some(at), waiting) if at <= until && waiting.is_none_or(|(wait, _)| at <= wait) => {
                self.now = self.now.max(at);
                if let Some((_, action)) = self.agenda.pop_first() {
                    self.act(action);
                }
                true
            }
            (_, Some((wait, station))) if wait <= until => {
                self.now = self.now.max(wait);
                self.ev(station, ev::Input::Timeout);
                self.evse(station, evse::Input::Timeout);
                true
            }
            _ => {
                self.now = self.now.max(until);
                false
            }
        }
    }

    /// Runs until `done` or until the time is over; true when done.
    pub fn run_until(&mut self, until: Duration, mut done: impl FnMut(&Self) -> bool) -> bool {
        loop {
            if done(self) {
                return true;
            }
            if !self.step(until) {
                return done(self);
            }
        }
    }

    /// The simulated clock.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// The station in the network of this one.
    pub fn peer(&self, station: StationId) -> Option<StationId> {
        self.links.iter().find_map(|&(one, other)| match station {
            _ if station == one => Some(other),
            _ if station == other => Some(one),
            _ => None,
        })
    }

    /// The address of a station's host.
    pub fn mac(&self, station: StationId) -> Option<Mac> {
        self.stations.get(station.0).map(|station| station.mac)
    }

    /// All frames at all hosts, in order of time, unless none are kept.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// All events of all engines, in order of time.
    pub fn events(&self) -> &[(Duration, StationId, Event)] {
        &self.events
    }

    fn add(&mut self, mac: Mac, engine: Engine, measures: bool) -> StationId {
        let id = StationId(self.stations.len());
        let [_, _, _, d, e, f] = mac.0;
        let modem = SimulatedModem {
            mac: Mac([0x00, 0xB0, 0x52, d ^ 0x80, e, f]),
            make: Make::Qualcomm,
            key: None,
            measures,
            refusals: 0,
            misreports: false,
            bias: 0,
        };
        self.stations.push(Station { mac, modem, engine, wait: None });
        self.drain(id);
        id
    }

    fn engine(&mut self, station: StationId) -> Option<&mut Engine> {
        self.stations.get_mut(station.0).map(|station| &mut station.engine)
    }

    fn plan(&mut self, after: Duration, action: Action) {
        self.planned += 1;
        self.agenda.insert((self.now + after, self.planned), action);
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Deliver(to, octets) => {
                self.record(to, Direction::Received, octets.clone());
                self.ev(to, ev::Input::Frame(&octets));
                self.evse(to, evse::Input::Frame(&octets));
            }
            Action::Join(one, other) => {
                if self.are_in_network(one, other) && self.links.insert(pair(one, other)) {
                    for station in [one, other] {
                        self.ev(station, ev::Input::LinkUp);
                        self.evse(station, evse::Input::LinkUp);
                    }
                }
            }
            Action::LinkDown(station) => {
                if self.peer(station).is_none() {
                    self.ev(station, ev::Input::LinkDown);
                    self.evse(station, evse::Input::LinkDown);
                }
            }
            Action::Pilot(evse, pilot) => self.pilot(evse, pilot),
        }
    }

    /// Takes everything out of an engine.
    fn drain(&mut self, id: StationId) {
        loop {
            let output = match self.engine(id) {
                Some(Engine::Ev(engine)) => Polled::of(engine.poll(), Event::Ev),
                Some(Engine::Evse(engine)) => Polled::of(engine.poll(), Event::Evse),
                Some(&mut Engine::Connector(site, connector)) => match self.sites.get_mut(site) {
                    Some(site) => Polled::of(site.poll(connector), Event::Evse),
                    None => return,
                },
                None => return,
            };
            match output {
                Polled::Transmit(octets) => self.transmit(id, octets),
                Polled::Event(event) => self.note(id, event),
                Polled::Wait(wait) => {
                    if let Some(station) = self.stations.get_mut(id.0) {
                        station.wait = wait;
                    }
                    return;
                }
            }
        }
    }

    fn note(&mut self, id: StationId, event: Event) {
        if let (Event::Ev(ev::Event::Toggle { count, state }), Some(&evse)) =
            (&event, self.cables.get(&id))
        {
            for toggle in 0..u32::from(*count) {
                self.plan(*state * (2 * toggle), Action::Pilot(evse, Pilot::C));
                self.plan(*state * (2 * toggle + 1), Action::Pilot(evse, Pilot::B));
            }
        }
        self.events.push((self.now, id, event));
    }

    fn transmit(&mut self, from: StationId, octets: Vec<u8>) {
        if let Ok(frame) = Frame::parse(&octets) {
            match &frame.message {
                Message::SetKeyReq(request) => self.set_key(from, frame.source, request),
                _ if modem::is_local(&frame) => self.ask(from, &frame),
                _ => self.broadcast(from, &frame, &octets),
            }
        }
        self.record(from, Direction::Sent, octets);
    }

    fn set_key(&mut self, id: StationId, host: Mac, request: &crate::mme::SetKeyReq) {
        let Some(station) = self.stations.get_mut(id.0) else { return };
        let answer = station.modem.set_key(host, request);
        self.deliver(id, &answer, answer.emit());
        self.left(id);
        for other in (0..self.stations.len()).map(StationId) {
            if other != id && self.are_in_network(id, other) {
                self.plan(self.settings.join, Action::Join(id, other));
            }
        }
    }

    /// Ends the links of a modem whose key has changed.
    fn left(&mut self, id: StationId) {
        let left: Vec<_> =
            self.links.iter().copied().filter(|&(one, other)| one == id || other == id).collect();
        for (one, other) in left {
            if !self.are_in_network(one, other) {
                self.links.remove(&(one, other));
                self.plan(
                    self.settings.leave,
                    Action::LinkDown(if one == id { other } else { one }),
                );
            }
        }
    }

    /// The modem answers what is asked of it alone. Only answers about the link are lost at times.
    fn ask(&mut self, id: StationId, question: &Frame) {
        let peer = self.peer(id).and_then(|peer| self.mac(peer));
        let Some(modem) = self.stations.get(id.0).map(|station| &station.modem) else { return };
        let frame = |answer| Frame::new(question.source, modem.mac, answer);
        if let Some(answer) = modem.link(&question.message, peer).map(frame) {
            self.deliver(id, &answer, answer.emit());
        } else if let Some(answer) = modem.answer(&question.message).map(frame) {
            self.plan(self.settings.delay, Action::Deliver(id, answer.emit()));
        }
    }

    /// Everybody in range hears a frame, whatever its destination; EVSE modems measure soundings.
    fn broadcast(&mut self, from: StationId, frame: &Frame, octets: &[u8]) {
        for to in (0..self.stations.len()).map(StationId) {
            let Some(path) = self
                .paths
                .get(&pair(from, to))
                .filter(|path| to != from && path.is_heard())
                .cloned()
            else {
                continue;
            };
            if !self.deliver(to, frame, octets.to_vec())
                || !matches!(frame.message, Message::MnbcSoundInd(_))
            {
                continue;
            }
            let is_outlier = self.noise.chance(self.settings.outlier_permille);
            let extra = if is_outlier { self.noise.below(16) + 20 } else { 0 };
            let measured = self.stations.get(to.0).and_then(|station| {
                let extra = i16::try_from(extra).unwrap_or(0);
                station.modem.measure(frame.source, &path, extra, &mut self.noise)
            });
            if let Some((octets, profile)) =
                measured.and_then(|octets| Frame::parse(&octets).ok().map(|frame| (octets, frame)))
            {
                self.deliver(to, &profile, octets);
                if let (Message::AttenProfileInd(ind), true) =
                    (profile.message, self.settings.tells_levels)
                {
                    let told = AttenuationCharacteristicsInd {
                        oui: qualcomm::OUI,
                        pev_mac: ind.pev_mac,
                        reserved: [0; 9],
                        groups: ind.groups,
                    };
                    let told = Frame::new(Mac::BROADCAST, profile.source, told);
                    self.broadcast(to, &told, &told.emit());
                }
            }
        }
    }

    /// False when the frame is lost on its way.
    fn deliver(&mut self, to: StationId, frame: &Frame, octets: Vec<u8>) -> bool {
        let code = frame.message.code();
        let rule = self.drops.iter_mut().find(|drop| {
            drop.times > 0 && drop.code == code && drop.to.is_none_or(|only| only == to)
        });
        if let Some(rule) = rule {
            rule.times -= 1;
            return false;
        }
        if self.noise.chance(self.settings.loss_permille) {
            return false;
        }
        if self.noise.chance(self.settings.duplicate_permille) {
            let delay = self.delay();
            self.plan(delay, Action::Deliver(to, octets.clone()));
        }
        let delay = self.delay();
        self.plan(delay, Action::Deliver(to, octets));
        true
    }

    fn delay(&mut self) -> Duration {
        let jitter = u64::try_from(self.settings.jitter.as_micros()).unwrap_or(u64::MAX - 1);
        self.settings.delay + Duration::from_micros(self.noise.below(jitter + 1))
    }

    fn record(&mut self, station: StationId, direction: Direction, octets: Vec<u8>) {
        if self.settings.keeps_records {
            self.records.push(Record { at: self.now, station, direction, octets });
        }
    }

    fn are_in_network(&self, one: StationId, other: StationId) -> bool {
        let heard = self.paths.get(&pair(one, other)).is_some_and(Path::is_heard);
        let modems = self.stations.get(one.0).zip(self.stations.get(other.0));
        heard && modems.is_some_and(|(one, other)| one.modem.is_in_network_of(&other.modem))
    }
}

fn pair(one: StationId, other: StationId) -> (StationId, StationId) {
    (one.min(other), one.max(other))
}

/// An output of any engine, apart from it.
enum Polled {
    Transmit(Vec<u8>),
    Event(Event),
    Wait(Option<Duration>),
}

impl Polled {
    fn of<E>(output: Output<'_, E>, wrap: fn(E) -> Event) -> Self {
        match output {
            Output::Transmit(octets) => Self::Transmit(octets.to_vec()),
            Output::Event(event) => Self::Event(wrap(event)),
            Output::Wait(until) => Self::Wait(until),
        }
    }
}
