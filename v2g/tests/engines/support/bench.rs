//! A station alone: requests in, responses out, hardware that obeys at once (or not at all).

use super::{provider, requests, station, with_certificates};
use exi::Document;
use std::time::Duration;
use v2g::authorization::{Denial, Identity};
use v2g::engine::{Input, Output};
use v2g::handshake::{self, Protocol};
use v2g::iso2::dialog::{Request, RequestKind, Response};
use v2g::iso2::msg::*;
use v2g::iso2::order::Phase;
use v2g::provisioning;
use v2g::secc::{
    Command, Config, Contactor, ControlPilot, Ended, Event, Fact, Isolation, Limits, Order,
    Reading, Secc, Supply,
};
use v2g::v2gtp::{self, PayloadType};
use v2g::xmldsig::Signature;

pub(crate) struct Bench {
    pub(crate) secc: Secc,
    pub(crate) now: Duration,
    /// The number the next request carries.
    pub(crate) id: SessionId,
    pub(crate) events: Vec<Event>,
    pub(crate) phase: Phase,
    pub(crate) ended: Option<Ended>,
    /// Whether the hardware follows orders.
    pub(crate) obedient: bool,
    /// What is answered to a question.
    pub(crate) verdict: Result<(), Denial>,
    pub(crate) orders: Vec<Order>,
    /// Whether questions about certificates are answered at once; otherwise they wait here.
    pub(crate) provider: bool,
    pub(crate) questions: Vec<provisioning::Question>,
    /// The last message sent, without its header.
    pub(crate) last: Vec<u8>,
    dc: bool,
    responses: Vec<V2gMessage>,
}

impl Bench {
    /// The protocol is agreed on.
    pub(crate) fn new(config: Config) -> Self {
        let mut bench = Self::unconnected(config);
        let payload = handshake::offer(&[Protocol::Iso2]).to_vec().unwrap();
        bench.raw(PayloadType::Exi, &payload);
        assert_eq!(bench.phase, Phase::Setup);
        bench
    }

    pub(crate) fn unconnected(config: Config) -> Self {
        let dc = matches!(config.limits, Limits::Dc(_));
        Self {
            secc: Secc::new(config, super::random()),
            now: Duration::from_millis(100),
            id: SessionId::default(),
            events: Vec::new(),
            phase: Phase::Setup,
            ended: None,
            obedient: true,
            verdict: Ok(()),
            orders: Vec::new(),
            provider: true,
            questions: Vec::new(),
            last: Vec::new(),
            dc,
            responses: Vec::new(),
        }
    }

    /// Sends a message as it is.
    pub(crate) fn raw(&mut self, payload_type: PayloadType, payload: &[u8]) {
        let mut octets = Vec::new();
        v2gtp::emit(payload_type, payload, &mut octets).unwrap();
        self.octets(&octets);
    }

    pub(crate) fn octets(&mut self, octets: &[u8]) {
        self.secc.handle(self.now, Input::Received(octets));
        self.drain();
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.secc.handle(self.now, Input::Command(command));
        self.drain();
    }

    pub(crate) fn fact(&mut self, fact: Fact) {
        self.command(Command::Fact(fact));
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, time: Duration) {
        self.now += time;
        self.secc.handle(self.now, Input::Timeout);
        self.drain();
    }

    /// Sends a request and gives what comes back, if anything does at once.
    pub(crate) fn send(&mut self, request: impl Into<Request>) -> Option<Response> {
        self.send_signed(request, None)
    }

    pub(crate) fn send_signed(
        &mut self,
        request: impl Into<Request>,
        signature: Option<Signature>,
    ) -> Option<Response> {
        self.now += Duration::from_millis(20);
        let octets = self.frame(request.into(), signature);
        self.octets(&octets);
        self.response()
    }

    /// A request as it goes over the wire.
    pub(crate) fn frame(&self, request: Request, signature: Option<Signature>) -> Vec<u8> {
        let message = V2gMessage {
            header: Header { session_id: self.id, notification: None, signature },
            body: Body { element: Some(request.into_body()) },
        };
        let mut octets = Vec::new();
        v2gtp::emit(PayloadType::Exi, &message.to_vec().unwrap(), &mut octets).unwrap();
        octets
    }

    /// The next response that was sent.
    pub(crate) fn response(&mut self) -> Option<Response> {
        let message =
            if self.responses.is_empty() { return None } else { self.responses.remove(0) };
        self.id = message.header.session_id;
        Some(Response::from_body(message.body.element.unwrap()).unwrap())
    }

    /// Sends a request that must be taken.
    pub(crate) fn ok(&mut self, request: impl Into<Request>) -> Response {
        let request = request.into();
        let kind = request.kind();
        let response = self.send(request).unwrap_or_else(|| panic!("no answer to {kind}"));
        assert!(!response.code().is_failed(), "{kind}: {:?} {:?}", response.code(), self.events);
        response
    }

    /// Sends a request that must be refused, and says how.
    pub(crate) fn refused(&mut self, request: impl Into<Request>) -> ResponseCode {
        let request = request.into();
        let kind = request.kind();
        let response = self.send(request).unwrap_or_else(|| panic!("no answer to {kind}"));
        self.assert_refused(kind, &response);
        response.code()
    }

    /// A refusal answers the request's own kind and ends the session. [V2G2-538] [V2G2-539]
    pub(crate) fn assert_refused(&self, kind: RequestKind, response: &Response) {
        assert_eq!(response.kind(), kind);
        assert!(response.code().is_failed(), "{kind} was taken: {:?}", response.code());
        assert_eq!(self.ended, Some(Ended::Refused));
    }

