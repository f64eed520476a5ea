//! A station alone, with a car that sends whatever the script says.

use super::requests::{Known, request};
use super::script::{Script, framed, payload};
use super::{AC, CLOCK, DC, MAX_MESSAGE, OUTPUTS, PAUSED, provider, station};
use crate::app_protocol::SupportedAppProtocolRes;
use crate::authorization::{Answer, Denial, Identity, Question};
use crate::engine::{Input, Output};
use crate::handshake::{self, Protocol};
use crate::iso2::dialog::{Request, RequestKind, Response};
use crate::iso2::msg::{Body, GenChallenge, Header, SessionId, V2gMessage};
use crate::provisioning;
use crate::secc::{
    AcLimits, Command, Contactor, ControlPilot, DcLimits, Event, Fact, Fault, Isolation, Limits,
    Order, Reading, Secc, Supply,
};
use crate::v2gtp::{Frame, Framer, PayloadType};
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;
use exi::Document;
use ring::rand::SystemRandom;

/// Drives a station: two octets of settings, one of habits, then instructions of an octet and what it needs.
pub fn secc(data: &[u8]) {
    let mut script = Script::new(data);
    let config = station(&mut script);
    let habits = script.octet();
    let dc = matches!(config.limits, Limits::Dc(_));
    let mut drive = Drive {
        secc: Secc::new(config, Arc::new(SystemRandom::new())),
        now: Duration::from_millis(100),
        obedient: habits & 1 == 0,
        eager: habits & 2 == 0,
        piece: if habits & 4 == 0 { usize::MAX } else { usize::from(habits >> 3) + 1 },
        known: Known {
            dc,
            session_id: SessionId::default(),
            challenge: GenChallenge::default(),
            meter: None,
        },
        questions: Vec::new(),
        certificates: Vec::new(),
        delivered: Vec::new(),
        watch: Watch::default(),
    };
    while !script.is_empty() {
        drive.instruction(&mut script);
    }
    drive.input(Input::Closed);
    assert!(drive.watch.ended, "a closed connection does not end the session");
}

struct Drive {
    secc: Secc,
    now: Duration,
    /// Whether the hardware follows orders at once.
    obedient: bool,
    /// Whether questions are answered at once.
    eager: bool,
    /// Messages arrive in pieces of this size.
    piece: usize,
    known: Known,
    questions: Vec<Question>,
    /// Requests for certificates that wait.
    certificates: Vec<provisioning::Question>,
    /// The last answer to one.
    delivered: Vec<u8>,
    watch: Watch,
}

impl Drive {
    fn instruction(&mut self, script: &mut Script<'_>) {
        let select = script.octet();
        if let Some(&kind) = RequestKind::ALL.get(usize::from(select & 31)) {
            return self.request(kind, select, script);
        }
        match select & 31 {
            17 => self.offer(script),
            18 => {
                self.now += script.pause();
                self.input(Input::Timeout);
            }
            19 => self.exi(script.octets(), PayloadType::Exi),
            20 => self.octets(script.octets()),
            21 => self.exi(script.octets(), u16::from(script.octet()).wrapping_add(0x8000).into()),
            22..=24 => {
                let fact = fact(script);
                self.input(Input::Command(Command::Fact(fact)));
            }
            25 => self.answer(script),
            26 => self.input(Input::Command(Command::Stop)),
            27 => self.input(Input::Command(Command::Renegotiate)),
            28 => self.obedient = !self.obedient,
            29 => self.eager = !self.eager,
            30 => self.input(Input::Command(Command::Abort)),
            _ => self.until_deadline(),
        }
    }

    /// The car's offer, which every session begins with; damaged or odd if the script says so.
    fn offer(&mut self, script: &mut Script<'_>) {
        let mut offer = handshake::offer(&[Protocol::Iso2]).to_vec().unwrap_or_default();
        if script.octet() & 1 == 1 {
            script.damage(&mut offer);
        }
        self.exi(&offer, PayloadType::Exi);
    }

