//! A car and a station on a simulated clock, with a wire that delays and cuts, and simple hardware.

use super::{CLOCK, hierarchy, ms, provider, random};
use std::collections::BTreeMap;
use std::time::Duration;
use v2g::authorization::{Denial, Identity};
use v2g::engine::{Input, Output};
use v2g::evcc::{self, AcWish, Battery, DcWish, Evcc, Wish};
use v2g::handshake::Protocol;
use v2g::secc::{
    self, Contactor, ControlPilot, Fact, Isolation, Limits, Order, Reading, Secc, Supply,
};

/// What happens at some time.
#[derive(Debug)]
enum Action {
    ToStation(Vec<u8>),
    ToCar(Vec<u8>),
    StationFact(Fact),
    Station(secc::Command),
    Car(evcc::Command),
}

type Provider = (Duration, fn(&[u8]) -> Vec<u8>);
type Keep = fn(evcc::Store) -> Option<evcc::Stored>;

pub(crate) struct Pair {
    pub(crate) now: Duration,
    pub(crate) secc: Secc,
    pub(crate) evcc: Evcc,
    pub(crate) station: Vec<secc::Event>,
    pub(crate) car: Vec<evcc::Event>,
    pub(crate) station_ended: Option<secc::Ended>,
    pub(crate) car_ended: Option<evcc::Ended>,
    /// Messages are cut into pieces of this size.
    pub(crate) piece: usize,
    /// The wire is cut at this time.
    pub(crate) cut: Option<Duration>,
    pub(crate) verdict: Result<(), Denial>,
    /// What becomes of a request for a certificate, and how long it takes.
    pub(crate) provider: Provider,
    /// What becomes of a delivered contract in the car.
    pub(crate) keep: Keep,
    /// Energy delivered so far, in Wh.
    pub(crate) energy: f64,
    supply: Supply,
    connected: bool,
    measured: Duration,
    power: f64,
    queue: BTreeMap<(Duration, u64), Action>,
    number: u64,
    deadlines: [Option<Duration>; 2],
}

pub(crate) fn car(limits: &Limits) -> evcc::Config {
    evcc::Config {
        evcc_id: [2, 0, 0, 0, 0, 7],
        protocols: vec![Protocol::Iso2],
        tls: true,
        contract_without_tls: false,
        contract: None,
        provisioning: None,
        wish: match limits {
            Limits::Ac(_) => Wish::Ac(AcWish {
                phases: 3,
                max_voltage: 250.0,
                max_current: 32.0,
                min_current: 6.0,
                energy: 10_000.0,
            }),
            Limits::Dc(_) => Wish::Dc(DcWish {
                max_voltage: 450.0,
                max_current: 250.0,
                max_power: 100_000.0,
                capacity: 60_000.0,
                energy: 30_000.0,
            }),
        },
        battery: Battery { soc: 40, voltage: 380.0, target_voltage: 400.0, target_current: 120.0 },
        departure: None,
        resume: None,
        setup_until: Duration::from_secs(20),
        poll_interval: ms(100),
        loop_interval: ms(200),
        patience: ms(0),
    }
}

pub(crate) fn with_contract(mut config: evcc::Config) -> evcc::Config {
    let contract = hierarchy().contract();
    let name = contract.leaf.subject().common_name().unwrap();
    config.contract = Some(evcc::Contract {
        evcoid: pki::Evcoid::parse(name).unwrap(),
        leaf: contract.leaf.der().to_vec(),
        subs: contract.sub_ders().into_iter().map(<[u8]>::to_vec).collect(),
        key: contract.key,
    });
    config
}

/// A car that asks for certificates.
pub(crate) fn with_provisioning(mut config: evcc::Config, when: evcc::When) -> evcc::Config {
    let car = hierarchy().oem_provisioning();
    config.provisioning = Some(evcc::Provisioning {
        when,
        identity: Some(evcc::ProvisioningIdentity { certificate: car.leaf, key: car.key }),
        anchors: hierarchy().anchors().clone(),
        level: pki::Level::Strict,
        clock: CLOCK,
        required: false,
    });
    config
}

impl Pair {
    pub(crate) fn new(station: secc::Config, car: evcc::Config) -> Self {
        let power = match station.limits {
            Limits::Ac(_) => station.limits.power(),
            Limits::Dc(_) => 0.0,
        };
        let mut pair = Self {
            now: ms(50),
            secc: Secc::new(station, random()),
            evcc: Evcc::new(ms(50), car, random()),
            station: Vec::new(),
            car: Vec::new(),
            station_ended: None,
            car_ended: None,
            piece: usize::MAX,
            cut: None,
            verdict: Ok(()),
            provider: (ms(800), provider::answer),
            keep: |question| Some(question.stored()),
            energy: 0.0,
            supply: Supply::default(),
            connected: false,
            measured: Duration::ZERO,
            power,
            queue: BTreeMap::new(),
            number: 0,
            deadlines: [None; 2],
        };
        pair.after(ms(0), Action::StationFact(Fact::ControlPilot(ControlPilot::B)));
        pair.meter();
        pair.drain();
        pair
    }

    /// The car gets a command at this time.
    pub(crate) fn tell_car(&mut self, at: Duration, command: evcc::Command) {
        self.at(at, Action::Car(command));
    }

    /// The station gets a command at this time.
    pub(crate) fn tell_station(&mut self, at: Duration, command: secc::Command) {
        self.at(at, Action::Station(command));
    }

