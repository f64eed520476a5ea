//! The station's side of ISO 15118-2: a file for each phase.

mod authorizing;
mod cable_check;
mod certificate_service;
mod charging;
mod context;
mod contract;
mod discovery;
mod parameters;
mod power_delivery;
mod pre_charge;
mod provisioning;
mod refusal;
mod schedule;
mod selection;
mod session_setup;
mod state;
mod status;
mod stopping;

pub(crate) use context::{Context, Notice};
use context::{Message, Reply};
pub(crate) use refusal::Refusal;
pub(crate) use state::State;

use super::dialog::{Request, RequestKind};
use super::msg::{Body, Header, SessionId, V2gMessage};
use super::order::Phase;
use super::timing::Timer;
use crate::authorization::Answer;
use crate::engine::Outbox;
use crate::provisioning as certificates;
use crate::secc::{Config, Contactor, Ended, Event, Facts};
use alloc::string::ToString;
use core::time::Duration;
use exi::Document;
use ring::rand::SecureRandom;

/// A session of ISO 15118-2 on one connection.
pub(crate) struct Session {
    /// Taken out only while a handler runs.
    state: Option<State>,
    id: SessionId,
    notice: Notice,
    deadline: Option<Duration>,
    /// When a car that was told to stop while energy is on must have done so.
    stop_until: Option<Duration>,
}

/// What a session works with, lent for each call.
pub(crate) struct Around<'a> {
    pub now: Duration,
    pub config: &'a Config,
    pub facts: &'a mut Facts,
    pub random: &'a dyn SecureRandom,
    pub out: &'a mut Outbox<Event>,
}