    /// The three high bits of `select`: damaged, under another number, after a pause.
    fn request(&mut self, kind: RequestKind, select: u8, script: &mut Script<'_>) {
        let (request, signature) = request(kind, script, &self.known);
        let session_id = match select & 64 {
            0 => self.known.session_id,
            _ => SessionId::new(&PAUSED).unwrap_or_default(),
        };
        let message = V2gMessage {
            header: Header { session_id, notification: None, signature },
            body: Body { element: Some(request.into_body()) },
        };
        let Ok(mut payload) = message.to_vec() else { return };
        if select & 32 != 0 {
            script.damage(&mut payload);
        }
        self.now += if select & 128 == 0 { Duration::from_millis(20) } else { script.pause() };
        self.exi(&payload, PayloadType::Exi);
    }

    fn exi(&mut self, payload: &[u8], payload_type: PayloadType) {
        self.octets(&framed(payload_type, payload));
    }

    fn octets(&mut self, octets: &[u8]) {
        self.watch.listen(octets);
        for piece in octets.chunks(self.piece) {
            self.input(Input::Received(piece));
        }
    }

    fn answer(&mut self, script: &mut Script<'_>) {
        let how = script.octet();
        let Some(question) = self.questions.pop() else {
            return self.provision(how, script);
        };
        let answer = match how & 1 {
            0 => accept(question),
            _ => {
                use Denial::*;
                let denial =
                    script.pick(&[Blocked, Expired, Unknown, Unavailable, Revoked, Unproven]);
                question.deny("the fuzzer", denial.unwrap_or(Unknown))
            }
        };
        self.input(Input::Command(Command::Answer(answer)));
    }

    /// A good answer, a damaged or a foreign one, or none.
    fn provision(&mut self, how: u8, script: &mut Script<'_>) {
        let Some(question) = self.certificates.pop() else { return };
        let answer = match how & 3 {
            0 | 1 => {
                let mut exi = provider::answer(question.exi());
                if how & 1 == 1 {
                    script.damage(&mut exi);
                }
                exi
            }
            2 => script.octets().to_vec(),
            _ => {
                let denial = script.pick(&provisioning::Denial::ALL);
                let denial = denial.unwrap_or(provisioning::Denial::NoContract);
                let answer = question.refuse(denial, "the fuzzer");
                return self.input(Input::Command(Command::Provisioned(answer)));
            }
        };
        self.delivered.clone_from(&answer);
        self.input(Input::Command(Command::Provisioned(question.answer(answer))));
    }

    /// What the engine waits for passes; it must not wait for the same moment again.
    fn until_deadline(&mut self) {
        let Some(deadline) = self.watch.deadline else { return };
        self.now = self.now.max(deadline);
        self.input(Input::Timeout);
    }

    fn input(&mut self, input: Input<'_, Command>) {
        let timeout = matches!(input, Input::Timeout);
        self.secc.handle(self.now, input);
        self.drain();
        if timeout {
            assert!(
                self.watch.deadline.is_none_or(|deadline| deadline > self.now),
                "a deadline that has passed is waited for"
            );
        }
    }

    fn drain(&mut self) {
        for _ in 0..OUTPUTS {
            match self.secc.poll() {
                Output::Wait(deadline) => return self.watch.settled(deadline),
                Output::Transmit(octets) => self.sent(&octets),
                Output::Event(event) => {
                    self.watch.event(&event);
                    self.event(event);
                }
            }
        }
        panic!("no end of outputs");
    }

