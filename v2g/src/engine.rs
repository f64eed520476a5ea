//! The one shape of every engine: [`Input`] in at one door, [`Output`] out at the other.
//!
//! Call `handle` with whatever happened, then `poll` until it says [`Output::Wait`]; nothing comes
//! after that until the time it names, or until new input. Time is the [`Duration`] since an origin
//! of the caller's choice; it must not go backwards.

use alloc::{collections::VecDeque, vec::Vec};
use core::time::Duration;

/// What happened.
#[derive(Debug)]
pub enum Input<'a, C> {
    /// Octets came from the peer, cut anywhere.
    Received(&'a [u8]),
    /// The peer closed the connection, or it broke.
    Closed,
    /// Time has passed; the time given to `handle` says how much.
    Timeout,
    /// The application has something to say.
    Command(C),
}

/// What is to be done.
#[derive(Debug)]
pub enum Output<E> {
    /// Send this, in one piece: some peers take each read for a whole message.
    Transmit(Vec<u8>),
    /// Tell the application.
    Event(E),
    /// Nothing more until this time, or until new input.
    Wait(Option<Duration>),
}

/// What an engine has to say and has not been asked for yet.
#[derive(Debug)]
pub(crate) struct Outbox<E>(VecDeque<Output<E>>);

impl<E> Outbox<E> {
    pub(crate) const fn new() -> Self {
        Self(VecDeque::new())
    }

    pub(crate) fn transmit(&mut self, octets: Vec<u8>) {
        self.0.push_back(Output::Transmit(octets));
    }

    pub(crate) fn event(&mut self, event: E) {
        self.0.push_back(Output::Event(event));
    }

    pub(crate) fn pop(&mut self) -> Option<Output<E>> {
        self.0.pop_front()
    }
}
