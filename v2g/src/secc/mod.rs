//! The station: one [`Secc`] for each connection, whatever protocol the car picks.

mod config;
mod event;
mod facts;

pub use config::{
    CertificateService, Config, Contracts, KnownRevocation, Paused, Payment, Receipts, RequestCheck,
};
pub use event::{Command, Ended, Event, Order};
pub use facts::{
    AcLimits, Contactor, ControlPilot, DcLimits, Fact, Facts, Fault, Isolation, Limits, Reading,
    Supply,
};

use crate::app_protocol::SupportedAppProtocolReq;
use crate::engine::{self, Input, Outbox, Output};
use crate::handshake::{self, Protocol};
use crate::iso2;
use crate::v2gtp::Framer;
use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::sync::Arc;
use core::ops::ControlFlow;
use core::time::Duration;
use exi::Document;
use ring::rand::SecureRandom;

/// A station's engine for one connection.
pub struct Secc {
    config: Config,
    facts: Facts,
    random: Arc<dyn SecureRandom + Send + Sync>,
    out: Outbox<Event>,
    framer: Framer,
    stage: Stage,
}

enum Stage {
    /// The car is to make its offer. [V2G2-540]
    Handshake,
    Iso2(Box<iso2::secc::Session>),
    Over,
}

impl Secc {
    /// A connection was accepted. `random` gives session ids and challenges. [V2G2-835]
    pub fn new(config: Config, random: Arc<dyn SecureRandom + Send + Sync>) -> Self {
        let facts = Facts::new(config.limits);
        Self {
            config,
            facts,
            random,
            out: Outbox::new(),
            framer: engine::framer(),
            stage: Stage::Handshake,
        }
    }

    /// Takes what happened. Call [`poll`](Self::poll) afterwards until it waits.
    pub fn handle(&mut self, now: Duration, input: Input<'_, Command>) {
        match input {
            Input::Received(octets) => self.received(now, octets),
            Input::Closed => self.end(now, Ended::Closed),
            Input::Timeout => self.advance(now),
            Input::Command(command) => self.command(now, command),
        }
    }

    /// What is to be done next.
    pub fn poll(&mut self) -> Output<Event> {
        self.out.pop().unwrap_or_else(|| Output::Wait(self.deadline()))
    }

    /// What is known of the hardware.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    fn deadline(&self) -> Option<Duration> {
        match &self.stage {
            Stage::Handshake => Some(self.config.setup_until),
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
            self.unreadable(now, &error.to_string());
        }
    }

    fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    fn message(&mut self, now: Duration, payload: &[u8]) {
        match self.stage {
            Stage::Handshake => self.handshake(now, payload),
            Stage::Iso2(_) => {
                self.session(now, |session, around| session.received(payload, around))
            }
            Stage::Over => {}
        }
    }

    fn handshake(&mut self, now: Duration, payload: &[u8]) {
        let offer = match SupportedAppProtocolReq::decode(payload) {
            Ok(offer) => offer,
            Err(error) => return self.unreadable(now, &error.to_string()),
        };
        let selection = handshake::select(&offer, &self.config.protocols);
        // It cannot fail: the answer is a few octets with no free facets.
        let _ = self.out.message(&handshake::answer(selection.as_ref()));
        match selection {
            // [V2G2-541]
            Some(selection) => {
                self.out.event(Event::Protocol(selection.protocol));
                self.stage = match selection.protocol {
                    Protocol::Iso2 => {
                        Stage::Iso2(Box::new(iso2::secc::Session::new(now, &self.config)))
                    }
                };
            }
            None => self.end(now, Ended::NoProtocol),
        }
    }

    fn advance(&mut self, now: Duration) {
        if matches!(self.stage, Stage::Handshake) && now >= self.config.setup_until {
            // [V2G2-716]
            return self.end(now, Ended::Timeout);
        }
        self.session(now, iso2::secc::Session::advance);
    }

    fn command(&mut self, now: Duration, command: Command) {
        match command {
            Command::Fact(fact) => {
                let unplugged = fact == Fact::ControlPilot(ControlPilot::A);
                let depends = |facts: &Facts| (facts.fault, facts.contactor, facts.control_pilot);
                let before = depends(&self.facts);
                self.facts.learn(fact);
                if unplugged {
                    // Without a car there is nobody to talk to, and nothing may stay switched on.
                    return self.end(now, Ended::Closed);
                }
                if depends(&self.facts) != before {
                    self.session(now, iso2::secc::Session::protect);
                }
                self.session(now, iso2::secc::Session::advance);
            }
            Command::Answer(answer) => {
                self.session(now, |session, around| session.answer(answer, around));
            }
            Command::Provisioned(answer) => {
                self.session(now, |session, around| session.provisioned(answer, around));
            }
            Command::Stop => {
                self.session(now, |session, _| session.notify(iso2::secc::Notice::Stop, now));
            }
            Command::Renegotiate => {
                self.session(now, |session, _| {
                    session.notify(iso2::secc::Notice::Renegotiate, now)
                });
            }
            Command::Abort => self.end(now, Ended::Aborted),
        }
    }

    fn session(
        &mut self,
        now: Duration,
        run: impl FnOnce(&mut iso2::secc::Session, &mut iso2::secc::Around<'_>),
    ) {
        let Stage::Iso2(session) = &mut self.stage else { return };
        let mut around = iso2::secc::Around {
            now,
            config: &self.config,
            facts: &mut self.facts,
            random: &*self.random,
            out: &mut self.out,
        };
        run(session, &mut around);
        if session.phase() == iso2::order::Phase::Ended {
            self.stage = Stage::Over;
        }
    }

    fn unreadable(&mut self, now: Duration, why: &str) {
        self.out.event(Event::unreadable(why));
        self.end(now, Ended::Malformed);
    }

    fn end(&mut self, now: Duration, how: Ended) {
        if matches!(self.stage, Stage::Handshake) {
            self.out.event(Event::Ended(how.clone()));
            self.stage = Stage::Over;
        }
        self.session(now, |session, around| session.end(how, around));
    }
}