    fn sent(&mut self, octets: &[u8]) {
        let payload = payload(octets);
        if SupportedAppProtocolRes::decode(payload).is_ok() {
            return self.watch.answered(None);
        }
        let message = match V2gMessage::decode(payload) {
            Ok(message) => message,
            Err(error) => panic!("a response that cannot be read: {error}"),
        };
        let Some(response) = message.body.element.and_then(Response::from_body) else {
            panic!("a message that is no response");
        };
        self.watch.answered(Some(response.kind()));
        let certificates = [RequestKind::CertificateInstallation, RequestKind::CertificateUpdate];
        if certificates.contains(&response.kind()) && !response.code().is_failed() {
            assert_eq!(payload, self.delivered, "a delivery that nobody made");
        }
        let id = message.header.session_id;
        if !response.code().is_failed() {
            assert_eq!(Some(id.as_slice()), self.watch.session.as_ref().map(|id| &id[..]));
        }
        self.known.session_id = id;
        match response {
            Response::PaymentDetails(details) => self.known.challenge = details.gen_challenge,
            Response::CurrentDemand(demand) => self.known.meter = demand.meter_info,
            Response::ChargingStatus(status) => self.known.meter = status.meter_info,
            _ => {}
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Authorize(question) if self.eager => {
                let answer = accept(question);
                self.secc.handle(self.now, Input::Command(Command::Answer(answer)));
            }
            Event::Authorize(question) => self.questions.push(question),
            Event::Provision(question) if self.eager => {
                self.delivered = provider::answer(question.exi());
                let answer = question.answer(self.delivered.clone());
                self.secc.handle(self.now, Input::Command(Command::Provisioned(answer)));
            }
            Event::Provision(question) => self.certificates.push(question),
            Event::Order(order) if self.obedient => {
                for fact in obey(order) {
                    self.secc.handle(self.now, Input::Command(Command::Fact(fact)));
                }
            }
            _ => {}
        }
    }
}

fn accept(question: Question) -> Answer {
    let token = matches!(question.identity(), Identity::External).then(|| String::from("CARD"));
    question.accept("the fuzzer", token)
}

/// What hardware tells that follows an order at once.
pub(super) fn obey(order: Order) -> Vec<Fact> {
    match order {
        Order::CheckCable => alloc::vec![Fact::Isolation(Isolation::Valid)],
        Order::PreCharge { voltage, .. } => {
            alloc::vec![Fact::Supply(Supply { voltage, current: 0.0 })]
        }
        Order::CloseContactor => {
            alloc::vec![Fact::ControlPilot(ControlPilot::C), Fact::Contactor(Contactor::Closed)]
        }
        Order::Deliver { voltage, current } => {
            alloc::vec![Fact::Supply(Supply { voltage, current })]
        }
        Order::SupplyOff => alloc::vec![Fact::Supply(Supply::default())],
        Order::OpenContactor => {
            alloc::vec![Fact::ControlPilot(ControlPilot::B), Fact::Contactor(Contactor::Open)]
        }
    }
}

/// News from the hardware, sensible or not.
pub(super) fn fact(script: &mut Script<'_>) -> Fact {
    use ControlPilot::*;
    match script.octet() & 7 {
        0 => Fact::ControlPilot(script.pick(&[B, C, D, E, F, A]).unwrap_or(B)),
        1 => {
            let states = [Contactor::Open, Contactor::Closed, Contactor::Fault];
            Fact::Contactor(script.pick(&states).unwrap_or(Contactor::Open))
        }
        2 => Fact::Supply(Supply { voltage: script.number(), current: script.number() }),
        3 => {
            use Isolation::*;
            Fact::Isolation(script.pick(&[Valid, Unknown, Warning, Fault]).unwrap_or(Unknown))
        }
        4 => Fact::Meter(Reading {
            meter_id: String::from_utf8_lossy(script.octets()).into(),
            energy: u64::from(script.octet()) << (script.octet() & 63),
            signature: (script.octet() & 1 == 1).then(|| script.octets().to_vec()),
            status: None,
            time: Some(CLOCK),
        }),
        5 => Fact::Limits(limits(script)),
        6 => {
            use Fault::*;
            Fact::Fault(script.pick(&[Emergency, ResidualCurrent, Utility, Malfunction]))
        }
        _ => Fact::Fault(None),
    }
}

