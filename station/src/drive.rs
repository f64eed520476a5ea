//! The one loop that drives an engine: octets in, octets out, deadlines, commands.

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
pub use v2g::engine::{Input, Output};
use zeroize::Zeroizing;

/// An engine without I/O: what happened goes in by `handle`, what is to be done comes out by `poll`.
pub trait Engine {
    type Command;
    type Event;

    fn handle(&mut self, now: Duration, input: Input<'_, Self::Command>);

    /// `Wait` is always last.
    fn poll(&mut self) -> Output<Self::Event>;

    /// The wire went, or came back. Most engines live on wires that end instead.
    fn wire(&mut self, _now: Duration, _is_up: bool) {}
}

/// Where an engine's octets go and come from: a stream, or frames.
pub trait Wire: Send {
    /// Sends one whole message.
    fn send(&mut self, message: &[u8]) -> impl Future<Output = io::Result<()>> + Send;

    /// Receives what is there. Cancel safe.
    fn receive(&mut self, buffer: &mut [u8]) -> impl Future<Output = io::Result<Received>> + Send;
}

/// What came from a wire.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Received {
    /// So many octets of the buffer; 0: the peer has closed.
    Octets(usize),
    /// The wire is gone for now. What is sent meanwhile is lost.
    Down,
    /// It is back.
    Up,
}

/// Maps the engine's durations to the runtime's clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    /// A clock that is zero now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn now(&self) -> Duration {
        self.0.elapsed()
    }

    /// Returns at that time, or never.
    pub async fn until(&self, deadline: Option<Duration>) {
        match deadline.and_then(|deadline| self.0.checked_add(deadline)) {
            Some(at) => tokio::time::sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}

/// Drives `engine` until `on_event` breaks. What the engine had to send before that is sent,
/// within [`LAST_LIMIT`].
///
/// Messages wait in line while the peer takes its time, and commands and deadlines go on; only
/// nothing is received then. A peer that closes, breaks or does not take a message within
/// [`SEND_LIMIT`] is told to the engine as [`Input::Closed`]; then nothing more is received or sent,
/// but commands and deadlines go on.
pub async fn drive<E: Engine, W: Wire, B>(
    engine: &mut E,
    wire: &mut W,
    clock: Clock,
    commands: &mut mpsc::UnboundedReceiver<E::Command>,
    on_event: impl FnMut(E::Event) -> ControlFlow<B>,
) -> B {
    let mut buffer = Zeroizing::new(vec![0; BUFFER]);
    let (mut open, mut told) = (true, false);
    let mut work =
        Work { engine, clock, commands, on_event, outbox: VecDeque::new(), commanded: true };
    loop {
        let (mut done, mut deadline) = match work.settle() {
            ControlFlow::Break(end) => (Some((end, Instant::now() + LAST_LIMIT)), None),
            ControlFlow::Continue(deadline) => (None, deadline),
        };
        if !open {
            work.outbox.clear();
        }
        while let Some(message) = work.outbox.pop_front() {
            let sending = timeout(SEND_LIMIT, wire.send(&message));
            tokio::pin!(sending);
            // A message that was begun is never begun again, nor another before its end.
            let sent = loop {
                if let Some((_, limit)) = done {
                    break matches!(timeout_at(limit, &mut sending).await, Ok(Ok(Ok(()))));
                }
                tokio::select! {
                    sent = &mut sending => break matches!(sent, Ok(Ok(()))),
                    () = work.other(deadline) => match work.settle() {
                        ControlFlow::Break(end) => done = Some((end, Instant::now() + LAST_LIMIT)),
                        ControlFlow::Continue(next) => deadline = next,
                    },
                }
            };
            if !sent {
                open = false;
                work.outbox.clear();
            }
        }
        if let Some((done, _)) = done {
            return done;
        }
        if !open && !told {
            told = true;
            work.handle(Input::Closed);
            continue;
        }
        tokio::select! {
            received = wire.receive(&mut buffer), if open => match received {
                // The wire filled that many octets of the buffer.
                Ok(Received::Octets(n @ 1..)) => {
                    work.handle(Input::Received(buffer.get(..n).unwrap_or_default()));
                }
                Ok(Received::Octets(0)) | Err(_) => open = false,
                Ok(change) => work.engine.wire(work.clock.now(), change == Received::Up),
            },
            () = work.other(deadline) => {}
        }
    }
}

/// An engine with what it waits for apart from the wire, and what it has to send.
struct Work<'a, E: Engine, F> {
    engine: &'a mut E,
    clock: Clock,
    commands: &'a mut mpsc::UnboundedReceiver<E::Command>,
    on_event: F,
    /// Wiped: a frame may hold a network's key.
    outbox: VecDeque<Zeroizing<Vec<u8>>>,
    commanded: bool,
}

