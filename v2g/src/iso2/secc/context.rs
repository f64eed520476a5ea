use super::super::dialog::Response;
use super::super::msg::SessionId;
use crate::engine::Outbox;
use crate::secc::{Config, Ended, Event, Facts, Isolation, Order};
use crate::xmldsig::Signature;
use alloc::vec::Vec;
use core::time::Duration;
use ring::rand::SecureRandom;

/// What a handler may look at, and where it puts its answer.
pub(crate) struct Context<'a> {
    pub(super) now: Duration,
    pub(super) config: &'a Config,
    pub(super) facts: &'a mut Facts,
    pub(super) random: &'a dyn SecureRandom,
    /// In: the number in the request's header. Out: the session's number.
    pub(super) session_id: SessionId,
    pub(super) notice: &'a mut Notice,
    pub(super) out: &'a mut Outbox<Event>,
    pub(super) reply: Option<Reply>,
    pub(super) ended: Option<Ended>,
}

impl Context<'_> {
    /// Answers the request in hand.
    pub(super) fn reply(&mut self, response: impl Into<Response>) {
        self.reply = Some(Reply::Response(response.into()));
    }

    /// Answers the request in hand with a message made elsewhere.
    pub(super) fn reply_exi(&mut self, exi: Vec<u8>) {
        self.reply = Some(Reply::Exi(exi));
    }

    /// Tells the application.
    pub(super) fn emit(&mut self, event: Event) {
        self.out.event(event);
    }

    /// Orders the hardware.
    pub(super) fn order(&mut self, order: Order) {
        self.out.event(Event::Order(order));
    }

    /// Orders a test of the cable; what was known of its isolation counts no more.
    pub(super) fn check_cable(&mut self) {
        self.facts.isolation = Isolation::Unknown;
        self.order(Order::CheckCable);
    }

    /// The session is over once the answer is sent.
    pub(super) fn end(&mut self, how: Ended) {
        self.ended = Some(how);
    }

    /// Unix time in seconds.
    pub(super) fn clock(&self) -> i64 {
        self.config.clock.saturating_add(i64::try_from(self.now.as_secs()).unwrap_or(i64::MAX))
    }
}

/// An answer to the car.
#[expect(clippy::large_enum_variant, reason = "one a turn, and no heap for the charge loop's")]
pub(super) enum Reply {
    Response(Response),
    /// A whole message.
    Exi(Vec<u8>),
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}

/// What came with a request.
#[derive(Clone, Copy)]
pub(crate) struct Message<'a> {
    pub(super) signature: Option<&'a Signature>,
    /// The whole message as it came.
    pub(super) exi: &'a [u8],
}

/// What the application wants the car to be told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Notice {
    None,
    /// Charging should end; said until it does.
    Stop,
    /// The same, because energy was cut: said until the car has stopped.
    Cut,
    /// A new schedule is wanted; said once.
    Renegotiate,
}

impl Notice {
    /// Whether no energy may begin.
    pub(super) const fn is_stop(self) -> bool {
        matches!(self, Self::Stop | Self::Cut)
    }

    /// What the next answer says. A car reacts to a wish for a new schedule only where nothing else
    /// is asked of it (`now`), and hears it once.
    pub(super) fn tell(&mut self, now: bool) -> Self {
        match *self {
            Self::Renegotiate if now => core::mem::replace(self, Self::None),
            Self::Renegotiate => Self::None,
            notice => notice,
        }
    }
}