fn limits(script: &mut Script<'_>) -> Limits {
    match script.octet() & 3 {
        0 => AC,
        1 => DC,
        2 => Limits::Ac(AcLimits {
            nominal_voltage: script.number(),
            max_current: script.number(),
            phases: script.octet(),
        }),
        _ => Limits::Dc(DcLimits {
            max_voltage: script.number(),
            min_voltage: script.number(),
            max_current: script.number(),
            min_current: script.number(),
            max_power: script.number(),
            current_ripple: script.number(),
        }),
    }
}

/// What must hold at any time.
struct Watch {
    /// The same octets, read beside the engine; `None` after what has no header.
    framer: Option<Framer>,
    /// Requests that came and are not answered; `None` is the offer of protocols.
    asked: VecDeque<Option<RequestKind>>,
    session: Option<[u8; 8]>,
    authorized: bool,
    /// The last order to the contactor, once there was one to close it.
    closed: Option<bool>,
    energy: bool,
    ended: bool,
    deadline: Option<Duration>,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            framer: Some(Framer::new(MAX_MESSAGE)),
            asked: VecDeque::new(),
            session: None,
            authorized: false,
            closed: None,
            energy: false,
            ended: false,
            deadline: None,
        }
    }
}

impl Watch {
    /// Notes the requests that will have come.
    fn listen(&mut self, mut octets: &[u8]) {
        let Some(mut framer) = self.framer.take() else { return };
        loop {
            match framer.next(&mut octets) {
                Ok(None) => return self.framer = Some(framer),
                Ok(Some(Frame::Message { payload_type: PayloadType::Exi, payload })) => {
                    let request = V2gMessage::decode(payload).ok().and_then(|m| m.body.element);
                    let request = request.and_then(Request::from_body);
                    self.asked.push_back(request.map(|request| request.kind()));
                }
                Ok(Some(_)) => {}
                Err(_) => return,
            }
        }
    }

    /// A response pairs with a request that has come and is not answered; older ones stay without.
    fn answered(&mut self, kind: Option<RequestKind>) {
        assert!(!self.ended, "a response after the end");
        while let Some(asked) = self.asked.pop_front() {
            if asked == kind {
                return;
            }
        }
        panic!("a response to {kind:?}, which nobody asked");
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Session { id, .. } => {
                assert_ne!(*id, [0; 8], "the session's number is zero");
                self.session = Some(*id);
            }
            Event::Authorized { .. } => self.authorized = true,
            Event::EnergyOn => {
                assert!(self.authorized, "energy that nobody authorized");
                assert_eq!(self.closed, Some(true), "energy without a contactor");
                assert!(!self.ended, "energy after the end");
                self.energy = true;
            }
            Event::EnergyOff => self.energy = false,
            Event::Order(Order::CloseContactor) => {
                assert!(self.authorized, "a contactor that nobody authorized");
                assert!(!self.ended, "a contactor closes after the end");
                self.closed = Some(true);
            }
            Event::Order(Order::OpenContactor) => {
                self.closed = self.closed.map(|_| false);
            }
            Event::Order(
                Order::Deliver { voltage, current } | Order::PreCharge { voltage, current },
            ) => {
                assert!(!self.ended, "a supply works after the end");
                assert!(voltage.is_finite() && current.is_finite(), "{event:?}");
                assert!(*voltage >= 0.0 && *current >= 0.0, "{event:?}");
            }
            Event::Ended(_) => {
                assert!(!self.ended, "a second end");
                self.ended = true;
            }
            _ => {}
        }
    }

    fn settled(&mut self, deadline: Option<Duration>) {
        assert_eq!(deadline.is_none(), self.ended, "a session waits, and nothing else does");
        self.deadline = deadline;
        if self.ended {
            assert_ne!(self.closed, Some(true), "the session ended with the contactor closed");
            assert!(!self.energy, "the session ended with energy on");
        }
    }
}