    /// Goes the straight way to a phase.
    pub(crate) fn at(phase: Phase, dc: bool) -> Self {
        use Phase::*;
        let limits = if dc { super::DC } else { super::AC };
        let mut config = with_certificates(station(limits));
        if matches!(phase, AcReceipt | DcReceipt) {
            config.receipts = v2g::secc::Receipts::Every(Duration::ZERO);
        }
        let mut bench = Self::new(config);
        bench.go(phase);
        assert_eq!(bench.phase, phase);
        bench
    }

    fn go(&mut self, phase: Phase) {
        use Phase::*;
        let any = |kind| requests::any(kind, matches!(phase, DcCableCheck));
        if phase == Setup {
            return;
        }
        self.ok(any(RequestKind::SessionSetup));
        if phase == Discovery {
            return;
        }
        if phase == Ended {
            self.ok(any(RequestKind::SessionStop));
            return;
        }
        self.ok(any(RequestKind::ServiceDiscovery));
        if phase == Selection {
            return;
        }
        if matches!(phase, Contract | Delivered | AcReceipt | DcReceipt) {
            self.ok(requests::selection_of_sets(&[None]));
            if phase == Contract {
                return;
            }
            if phase == Delivered {
                self.ok(any(RequestKind::CertificateInstallation));
                return;
            }
            self.contract();
        } else {
            self.ok(requests::selection(PaymentOption::ExternalPayment));
            if phase == Authorizing {
                return;
            }
            self.ok(any(RequestKind::Authorization));
        }
        self.ok(any(RequestKind::Authorization));
        if phase == Parameters {
            return;
        }
        self.ok(requests::parameters(self.dc));
        if matches!(phase, AcReady | DcCableCheck) {
            return;
        }
        if self.dc {
            // The contactor closes after the first answer, the test begins with the second.
            self.ok(requests::any(RequestKind::CableCheck, true));
            self.ok(requests::any(RequestKind::CableCheck, true));
            self.ok(requests::any(RequestKind::CableCheck, true));
            if phase == DcPreCharge {
                return;
            }
            self.ok(requests::any(RequestKind::PreCharge, true));
            if phase == DcReady {
                return;
            }
        }
        if phase == Busy {
            self.obedient = false;
            assert!(self.send(requests::power(ChargeProgress::Start)).is_none());
            return;
        }
        self.fact(Fact::Meter(Reading {
            meter_id: "METER".into(),
            energy: 1000,
            ..Reading::default()
        }));
        self.ok(requests::power(ChargeProgress::Start));
        match phase {
            AcReceipt => drop(self.ok(ChargingStatusReq {})),
            DcReceipt => drop(self.ok(requests::current_demand(390.0, 10.0))),
            AcStopped | DcStopped => drop(self.ok(requests::power(ChargeProgress::Stop))),
            DcRenegotiated => {
                self.ok(requests::power(ChargeProgress::Renegotiate));
                self.ok(requests::parameters(true));
            }
            _ => {}
        }
    }

    /// Shows the contract and signs the challenge.
    pub(crate) fn contract(&mut self) {
        let Response::PaymentDetails(details) = self.ok(requests::payment_details()) else {
            panic!("another response");
        };
        let (request, signature) = requests::authorization(&details.gen_challenge);
        let response = self.send_signed(request, Some(signature)).unwrap();
        assert_eq!(response.code(), ResponseCode::Ok, "{:?}", self.events);
    }

    fn drain(&mut self) {
        loop {
            match self.secc.poll() {
                Output::Wait(_) => return,
                Output::Transmit(octets) => {
                    let (_, payload) = v2gtp::parse(&octets).unwrap();
                    self.last = payload.to_vec();
                    if let Ok(message) = V2gMessage::decode(payload) {
                        self.responses.push(message);
                    }
                }
                Output::Event(event) => self.event(event),
            }
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Authorize(question) => {
                let token =
                    matches!(question.identity(), Identity::External).then(|| "CARD".into());
                let answer = match self.verdict {
                    Ok(()) => question.accept("the bench", token),
                    Err(denial) => question.deny("the bench", denial),
                };
                self.secc.handle(self.now, Input::Command(Command::Answer(answer)));
            }
            Event::Provision(question) if self.provider => {
                let exi = provider::answer(question.exi());
                let answer = question.answer(exi);
                self.secc.handle(self.now, Input::Command(Command::Provisioned(answer)));
            }
            Event::Provision(question) => self.questions.push(question),
            Event::Order(order) => {
                self.orders.push(order);
                if self.obedient {
                    self.obey(order);
                }
            }
            Event::Phase(phase) => self.phase = phase,
            Event::Protocol(_) => self.phase = Phase::Setup,
            Event::Ended(how) => {
                self.phase = Phase::Ended;
                self.ended = Some(how);
            }
            other => self.events.push(other),
        }
    }

    fn obey(&mut self, order: Order) {
        let facts = match order {
            Order::CheckCable => vec![Fact::Isolation(Isolation::Valid)],
            Order::PreCharge { voltage, .. } => {
                vec![Fact::Supply(Supply { voltage, current: 0.0 })]
            }
            Order::CloseContactor => {
                vec![Fact::ControlPilot(ControlPilot::C), Fact::Contactor(Contactor::Closed)]
            }
            Order::Deliver { voltage, current } => vec![Fact::Supply(Supply { voltage, current })],
            Order::SupplyOff => vec![Fact::Supply(Supply::default())],
            Order::OpenContactor => {
                vec![Fact::ControlPilot(ControlPilot::B), Fact::Contactor(Contactor::Open)]
            }
        };
        for fact in facts {
            self.secc.handle(self.now, Input::Command(Command::Fact(fact)));
        }
    }
}
