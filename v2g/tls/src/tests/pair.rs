//! A car and a station over memory.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Connection, ServerConfig, ServerConnection};
use std::io::{Read, Write};

use crate::capture::Direction;
use crate::{ClientHelloInfo, HelloError, HelloFilter, Negotiated};

/// Why an end gave up.
#[derive(Debug, PartialEq)]
pub(crate) enum Failure {
    Hello(HelloError),
    Tls(rustls::Error),
}

pub(crate) struct End {
    pub(crate) connection: Connection,
    /// `None`: rustls talks to the wire itself.
    pub(crate) filter: Option<HelloFilter>,
    pub(crate) failure: Option<Failure>,
}

type Tamper = Box<dyn FnMut(Direction, &mut Vec<u8>)>;

pub(crate) struct Pair {
    pub(crate) car: End,
    pub(crate) station: End,
    /// Everything that was on the wire, in order.
    pub(crate) wire: Vec<(Direction, Vec<u8>)>,
    /// Bytes that reach the other end at a time.
    pub(crate) segment: usize,
    /// May change what is on the wire.
    pub(crate) tamper: Tamper,
}

impl Pair {
    pub(crate) fn new(car: ClientConfig, station: ServerConfig) -> Self {
        let address = core::net::IpAddr::from([0xfe80, 0, 0, 0, 0, 0, 0, 1]);
        let car = ClientConnection::new(Arc::new(car), ServerName::from(address)).unwrap();
        let station = ServerConnection::new(Arc::new(station)).unwrap();
        Self {
            car: End::new(car.into()),
            station: End::new(station.into()),
            wire: Vec::new(),
            segment: usize::MAX,
            tamper: Box::new(|_, _| {}),
        }
    }

    /// Without filters, for rustls configurations that are not ours.
    pub(crate) fn bare(car: ClientConfig, station: ServerConfig) -> Self {
        let mut pair = Self::new(car, station);
        (pair.car.filter, pair.station.filter) = (None, None);
        pair
    }

    /// Moves bytes until neither end has any; true if both ends completed the handshake.
    pub(crate) fn run(&mut self) -> bool {
        loop {
            let (up, down) = (self.car.send(), self.station.send());
            if up.is_empty() && down.is_empty() {
                return self.car.is_up() && self.station.is_up();
            }
            for (direction, mut bytes) in [(Direction::Client, up), (Direction::Server, down)] {
                if bytes.is_empty() {
                    continue;
                }
                (self.tamper)(direction, &mut bytes);
                self.wire.push((direction, bytes.clone()));
                let to =
                    if direction == Direction::Client { &mut self.station } else { &mut self.car };
                for segment in bytes.chunks(self.segment) {
                    to.receive(segment);
                }
            }
        }
    }

    /// Writes at one end, moves the bytes, and checks that they come out at the other.
    pub(crate) fn say(&mut self, direction: Direction, data: &[u8]) {
        for part in data.chunks(12_000) {
            let (from, to) = match direction {
                Direction::Client => (&mut self.car, &mut self.station),
                Direction::Server => (&mut self.station, &mut self.car),
            };
            from.connection.writer().write_all(part).unwrap();
            let bytes = from.send();
            self.wire.push((direction, bytes.clone()));
            to.receive(&bytes);
            assert_eq!(to.failure, None);
            let mut got = vec![0; part.len()];
            to.connection.reader().read_exact(&mut got).unwrap();
            assert_eq!(got, part);
        }
    }

    pub(crate) fn hello(&self) -> &ClientHelloInfo {
        self.station.filter.as_ref().and_then(HelloFilter::client_hello).unwrap()
    }
}

impl End {
    fn new(connection: Connection) -> Self {
        Self { connection, filter: Some(HelloFilter::default()), failure: None }
    }

    pub(crate) fn negotiated(&self) -> Option<Negotiated> {
        Negotiated::of(&self.connection)
    }

    /// What rustls said, if it gave up.
    pub(crate) fn error(&self) -> Option<&rustls::Error> {
        match &self.failure {
            Some(Failure::Tls(error)) => Some(error),
            _ => None,
        }
    }

    fn is_up(&self) -> bool {
        self.failure.is_none() && !self.connection.is_handshaking()
    }

    pub(crate) fn send(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while self.connection.wants_write() {
            self.connection.write_tls(&mut bytes).unwrap();
        }
        match &mut self.filter {
            Some(filter) => filter.outbound(&bytes).unwrap(),
            None => bytes,
        }
    }

    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        if self.failure.is_some() {
            return;
        }
        let bytes = match self.filter.as_mut().map(|f| f.inbound(bytes)) {
            Some(Ok(bytes)) => bytes,
            Some(Err(error)) => {
                self.failure = Some(Failure::Hello(error));
                return;
            }
            None => bytes.to_vec(),
        };
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            self.connection.read_tls(&mut rest).unwrap();
            if let Err(error) = self.connection.process_new_packets() {
                self.failure = Some(Failure::Tls(error));
                return;
            }
        }
    }
}
