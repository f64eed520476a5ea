//! One car and one station on a line with anything else on it; what the engines do is measured call by call.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use slac::medium::Noise;
use slac::mme::*;
use slac::pilot::{EvPilot, Pilot};
use slac::{Ev, Evse, Frame, Mac, Output, RunId, ev, evse};

use crate::counting::allocations;

pub(crate) const EV: Mac = Mac([2, 0, 0, 0, 0, 0xC1]);
pub(crate) const EVSE: Mac = Mac([2, 0, 0, 0, 0, 0xE1]);
/// The modems of both.
pub(crate) const EV_MODEM: Mac = Mac([0x00, 0xB0, 0x52, 9, 9, 1]);
pub(crate) const EVSE_MODEM: Mac = Mac([0x00, 0xB0, 0x52, 9, 9, 2]);
/// From host to host.
const DELAY: Duration = Duration::from_millis(3);

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What the calls into one engine cost.
#[derive(Default)]
pub(crate) struct Cost {
    /// Allocations of calls with a frame.
    pub(crate) by_frames: u64,
    /// Allocations of all other calls.
    pub(crate) otherwise: u64,
    pub(crate) longest: Duration,
    pub(crate) total: Duration,
    /// Times of calls that led to a frame.
    pub(crate) answers: Vec<Duration>,
}

pub(crate) struct Line {
    pub(crate) now: Duration,
    evse: Evse,
    ev: Ev,
    waits: [Option<Duration>; 2],
    agenda: BTreeMap<(Duration, u64), (Side, Vec<u8>)>,
    planned: u64,
    pub(crate) evse_cost: Cost,
    pub(crate) ev_cost: Cost,
    pub(crate) evse_events: Vec<(Duration, evse::Event)>,
    pub(crate) ev_events: Vec<(Duration, ev::Event)>,
    /// What both sent, and when.
    pub(crate) sent: Vec<(Duration, Frame)>,
    keys: [Option<slac::Nid>; 2],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Evse,
    Ev,
}

enum Call<'a> {
    Frame(&'a [u8]),
    Timeout,
    Plug,
    Unplug,
}

macro_rules! call {
    ($line:ident, $role:ident, $engine:ident, $cost:ident, $events:ident, $call:expr, $plug:expr, $unplug:expr) => {{
        let input = match &$call {
            Call::Frame(octets) => $role::Input::Frame(octets),
            Call::Timeout => $role::Input::Timeout,
            Call::Plug => $role::Input::Pilot($plug),
            Call::Unplug => $role::Input::Pilot($unplug),
        };
        let (now, engine) = ($line.now, &mut $line.$engine);
        let begin = Instant::now();
        let (mut count, ()) = allocations(|| engine.handle(now, input));
        let mut time = begin.elapsed();
        let mut frames = vec![];
        let wait = loop {
            let begin = Instant::now();
            let (more, output) = allocations(|| engine.poll());
            time += begin.elapsed();
            count += more;
            match output {
                Output::Transmit(octets) => frames.push(octets.to_vec()),
                Output::Event(event) => $line.$events.push((now, event)),
                Output::Wait(wait) => break wait,
            }
        };
        let cost = &mut $line.$cost;
        let by_frames = matches!($call, Call::Frame(_));
        *(if by_frames { &mut cost.by_frames } else { &mut cost.otherwise }) += count;
        cost.longest = cost.longest.max(time);
        cost.total += time;
        if !frames.is_empty() {
            cost.answers.push(time);
        }
        (frames, wait)
    }};
}

impl Line {
    /// Equal seeds give equal runs and keys.
    pub(crate) fn new(seed: u64) -> Self {
        let mut line = Self {
            now: Duration::ZERO,
            evse: Evse::new(evse::Config::new(EVSE), Noise::new(seed)),
            ev: Ev::new(ev::Config::new(EV), Noise::new(seed + 1)),
            waits: [None; 2],
            agenda: BTreeMap::new(),
            planned: 0,
            evse_cost: Cost::default(),
            ev_cost: Cost::default(),
            evse_events: vec![],
            ev_events: vec![],
            sent: vec![],
            keys: [None; 2],
        };
        line.call(Side::Evse, Call::Timeout);
        line
    }

    pub(crate) fn plug(&mut self) {
        self.call(Side::Evse, Call::Plug);
        self.call(Side::Ev, Call::Plug);
    }

    /// The car comes later.
    pub(crate) fn station_is_plugged(&mut self) {
        self.call(Side::Evse, Call::Plug);
    }

    pub(crate) fn unplug(&mut self) {
        self.call(Side::Evse, Call::Unplug);
        self.call(Side::Ev, Call::Unplug);
    }

    /// A frame that comes to one side now, from whomever.
    pub(crate) fn hear(&mut self, side: Side, octets: &[u8]) {
        self.call(side, Call::Frame(octets));
    }

