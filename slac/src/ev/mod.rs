//! The car's side of the matching.

mod config;
mod event;
mod frames;
mod run;
mod state;
mod validation;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

pub use config::{Config, LinkLost, Validate};
pub use event::{Cause, Comparison, Event, Failure, Heard, Input, RunFailure};

use crate::amplitude::{Exchange, NotTaken};
use crate::key::NetworkKey;
use crate::mme::qualcomm::AttenuationCharacteristicsInd;
use crate::mme::{
    AmpMapCnf, AmpMapReq, AttenCharInd, Frame, Header, MATCH_CNF_LEN, Mac, Message, RunId,
    SlacMatchCnf, SlacParmCnf, ValidateCnf,
};
use crate::modem::{Health, Link, Local, Modem, ModemFailure, Told};
use crate::output::{Outbox, Output};
use crate::pilot::EvPilot;
use crate::random::{self, Random, RandomFailed};
use crate::timing::{RETRIES, SPARE_RUNS, STARTS, Timer};
use run::Run;
use state::{Joining, Matching, Peer, Requesting, Sounding, State, Window};

/// Outputs of one input.
const OUTPUTS: usize = 16;
/// Octets of their frames.
const FRAMES: usize = 1024;

/// Matches this car with the station at the other end of its cable.
pub struct Ev {
    config: Config,
    random: Box<dyn Random + Send>,
    now: Duration,
    pilot: EvPilot,
    modem: Local,
    state: State,
    /// The latest.
    run: Run,
    /// Only while linked.
    limits: Option<Exchange>,
    out: Outbox<Event>,
}

impl Ev {
    /// An unplugged car.
    pub fn new(config: Config, random: impl Random + Send + 'static) -> Self {
        Self {
            config,
            random: Box::new(random),
            now: Duration::ZERO,
            pilot: EvPilot::Unplugged,
            modem: Local::new(None),
            state: State::Idle,
            run: Run::new(),
            limits: None,
            out: Outbox::with_capacity(OUTPUTS, FRAMES),
        }
    }

    /// Takes one input. What is due at `now` is done first: a frame that arrives with a deadline is late.
    pub fn handle(&mut self, now: Duration, input: Input<'_>) {
        self.now = self.now.max(now);
        self.expire();
        match input {
            Input::Timeout => {}
            Input::Frame(octets) => {
                if let Some(frame) = Frame::parse_if(octets, |header| self.wants(header)) {
                    self.receive(&frame);
                }
            }
            Input::Pilot(pilot) => self.pilot(pilot),
            Input::Start if matches!(self.state, State::Idle | State::Resting { .. }) => {
                self.begin()
            }
            Input::Start => {}
            Input::LinkUp => self.link_up(),
            Input::LinkDown => self.link_down(),
            Input::Terminate => self.stop(Cause::Terminated),
            Input::Error => self.stop(Cause::Error),
            Input::Pause => self.pause(),
            Input::LimitPeer(map) => {
                if let State::Linked(Peer(peer)) = self.state {
                    let ends = [self.config.mac, peer];
                    self.limits = Some(Exchange::start(
                        map,
                        ends,
                        self.now,
                        &self.config.timing,
                        &mut self.out,
                    ));
                }
            }
            Input::ModemReset => {
                let (mut link, out) =
                    link(&self.config, &mut *self.random, self.now, &mut self.out);
                let keyed = self.modem.restarted(&mut link, out);
                self.report(keyed);
            }
        }
        let is_linked =
            matches!(self.state, State::Joining(_) | State::Linked(_) | State::Doubtful { .. });
        let (link, _) = link(&self.config, &mut *self.random, self.now, &mut self.out);
        self.modem.watch(is_linked, &link);
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
        let limits = self.limits.as_ref().map(Exchange::deadline);
        self.state
            .deadline(self.run.is_complete())
            .into_iter()
            .chain(self.modem.deadline())
            .chain(limits)
            .min()
    }

    fn after(&self, timer: Timer) -> Duration {
        self.now + self.config.timing[timer]
    }

