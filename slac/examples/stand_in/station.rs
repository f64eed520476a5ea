//! Our station in the place of a real one.

use std::collections::BTreeMap;
use std::time::Duration;

use slac::evse::{Config, Event, Input, Strictness};
use slac::medium::Noise;
use slac::mme::AttenProfileInd;
use slac::pilot::Pilot;
use slac::{Evse, Frame, Mac, Message, Output};

use crate::capture::{Run, Timed, Tries, first};
use crate::compare::Tally;

/// Stands for the modem of a station that the capture does not show.
const MODEM: Mac = Mac([0x02, 0, 0, 0, 0, 0x4D]);
/// A car that begins anew this long after its match was unplugged between.
const REPLUGGED: Duration = Duration::from_millis(500);
/// `TT_EVSE_match_MNBC`.
const WINDOW: Duration = Duration::from_millis(600);

pub(crate) fn stand_in(frames: &[Timed]) -> Tally {
    let mut tally = Tally::default();
    let mut stations: Vec<Mac> = frames
        .iter()
        .filter(|(_, frame)| matches!(frame.message, Message::SlacParmCnf(_)))
        .map(|(_, frame)| frame.source)
        .collect();
    stations.sort_unstable();
    stations.dedup();
    for station in stations {
        one(station, frames, &mut tally);
    }
    tally
}

fn one(station: Mac, frames: &[Timed], tally: &mut Tally) {
    let real: Vec<Timed> =
        frames.iter().filter(|(_, frame)| frame.source == station).cloned().collect();
    let tries = Tries::of(frames);
    let real = tries.split(&real);
    let heard: Vec<Timed> =
        frames.iter().filter(|(_, frame)| frame.source != station).cloned().collect();
    let by_run = tries.split(&heard);
    let modem = frames.iter().find_map(|(_, frame)| match &frame.message {
        Message::AttenProfileInd(ind) if !ind.groups.is_empty() => Some(frame.source),
        _ => None,
    });
    let begin = frames.first().map_or(Duration::ZERO, |(at, _)| *at);
    let config = Config { strictness: Strictness::Lenient, ..Config::new(station) };
    let mut place = Place {
        engine: Evse::new(config, Noise::new(1)),
        tries: &tries,
        modem: modem.unwrap_or(MODEM),
        now: begin,
        sent: vec![],
        matched: None,
        agenda: BTreeMap::new(),
        held: BTreeMap::new(),
    };
    place.handle(begin, Input::Pilot(Pilot::B));
    for (at, frame) in &heard {
        let is_heard = frame.destination == Mac::BROADCAST || frame.destination == station;
        let Some(run) = tries.run(*at, frame).filter(|_| is_heard) else {
            if is_heard && frame.source == place.modem {
                place.plan(*at, frame.clone());
            }
            continue;
        };
        let result = real.get(&run).and_then(|frames| first(frames, "CM_ATTEN_CHAR.IND"));
        match &frame.message {
            // What the car does about the result, it does about ours.
            Message::AttenCharRsp(_) | Message::SlacMatchReq(_)
                if result.is_some_and(|(told, _)| told < at) =>
            {
                let told = result.map_or(*at, |(told, _)| *told);
                place.held.entry(run).or_default().push((*at - told, frame.clone()));
            }
            _ => place.plan(*at, frame.clone()),
        }
        // The modem is not in the capture: what it measured is what the real station told.
        if let (Message::MnbcSoundInd(_), None, Some((_, told))) = (&frame.message, modem, result)
            && let Message::AttenCharInd(told) = &told.message
        {
            let profile = AttenProfileInd { pev_mac: frame.source, groups: told.groups };
            place.plan(*at, Frame::new(Mac::BROADCAST, MODEM, profile));
        }
    }
    let end = frames.last().map_or(begin, |(at, _)| *at) + Duration::from_secs(2);
    place.run(end);
    let ours = tries.split(&place.sent);
    for (run, real) in &real {
        tally.runs += 1;
        let none = vec![];
        judge(
            real,
            ours.get(run).unwrap_or(&none),
            by_run.get(run).unwrap_or(&none),
            modem.is_some(),
            tally,
        );
    }
}