impl Session {
    pub(crate) fn new(now: Duration, config: &Config) -> Self {
        Self {
            state: Some(State::SessionSetup(session_setup::SessionSetup)),
            id: SessionId::default(),
            notice: Notice::None,
            deadline: Some(config.setup_until.min(now.saturating_add(Timer::Sequence.limit()))),
            stop_until: None,
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        self.state.as_ref().map_or(Phase::Ended, State::phase)
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        match &self.state {
            Some(State::Ended) | None => None,
            Some(state) => {
                [state.deadline(), self.deadline, self.stop_until].into_iter().flatten().min()
            }
        }
    }

    /// A message came.
    pub(crate) fn received(&mut self, payload: &[u8], around: &mut Around<'_>) {
        let message = match V2gMessage::decode(payload) {
            Ok(message) => message,
            Err(error) => return self.malformed(&error.to_string(), around),
        };
        let V2gMessage { header, body } = message;
        let Some(request) = body.element.and_then(Request::from_body) else {
            return self.malformed("a message that is no request", around);
        };
        let kind = request.kind();
        // Nothing but SessionSetup may come under another number. [V2G2-460]
        let outcome = if kind != RequestKind::SessionSetup && header.session_id != self.id {
            Err(Refusal::unknown_session())
        } else if self.phase().row(kind).is_none() {
            Err(Refusal::out_of_sequence(kind, self.phase()))
        } else {
            self.step(around, |state, cx| {
                cx.session_id = header.session_id;
                let message = Message { signature: header.signature.as_ref(), exi: payload };
                state.handle(request, message, cx)
            })
        };
        if let Err(refusal) = outcome {
            self.refuse(kind, refusal, around);
        }
    }

    /// The hardware told something new, or time has passed.
    pub(crate) fn advance(&mut self, around: &mut Around<'_>) {
        if self.deadline.is_some_and(|deadline| deadline <= around.now) {
            return self.end(Ended::Timeout, around);
        }
        if self.stop_until.is_some_and(|until| until <= around.now) {
            // With energy cut there is only a car to wait for.
            let how = if self.notice == Notice::Cut { Ended::Timeout } else { Ended::Aborted };
            return self.end(how, around);
        }
        let Some(kind) = self.state.as_ref().and_then(State::pending) else { return };
        if let Err(refusal) = self.step(around, State::advance) {
            self.refuse(kind, refusal, around);
        }
    }

    /// What energy depends on has changed. If it must not flow any more, it is cut at once, and the
    /// car is told to stop.
    pub(crate) fn protect(&mut self, around: &mut Around<'_>) {
        let Some(state) = &self.state else { return };
        let facts = &*around.facts;
        let fault = state.has_energy() && facts.fault.is_some();
        let open = facts.contactor != Contactor::Closed;
        let refused = facts.control_pilot.is_some_and(|cp| !cp.wants_energy());
        if fault || state.is_connected() && (open || refused) {
            state.cut(around.out);
            self.notify(Notice::Cut, around.now);
        }
    }

    /// Somebody answered a question.
    pub(crate) fn answer(&mut self, answer: Answer, around: &mut Around<'_>) {
        // Answers only change what the next request is told, so there is nothing to refuse here.
        let _ = self.step(around, |state, cx| Ok(state.answer(answer, cx)));
    }

    /// Somebody answered a request for a contract certificate, which waits for it.
    pub(crate) fn provisioned(&mut self, answer: certificates::Answer, around: &mut Around<'_>) {
        let Some(kind) = self.state.as_ref().and_then(State::pending) else { return };
        if let Err(refusal) = self.step(around, |state, cx| state.provisioned(answer, cx)) {
            self.refuse(kind, refusal, around);
        }
    }

    pub(crate) fn notify(&mut self, notice: Notice, now: Duration) {
        if !self.notice.is_stop() {
            self.notice = notice;
        }
        self.bound_stop(now);
    }

    /// A car that is told to stop has a while to do so; energy does not depend on its will.
    fn bound_stop(&mut self, now: Duration) {
        let connected = self.state.as_ref().is_some_and(State::is_connected);
        self.stop_until = match self.notice.is_stop() && connected {
            true => self.stop_until.or(Some(now.saturating_add(Timer::Stop.limit()))),
            false => None,
        };
    }

    /// The session is over, whatever it was doing: everything off.
    pub(crate) fn end(&mut self, how: Ended, around: &mut Around<'_>) {
        let Some(state) = self.state.replace(State::Ended) else { return };
        if matches!(state, State::Ended) {
            return;
        }
        state.switch_off(around.out);
        around.out.event(Event::Phase(Phase::Ended));
        around.out.event(Event::Ended(how));
        self.deadline = None;
        self.stop_until = None;
    }

    fn malformed(&mut self, why: &str, around: &mut Around<'_>) {
        around.out.event(Event::unreadable(why));
        self.end(Ended::Malformed, around);
    }

    fn step(
        &mut self,
        around: &mut Around<'_>,
        run: impl FnOnce(State, &mut Context<'_>) -> Result<State, Refusal>,
    ) -> Result<(), Refusal> {
        let Some(state) = self.state.take() else { return Ok(()) };
        let before = state.phase();
        let energy = state.has_energy();
        let mut cx = Context {
            now: around.now,
            config: around.config,
            facts: &mut *around.facts,
            random: around.random,
            session_id: self.id,
            notice: &mut self.notice,
            out: &mut *around.out,
            reply: None,
            ended: None,
        };
        let outcome = run(state, &mut cx);
        let (reply, ended, id) = (cx.reply.take(), cx.ended.take(), cx.session_id);
        match outcome {
            Ok(state) => {
                self.id = id;
                let after = state.phase();
                if matches!(state, State::Stopped(_)) && self.notice == Notice::Cut {
                    self.notice = Notice::None;
                }
                if state.pending().is_some() {
                    // It is not the car that is waited for; the state has its own deadline.
                    self.deadline = None;
                }
                self.state = Some(state);
                self.bound_stop(around.now);
                if let Some(reply) = reply {
                    self.transmit(reply, around);
                }
                if after != before {
                    around.out.event(Event::Phase(after));
                }
                if let Some(ended) = ended {
                    self.deadline = None;
                    around.out.event(Event::Ended(ended));
                }
                Ok(())
            }
            Err(refusal) => {
                // The state is gone with what it knew; only whether energy is on matters now.
                self.state = Some(if energy { State::Dead } else { State::Failed });
                Err(refusal)
            }
        }
    }

    /// Answers with a FAILED code and ends the session. [V2G2-539] [V2G2-736]
    ///
    /// Energy is off first: a peer that takes no answer must not keep it on.
    fn refuse(&mut self, kind: RequestKind, refusal: Refusal, around: &mut Around<'_>) {
        if let Some(state) = self.state.replace(State::Failed) {
            state.switch_off(around.out);
        }
        let response = refusal.response(kind, around.config, around.facts);
        self.transmit(response.into(), around);
        around.out.event(Event::Refused {
            request: kind.name().into(),
            code: refusal.code,
            why: refusal.why.into_owned(),
        });
        self.end(Ended::Refused, around);
    }

    fn transmit(&mut self, reply: Reply, around: &mut Around<'_>) {
        // [V2G2-443]: the clock runs from the answer to the next request.
        self.deadline = Some(around.now.saturating_add(Timer::Sequence.limit()));
        let response = match reply {
            Reply::Exi(exi) => return around.out.exi(&exi),
            Reply::Response(response) => response,
        };
        let message = V2gMessage {
            header: Header { session_id: self.id, notification: None, signature: None },
            body: Body { element: Some(response.into_body()) },
        };
        if let Err(error) = around.out.message(&message) {
            around.out.event(Event::Refused {
                request: "own answer".into(),
                code: super::msg::ResponseCode::Failed,
                why: error.to_string(),
            });
            self.end(Ended::Aborted, around);
        }
    }
}
