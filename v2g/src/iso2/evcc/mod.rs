//! The car's side of ISO 15118-2: a file for each phase.

mod authorization;
mod cable_check;
mod charging;
mod context;
mod discovery;
mod heard;
mod parameters;
mod pre_charge;
mod profile;
mod provisioning;
mod session_setup;
mod state;
mod stopping;

use context::{Ask, Next};
pub(crate) use context::{Context, Failure, Stop};
pub(crate) use state::State;

use super::dialog::{RequestKind, Response};
use super::msg::{Body, Header, SessionId, V2gMessage};
use super::timing::message_timeout;
use crate::engine::Outbox;
use crate::evcc::{Battery, Config, Contract, Ended, Event, Stored};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use core::time::Duration;
use exi::Document;
use ring::rand::SecureRandom;

/// A session of ISO 15118-2 on one connection.
pub(crate) struct Session {
    /// Taken out only while a handler runs; `None` afterwards means that the session is over.
    state: Option<State>,
    id: SessionId,
    turn: Turn,
    /// One that was delivered in this session.
    contract: Option<Contract>,
}

/// Whose turn it is.
enum Turn {
    /// The station's, to answer this request until then.
    Station {
        request: RequestKind,
        until: Duration,
    },
    /// Ours: the request goes out at its time.
    Car(Box<Ask>),
    /// The application's, until then.
    Application(Duration),
    Over,
}

/// What a session works with, lent for each call.
pub(crate) struct Around<'a> {
    pub now: Duration,
    pub config: &'a Config,
    pub battery: &'a Battery,
    pub random: &'a dyn SecureRandom,
    /// How the application wants the session to end, once it does.
    pub stop: Option<Stop>,
    pub out: &'a mut Outbox<Event>,
}

impl Session {
    pub(crate) fn new() -> Self {
        Self { state: None, id: SessionId::default(), turn: Turn::Over, contract: None }
    }

    /// The first request goes out.
    pub(crate) fn begin(&mut self, around: &mut Around<'_>) {
        // Eight octets fit a type of up to eight; without a session to join the number is zero.
        let zero = [0; 8];
        let id = around.config.resume.as_ref().unwrap_or(&zero);
        self.id = SessionId::new(id).unwrap_or_default();
        self.step(around, |cx| Ok(session_setup::SessionSetup::begin(cx)));
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.turn, Turn::Over)
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        match &self.turn {
            Turn::Station { until, .. } => Some(*until),
            Turn::Car(ask) => Some(ask.at),
            Turn::Application(until) => Some(*until),
            Turn::Over => None,
        }
    }

    /// A message came.
    pub(crate) fn received(&mut self, payload: &[u8], around: &mut Around<'_>) {
        let message = match V2gMessage::decode(payload) {
            Ok(message) => message,
            Err(error) => return self.end(Ended::Malformed(error.to_string()), around),
        };
        let Some(response) = message.body.element.and_then(Response::from_body) else {
            return self.end(Ended::Malformed("a message that is no response".into()), around);
        };
        // [V2G2-482]
        let request = match self.turn {
            Turn::Station { request, .. } if request == response.kind() => request,
            _ => {
                let name = response.kind();
                return self
                    .end(Ended::Malformed(format!("an answer to {name} out of turn")), around);
            }
        };
        // [V2G2-735]
        if response.code().is_failed() {
            return self.end(Ended::Refused { request, code: response.code() }, around);
        }
        let id = message.header.session_id;
        // [V2G2-751]
        if request != RequestKind::SessionSetup && id != self.id {
            return self.end(Ended::Malformed("the session's number changed".into()), around);
        }
        self.id = id;
        let Some(state) = self.state.take() else { return };
        let signature = message.header.signature.as_ref();
        self.step(around, |cx| state.handle(response, signature, cx));
    }

    /// The application has kept a delivered contract, or not.
    pub(crate) fn stored(&mut self, stored: Stored, around: &mut Around<'_>) {
        match self.state.take() {
            Some(State::Storing(storing)) => match storing.redeem(stored) {
                Some(contract) => self.go_on(storing, contract, around),
                None => self.state = Some(State::Storing(storing)),
            },
            other => self.state = other,
        }
    }

    fn go_on(
        &mut self,
        storing: provisioning::Storing,
        contract: Option<Contract>,
        around: &mut Around<'_>,
    ) {
        let kept = contract.is_some();
        self.contract = contract;
        self.step(around, |cx| storing.go_on(kept, cx));
    }

    /// Time has passed.
    pub(crate) fn advance(&mut self, around: &mut Around<'_>) {
        if self.deadline().is_none_or(|deadline| around.now < deadline) {
            return;
        }
        match core::mem::replace(&mut self.turn, Turn::Over) {
            // [V2G2-436]
            Turn::Station { .. } => self.finish(Ended::Timeout, around),
            Turn::Car(ask) => self.transmit(*ask, around),
            Turn::Application(_) => match self.state.take() {
                Some(State::Storing(storing)) => self.go_on(storing, None, around),
                _ => self.finish(Ended::Timeout, around),
            },
            Turn::Over => {}
        }
    }

    /// The session is over, whatever it was doing: energy off.
    pub(crate) fn end(&mut self, how: Ended, around: &mut Around<'_>) {
        if !self.is_over() {
            self.finish(how, around);
        }
    }

    fn finish(&mut self, how: Ended, around: &mut Around<'_>) {
        self.turn = Turn::Over;
        self.state = None;
        if !how.is_regular() {
            around.out.event(Event::Order(crate::evcc::Order::OpenRelays));
            around.out.event(Event::Order(crate::evcc::Order::ReleaseEnergy));
        }
        around.out.event(Event::Ended(how));
    }

    fn step(
        &mut self,
        around: &mut Around<'_>,
        run: impl FnOnce(&mut Context<'_>) -> Result<State, Failure>,
    ) {
        let mut cx = Context {
            now: around.now,
            config: around.config,
            battery: around.battery,
            contract: self.contract.as_ref().or(around.config.contract.as_ref()),
            random: around.random,
            session_id: self.id,
            stop: around.stop,
            out: &mut *around.out,
            next: None,
        };
        let outcome = run(&mut cx);
        let next = cx.next.take();
        match (outcome, next) {
            (Ok(state), Some(Next::Ask(ask))) => {
                self.state = Some(state);
                if ask.at <= around.now {
                    self.transmit(*ask, around);
                } else {
                    self.turn = Turn::Car(ask);
                }
            }
            (Ok(state), Some(Next::Wait(until))) => {
                self.state = Some(state);
                self.turn = Turn::Application(until);
            }
            (Ok(_), Some(Next::End(how))) | (Err(Failure(how)), _) => self.finish(how, around),
            // A state that asks nothing would wait for ever.
            (Ok(_), None) => self.finish(Ended::Aborted, around),
        }
    }

    fn transmit(&mut self, ask: Ask, around: &mut Around<'_>) {
        let Ask { request, signature, .. } = ask;
        let kind = request.kind();
        let message = V2gMessage {
            header: Header { session_id: self.id, notification: None, signature },
            body: Body { element: Some(request.into_body()) },
        };
        let limit = message_timeout(kind).max(around.config.patience);
        self.turn = Turn::Station { request: kind, until: around.now.saturating_add(limit) };
        if let Err(error) = around.out.message(&message) {
            self.finish(Ended::Malformed(format!("own {kind}: {error}")), around);
        }
    }
}