    fn expire(&mut self) {
        let (mut link, out) = link(&self.config, &mut *self.random, self.now, &mut self.out);
        let keyed = self.modem.expire(&mut link, out);
        self.report(keyed);
        if let Some(limits) = &mut self.limits
            && let Err(NotTaken) = limits.expire(self.now, &self.config.timing, &mut self.out)
        {
            self.limits = None;
            self.out.event(Event::PeerNotLimited);
        }
        let due = self.state.deadline(self.run.is_complete());
        if due.is_none_or(|due| self.now < due) {
            return;
        }
        self.state = match core::mem::replace(&mut self.state, State::Idle) {
            State::Requesting(state) => self.requested(state),
            State::Sounding(state) => self.sound(state),
            State::Collecting(_) => self.collected(),
            State::Validating(state) => self.validation_due(state),
            State::Matching(state) if state.repeats > 0 => {
                self.match_request(state.station, state.repeats - 1)
            }
            State::Matching(_) => self.run_failed(RunFailure::NoMatchConfirmation),
            State::Joining(_) => {
                self.out.event(Event::Failed(Failure::Join));
                self.key(None);
                State::Idle
            }
            State::Doubtful { .. } => self.link_lost(),
            State::Resting { .. } => self.request_new(),
            state @ (State::Idle | State::Linked(_) | State::Paused(_)) => state,
        };
    }

    /// Whether this frame can matter; most on a busy line cannot. Modems hand up unicast frames between other stations too.
    fn wants(&self, header: &Header) -> bool {
        if header.source.is_group() || header.source == self.config.mac {
            return false;
        }
        if header.code == AttenuationCharacteristicsInd::CODE {
            return self.state.is_open();
        }
        header.destination == self.config.mac
            && match header.code {
                AmpMapReq::CODE => {
                    matches!(self.state, State::Linked(Peer(peer)) if peer == header.source)
                }
                SlacParmCnf::CODE
                | AttenCharInd::CODE
                | ValidateCnf::CODE
                | SlacMatchCnf::CODE
                | AmpMapCnf::CODE => true,
                code => self.modem.wants(header.source, code),
            }
    }

    fn receive(&mut self, frame: &Frame) {
        let from = frame.source;
        if let Message::AttenuationCharacteristicsInd(ind) = &frame.message {
            if ind.pev_mac == self.config.mac {
                self.run.overheard(from, &ind.groups);
            }
            return;
        }
        let (mut link, out) = link(&self.config, &mut *self.random, self.now, &mut self.out);
        match self.modem.receive(frame, &mut link, out) {
            Some(Told::Keyed) if matches!(&self.state, State::Joining(state) if state.link == state::Link::Reported) => {
                self.link_up()
            }
            Some(Told::Keyed) | None => {}
            Some(Told::Identified(identity)) => self.out.event(Event::ModemIdentified(identity)),
            Some(Told::LinkUp) => self.link_up(),
            Some(Told::LinkDown) => self.link_down(),
        }
        match &frame.message {
            Message::SlacParmCnf(cnf) => self.parameters(from, cnf),
            Message::AttenCharInd(ind) => self.attenuation(from, ind),
            Message::ValidateCnf(cnf) => self.validated(from, cnf),
            Message::SlacMatchCnf(cnf) => self.match_confirmed(from, cnf),
            Message::AmpMapCnf(answer) => self.limits_answered(from, answer),
            Message::AmpMapReq(map) if map.carriers > 0 => {
                self.out.transmit(&Frame::new(from, self.config.mac, AmpMapCnf { result: 0 }));
                self.out.event(Event::AmplitudeMap(map.clone()));
            }
            _ => {}
        }
    }

    // Runs

    fn begin(&mut self) {
        self.run.last_start = self.after(Timer::MatchingRepetition);
        self.run.spare = SPARE_RUNS;
        self.state = self.request_new();
    }

    /// Opens a run with a fresh identifier.
    fn request_new(&mut self) -> State {
        match random::array(&mut *self.random) {
            Ok(id) => {
                let run_id = RunId(id);
                self.out.event(Event::MatchingStarted { run_id });
                self.run.begin(run_id);
                self.request(RETRIES)
            }
            Err(RandomFailed) => {
                self.out.event(Event::Failed(Failure::Modem(ModemFailure::Random)));
                State::Idle
            }
        }
    }

    fn request(&mut self, repeats: u8) -> State {
        self.out.transmit(&frames::parameters(self.config.mac, self.run.id));
        let spare = self.config.requests.saturating_sub(1);
        let until = self.after(Timer::MatchResponse);
        State::Requesting(Requesting { repeats, spare, until })
    }

    /// How long answers are gathered after the first one, or after a further request.
    fn gathering(&self) -> Duration {
        self.config.timing[Timer::MatchSequencePerformance] / u32::from(self.config.requests.max(1))
    }

