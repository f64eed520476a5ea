//! The charging station's side of the matching.

mod config;
mod event;
mod session;
mod table;

use alloc::boxed::Box;
use core::time::Duration;

pub use config::{Config, Strictness, Validation};
pub use event::{Cause, Event, Failure, Input, SessionEnd};

use crate::amplitude::{Exchange, NotTaken};
use crate::attenuation::Decibel;
use crate::key::NetworkKey;
use crate::mme::{
    AmpMapCnf, AmpMapReq, AttenCharRsp, AttenProfileInd, Frame, Header, MATCH_CNF_LEN,
    MATCH_REQ_LEN, Mac, Message, MnbcSoundInd, RunId, SlacMatchCnf, SlacMatchReq, SlacParmReq,
    StartAttenCharInd, ValidateReq,
};
use crate::modem::{Health, Link, Local, Modem, ModemFailure, Told};
use crate::output::{Outbox, Output};
use crate::pilot::{Duty, Pilot, PilotRequest, Step};
use crate::random::Random;
use crate::site::Hearing;
use crate::timing::{SESSIONS, Timer};
use session::Context;
use table::Sessions;

/// Outputs of one input: every session is characterized at once, and openings end.
const OUTPUTS: usize = 2 * SESSIONS + table::ENDINGS + 8;
/// Octets of their frames, a CM_ATTEN_CHAR.IND for each session, with room for more groups than Green PHY has.
const FRAMES: usize = SESSIONS * 192;

/// Matches the car on this connector's cable; one engine per connector and modem.
pub struct Evse {
    config: Config,
    random: Box<dyn Random + Send>,
    now: Duration,
    pilot: Pilot,
    edges: u32,
    /// What the hardware's own counter of them showed last.
    counter: Option<u32>,
    modem: Local,
    /// What the modem heard, for the other connectors of a site.
    hearing: Option<Hearing>,
    phase: Phase,
    /// Empty but while matching or joining.
    sessions: Sessions,
    attempts: Attempts,
    /// Only while linked.
    limits: Option<Exchange>,
    out: Outbox<Event>,
}

/// What this car has tried since it was plugged.
#[derive(Default)]
struct Attempts {
    /// Pauses asked for.
    retries: u8,
    /// Whether a run was opened, by any car in range.
    has_run: bool,
}

enum Phase {
    /// Nothing is sent.
    Unplugged,
    /// Cars may open runs; without success `until`, the connector falls silent.
    Matching {
        until: Option<Duration>,
    },
    /// No run in time: silent until the control pilot leaves and comes back.
    Expired,
    /// The key is out; the car may ask for it again or start over.
    Joining {
        matched: Matched,
        until: Duration,
    },
    Linked(Matched),
    /// The link is reported down, lost if it stays so `until`.
    Doubtful {
        matched: Matched,
        until: Duration,
    },
    /// The session pauses; the network stays as it is.
    Paused(Matched),
}

/// The car that has the key.
#[derive(Clone, Copy)]
struct Matched {
    ev: Mac,
    run_id: RunId,
}

impl Evse {
    /// An unplugged connector. The first key goes to the modem as soon as `handle` is called.
    pub fn new(config: Config, random: impl Random + Send + 'static) -> Self {
        Self {
            config,
            random: Box::new(random),
            now: Duration::ZERO,
            pilot: Pilot::A,
            edges: 0,
            counter: None,
            modem: Local::new(Some(Duration::ZERO)),
            hearing: None,
            phase: Phase::Unplugged,
            sessions: Sessions::new(),
            attempts: Attempts::default(),
            limits: None,
            out: Outbox::with_capacity(OUTPUTS, FRAMES),
        }
    }

    /// Remembers what its modem hears of cars, so that [`Self::claim`] can tell.
    pub(crate) fn join_site(&mut self) {
        self.hearing = Some(Hearing::new());
    }

    /// Takes one input. What is due at `now` is done first: a frame that arrives with a deadline is late.
    pub fn handle(&mut self, now: Duration, input: Input<'_>) {
        self.handle_among(now, input, &|_| None);
    }