    /// Lets the clock run, every frame and deadline on time.
    pub(crate) fn run_until(&mut self, end: Duration) {
        loop {
            let due = self.waits.iter().flatten().copied().min();
            let next = self.agenda.first_key_value().map(|(&(at, _), _)| at);
            match (next, due) {
                (Some(at), due) if at <= end && due.is_none_or(|due| at <= due) => {
                    self.now = self.now.max(at);
                    let (_, (side, octets)) = self.agenda.pop_first().unwrap();
                    self.call(side, Call::Frame(&octets));
                }
                (_, Some(due)) if due <= end => {
                    self.now = self.now.max(due);
                    let side = if self.waits[0] == Some(due) { Side::Evse } else { Side::Ev };
                    self.call(side, Call::Timeout);
                }
                _ => break,
            }
        }
        self.now = end;
    }

    fn call(&mut self, side: Side, call: Call<'_>) {
        let (frames, wait) = match side {
            Side::Evse => {
                call!(self, evse, evse, evse_cost, evse_events, call, Pilot::B, Pilot::A)
            }
            Side::Ev => {
                call!(self, ev, ev, ev_cost, ev_events, call, EvPilot::Pwm(5), EvPilot::Unplugged)
            }
        };
        self.waits[side as usize] = wait;
        for octets in frames {
            let frame = Frame::parse(&octets).unwrap();
            match &frame.message {
                Message::SetKeyReq(request) => {
                    self.keys[side as usize] = Some(request.nid);
                    self.answer(side, request.confirmation(1));
                }
                Message::Qualcomm(qualcomm::Qualcomm::PlLnkStatusReq(_)) => {
                    let link = u8::from(self.keys[0] == self.keys[1]);
                    self.answer(side, qualcomm::PlLnkStatusCnf { status: 0, link });
                }
                _ => {
                    let other = if side == Side::Evse { Side::Ev } else { Side::Evse };
                    self.deliver(other, octets.clone());
                    if let Message::MnbcSoundInd(_) = &frame.message {
                        self.deliver(Side::Evse, profile(frame.source, 26));
                    }
                    self.sent.push((self.now, frame));
                }
            }
        }
    }

    fn answer(&mut self, side: Side, message: impl Into<Message>) {
        let (host, modem) = if side == Side::Evse { (EVSE, EVSE_MODEM) } else { (EV, EV_MODEM) };
        self.deliver(side, Frame::new(host, modem, message).emit());
    }

    fn deliver(&mut self, side: Side, octets: Vec<u8>) {
        self.planned += 1;
        self.agenda.insert((self.now + DELAY, self.planned), (side, octets));
    }

    /// Whether both are in one network and know it.
    pub(crate) fn is_linked(&self) -> bool {
        let evse = self.evse_events.iter().rev().find_map(|(_, event)| match event {
            evse::Event::LinkUp { peer } => Some(*peer == EV),
            evse::Event::LinkDown(_) => Some(false),
            _ => None,
        });
        let ev = self.ev_events.iter().rev().find_map(|(_, event)| match event {
            ev::Event::LinkUp { peer } => Some(*peer == EVSE),
            ev::Event::LinkDown(_) => Some(false),
            _ => None,
        });
        evse == Some(true) && ev == Some(true)
    }
}

/// What the station's modem says of one sounding.
pub(crate) fn profile(ev: Mac, level: u8) -> Vec<u8> {
    let ind = AttenProfileInd { pev_mac: ev, groups: [level; 58].into() };
    Frame::new(Mac::BROADCAST, EVSE_MODEM, ind).emit()
}

/// Everything that another car sends in a whole matching: the times since its beginning, and the frames.
pub(crate) fn matching_of(ev: Mac, run_id: RunId) -> Vec<(Duration, Vec<u8>)> {
    let broadcast = |message: Message| Frame::new(Mac::BROADCAST, ev, message).emit();
    let (application_type, security_type) = (0, 0);
    let mut frames =
        vec![(ms(0), broadcast(SlacParmReq { application_type, security_type, run_id }.into()))];
    let start = StartAttenCharInd {
        application_type,
        security_type,
        num_sounds: 10,
        time_out: 6,
        resp_type: 1,
        forwarding_sta: ev,
        run_id,
    };
    frames.extend((0..3).map(|place| (ms(100 + 30 * place), broadcast(start.clone().into()))));
    for place in 0..10_u8 {
        let at = ms(190 + 30 * u64::from(place));
        let sound = MnbcSoundInd {
            application_type,
            security_type,
            sender_id: [0; 17],
            count: 9 - place,
            run_id,
            random: [place; 16],
        };
        frames.push((at, broadcast(sound.into())));
        frames.push((at + ms(1), profile(ev, 60)));
    }
    let response = AttenCharRsp {
        application_type,
        security_type,
        source_address: ev,
        run_id,
        source_id: [0; 17],
        resp_id: [0; 17],
        result: 0,
    };
    frames.push((ms(520), Frame::new(EVSE, ev, response).emit()));
    frames
}
