//! The one shape of every engine: [`Input`] in at one door, [`Output`] out at the other.
//!
//! Call `handle` with whatever happened, then `poll` until it says [`Output::Wait`]; nothing comes
//! after that until the time it names, or until new input. Time is the [`Duration`] since an origin
//! of the caller's choice; it must not go backwards.

use crate::v2gtp::{self, Frame, Framer, PayloadType};
use alloc::{collections::VecDeque, vec::Vec};
use core::ops::ControlFlow;
use core::time::Duration;
use exi::Document;

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

/// The longest message taken, in octets. A -2 message with every list full stays below.
const MAX_MESSAGE: u32 = 1 << 17;

/// Finds the messages in what a peer sends.
pub(crate) fn framer() -> Framer {
    Framer::new(MAX_MESSAGE)
}

/// Hands out the messages that `octets` complete, until one of them is the last: `take` breaks.
/// Everything that is no EXI is passed over. [V2G2-800]
pub(crate) fn messages(
    framer: &mut Framer,
    mut octets: &[u8],
    mut take: impl FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<(), v2gtp::Error> {
    while let Some(frame) = framer.next(&mut octets)? {
        if let Frame::Message { payload_type: PayloadType::Exi, payload } = frame
            && take(payload).is_break()
        {
            break;
        }
    }
    Ok(())
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

    /// Sends a document as one V2GTP message.
    pub(crate) fn message(&mut self, document: &impl Document) -> Result<(), exi::Error> {
        self.exi(&document.to_vec()?);
        Ok(())
    }

    /// Sends a document that is EXI already.
    pub(crate) fn exi(&mut self, payload: &[u8]) {
        let mut octets = Vec::new();
        // A payload that fits in memory fits in the header's 32 bits.
        if v2gtp::emit(PayloadType::Exi, payload, &mut octets).is_ok() {
            self.transmit(octets);
        }
    }

    pub(crate) fn event(&mut self, event: E) {
        self.0.push_back(Output::Event(event));
    }

    pub(crate) fn pop(&mut self) -> Option<Output<E>> {
        self.0.pop_front()
    }
}
