//! The one way out of an engine.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::mme::Frame;

/// What an engine wants done. `Wait` is always last: nothing more until then, or until new input.
#[derive(Clone, PartialEq)]
pub enum Output<E> {
    /// Send this Ethernet frame on the modem's interface.
    Transmit(Vec<u8>),
    /// Something the caller should know.
    Event(E),
    /// Call `handle` with `Timeout` at this time; `None`: only new input matters.
    Wait(Option<Duration>),
}

/// Shows a frame by its summary: the octets of some frames hold the network key.
impl<E: fmt::Debug> fmt::Debug for Output<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transmit(bytes) => match Frame::parse(bytes) {
                Ok(frame) => write!(f, "Transmit({frame})"),
                Err(error) => write!(f, "Transmit({} octets: {error})", bytes.len()),
            },
            Self::Event(event) => f.debug_tuple("Event").field(event).finish(),
            Self::Wait(until) => f.debug_tuple("Wait").field(until).finish(),
        }
    }
}

/// Outputs not yet polled, in order.
pub(crate) struct Outbox<E>(VecDeque<Output<E>>);

impl<E> Outbox<E> {
    pub(crate) fn new() -> Self {
        Self(VecDeque::new())
    }

    pub(crate) fn transmit(&mut self, frame: &Frame) {
        self.0.push_back(Output::Transmit(frame.emit()));
    }

    pub(crate) fn event(&mut self, event: E) {
        self.0.push_back(Output::Event(event));
    }

    pub(crate) fn pop(&mut self) -> Option<Output<E>> {
        self.0.pop_front()
    }
}
