//! A workbench: one engine, a simulated clock, and the peer's frames by hand.
use std::time::Duration;

use slac::medium::Noise;
use slac::mme::*;
use slac::pilot::{EvPilot, Pilot};
use slac::{Ev, Evse, Frame, Mac, Output, RunId, ev, evse};

pub(crate) const EV: Mac = Mac([0x02, 0, 0, 0, 0, 0xC1]);
pub(crate) const EVSE: Mac = Mac([0x02, 0, 0, 0, 0, 0xE1]);
pub(crate) const OTHER: Mac = Mac([0x02, 0, 0, 0, 0, 0xE2]);
pub(crate) const MODEM: Mac = Mac([0x00, 0xB0, 0x52, 9, 9, 9]);
pub(crate) const RUN: RunId = RunId(*b"run of c");

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) trait Engine {
    type Event: std::fmt::Debug + Clone + PartialEq;
    fn frame(&mut self, now: Duration, octets: &[u8]);
    fn timeout(&mut self, now: Duration);
    fn poll(&mut self) -> Output<'_, Self::Event>;
}

impl Engine for Evse {
    type Event = evse::Event;
    fn frame(&mut self, now: Duration, octets: &[u8]) {
        self.handle(now, evse::Input::Frame(octets));
    }
    fn timeout(&mut self, now: Duration) {
        self.handle(now, evse::Input::Timeout);
    }
    fn poll(&mut self) -> Output<'_, Self::Event> {
        Evse::poll(self)
    }
}

impl Engine for Ev {
    type Event = ev::Event;
    fn frame(&mut self, now: Duration, octets: &[u8]) {
        self.handle(now, ev::Input::Frame(octets));
    }
    fn timeout(&mut self, now: Duration) {
        self.handle(now, ev::Input::Timeout);
    }
    fn poll(&mut self) -> Output<'_, Self::Event> {
        Ev::poll(self)
    }
}

/// One engine under test. Sent frames carry the time of their sending.
pub(crate) struct Bench<E: Engine> {
    pub(crate) engine: E,
    pub(crate) now: Duration,
    pub(crate) sent: Vec<(Duration, Frame)>,
    pub(crate) events: Vec<(Duration, E::Event)>,
    pub(crate) wait: Option<Duration>,
    host: Mac,
    peer: Mac,
    /// The modem confirms each key at once.
    pub(crate) answers_keys: bool,
    /// What the modem answers when asked about its link.
    pub(crate) link: Option<u8>,
    /// When it was asked; these frames are not among the sent ones.
    pub(crate) asked: Vec<Duration>,
}

/// A charging station under test.
pub(crate) type EvseBench = Bench<Evse>;
/// A car under test.
pub(crate) type EvBench = Bench<Ev>;

impl Bench<Evse> {
    /// A keyed connector, nothing plugged.
    pub(crate) fn evse(config: evse::Config) -> Self {
        let mut bench = Self::fresh(config);
        bench.run(1);
        bench
    }

    /// A connector that has not been started.
    pub(crate) fn fresh(config: evse::Config) -> Self {
        Self::new(Evse::new(config, Noise::new(7)), EVSE, EV)
    }

    /// A keyed connector with a car in state B.
    pub(crate) fn plugged(config: evse::Config) -> Self {
        let mut bench = Self::evse(config);
        bench.pilot(Pilot::B);
        bench.sent.clear();
        bench
    }

    pub(crate) fn pilot(&mut self, pilot: Pilot) {
        self.input(evse::Input::Pilot(pilot));
    }

    pub(crate) fn input(&mut self, input: evse::Input<'_>) {
        self.engine.handle(self.now, input);
        self.drain();
    }

    pub(crate) fn request(&mut self) {
        self.receive(SlacParmReq { application_type: 0, security_type: 0, run_id: RUN });
    }

    /// Three starts and this many soundings, with a profile of each, 20 ms apart.
    pub(crate) fn sound(&mut self, sounds: u8) {
        for _ in 0..3 {
            self.run(20);
            self.receive(start());
        }
        for count in (0..10).rev().take(sounds.into()) {
            self.run(20);
            self.receive(sounding(count));
            self.profile(26);
        }
    }

    /// The whole of a car's run, up to its request for the match.
    pub(crate) fn ask(&mut self) {
        self.request();
        self.sound(10);
        self.run(50);
        self.receive(response());
        self.receive(match_req());
    }