    fn requested(&mut self, Requesting { repeats, spare, .. }: Requesting) -> State {
        if self.run.has_stations() && spare > 0 {
            self.out.transmit(&frames::parameters(self.config.mac, self.run.id));
            let until = self.now + self.gathering();
            State::Requesting(Requesting { repeats, spare: spare - 1, until })
        } else if self.run.has_stations() {
            let start = |timer| self.now + self.config.timing[timer];
            let window = Window {
                least: start(Timer::AttenResultsAtLeast),
                most: start(Timer::AttenResults),
            };
            let sounds = self.run.sounds();
            self.sound(Sounding { starts: STARTS, sounds, next: self.now, window })
        } else if repeats > 0 {
            self.request(repeats - 1)
        } else {
            self.run_failed(RunFailure::NoStation)
        }
    }

    /// Stations that answer while others are already sounded are compared too.
    fn parameters(&mut self, from: Mac, cnf: &SlacParmCnf) {
        let in_order = is_plain(cnf.application_type, cnf.security_type)
            && cnf.sound_target == Mac::BROADCAST
            && cnf.forwarding_sta == self.config.mac
            && cnf.num_sounds > 0
            && cnf.time_out > 0;
        let soon = self.now + self.gathering();
        if !in_order || !self.state.is_open() || self.run.id != cnf.run_id {
            return;
        }
        let is_first = !self.run.has_stations();
        self.run.answered(from, cnf.num_sounds);
        if let (true, State::Requesting(state)) = (is_first, &mut self.state) {
            state.until = state.until.min(soon);
        }
    }

    fn sound(&mut self, mut state: Sounding) -> State {
        if state.starts > 0 {
            state.starts -= 1;
            let frame =
                frames::start(self.config.mac, self.run.id, self.run.sounds(), &self.config.timing);
            self.out.transmit(&frame);
        } else if state.sounds > 0 {
            state.sounds -= 1;
            // A failed source costs the filling of the sounding, not the run.
            let filling = random::array(&mut *self.random).unwrap_or_default();
            self.out.transmit(&frames::sound(self.config.mac, self.run.id, state.sounds, filling));
        } else {
            return State::Collecting(state.window);
        }
        state.next = self.after(Timer::BatchInterval);
        State::Sounding(state)
    }

    /// Answers every result at once, also repeated and foreign ones of this run.
    fn attenuation(&mut self, from: Mac, ind: &AttenCharInd) {
        let in_order = is_plain(ind.application_type, ind.security_type)
            && ind.source_address == self.config.mac
            && is_empty(&ind.source_id)
            && is_empty(&ind.resp_id)
            && ind.num_sounds > 0
            && !ind.groups.is_empty();
        if !in_order || !self.state.answers_results() || self.run.id != ind.run_id {
            return;
        }
        self.out.transmit(&frames::response(self.config.mac, from, ind.run_id));
        // Results count while TT_EV_atten_results runs. [V2G3-A09-31]
        if self.state.is_open() {
            self.run.report(from, ind);
        }
    }

    fn collected(&mut self) -> State {
        let Some(comparison) = self.run.compare(self.config.margin, self.config.direct) else {
            return self.run_failed(RunFailure::NoAttenuation);
        };
        let is_complete = self.run.is_complete() && !comparison.is_passed_over;
        let is_early = self.after(Timer::MatchingRate) < self.run.last_start;
        if !is_complete && is_early && self.run.spare > 0 {
            self.run.spare -= 1;
            return self.run_failed(RunFailure::Incomplete);
        }
        let validate = match self.config.validate {
            Validate::Never => false,
            Validate::WhenUnsure => comparison.is_unsure,
            Validate::Always => true,
        };
        let candidates: Vec<Mac> = comparison.stations.iter().map(|heard| heard.station).collect();
        self.out.event(Event::Compared(comparison));
        match candidates.first() {
            Some(&best) if !validate => self.match_request(best, RETRIES),
            _ => self.validate(candidates),
        }
    }

    // Match and link

    fn match_request(&mut self, station: Mac, repeats: u8) -> State {
        self.out.transmit(&frames::match_request(self.config.mac, station, self.run.id));
        State::Matching(Matching { station, repeats, until: self.after(Timer::MatchResponse) })
    }

    fn match_confirmed(&mut self, from: Mac, cnf: &SlacMatchCnf) {
        let State::Matching(state) = &self.state else { return };
        let in_order = is_plain(cnf.application_type, cnf.security_type)
            && cnf.mvf_length == MATCH_CNF_LEN
            && from == state.station
            && cnf.pev_mac == self.config.mac
            && cnf.evse_mac == from
            && is_empty(&cnf.pev_id)
            && is_empty(&cnf.evse_id)
            && cnf.run_id == self.run.id;
        if !in_order {
            return;
        }
        let key = NetworkKey { nmk: cnf.nmk.clone(), nid: cnf.nid };
        self.out.event(Event::Matched { peer: from, run_id: cnf.run_id, key: key.clone() });
        self.state = State::Joining(Joining {
            peer: Peer(from),
            link: state::Link::Awaited,
            until: self.after(Timer::Join),
        });
        self.key(Some(key));
        if self.config.modem == Modem::Immediate {
            self.link_up();
        }
    }

