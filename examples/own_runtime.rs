//! The engines on threads and blocking sockets of the standard library, without any async runtime.

use pki::Hierarchy;
use pki::issue::Options;
use pnc_examples::Outcome;
use ring::rand::SystemRandom;
use std::io::{ErrorKind, Read, Write, stdout};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};
use v2g::engine::{Input, Output};
use v2g::evcc::{self, Evcc};
use v2g::secc::{self, Contactor, Fact, Order, Secc};

/// What a thread needs of either engine.
trait Engine {
    type Command;
    type Event;
    fn handle(&mut self, now: Duration, input: Input<'_, Self::Command>);
    fn poll(&mut self) -> Output<Self::Event>;
}

impl Engine for Secc {
    type Command = secc::Command;
    type Event = secc::Event;
    fn handle(&mut self, now: Duration, input: Input<'_, secc::Command>) {
        Self::handle(self, now, input);
    }
    fn poll(&mut self) -> Output<secc::Event> {
        Self::poll(self)
    }
}

impl Engine for Evcc {
    type Command = evcc::Command;
    type Event = evcc::Event;
    fn handle(&mut self, now: Duration, input: Input<'_, evcc::Command>) {
        Self::handle(self, now, input);
    }
    fn poll(&mut self) -> Output<evcc::Event> {
        Self::poll(self)
    }
}

/// Drives an engine until `on_event` says that it is over.
fn drive<E: Engine>(
    mut engine: E,
    mut socket: TcpStream,
    commands: &Receiver<E::Command>,
    begin: Instant,
    mut on_event: impl FnMut(E::Event) -> bool,
) -> Outcome {
    let mut buffer = [0; 4096];
    loop {
        let deadline = loop {
            match engine.poll() {
                Output::Transmit(octets) => socket.write_all(&octets)?,
                Output::Event(event) => {
                    if on_event(event) {
                        return Ok(());
                    }
                }
                Output::Wait(deadline) => break deadline,
            }
        };
        if let Ok(command) = commands.try_recv() {
            engine.handle(begin.elapsed(), Input::Command(command));
            continue;
        }
        // Short enough to hear of commands; a real one would use a poller.
        let left = deadline.map_or(TICK, |at| at.saturating_sub(begin.elapsed()));
        socket.set_read_timeout(Some(left.clamp(Duration::from_millis(1), TICK)))?;
        match socket.read(&mut buffer) {
            Ok(0) => engine.handle(begin.elapsed(), Input::Closed),
            Ok(n) => {
                engine.handle(begin.elapsed(), Input::Received(buffer.get(..n).unwrap_or_default()))
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                engine.handle(begin.elapsed(), Input::Timeout);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn main() -> Outcome {
    let (random, today) = (Arc::new(SystemRandom::new()), pnc::time::unix());
    let pki = Hierarchy::generate(&*random, today, Options::default())?;
    let listener = TcpListener::bind("[::1]:0")?;
    let (address, begin) = (listener.local_addr()?, Instant::now());

    let secc = Secc::new(pnc_examples::station(pki.anchors().clone(), today), random.clone());
    let station = thread::spawn(move || -> Outcome {
        let (socket, _) = listener.accept()?;
        let (sender, commands) = channel();
        drive(secc, socket, &commands, begin, move |event| {
            let command = match event {
                secc::Event::Authorize(question) => {
                    secc::Command::Answer(question.accept("a thread", None))
                }
                secc::Event::Order(Order::CloseContactor) => {
                    secc::Command::Fact(Fact::Contactor(Contactor::Closed))
                }
                secc::Event::Order(Order::OpenContactor) => {
                    secc::Command::Fact(Fact::Contactor(Contactor::Open))
                }
                other => return matches!(other, secc::Event::Ended(_)),
            };
            // The engine's thread outlives this closure.
            let _ = sender.send(command);
            false
        })
    });

    let (sender, commands) = channel();
    let mut ended = None;
    let car = Evcc::new(begin.elapsed(), pnc_examples::car(&pki)?, random);
    let socket = TcpStream::connect(address)?;
    socket.set_nodelay(true)?;
    drive(car, socket, &commands, begin, |event| {
        let _ = writeln!(stdout(), "{:>8.1?}  {event:?}", begin.elapsed());
        match event {
            evcc::Event::EnergyOn => drop(sender.send(evcc::Command::Stop)),
            evcc::Event::Ended(how) => ended = Some(how),
            _ => {}
        }
        ended.is_some()
    })?;
    station.join().map_err(|_| "the station panicked")??;
    if ended == Some(evcc::Ended::Terminated) { Ok(()) } else { Err("no regular end".into()) }
}

const TICK: Duration = Duration::from_millis(5);