    pub(crate) fn profile(&mut self, level: u8) {
        let frame = Frame::new(
            Mac::BROADCAST,
            MODEM,
            AttenProfileInd { pev_mac: EV, groups: [level; 58].into() },
        );
        self.octets(&frame.emit());
    }

    /// Parameters, soundings, result and response.
    pub(crate) fn characterized(config: evse::Config) -> Self {
        let mut bench = Self::plugged(config);
        bench.request();
        bench.sound(10);
        bench.run(50);
        bench.receive(response());
        bench.sent.clear();
        bench
    }

    pub(crate) fn linked(config: evse::Config) -> Self {
        let mut bench = Self::characterized(config);
        bench.receive(match_req());
        bench.run(2_000);
        bench.input(evse::Input::LinkUp);
        bench.sent.clear();
        bench
    }
}

impl Bench<Ev> {
    /// An unplugged car.
    pub(crate) fn ev(config: ev::Config) -> Self {
        Self::new(Ev::new(config, Noise::new(7)), EV, EVSE)
    }

    /// A car that has just opened a run.
    pub(crate) fn requesting(config: ev::Config) -> Self {
        let mut bench = Self::ev(config);
        bench.pilot(EvPilot::Pwm(5));
        bench
    }

    /// A car that was answered and has sounded, up to the end of its soundings.
    pub(crate) fn sounded(config: ev::Config) -> Self {
        let mut bench = Self::requesting(config);
        let cnf = parm_cnf(bench.run_id());
        bench.receive(cnf);
        bench.run(600);
        bench.sent.clear();
        bench
    }

    /// A car that asks for the match.
    pub(crate) fn matching(config: ev::Config) -> Self {
        let mut bench = Self::sounded(config);
        let ind = atten_ind(bench.run_id(), 26);
        bench.receive(ind);
        bench.sent.clear();
        bench.run(300);
        bench
    }

    pub(crate) fn linked(config: ev::Config) -> Self {
        let mut bench = Self::matching(config);
        let cnf = match_cnf(bench.run_id());
        bench.receive(cnf);
        bench.input(ev::Input::LinkUp);
        bench.sent.clear();
        bench
    }

    pub(crate) fn pilot(&mut self, pilot: EvPilot) {
        self.input(ev::Input::Pilot(pilot));
    }

    pub(crate) fn input(&mut self, input: ev::Input<'_>) {
        self.engine.handle(self.now, input);
        self.drain();
    }

    /// The identifier of the latest run.
    pub(crate) fn run_id(&self) -> RunId {
        let run = |(_, event): &(_, ev::Event)| match event {
            ev::Event::MatchingStarted { run_id } => Some(*run_id),
            _ => None,
        };
        self.events.iter().rev().find_map(run).expect("a run")
    }
}

impl<E: Engine> Bench<E> {
    pub(crate) fn new(engine: E, host: Mac, peer: Mac) -> Self {
        let mut bench = Self {
            engine,
            now: ms(0),
            sent: vec![],
            events: vec![],
            wait: None,
            host,
            peer,
            answers_keys: true,
            link: None,
            asked: vec![],
        };
        bench.drain();
        bench
    }

    /// The peer sends a message, by broadcast where the standard says so.
    pub(crate) fn receive(&mut self, message: impl Into<Message>) {
        self.receive_from(self.peer, message);
    }

    pub(crate) fn receive_from(&mut self, source: Mac, message: impl Into<Message>) {
        let message = message.into();
        let broadcast = matches!(
            message,
            Message::SlacParmReq(_) | Message::StartAttenCharInd(_) | Message::MnbcSoundInd(_)
        );
        let destination = if broadcast { Mac::BROADCAST } else { self.host };
        self.octets(&Frame::new(destination, source, message).emit());
    }

    pub(crate) fn octets(&mut self, octets: &[u8]) {
        self.engine.frame(self.now, octets);
        self.drain();
    }

