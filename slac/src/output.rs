//! The one way out of an engine.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use zeroize::Zeroize;

use crate::mme::Frame;

/// What an engine wants done. `Wait` is always last: nothing more until then, or until new input.
#[derive(Clone, PartialEq)]
pub enum Output<'a, E> {
    /// Send this Ethernet frame on the modem's interface.
    Transmit(&'a [u8]),
    /// Something the caller should know.
    Event(E),
    /// Call `handle` with `Timeout` at this time; `None`: only new input matters.
    Wait(Option<Duration>),
}

/// Shows a frame by its summary: the octets of some frames hold the network key.
impl<E: fmt::Debug> fmt::Debug for Output<'_, E> {
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

/// Outputs not yet polled, in order. Allocates nothing as long as its capacity suffices.
pub(crate) struct Outbox<E> {
    entries: VecDeque<Entry<E>>,
    /// The frames among the entries one after the other, behind those that have been taken.
    octets: Vec<u8>,
    taken: usize,
}

enum Entry<E> {
    /// So many octets.
    Frame(usize),
    Event(E),
}

impl<E> Outbox<E> {
    /// Room for so many outputs, and so many octets in all their frames.
    pub(crate) fn with_capacity(entries: usize, octets: usize) -> Self {
        Self {
            entries: VecDeque::with_capacity(entries),
            octets: Vec::with_capacity(octets),
            taken: 0,
        }
    }

    pub(crate) fn transmit(&mut self, frame: &Frame) {
        let before = self.octets.len();
        frame.emit_to(&mut self.octets);
        self.entries.push_back(Entry::Frame(self.octets.len() - before));
    }

    pub(crate) fn event(&mut self, event: E) {
        self.entries.push_back(Entry::Event(event));
    }

    /// The next output, `Wait` when there is none. Frames that have been taken are wiped then.
    pub(crate) fn poll(&mut self, wait: Option<Duration>) -> Output<'_, E> {
        match self.entries.pop_front() {
            Some(Entry::Frame(len)) => {
                let begin = self.taken;
                self.taken += len;
                Output::Transmit(self.octets.get(begin..self.taken).unwrap_or_default())
            }
            Some(Entry::Event(event)) => Output::Event(event),
            None => {
                self.octets.as_mut_slice().zeroize();
                self.octets.clear();
                self.taken = 0;
                Output::Wait(wait)
            }
        }
    }
}

impl<E> Drop for Outbox<E> {
    fn drop(&mut self) {
        self.octets.zeroize();
    }
}