impl<E: Engine, F> Work<'_, E, F> {
    fn handle(&mut self, input: Input<'_, E::Command>) {
        self.engine.handle(self.clock.now(), input);
    }

    /// Asks the engine until it waits, or `on_event` breaks.
    fn settle<B>(&mut self) -> ControlFlow<B, Option<Duration>>
    where
        F: FnMut(E::Event) -> ControlFlow<B>,
    {
        loop {
            match self.engine.poll() {
                Output::Transmit(octets) => self.outbox.push_back(Zeroizing::new(octets)),
                Output::Event(event) => (self.on_event)(event)?,
                Output::Wait(deadline) => return ControlFlow::Continue(deadline),
            }
        }
    }

    /// Hands one command or a deadline that has come to the engine. Cancel safe.
    async fn other(&mut self, deadline: Option<Duration>) {
        tokio::select! {
            command = self.commands.recv(), if self.commanded => match command {
                Some(command) => self.engine.handle(self.clock.now(), Input::Command(command)),
                None => self.commanded = false,
            },
            () = self.clock.until(deadline) => self.engine.handle(self.clock.now(), Input::Timeout),
        }
    }
}

/// A byte stream as a wire: every message in one write, flushed.
#[derive(Debug)]
pub struct Stream<S>(pub S);

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire for Stream<S> {
    async fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.0.write_all(message).await?;
        self.0.flush().await
    }

    async fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        self.0.read(buffer).await.map(Received::Octets)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream<S> {
    /// Closes our direction, then waits for the peer to close, `linger` at most.
    pub async fn close(&mut self, linger: Duration) {
        let end = async {
            // A peer that is gone cannot be told.
            let _ = self.0.shutdown().await;
            self.drain().await;
        };
        let _ = timeout(linger, end).await;
    }

    /// Waits for the peer to close first, `linger` at most, then closes.
    pub async fn close_after_peer(&mut self, linger: Duration) {
        let _ = timeout(linger, self.drain()).await;
        let _ = timeout(SEND_LIMIT, self.0.shutdown()).await;
    }

    async fn drain(&mut self) {
        let mut buffer = [0; 1024];
        while matches!(self.0.read(&mut buffer).await, Ok(1..)) {}
    }
}

/// How long a peer may refuse to take a message.
pub const SEND_LIMIT: Duration = Duration::from_secs(5);
/// The same for what is left when the engine's work is over.
pub const LAST_LIMIT: Duration = Duration::from_millis(500);
const BUFFER: usize = 16 * 1024;

macro_rules! v2g_engine {
    ($role:ident, $engine:ident) => {
        impl Engine for v2g::$role::$engine {
            type Command = v2g::$role::Command;
            type Event = v2g::$role::Event;

            fn handle(&mut self, now: Duration, input: Input<'_, Self::Command>) {
                Self::handle(self, now, input);
            }

            fn poll(&mut self) -> Output<Self::Event> {
                Self::poll(self)
            }
        }
    };
}

v2g_engine!(secc, Secc);
v2g_engine!(evcc, Evcc);

/// Frames are input, commands are any other input of the engine.
macro_rules! slac_engine {
    ($role:ident, $engine:ident) => {
        pub(crate) fn $role<'a>(
            input: Input<'a, slac::$role::Input<'static>>,
        ) -> slac::$role::Input<'a> {
            match input {
                Input::Received(frame) => slac::$role::Input::Frame(frame),
                Input::Closed => slac::$role::Input::Error,
                Input::Timeout => slac::$role::Input::Timeout,
                Input::Command(command) => command,
            }
        }

        impl Engine for slac::$engine {
            type Command = slac::$role::Input<'static>;
            type Event = slac::$role::Event;

            fn handle(&mut self, now: Duration, input: Input<'_, Self::Command>) {
                Self::handle(self, now, $role(input));
            }

            /// What stood behind an interface that comes back has been restarted, or is another one.
            fn wire(&mut self, now: Duration, is_up: bool) {
                let input = match is_up {
                    true => slac::$role::Input::ModemReset,
                    false => slac::$role::Input::LinkDown,
                };
                Self::handle(self, now, input);
            }

            fn poll(&mut self) -> Output<Self::Event> {
                slac_output(Self::poll(self))
            }
        }
    };
}

pub(crate) fn slac_output<E>(output: slac::Output<'_, E>) -> Output<E> {
    match output {
        slac::Output::Transmit(frame) => Output::Transmit(frame.to_vec()),
        slac::Output::Event(event) => Output::Event(event),
        slac::Output::Wait(until) => Output::Wait(until),
    }
}

slac_engine!(evse, Evse);
slac_engine!(ev, Ev);

impl Wire for crate::link::PacketLink {
    async fn send(&mut self, message: &[u8]) -> io::Result<()> {
        Self::send(self, message).await;
        Ok(())
    }

    async fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        Ok(self.recv(buffer).await)
    }
}

#[cfg(test)]
mod tests;
