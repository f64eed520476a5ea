use super::super::dialog::Request;
use super::super::msg::SessionId;
use crate::engine::Outbox;
use crate::evcc::{Battery, Config, Contract, Ended, Event, Order};
use crate::xmldsig::Signature;
use alloc::boxed::Box;
use core::time::Duration;
use ring::rand::SecureRandom;

/// What a handler may look at, and where it puts its next request.
pub(crate) struct Context<'a> {
    pub(super) now: Duration,
    pub(super) config: &'a Config,
    pub(super) battery: &'a Battery,
    /// The contract to pay with: one that was delivered, or the car's own.
    pub(super) contract: Option<&'a Contract>,
    pub(super) random: &'a dyn SecureRandom,
    pub(super) session_id: SessionId,
    pub(super) stop: Option<Stop>,
    pub(super) out: &'a mut Outbox<Event>,
    pub(super) next: Option<Next>,
}

/// What comes after a handler.
pub(super) enum Next {
    Ask(Box<Ask>),
    /// For the application, until then.
    Wait(Duration),
    End(Ended),
}

/// A request and when it goes out.
pub(super) struct Ask {
    pub(super) request: Request,
    pub(super) signature: Option<Signature>,
    pub(super) at: Duration,
}

impl Context<'_> {
    /// Sends a request at once.
    pub(super) fn ask(&mut self, request: impl Into<Request>) {
        self.put(request.into(), None);
    }

    /// Sends a signed request at once.
    pub(super) fn ask_signed(&mut self, request: impl Into<Request>, signature: Signature) {
        self.put(request.into(), Some(signature));
    }

    /// Sends the request, if there is one, only after a while.
    pub(super) fn later(&mut self, delay: Duration) {
        if let Some(Next::Ask(ask)) = &mut self.next {
            ask.at = self.now.saturating_add(delay);
        }
    }

    /// The application has to do something first, and has this long for it.
    pub(super) fn wait(&mut self, limit: Duration) {
        self.next = Some(Next::Wait(self.now.saturating_add(limit)));
    }

    fn put(&mut self, request: Request, signature: Option<Signature>) {
        self.next = Some(Next::Ask(Box::new(Ask { request, signature, at: self.now })));
    }

    /// The session is over.
    pub(super) fn end(&mut self, how: Ended) {
        self.next = Some(Next::End(how));
    }

    pub(super) fn emit(&mut self, event: Event) {
        self.out.event(event);
    }

    pub(super) fn order(&mut self, order: Order) {
        self.out.event(Event::Order(order));
    }
}

/// Why a session cannot go on.
pub(crate) struct Failure(pub(super) Ended);

/// How the application wants the session to end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stop {
    Terminate,
    Pause,
}