    /// Lets the clock run, firing every deadline on time.
    pub(crate) fn run(&mut self, millis: u64) {
        let end = self.now + ms(millis);
        let mut idle = 0;
        while let Some(wait) = self.wait.filter(|&wait| wait <= end) {
            idle = if wait <= self.now { idle + 1 } else { 0 };
            assert!(idle < 10, "a deadline that does not pass");
            self.now = self.now.max(wait);
            self.engine.timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    fn drain(&mut self) {
        loop {
            match self.engine.poll() {
                Output::Transmit(octets) => {
                    let frame = Frame::parse(octets).unwrap();
                    if frame.message.name() == Some("VS_PL_LNK_STATUS.REQ") {
                        self.asked.push(self.now);
                        if let Some(link) = self.link {
                            let answer = qualcomm::PlLnkStatusCnf { status: 0, link };
                            self.engine
                                .frame(self.now, &Frame::new(self.host, MODEM, answer).emit());
                        }
                        continue;
                    }
                    let key = match &frame.message {
                        Message::SetKeyReq(request) if self.answers_keys => {
                            Some(request.confirmation(1))
                        }
                        _ => None,
                    };
                    self.sent.push((self.now, frame));
                    if let Some(answer) = key {
                        self.engine.frame(self.now, &Frame::new(self.host, MODEM, answer).emit());
                    }
                }
                Output::Event(event) => self.events.push((self.now, event)),
                Output::Wait(wait) => {
                    self.wait = wait;
                    return;
                }
            }
        }
    }

    /// How many frames of this type were sent.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.times(name).len()
    }

    /// When frames of this type were sent, in milliseconds.
    pub(crate) fn times(&self, name: &str) -> Vec<u64> {
        let named = self.sent.iter().filter(|(_, frame)| frame.message.name() == Some(name));
        named.map(|(at, _)| u64::try_from(at.as_millis()).unwrap()).collect()
    }

    pub(crate) fn has(&self, wanted: impl Fn(&E::Event) -> bool) -> bool {
        self.events.iter().any(|(_, event)| wanted(event))
    }

    /// The key that the modem was given last.
    pub(crate) fn last_key(&self) -> SetKeyReq {
        let request = |(_, frame): &(_, Frame)| match &frame.message {
            Message::SetKeyReq(request) => Some(request.clone()),
            _ => None,
        };
        self.sent.iter().rev().find_map(request).expect("a key")
    }

    pub(crate) fn last(&self) -> &Message {
        &self.sent.last().expect("a frame").1.message
    }
}

pub(crate) fn start() -> StartAttenCharInd {
    StartAttenCharInd {
        application_type: 0,
        security_type: 0,
        num_sounds: 10,
        time_out: 6,
        resp_type: 1,
        forwarding_sta: EV,
        run_id: RUN,
    }
}

pub(crate) fn sounding(count: u8) -> MnbcSoundInd {
    MnbcSoundInd {
        application_type: 0,
        security_type: 0,
        sender_id: [0; 17],
        count,
        run_id: RUN,
        random: [count; 16],
    }
}

pub(crate) fn response() -> AttenCharRsp {
    AttenCharRsp {
        application_type: 0,
        security_type: 0,
        source_address: EV,
        run_id: RUN,
        source_id: [0; 17],
        resp_id: [0; 17],
        result: 0,
    }
}

pub(crate) fn match_req() -> SlacMatchReq {
    SlacMatchReq {
        application_type: 0,
        security_type: 0,
        mvf_length: MATCH_REQ_LEN,
        pev_id: [0; 17],
        pev_mac: EV,
        evse_id: [0; 17],
        evse_mac: EVSE,
        run_id: RUN,
        reserved: [0; 8],
    }
}

pub(crate) fn parm_cnf(run_id: RunId) -> SlacParmCnf {
    SlacParmCnf {
        sound_target: Mac::BROADCAST,
        num_sounds: 10,
        time_out: 6,
        resp_type: 1,
        forwarding_sta: EV,
        application_type: 0,
        security_type: 0,
        run_id,
    }
}

pub(crate) fn atten_ind(run_id: RunId, level: u8) -> AttenCharInd {
    AttenCharInd {
        application_type: 0,
        security_type: 0,
        source_address: EV,
        run_id,
        source_id: [0; 17],
        resp_id: [0; 17],
        num_sounds: 10,
        groups: [level; 58].into(),
    }
}

pub(crate) fn match_cnf(run_id: RunId) -> SlacMatchCnf {
    SlacMatchCnf {
        application_type: 0,
        security_type: 0,
        mvf_length: MATCH_CNF_LEN,
        pev_id: [0; 17],
        pev_mac: EV,
        evse_id: [0; 17],
        evse_mac: EVSE,
        run_id,
        reserved: [0; 8],
        nid: slac::Nid([1; 7]),
        reserved_2: 0,
        nmk: slac::Nmk::new([0x77; 16]),
    }
}

pub(crate) fn validate_req(timer: u8) -> ValidateReq {
    ValidateReq { signal_type: 0, timer, result: ValidateResult::Ready.code() }
}

pub(crate) fn validate_cnf(toggles: u8, result: ValidateResult) -> ValidateCnf {
    ValidateCnf { signal_type: 0, toggles, result: result.code() }
}
