//! The car: one [`Evcc`] for each connection, whatever protocol the station picks.

mod config;
mod event;
mod provisioning;

pub use config::{AcWish, Battery, Config, Contract, ContractKey, DcWish, Wish};
pub use event::{Command, Ended, Event, Order};
pub use provisioning::{NoDelivery, Provisioning, ProvisioningIdentity, Store, Stored, When};

use crate::app_protocol::SupportedAppProtocolRes;
use crate::engine::{self, Input, Outbox, Output};
use crate::handshake::{self, Protocol};
use crate::iso2::{self, dialog::RequestKind, timing};
use crate::v2gtp::Framer;
use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::sync::Arc;
use core::ops::ControlFlow;
use core::time::Duration;
use exi::Document;
use ring::rand::SecureRandom;

/// A car's engine for one connection.
pub struct Evcc {
    config: Config,
    battery: Battery,
    random: Arc<dyn SecureRandom + Send + Sync>,
    out: Outbox<Event>,
    framer: Framer,
    stop: Option<iso2::evcc::Stop>,
    stage: Stage,
}

enum Stage {
    /// The station is to pick a protocol.
    Handshake {
        until: Duration,
    },
    Iso2(Box<iso2::evcc::Session>),
    Over,
}

impl Evcc {
    /// The connection stands; the car makes its offer. `random` serves signatures.
    pub fn new(now: Duration, config: Config, random: Arc<dyn SecureRandom + Send + Sync>) -> Self {
        let mut out = Outbox::new();
        // The offer is made of constants that fit.
        let _ = out.message(&handshake::offer(&config.protocols));
        let until = now.saturating_add(timing::message_timeout(RequestKind::SessionSetup));
        let stage = Stage::Handshake { until: until.min(config.setup_until) };
        let battery = config.battery;
        Self { config, battery, random, out, framer: engine::framer(), stop: None, stage }
    }

    /// Takes what happened. Call [`poll`](Self::poll) afterwards until it waits.
    pub fn handle(&mut self, now: Duration, input: Input<'_, Command>) {
        match input {
            Input::Received(octets) => self.received(now, octets),
            Input::Closed => self.end(now, Ended::Closed),
            Input::Timeout => match self.stage {
                Stage::Handshake { until } if now >= until => self.end(now, Ended::Timeout),
                _ => self.session(now, iso2::evcc::Session::advance),
            },
            Input::Command(Command::Battery(battery)) => self.battery = battery,
            Input::Command(Command::Stored(stored)) => {
                self.session(now, |session, around| session.stored(stored, around));
            }
            Input::Command(Command::Stop) => self.stop = Some(iso2::evcc::Stop::Terminate),
            Input::Command(Command::Pause) => self.stop = Some(iso2::evcc::Stop::Pause),
            Input::Command(Command::Abort) => self.end(now, Ended::Aborted),
        }
    }

    /// What is to be done next.
    pub fn poll(&mut self) -> Output<Event> {
        self.out.pop().unwrap_or_else(|| Output::Wait(self.deadline()))
    }

    fn deadline(&self) -> Option<Duration> {
        match &self.stage {
            Stage::Handshake { until } => Some(*until),
            Stage::Iso2(session) => session.deadline(),
            Stage::Over => None,
        }
    }

    fn received(&mut self, now: Duration, octets: &[u8]) {
        if self.is_over() {
            return;
        }
        // The framer lends out its payload; it is put back behind the last message.
        let mut framer = core::mem::replace(&mut self.framer, engine::framer());
        let read = engine::messages(&mut framer, octets, |payload| {
            self.message(now, payload);
            if self.is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.framer = framer;
        if let Err(error) = read {
            self.end(now, Ended::Malformed(error.to_string()));
        }
    }

    fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    fn message(&mut self, now: Duration, payload: &[u8]) {
        match self.stage {
            Stage::Handshake { .. } => match SupportedAppProtocolRes::decode(payload) {
                Err(error) => self.end(now, Ended::Malformed(error.to_string())),
                Ok(answer) => match handshake::chosen(&answer, &self.config.protocols) {
                    // [V2G2-173]
                    None => self.end(now, Ended::NoProtocol),
                    Some(protocol) => {
                        self.out.event(Event::Protocol(protocol));
                        self.stage = match protocol {
                            Protocol::Iso2 => Stage::Iso2(Box::new(iso2::evcc::Session::new())),
                        };
                        self.session(now, iso2::evcc::Session::begin);
                    }
                },
            },
            Stage::Iso2(_) => {
                self.session(now, |session, around| session.received(payload, around))
            }
            Stage::Over => {}
        }
    }

    fn session(
        &mut self,
        now: Duration,
        run: impl FnOnce(&mut iso2::evcc::Session, &mut iso2::evcc::Around<'_>),
    ) {
        let Stage::Iso2(session) = &mut self.stage else { return };
        let mut around = iso2::evcc::Around {
            now,
            config: &self.config,
            battery: &self.battery,
            random: &*self.random,
            stop: self.stop,
            out: &mut self.out,
        };
        run(session, &mut around);
        if session.is_over() {
            self.stage = Stage::Over;
        }
    }

    fn end(&mut self, now: Duration, how: Ended) {
        if matches!(self.stage, Stage::Handshake { .. }) {
            self.out.event(Event::Ended(how.clone()));
            self.stage = Stage::Over;
        }
        self.session(now, |session, around| session.end(how, around));
    }
}
