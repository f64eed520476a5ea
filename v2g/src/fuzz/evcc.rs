//! A car with a real station, whose answers the script damages, drops, repeats or replaces.

use super::script::{Script, framed, payload};
use super::secc::{fact, obey};
use super::{CLOCK, MAX_MESSAGE, OUTPUTS, PAUSED, hierarchy, provider, station};
use crate::app_protocol::SupportedAppProtocolReq;
use crate::engine::{Input, Output};
use crate::evcc::{
    AcWish, Battery, Command, Config, Contract, DcWish, Evcc, Event, Order, Provisioning,
    ProvisioningIdentity, When, Wish,
};
use crate::handshake::Protocol;
use crate::iso2::dialog::{Request, RequestKind};
use crate::iso2::msg::{Body, Header, ResponseCode, SessionId, V2gMessage};
use crate::iso2::secc::Refusal;
use crate::secc::{self, ControlPilot, Fact, Facts, Limits, Secc};
use crate::v2gtp::{Frame, Framer, PayloadType};
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;
use exi::Document;
use pki::{Level, Signer};
use ring::rand::SystemRandom;

/// Drives a car: two octets of settings of the station, two of the car, then instructions.
pub fn evcc(data: &[u8]) {
    let mut script = Script::new(data);
    let station = station(&mut script);
    let car = car(&mut script, &station.limits);
    let habits = script.octet();
    let now = Duration::from_millis(50);
    let random = Arc::new(SystemRandom::new());
    let mut drive = Drive {
        evcc: Evcc::new(now, car, random.clone()),
        secc: Secc::new(station.clone(), random),
        station,
        now,
        keeps: match habits & 3 {
            0 | 1 => Some(true),
            2 => Some(false),
            _ => None,
        },
        piece: if habits & 4 == 0 { usize::MAX } else { usize::from(habits >> 3) + 1 },
        answers: VecDeque::new(),
        last: Vec::new(),
        asked: RequestKind::SessionSetup,
        session_id: SessionId::default(),
        deadlines: [None; 2],
        watch: Watch { framer: Some(Framer::new(MAX_MESSAGE)), turns: 1, ..Watch::default() },
    };
    drive.settle();
    while !script.is_empty() {
        drive.instruction(&mut script);
    }
    drive.car(Input::Closed);
    assert!(drive.watch.ended, "a closed connection does not end the session");
}

/// A car whose settings come from an octet.
fn car(script: &mut Script<'_>, limits: &Limits) -> Config {
    let which = script.octet();
    let dc = matches!(limits, Limits::Dc(_)) != (which & 8 != 0);
    Config {
        evcc_id: [2, 0, 0, 0, 0, 7],
        protocols: alloc::vec![Protocol::Iso2],
        tls: which & 1 == 0,
        contract_without_tls: which & 2 != 0,
        contract: (which & 4 == 0).then(contract),
        provisioning: (which & 64 != 0).then(|| {
            let car = hierarchy().oem_provisioning();
            Provisioning {
                when: match which & 20 {
                    0 => When::Update,
                    16 => When::Installation,
                    _ => When::Needed { soon: 86_400 },
                },
                identity: Some(ProvisioningIdentity { certificate: car.leaf, key: car.key }),
                anchors: hierarchy().anchors().clone(),
                level: Level::Field,
                clock: CLOCK,
                required: which & 128 != 0,
            }
        }),
        wish: if dc {
            Wish::Dc(DcWish {
                max_voltage: 450.0,
                max_current: 250.0,
                max_power: 100_000.0,
                capacity: 60_000.0,
                energy: 30_000.0,
            })
        } else {
            Wish::Ac(AcWish {
                phases: 3,
                max_voltage: 250.0,
                max_current: 32.0,
                min_current: 6.0,
                energy: 10_000.0,
            })
        },
        battery: Battery { soc: 40, voltage: 380.0, target_voltage: 400.0, target_current: 120.0 },
        departure: (which & 16 != 0).then_some(3600),
        resume: (which & 32 != 0).then_some(PAUSED),
        setup_until: Duration::from_secs(20),
        poll_interval: Duration::from_millis(100),
        loop_interval: Duration::from_millis(200),
        patience: Duration::ZERO,
    }
}

fn contract() -> Contract {
    let contract = hierarchy().contract();
    let name = contract.leaf.subject().common_name().unwrap_or_default();
    let Ok(evcoid) = pki::Evcoid::parse(name) else { panic!("the contract is called {name:?}") };
    Contract {
        evcoid,
        leaf: contract.leaf.der().to_vec(),
        subs: contract.sub_ders().into_iter().map(<[u8]>::to_vec).collect(),
        key: contract.key,
    }
}

struct Drive {
    evcc: Evcc,
    secc: Secc,
    station: secc::Config,
    now: Duration,
    /// What becomes of a delivered contract: kept, lost, or not answered.
    keeps: Option<bool>,
    /// Messages arrive in pieces of this size.
    piece: usize,
    /// What the station has sent and the car not received.
    answers: VecDeque<Vec<u8>>,
    /// The last answer that came.
    last: Vec<u8>,
    /// What the car asked last.
    asked: RequestKind,
    session_id: SessionId,
    /// The car's, the station's.
    deadlines: [Option<Duration>; 2],
    watch: Watch,
}