    /// As a connector of a site: `others` is the least attenuation of a car at another connector that it may be plugged into.
    pub(crate) fn handle_among(
        &mut self,
        now: Duration,
        input: Input<'_>,
        others: &dyn Fn(Mac) -> Option<Decibel>,
    ) {
        self.now = self.now.max(now);
        self.expire(others);
        match input {
            Input::Timeout => {}
            Input::Frame(octets) => {
                if let Some(frame) = Frame::parse_if(octets, |header| self.wants(header)) {
                    self.receive(&frame, others);
                }
            }
            Input::Pilot(pilot) => self.pilot(pilot),
            Input::Toggles(count) => {
                if let Some(last) = self.counter.replace(count) {
                    self.edges = self.edges.wrapping_add(count.wrapping_sub(last));
                }
            }
            Input::LinkUp => self.link_up(),
            Input::LinkDown => self.link_down(),
            Input::Terminate => self.stop(Cause::Terminated),
            Input::Error => {
                self.stop(Cause::Error);
                if self.pilot.is_plugged() {
                    self.request_retry();
                }
            }
            Input::Pause => self.pause(),
            Input::LimitPeer(map) => {
                if let Phase::Linked(matched) = self.phase {
                    let ends = [self.config.mac, matched.ev];
                    self.limits = Some(Exchange::start(
                        map,
                        ends,
                        self.now,
                        &self.config.timing,
                        &mut self.out,
                    ));
                }
            }
            Input::ModemReset => self.modem_reset(),
        }
        let is_linked =
            matches!(self.phase, Phase::Joining { .. } | Phase::Linked(_) | Phase::Doubtful { .. });
        let (link, _) = link(&self.config, &mut *self.random, self.now, &mut self.out);
        self.modem.watch(is_linked, &link);
    }

    /// The attenuation with which this connector lays claim to a car, if it may be on its plug.
    pub(crate) fn claim(&self, ev: Mac, now: Duration) -> Option<Decibel> {
        match &self.phase {
            Phase::Joining { matched, .. }
            | Phase::Linked(matched)
            | Phase::Doubtful { matched, .. }
            | Phase::Paused(matched) => (matched.ev == ev).then_some(Decibel(i32::MIN)),
            Phase::Matching { .. } | Phase::Expired => {
                let gap = self.config.timing[Timer::Hearing];
                self.hearing.as_ref()?.level(ev, now, gap)
            }
            Phase::Unplugged => None,
        }
    }