    fn run_failed(&mut self, failure: RunFailure) -> State {
        let until = self.after(Timer::MatchingRate);
        if until < self.run.last_start {
            self.out.event(Event::RunFailed(failure));
            State::Resting { until }
        } else {
            self.out.event(Event::Failed(Failure::Matching(failure)));
            State::Idle
        }
    }

    fn link_up(&mut self) {
        match self.state {
            State::Joining(ref mut state) if self.modem.current().is_none() => {
                state.link = state::Link::Reported
            }
            State::Joining(Joining { peer, .. }) | State::Paused(peer) => {
                self.state = State::Linked(peer);
                self.out.event(Event::LinkUp { peer: peer.0 });
            }
            State::Doubtful { peer, .. } => self.state = State::Linked(peer),
            _ => {}
        }
    }

    fn link_down(&mut self) {
        self.limits = None;
        match &mut self.state {
            State::Joining(state) => state.link = state::Link::Awaited,
            State::Linked(peer) => {
                let peer = *peer;
                self.state = State::Doubtful { peer, until: self.after(Timer::LinkDebounce) };
            }
            _ => {}
        }
    }

    fn limits_answered(&mut self, from: Mac, answer: &AmpMapCnf) {
        if self.limits.take_if(|limits| limits.is_taken(from, answer)).is_some() {
            self.out.event(Event::PeerLimited);
        }
    }

    fn link_lost(&mut self) -> State {
        self.out.event(Event::LinkDown(Cause::LinkLost));
        self.key(None);
        match (self.config.link_lost, self.pilot) {
            (LinkLost::Rematch, EvPilot::Pwm(_) | EvPilot::Steady) => {
                self.run.last_start = self.after(Timer::MatchingRepetition);
                self.run.spare = SPARE_RUNS;
                State::Resting { until: self.after(Timer::MatchingRate) }
            }
            _ => State::Idle,
        }
    }

    fn pilot(&mut self, pilot: EvPilot) {
        let before = core::mem::replace(&mut self.pilot, pilot);
        match pilot {
            EvPilot::Pwm(_)
                if !matches!(before, EvPilot::Pwm(_)) && matches!(self.state, State::Idle) =>
            {
                self.begin()
            }
            EvPilot::Pwm(_) => {}
            EvPilot::Unplugged => self.stop(Cause::Unplugged),
            EvPilot::Error if !matches!(self.state, State::Paused(_)) => {
                self.stop(Cause::PilotError)
            }
            EvPilot::Steady
                if !matches!(
                    self.state,
                    State::Linked(_) | State::Doubtful { .. } | State::Paused(_)
                ) =>
            {
                self.stop(Cause::PilotError);
            }
            EvPilot::Error | EvPilot::Steady => {}
        }
    }

    /// Ends whatever is under way; a network that a station knows is left.
    fn stop(&mut self, cause: Cause) {
        self.limits = None;
        match core::mem::replace(&mut self.state, State::Idle) {
            State::Idle => {}
            State::Linked(_) | State::Doubtful { .. } | State::Paused(_) => {
                self.out.event(Event::LinkDown(cause));
                self.key(None);
            }
            State::Joining(_) => {
                self.out.event(Event::Failed(Failure::Stopped(cause)));
                self.key(None);
            }
            _ => self.out.event(Event::Failed(Failure::Stopped(cause))),
        }
    }

    fn pause(&mut self) {
        self.limits = None;
        if let State::Linked(peer) | State::Doubtful { peer, .. } = self.state {
            self.state = State::Paused(peer);
        }
    }

    /// Gives the modem this key, or a fresh one that nobody else has.
    fn key(&mut self, key: Option<NetworkKey>) {
        let (mut link, out) = link(&self.config, &mut *self.random, self.now, &mut self.out);
        let keyed = match key {
            Some(key) => self.modem.send(key, &mut link, out),
            None => self.modem.renew(&mut link, out),
        };
        self.report(keyed);
    }

    fn report(&mut self, keyed: Result<(), ModemFailure>) {
        if let Err(failure) = keyed {
            self.out.event(Event::Failed(Failure::Modem(failure)));
        }
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

fn is_empty(id: &[u8]) -> bool {
    id.iter().all(|&octet| octet == 0)
}
