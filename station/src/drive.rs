//! The one loop that drives an engine: octets in, octets out, deadlines, commands.

use std::io;
use std::ops::ControlFlow;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::Instant;
pub use v2g::engine::{Input, Output};

/// An engine without I/O: what happened goes in by `handle`, what is to be done comes out by `poll`.
pub trait Engine {
    type Command;
    type Event;

    fn handle(&mut self, now: Duration, input: Input<'_, Self::Command>);

    /// `Wait` is always last.
    fn poll(&mut self) -> Output<Self::Event>;
}

/// Where an engine's octets go and come from: a stream, or frames.
pub trait Wire: Send {
    /// Sends one whole message.
    fn send(&mut self, message: &[u8]) -> impl Future<Output = io::Result<()>> + Send;

    /// Receives what is there; 0 octets: the peer has closed. Cancel safe.
    fn receive(&mut self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> + Send;
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

/// Drives `engine` until `on_event` breaks. What the engine had to send before that is sent.
///
/// A peer that closes, breaks or does not take what is sent within [`SEND_LIMIT`] is told to the engine
/// as [`Input::Closed`]; then nothing more is received or sent, but commands and deadlines go on.
pub async fn drive<E: Engine, W: Wire, B>(
    engine: &mut E,
    wire: &mut W,
    clock: Clock,
    commands: &mut mpsc::UnboundedReceiver<E::Command>,
    mut on_event: impl FnMut(E::Event) -> ControlFlow<B>,
) -> B {
    let mut buffer = vec![0; BUFFER];
    let mut open = true;
    let mut commanded = true;
    loop {
        let deadline = loop {
            match engine.poll() {
                Output::Transmit(octets) => {
                    if open && !sent(wire, &octets).await {
                        open = false;
                        engine.handle(clock.now(), Input::Closed);
                    }
                }
                Output::Event(event) => {
                    if let ControlFlow::Break(done) = on_event(event) {
                        return done;
                    }
                }
                Output::Wait(deadline) => break deadline,
            }
        };
        tokio::select! {
            received = wire.receive(&mut buffer), if open => match received {
                // The wire filled that many octets of the buffer.
                Ok(n @ 1..) => engine.handle(clock.now(), Input::Received(buffer.get(..n).unwrap_or_default())),
                Ok(0) | Err(_) => {
                    open = false;
                    engine.handle(clock.now(), Input::Closed);
                }
            },
            command = commands.recv(), if commanded => match command {
                Some(command) => engine.handle(clock.now(), Input::Command(command)),
                None => commanded = false,
            },
            () = clock.until(deadline) => engine.handle(clock.now(), Input::Timeout),
        }
    }
}

async fn sent(wire: &mut impl Wire, octets: &[u8]) -> bool {
    matches!(tokio::time::timeout(SEND_LIMIT, wire.send(octets)).await, Ok(Ok(())))
}

/// A byte stream as a wire: every message in one write, flushed.
#[derive(Debug)]
pub struct Stream<S>(pub S);

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire for Stream<S> {
    async fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.0.write_all(message).await?;
        self.0.flush().await
    }

    async fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).await
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
        let _ = tokio::time::timeout(linger, end).await;
    }

    /// Waits for the peer to close first, `linger` at most, then closes.
    pub async fn close_after_peer(&mut self, linger: Duration) {
        let _ = tokio::time::timeout(linger, self.drain()).await;
        let _ = tokio::time::timeout(SEND_LIMIT, self.0.shutdown()).await;
    }

    async fn drain(&mut self) {
        let mut buffer = [0; 1024];
        while matches!(self.0.read(&mut buffer).await, Ok(1..)) {}
    }
}

/// How long a peer may refuse to take a message.
pub const SEND_LIMIT: Duration = Duration::from_secs(5);
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
        impl Engine for slac::$engine {
            type Command = slac::$role::Input<'static>;
            type Event = slac::$role::Event;

            fn handle(&mut self, now: Duration, input: Input<'_, Self::Command>) {
                Self::handle(
                    self,
                    now,
                    match input {
                        Input::Received(frame) => slac::$role::Input::Frame(frame),
                        Input::Closed => slac::$role::Input::Error,
                        Input::Timeout => slac::$role::Input::Timeout,
                        Input::Command(command) => command,
                    },
                );
            }

            fn poll(&mut self) -> Output<Self::Event> {
                match Self::poll(self) {
                    slac::Output::Transmit(frame) => Output::Transmit(frame),
                    slac::Output::Event(event) => Output::Event(event),
                    slac::Output::Wait(until) => Output::Wait(until),
                }
            }
        }
    };
}

slac_engine!(evse, Evse);
slac_engine!(ev, Ev);

impl Wire for crate::link::PacketLink {
    async fn send(&mut self, message: &[u8]) -> io::Result<()> {
        Self::send(self, message).await
    }

    /// An interface that is down is waited for.
    async fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.recv(buffer).await {
                Err(error) if error.kind() == io::ErrorKind::NetworkDown => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                other => return other,
            }
        }
    }
}