    /// What to do next; `Wait` is always last.
    pub fn poll(&mut self) -> Output<'_, Event> {
        let deadline = self.deadline();
        self.out.poll(deadline)
    }

    /// How the modem has done so far.
    pub fn health(&self) -> Health {
        self.modem.health()
    }

    fn deadline(&self) -> Option<Duration> {
        let phase = match &self.phase {
            Phase::Unplugged | Phase::Expired | Phase::Linked(_) | Phase::Paused(_) => None,
            // A run that is under way holds the connector open.
            Phase::Matching { until } => self.sessions.deadline().or(*until),
            Phase::Joining { until, .. } => {
                self.sessions.deadline().into_iter().chain([*until]).min()
            }
            Phase::Doubtful { until, .. } => Some(*until),
        };
        let limits = self.limits.as_ref().map(Exchange::deadline);
        phase.into_iter().chain(self.modem.deadline()).chain(limits).min()
    }

    fn expire(&mut self, others: &dyn Fn(Mac) -> Option<Decibel>) {
        let (mut link, out) = link(&self.config, &mut *self.random, self.now, &mut self.out);
        let keyed = self.modem.expire(&mut link, out);
        self.report(keyed);
        if let Some(limits) = &mut self.limits
            && let Err(NotTaken) = limits.expire(self.now, &self.config.timing, &mut self.out)
        {
            self.limits = None;
            self.out.event(Event::PeerNotLimited);
        }
        let mut cx = Context {
            now: self.now,
            config: &self.config,
            edges: self.edges,
            others,
            hearing: self.hearing.as_ref(),
            out: &mut self.out,
        };
        self.sessions.expire(&mut cx);
        match self.phase {
            Phase::Matching { until: Some(until) }
                if self.sessions.is_empty() && self.now >= until =>
            {
                self.phase = Phase::Expired;
                self.out.event(Event::Failed(Failure::SlacInit));
                self.request_retry();
            }
            Phase::Joining { until, .. } if self.now >= until => {
                self.out.event(Event::Failed(Failure::Join));
                self.leave(Some(self.config.timing[Timer::SlacInit]));
            }
            Phase::Doubtful { until, .. } if self.now >= until => {
                self.out.event(Event::LinkDown(Cause::LinkLost));
                self.leave(Some(self.config.timing[Timer::SlacInit]));
            }
            _ => {}
        }
    }

    /// Whether this frame can matter; most on a busy line cannot. Modems hand up unicast frames between other stations too.
    fn wants(&self, header: &Header) -> bool {
        let is_ours = header.destination == Mac::BROADCAST || header.destination == self.config.mac;
        if !is_ours || header.source.is_group() || header.source == self.config.mac {
            return false;
        }
        match header.code {
            AmpMapReq::CODE => {
                matches!(self.phase, Phase::Linked(matched) if matched.ev == header.source)
            }
            SlacParmReq::CODE
            | StartAttenCharInd::CODE
            | MnbcSoundInd::CODE
            | AttenProfileInd::CODE
            | AttenCharRsp::CODE
            | ValidateReq::CODE
            | SlacMatchReq::CODE
            | AmpMapCnf::CODE => self.pilot.is_plugged(),
            code => self.modem.wants(header.source, code),
        }
    }

    fn receive(&mut self, frame: &Frame, others: &dyn Fn(Mac) -> Option<Decibel>) {
        let from = frame.source;
        let (mut link, out) = link(&self.config, &mut *self.random, self.now, &mut self.out);
        match self.modem.receive(frame, &mut link, out) {
            Some(Told::Keyed) => self.out.event(Event::Keyed),
            Some(Told::Identified(identity)) => self.out.event(Event::ModemIdentified(identity)),
            Some(Told::LinkUp) => self.link_up(),
            Some(Told::LinkDown) => self.link_down(),
            None => {}
        }
        if !self.pilot.is_plugged() {
            return;
        }
        let is_own_modem = self.config.modem == Modem::Immediate || self.modem.is_modem(from);
        if let Message::MnbcSoundInd(_) = &frame.message {
            let measured = self.modem.sounding();
            self.report(measured);
        }
        if let (Message::AttenProfileInd(ind), true) = (&frame.message, is_own_modem) {
            self.modem.profile(&ind.groups);
            let gap = self.config.timing[Timer::Hearing];
            if let Some(hearing) = &mut self.hearing {
                hearing.add(ind.pev_mac, &ind.groups, &self.config.calibration, self.now, gap);
            }
        }
        let mut cx = Context {
            now: self.now,
            config: &self.config,
            edges: self.edges,
            others,
            hearing: self.hearing.as_ref(),
            out: &mut self.out,
        };
        if let (Message::AmpMapReq(map), Phase::Linked(matched)) = (&frame.message, &self.phase) {
            if from == matched.ev && map.carriers > 0 {
                cx.out.transmit(&Frame::new(from, self.config.mac, AmpMapCnf { result: 0 }));
                cx.out.event(Event::AmplitudeMap(map.clone()));
            }
            return;
        }
        if let Message::AmpMapCnf(answer) = &frame.message {
            if self.limits.take_if(|limits| limits.is_taken(from, answer)).is_some() {
                cx.out.event(Event::PeerLimited);
            }
            return;
        }
        if let Message::SlacMatchReq(req) = &frame.message {
            return self.match_request(from, req);
        }
        let only = match &self.phase {
            Phase::Matching { .. } => None,
            Phase::Joining { matched, .. } => Some(matched.ev),
            _ => return,
        };
        let sessions = &mut self.sessions;
        match &frame.message {
            Message::SlacParmReq(req)
                if is_plain(req.application_type, req.security_type)
                    && only.is_none_or(|ev| ev == from) =>
            {
                sessions.open(from, req.run_id, &mut cx);
                self.attempts.has_run = true;
            }
            Message::StartAttenCharInd(ind)
                if is_plain(ind.application_type, ind.security_type) =>
            {
                sessions.start(from, ind, &cx);
            }
            Message::MnbcSoundInd(ind) if is_plain(ind.application_type, ind.security_type) => {
                if let Some(session) = sessions.run(from, ind.run_id) {
                    session.sound();
                }
            }
            Message::AttenProfileInd(ind) if is_own_modem => {
                sessions.profile(ind.pev_mac, &ind.groups, &cx);
            }
            Message::AttenCharRsp(rsp) if is_plain(rsp.application_type, rsp.security_type) => {
                if let Some(session) = sessions.run(from, rsp.run_id) {
                    session.response(rsp, &cx);
                }
            }
            Message::ValidateReq(req) => {
                let busy = sessions.is_validating_beside(from);
                // The message names no run: the latest of the car that got so far.
                if let Some(session) =
                    sessions.of(from).filter(|session| session.may_validate()).last()
                {
                    session.validate(req, busy, &mut cx);
                }
            }
            _ => {}
        }
    }

    /// Gives the key to the car of a finished run, again as often as it asks before it has joined.
    fn match_request(&mut self, from: Mac, req: &SlacMatchReq) {
        let in_order = is_plain(req.application_type, req.security_type)
            && req.mvf_length == MATCH_REQ_LEN
            && req.pev_mac == from
            && req.evse_mac == self.config.mac
            && self.config.accepts_ids(&req.pev_id, &req.evse_id);
        // Only a confirmed key is worth anything to the car.
        let (true, Some(key)) = (in_order, self.modem.current().cloned()) else { return };
        let asked = Matched { ev: from, run_id: req.run_id };
        let is_new = match &self.phase {
            Phase::Linked(matched) | Phase::Joining { matched, .. } if matched.is(asked) => false,
            Phase::Matching { .. } | Phase::Joining { .. } => {
                if !self.sessions.run(from, req.run_id).is_some_and(|session| session.may_match()) {
                    return;
                }
                true
            }
            _ => return,
        };
        self.confirm_match(asked, &key);
        if is_new {
            self.matched(asked, key);
        }
    }

    fn confirm_match(&mut self, Matched { ev, run_id }: Matched, key: &NetworkKey) {
        let answer = SlacMatchCnf {
            application_type: 0,
            security_type: 0,
            mvf_length: MATCH_CNF_LEN,
            pev_id: [0; 17],
            pev_mac: ev,
            evse_id: [0; 17],
            evse_mac: self.config.mac,
            run_id,
            reserved: [0; 8],
            nid: key.nid,
            reserved_2: 0,
            nmk: key.nmk.clone(),
        };
        self.out.transmit(&Frame::new(ev, self.config.mac, answer));
    }

    fn matched(&mut self, matched: Matched, key: NetworkKey) {
        let until = self.now + self.config.timing[Timer::Join];
        self.enter(Phase::Joining { matched, until });
        self.out.event(Event::Matched { peer: matched.ev, run_id: matched.run_id, key });
        if self.config.modem == Modem::Immediate {
            self.link_up();
        }
    }

    fn link_up(&mut self) {
        match self.phase {
            Phase::Joining { matched, .. } => {
                self.enter(Phase::Linked(matched));
                self.attempts = Attempts::default();
                self.out.event(Event::LinkUp { peer: matched.ev });
            }
            Phase::Doubtful { matched, .. } => self.phase = Phase::Linked(matched),
            Phase::Paused(matched) => {
                self.phase = Phase::Linked(matched);
                self.out.event(Event::LinkUp { peer: matched.ev });
            }
            _ => {}
        }
    }

    fn link_down(&mut self) {
        self.limits = None;
        if let Phase::Linked(matched) = self.phase {
            self.phase = Phase::Doubtful {
                matched,
                until: self.now + self.config.timing[Timer::LinkDebounce],
            };
        }
    }

    fn pilot(&mut self, pilot: Pilot) {
        let before = core::mem::replace(&mut self.pilot, pilot);
        if before == Pilot::B && pilot == Pilot::C && self.counter.is_none() {
            self.edges = self.edges.wrapping_add(1);
        }
        if pilot == Pilot::A {
            self.attempts = Attempts::default();
        }
        match &self.phase {
            Phase::Unplugged if pilot.is_plugged() => {
                let until = self.now + self.config.timing[Timer::SlacInit];
                self.enter(Phase::Matching { until: Some(until) });
            }
            Phase::Matching { .. } | Phase::Expired if !pilot.is_plugged() => {
                self.enter(Phase::Unplugged);
            }
            // Waking a paused car goes through E or F.
            Phase::Paused(_) if pilot != Pilot::A => {}
            Phase::Joining { .. }
            | Phase::Linked(_)
            | Phase::Doubtful { .. }
            | Phase::Paused(_)
                if !pilot.is_plugged() =>
            {
                let cause = if pilot == Pilot::A { Cause::Unplugged } else { Cause::PilotError };
                self.stop(cause);
            }
            _ => {}
        }
    }

    /// Lets the car notice that it may try again, and gives up after some times. [V2G3-M06-05] [V2G3-M06-06] [V2G3-M06-09]
    fn request_retry(&mut self) {
        let timing = &self.config.timing;
        let error = |then| PilotRequest { step: Step::Error, hold: timing[Timer::StepError], then };
        let request = if self.attempts.retries < self.config.retries {
            self.attempts.retries += 1;
            error(Duty::Digital)
        } else if self.attempts.has_run {
            let hold = timing[Timer::StepSteady];
            PilotRequest { step: Step::Steady, hold, then: Duty::Nominal }
        } else {
            error(Duty::Nominal)
        };
        self.out.event(Event::PilotRequested(request));
    }

    /// Ends a network that a car may know. Unmatched runs go on.
    fn stop(&mut self, cause: Cause) {
        match self.phase {
            Phase::Linked(_) | Phase::Doubtful { .. } | Phase::Paused(_) => {
                self.out.event(Event::LinkDown(cause))
            }
            Phase::Joining { .. } => self.out.event(Event::Failed(Failure::Stopped(cause))),
            _ => return,
        }
        self.leave(None);
    }

    /// Leaves the network by taking a fresh key, at once, and listens again if a car is plugged.
    fn leave(&mut self, init: Option<Duration>) {
        self.limits = None;
        self.enter(if self.pilot.is_plugged() {
            Phase::Matching { until: init.map(|init| self.now + init) }
        } else {
            Phase::Unplugged
        });
        let (mut link, out) = link(&self.config, &mut *self.random, self.now, &mut self.out);
        let renewed = self.modem.renew(&mut link, out);
        self.report(renewed);
    }

    /// Runs of cars do not outlive the phase that they belong to.
    fn enter(&mut self, phase: Phase) {
        self.sessions.clear();
        self.phase = phase;
    }

    fn pause(&mut self) {
        self.limits = None;
        if let Phase::Linked(matched) | Phase::Doubtful { matched, .. } = self.phase {
            self.phase = Phase::Paused(matched);
        }
    }

    /// The modem restarted: it gets its key back if it lost it, so that a linked car can return.
    fn modem_reset(&mut self) {
        let (mut link, out) = link(&self.config, &mut *self.random, self.now, &mut self.out);
        let sent = self.modem.restarted(&mut link, out);
        self.report(sent);
    }

    fn report(&mut self, keyed: Result<(), ModemFailure>) {
        if let Err(failure) = keyed {
            self.out.event(Event::Failed(Failure::Modem(failure)));
        }
    }
}

impl Matched {
    fn is(self, other: Self) -> bool {
        self.ev == other.ev && self.run_id == other.run_id
    }
}

/// Application and security type of ISO 15118-3.
fn is_plain(application_type: u8, security_type: u8) -> bool {
    application_type == 0 && security_type == 0
}

fn link<'a>(
    config: &'a Config,
    random: &'a mut (dyn Random + Send),
    now: Duration,
    out: &'a mut Outbox<Event>,
) -> (Link<'a>, &'a mut Outbox<Event>) {
    (Link { now, host: config.mac, modem: &config.modem, timing: &config.timing, random }, out)
}