    /// Runs until both are done, or nothing is left to happen, or the time is reached.
    pub(crate) fn run(&mut self, until: Duration) {
        while self.now < until && (self.station_ended.is_none() || self.car_ended.is_none()) {
            let queued = self.queue.keys().next().map(|(at, _)| *at);
            let Some(next) =
                [queued, self.deadlines[0], self.deadlines[1]].into_iter().flatten().min()
            else {
                return;
            };
            self.now = next.max(self.now);
            if queued == Some(next) {
                let (_, action) = self.queue.pop_first().unwrap();
                self.act(action);
            }
            let now = self.now;
            if self.deadlines[0].is_some_and(|d| d <= now) {
                self.secc.handle(now, Input::Timeout);
            }
            if self.deadlines[1].is_some_and(|d| d <= now) {
                self.evcc.handle(now, Input::Timeout);
            }
            self.drain();
        }
    }

    fn act(&mut self, action: Action) {
        let now = self.now;
        match action {
            Action::ToStation(octets) => self.secc.handle(now, Input::Received(&octets)),
            Action::ToCar(octets) => self.evcc.handle(now, Input::Received(&octets)),
            Action::Station(command) => self.secc.handle(now, Input::Command(command)),
            Action::Car(command) => self.evcc.handle(now, Input::Command(command)),
            Action::StationFact(fact) => {
                match &fact {
                    Fact::Contactor(state) => self.connected = *state == Contactor::Closed,
                    Fact::Supply(supply) => self.supply = *supply,
                    _ => {}
                }
                self.meter();
                self.secc.handle(now, Input::Command(secc::Command::Fact(fact)));
            }
        }
    }

    /// Integrates energy and tells the station, as a meter does.
    fn meter(&mut self) {
        let hours = (self.now.saturating_sub(self.measured)).as_secs_f64() / 3600.0;
        self.measured = self.now;
        if self.connected {
            let dc = self.supply.voltage * self.supply.current;
            self.energy += hours * if dc > 0.0 { dc } else { self.power };
        }
        let reading = Reading {
            meter_id: "PNC-1".into(),
            energy: 10_000 + self.energy as u64,
            time: Some(CLOCK + self.now.as_secs() as i64),
            ..Reading::default()
        };
        self.secc.handle(self.now, Input::Command(secc::Command::Fact(Fact::Meter(reading))));
    }

    fn drain(&mut self) {
        loop {
            match self.secc.poll() {
                Output::Wait(deadline) => {
                    self.deadlines[0] = deadline;
                    break;
                }
                Output::Transmit(octets) => self.wire(&octets, Action::ToCar),
                Output::Event(event) => self.station_event(event),
            }
        }
        loop {
            match self.evcc.poll() {
                Output::Wait(deadline) => {
                    self.deadlines[1] = deadline;
                    break;
                }
                Output::Transmit(octets) => self.wire(&octets, Action::ToStation),
                Output::Event(event) => self.car_event(event),
            }
        }
    }

    fn wire(&mut self, octets: &[u8], action: fn(Vec<u8>) -> Action) {
        if self.cut.is_some_and(|cut| cut <= self.now) {
            return;
        }
        for piece in octets.chunks(self.piece.min(octets.len())) {
            self.after(ms(5), action(piece.to_vec()));
        }
    }

    fn station_event(&mut self, event: secc::Event) {
        match event {
            secc::Event::Authorize(question) => {
                let token =
                    matches!(question.identity(), Identity::External).then(|| "CARD-1".into());
                let answer = match self.verdict {
                    Ok(()) => question.accept("the pair", token),
                    Err(denial) => question.deny("the pair", denial),
                };
                self.after(ms(300), Action::Station(secc::Command::Answer(answer)));
            }
            secc::Event::Provision(question) => {
                let (delay, answer) = self.provider;
                let answer = answer(question.exi());
                let command = secc::Command::Provisioned(question.answer(answer));
                self.after(delay, Action::Station(command));
            }
            secc::Event::Order(order) => {
                self.obey(order);
                self.station.push(secc::Event::Order(order));
            }
            secc::Event::Ended(how) => self.station_ended = Some(how),
            other => self.station.push(other),
        }
    }

    fn obey(&mut self, order: Order) {
        let (delay, fact) = match order {
            Order::CheckCable => (500, Fact::Isolation(Isolation::Valid)),
            Order::PreCharge { voltage, .. } => {
                (250, Fact::Supply(Supply { voltage, current: 0.0 }))
            }
            Order::CloseContactor => (120, Fact::Contactor(Contactor::Closed)),
            Order::Deliver { voltage, current } => (20, Fact::Supply(Supply { voltage, current })),
            Order::SupplyOff => (100, Fact::Supply(Supply::default())),
            Order::OpenContactor => (120, Fact::Contactor(Contactor::Open)),
        };
        self.after(ms(delay), Action::StationFact(fact));
    }

    fn car_event(&mut self, event: evcc::Event) {
        let pilot = match &event {
            evcc::Event::Order(evcc::Order::RequestEnergy) => Some(ControlPilot::C),
            evcc::Event::Order(evcc::Order::ReleaseEnergy) => Some(ControlPilot::B),
            _ => None,
        };
        if let Some(pilot) = pilot {
            self.after(ms(10), Action::StationFact(Fact::ControlPilot(pilot)));
        }
        if let evcc::Event::Store(question) = &event
            && let Some(stored) = (self.keep)(question.clone())
        {
            self.after(ms(200), Action::Car(evcc::Command::Stored(stored)));
        }
        match event {
            evcc::Event::Ended(how) => self.car_ended = Some(how),
            other => self.car.push(other),
        }
    }

    fn after(&mut self, delay: Duration, action: Action) {
        self.at(self.now + delay, action);
    }

    fn at(&mut self, at: Duration, action: Action) {
        self.number += 1;
        self.queue.insert((at, self.number), action);
    }
}