impl Drive {
    fn instruction(&mut self, script: &mut Script<'_>) {
        match script.octet() & 31 {
            // Most of the time things go their way.
            0..=11 => self.go_on(),
            12 | 13 => {
                let Some(octets) = self.answers.pop_front() else { return self.go_on() };
                let mut damaged = payload(&octets).to_vec();
                script.damage(&mut damaged);
                self.octets(&framed(PayloadType::Exi, &damaged));
            }
            14 => drop(self.answers.pop_front()),
            15 => {
                let again = self.last.clone();
                self.octets(&again);
            }
            16..=18 => self.replace(self.asked, script),
            19 => {
                let kind = script.pick(RequestKind::ALL).unwrap_or(self.asked);
                self.replace(kind, script);
            }
            20 => self.octets(&framed(PayloadType::Exi, script.octets())),
            21 => self.octets(script.octets()),
            22 => {
                self.now += script.pause();
                self.car(Input::Timeout);
                self.expect_progress();
            }
            23 => {
                let battery = Battery {
                    soc: script.octet(),
                    voltage: script.number(),
                    target_voltage: script.number(),
                    target_current: script.number(),
                };
                self.car(Input::Command(Command::Battery(battery)));
            }
            24 => self.car(Input::Command(Command::Stop)),
            25 => self.car(Input::Command(Command::Pause)),
            26 => self.car(Input::Command(Command::Abort)),
            27 => self.command(secc::Command::Stop),
            28 => self.command(secc::Command::Renegotiate),
            29 | 30 => self.command(secc::Command::Fact(fact(script))),
            _ => self.until_deadline(),
        }
    }

    /// The next answer arrives, or time passes until somebody has something to do.
    fn go_on(&mut self) {
        let Some(octets) = self.answers.pop_front() else {
            let Some(next) = self.deadlines.into_iter().flatten().min() else { return };
            self.now = self.now.max(next);
            self.secc.handle(self.now, Input::Timeout);
            self.car(Input::Timeout);
            return self.expect_progress();
        };
        self.now += Duration::from_millis(20);
        self.octets(&octets);
    }

    /// An answer of this kind with any code, instead of the station's own.
    fn replace(&mut self, kind: RequestKind, script: &mut Script<'_>) {
        self.answers.pop_front();
        let code = match script.octet() {
            0..=199 => ResponseCode::Ok,
            at => CODES[usize::from(at) % CODES.len()],
        };
        let refusal = Refusal { code, why: "the fuzzer says so".into() };
        let mut facts = Facts::new(self.station.limits);
        for _ in 0..script.octet() & 3 {
            facts.learn(fact(script));
        }
        let message = V2gMessage {
            header: Header { session_id: self.session_id, notification: None, signature: None },
            body: Body { element: Some(refusal.response(kind, &self.station, &facts).into_body()) },
        };
        let Ok(mut payload) = message.to_vec() else { return };
        if script.octet() & 1 == 1 {
            script.damage(&mut payload);
        }
        self.octets(&framed(PayloadType::Exi, &payload));
    }

    fn octets(&mut self, octets: &[u8]) {
        self.watch.listen(octets);
        self.last = octets.to_vec();
        for piece in octets.chunks(self.piece) {
            self.car(Input::Received(piece));
        }
    }

    fn command(&mut self, command: secc::Command) {
        self.secc.handle(self.now, Input::Command(command));
        self.settle();
    }

    fn until_deadline(&mut self) {
        let Some(deadline) = self.deadlines[0] else { return };
        self.now = self.now.max(deadline);
        self.car(Input::Timeout);
        self.expect_progress();
    }

    fn expect_progress(&self) {
        assert!(
            self.deadlines[0].is_none_or(|deadline| deadline > self.now),
            "a deadline that has passed is waited for"
        );
    }

    fn car(&mut self, input: Input<'_, Command>) {
        if matches!(input, Input::Timeout) {
            // A pause between two requests may be over.
            self.watch.turns = self.watch.turns.max(1);
        }
        self.evcc.handle(self.now, input);
        self.settle();
    }

    fn settle(&mut self) {
        for _ in 0..OUTPUTS {
            match self.evcc.poll() {
                Output::Wait(deadline) => {
                    self.deadlines[0] = deadline;
                    self.watch.settled(deadline);
                    return self.settle_station();
                }
                Output::Transmit(octets) => {
                    self.sent(&octets);
                    self.secc.handle(self.now, Input::Received(&octets));
                }
                Output::Event(event) => {
                    self.watch.event(&event);
                    self.event(&event);
                }
            }
        }
        panic!("no end of outputs");
    }