/// One run: what the real station sent, what ours sent, and what the car sent.
fn judge(real: &[&Timed], ours: &[&Timed], car: &[&Timed], has_modem: bool, tally: &mut Tally) {
    let Some((opened, _)) = first(car, "CM_SLAC_PARM.REQ") else {
        return tally.except("a run whose request is not in the capture");
    };
    let pair = |name: &str, tally: &mut Tally| {
        let (_, real) = first(real, name)?;
        match first(ours, name) {
            Some((at, ours)) => {
                let spared = spared(real, ours, car, has_modem, tally);
                tally.frame(real, &spared);
                Some(*at)
            }
            None => {
                tally.wrong(format!("{real}: ours is missing"));
                None
            }
        }
    };
    if let Some(at) = pair("CM_SLAC_PARM.CNF", tally) {
        tally.window("CM_SLAC_PARM.REQ to CNF", 0, 100, at.checked_sub(*opened));
    }
    let started = first(car, "CM_START_ATTEN_CHAR.IND");
    if let (Some(at), Some((started, _))) = (pair("CM_ATTEN_CHAR.IND", tally), started) {
        tally.window("CM_START_ATTEN_CHAR.IND to result", 0, 700, at.checked_sub(*started));
    }
    if pair("CM_SLAC_MATCH.CNF", tally).is_some() {
        tally.matched();
    }
}

/// What cannot be equal for a known reason is taken over from the real frame.
fn spared(real: &Frame, ours: &Frame, car: &[&Timed], has_modem: bool, tally: &mut Tally) -> Frame {
    let mut spared = ours.clone();
    let (Message::AttenCharInd(real), Message::AttenCharInd(ours)) =
        (&real.message, &mut spared.message)
    else {
        return spared;
    };
    if has_modem && real.groups != ours.groups && real.groups.len() == ours.groups.len() {
        tally.except(
            "CM_ATTEN_CHAR.IND groups: the real station subtracts its own share, ours is not calibrated",
        );
        ours.groups = real.groups;
    }
    let window = first(car, "CM_START_ATTEN_CHAR.IND").map(|(at, _)| *at + WINDOW);
    let in_window = car.iter().filter(|(at, frame)| {
        matches!(frame.message, Message::MnbcSoundInd(_)) && Some(*at) < window
    });
    if usize::from(ours.num_sounds) == in_window.count() && real.num_sounds > ours.num_sounds {
        tally.except("CM_ATTEN_CHAR.IND num_sounds: the real station counted beyond the window");
        ours.num_sounds = real.num_sounds;
    }
    spared
}

struct Place<'a> {
    engine: Evse,
    tries: &'a Tries,
    modem: Mac,
    now: Duration,
    sent: Vec<Timed>,
    matched: Option<Duration>,
    agenda: BTreeMap<(Duration, usize), Frame>,
    /// What a car sends so long after its result.
    held: BTreeMap<Run, Vec<Timed>>,
}

impl Place<'_> {
    fn plan(&mut self, at: Duration, frame: Frame) {
        self.agenda.insert((at, self.agenda.len() + self.sent.len() * 10_000), frame);
    }

    fn run(&mut self, until: Duration) {
        loop {
            let wait = self.drain();
            let next = self.agenda.first_key_value().map(|(&(at, _), _)| at);
            match (wait, next) {
                (Some(wait), next) if wait <= until && next.is_none_or(|next| wait <= next) => {
                    self.handle(wait, Input::Timeout);
                }
                (_, Some(next)) if next <= until => {
                    let Some((_, frame)) = self.agenda.pop_first() else { return };
                    let is_new = matches!(frame.message, Message::SlacParmReq(_));
                    if is_new && self.matched.is_some_and(|matched| next > matched + REPLUGGED) {
                        self.matched = None;
                        self.handle(next, Input::Pilot(Pilot::A));
                        self.handle(next, Input::Pilot(Pilot::B));
                    }
                    self.handle(next, Input::Frame(&frame.emit()));
                }
                _ => return,
            }
        }
    }

    fn handle(&mut self, at: Duration, input: Input<'_>) {
        self.now = self.now.max(at);
        self.engine.handle(self.now, input);
        self.drain();
    }

    fn drain(&mut self) -> Option<Duration> {
        loop {
            match self.engine.poll() {
                Output::Transmit(octets) => {
                    let Ok(frame) = Frame::parse(octets) else { continue };
                    match &frame.message {
                        Message::SetKeyReq(request) => {
                            let answer =
                                Frame::new(frame.source, self.modem, request.confirmation(1));
                            self.engine.handle(self.now, Input::Frame(&answer.emit()));
                        }
                        Message::AttenCharInd(_) => {
                            let run = self.tries.run(self.now, &frame);
                            let held = run.and_then(|run| self.held.remove(&run));
                            for (after, frame) in held.unwrap_or_default() {
                                self.plan(self.now + after, frame);
                            }
                        }
                        Message::SlacMatchCnf(_) => self.matched = Some(self.now),
                        _ => {}
                    }
                    self.sent.push((self.now, frame));
                }
                // The capture does not tell the control pilot: it steps over E, as a station would let it.
                Output::Event(Event::Failed(_)) => {
                    self.engine.handle(self.now, Input::Pilot(Pilot::E));
                    self.engine.handle(self.now, Input::Pilot(Pilot::B));
                }
                Output::Event(_) => {}
                Output::Wait(wait) => return wait,
            }
        }
    }
}