    fn settle_station(&mut self) {
        for _ in 0..OUTPUTS {
            let input = match self.secc.poll() {
                Output::Wait(deadline) => return self.deadlines[1] = deadline,
                Output::Transmit(octets) => {
                    self.answers.push_back(octets);
                    continue;
                }
                Output::Event(secc::Event::Authorize(question)) => {
                    let answer = question.accept("the fuzzer", Some(String::from("CARD")));
                    secc::Command::Answer(answer)
                }
                Output::Event(secc::Event::Provision(question)) => {
                    let exi = provider::answer(question.exi());
                    secc::Command::Provisioned(question.answer(exi))
                }
                Output::Event(secc::Event::Order(order)) => {
                    for fact in obey(order) {
                        let command = Input::Command(secc::Command::Fact(fact));
                        self.secc.handle(self.now, command);
                    }
                    continue;
                }
                Output::Event(_) => continue,
            };
            self.secc.handle(self.now, Input::Command(input));
        }
        panic!("no end of the station's outputs");
    }

    fn sent(&mut self, octets: &[u8]) {
        let payload = payload(octets);
        if SupportedAppProtocolReq::decode(payload).is_ok() {
            return self.watch.asks();
        }
        let message = match V2gMessage::decode(payload) {
            Ok(message) => message,
            Err(error) => panic!("a request that cannot be read: {error}"),
        };
        let Some(request) = message.body.element.and_then(Request::from_body) else {
            panic!("a message that is no request");
        };
        self.watch.asks();
        self.asked = request.kind();
        let first = self.asked == RequestKind::SessionSetup;
        assert!(
            first
                || self
                    .watch
                    .session
                    .is_some_and(|id| id.starts_with(message.header.session_id.as_slice())),
            "a request under another number"
        );
        self.session_id = match first {
            // What a station would give.
            true => SessionId::new(&PAUSED).unwrap_or_default(),
            false => message.header.session_id,
        };
    }

    fn event(&mut self, event: &Event) {
        if let Event::Store(store) = event {
            let contract = store.contract();
            assert_eq!(contract.leaf.public_key(), Ok(contract.key.public_key()));
            let Some(keeps) = self.keeps else { return };
            let store = store.clone();
            let stored = if keeps { store.stored() } else { store.failed() };
            return self.evcc.handle(self.now, Input::Command(Command::Stored(stored)));
        }
        let pilot = match event {
            Event::Order(Order::RequestEnergy) => ControlPilot::C,
            Event::Order(Order::ReleaseEnergy) => ControlPilot::B,
            _ => return,
        };
        let command = secc::Command::Fact(Fact::ControlPilot(pilot));
        self.secc.handle(self.now, Input::Command(command));
    }
}

const CODES: [ResponseCode; 8] = [
    ResponseCode::OkNewSessionEstablished,
    ResponseCode::OkOldSessionJoined,
    ResponseCode::OkCertificateExpiresSoon,
    ResponseCode::Failed,
    ResponseCode::FailedSequenceError,
    ResponseCode::FailedUnknownSession,
    ResponseCode::FailedContactorError,
    ResponseCode::FailedChallengeInvalid,
];

/// What must hold at any time.
#[derive(Default)]
struct Watch {
    /// The same octets, read beside the engine; `None` after what has no header.
    framer: Option<Framer>,
    /// How many requests the car may send before it hears something.
    turns: usize,
    session: Option<[u8; 8]>,
    authorized: bool,
    relays: bool,
    wants_energy: bool,
    ended: bool,
}

impl Watch {
    /// Every message lets the car ask once more.
    fn listen(&mut self, mut octets: &[u8]) {
        let Some(mut framer) = self.framer.take() else { return };
        loop {
            match framer.next(&mut octets) {
                Ok(None) => return self.framer = Some(framer),
                Ok(Some(Frame::Message { .. })) => self.turns += 1,
                Ok(Some(_)) => {}
                Err(_) => return,
            }
        }
    }

    fn asks(&mut self) {
        assert!(!self.ended, "a request after the end");
        assert!(self.turns > 0, "a request before the last one is answered");
        self.turns -= 1;
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Session { id, .. } => {
                assert_ne!(*id, [0; 8], "the session's number is zero");
                self.session = Some(*id);
            }
            Event::Authorized => self.authorized = true,
            Event::EnergyOn => {
                assert!(self.authorized, "energy that nobody authorized");
                assert!(!self.ended, "energy after the end");
            }
            Event::Order(Order::CloseRelays) => {
                assert!(!self.ended, "relays close after the end");
                self.relays = true;
            }
            Event::Order(Order::OpenRelays) => self.relays = false,
            Event::Order(Order::RequestEnergy) => {
                assert!(!self.ended, "energy is wanted after the end");
                self.wants_energy = true;
            }
            Event::Order(Order::ReleaseEnergy) => self.wants_energy = false,
            Event::Ended(_) => {
                assert!(!self.ended, "a second end");
                self.ended = true;
            }
            _ => {}
        }
    }

    fn settled(&self, deadline: Option<Duration>) {
        assert_eq!(deadline.is_none(), self.ended, "a session waits, and nothing else does");
        if self.ended {
            assert!(!self.relays, "the session ended with the relays closed");
            assert!(!self.wants_energy, "the session ended with the control pilot in state C");
        }
    }
}
