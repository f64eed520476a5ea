//! Finds the charging messages of a capture: SLAC, SDP, and V2GTP over TCP and TLS.

mod agreement;
mod connection;
mod note;
mod record;
mod stream;
mod tls;

pub use agreement::{Agreed, Offer, ReadSap, Sap, Unread};
pub use note::{Note, NoteKind};
pub use record::{Endpoint, Layer, Record, Transport};

use super::file::{self, Item, Packet, Reader};
use super::net::{self, Content, Datagram, Homeplug, Segment};
use connection::Connection;
use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use v2g::v2gtp;
use v2g_tls::capture::Secrets;

/// TCP connections that are followed at a time; the one idle longest gives way.
pub const MAX_CONNECTIONS: usize = 128;

/// What an [`Inspector`] finds, in the order of the frames that complete it.
#[derive(Clone, Debug)]
pub enum Event {
    Record(Record),
    Note(Note),
}

/// Number and time of a frame.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Mark {
    frame: u64,
    time: Option<u64>,
}

/// Follows a capture packet by packet.
#[derive(Debug)]
pub struct Inspector<S = Unread> {
    sap: S,
    secrets: Secrets,
    connections: HashMap<[SocketAddr; 2], Connection>,
    opened: u32,
    events: VecDeque<Event>,
    last: Mark,
}

impl<S: ReadSap> Inspector<S> {
    /// `sap` decodes the handshake that picks a protocol; `secrets` open TLS.
    pub fn new(sap: S, secrets: Secrets) -> Self {
        Self {
            sap,
            secrets,
            connections: HashMap::new(),
            opened: 0,
            events: VecDeque::new(),
            last: Mark::default(),
        }
    }

    /// Takes what a file holds, in its order. Drain [`poll`](Self::poll) after each.
    pub fn handle(&mut self, item: Item<'_>) {
        match item {
            Item::Packet(packet) => self.packet(&packet),
            Item::Secrets(key_log) => self.add_secrets(key_log),
        }
    }

    /// The next find; `None` asks for more packets.
    pub fn poll(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The capture is over: hands out what waited for lost packets.
    pub fn finish(&mut self) {
        let mut open: Vec<_> = self.connections.drain().map(|(_, connection)| connection).collect();
        open.sort_by_key(Connection::id);
        for mut connection in open {
            connection.finish(self.last, &mut self.sap, &mut self.events);
        }
    }

    fn add_secrets(&mut self, key_log: &[u8]) {
        if self.secrets.add(&String::from_utf8_lossy(key_log)) == 0 {
            return;
        }
        let mut open: Vec<_> = self.connections.values_mut().collect();
        open.sort_by_key(|connection| connection.id());
        for connection in open {
            connection.retry(&self.secrets, &mut self.sap, &mut self.events);
        }
    }

    fn packet(&mut self, packet: &Packet<'_>) {
        let mark = Mark { frame: packet.frame, time: packet.time };
        self.last = mark;
        match net::dissect(packet.link, packet.data) {
            Ok(Content::Homeplug(frame)) => self.homeplug(mark, &frame),
            Ok(Content::Udp(datagram)) => self.datagram(mark, &datagram),
            Ok(Content::Tcp(segment)) => self.segment(mark, &segment),
            Ok(Content::Other) => {}
            Err(malformed) => self.events.push_back(Note::event(mark, None, malformed.into())),
        }
    }

    fn homeplug(&mut self, mark: Mark, frame: &Homeplug<'_>) {
        let payload =
            [&frame.dst[..], &frame.src, &frame.ethertype.to_be_bytes(), frame.body].concat();
        self.events.push_back(Event::Record(Record {
            frame: mark.frame,
            first_frame: mark.frame,
            time: mark.time,
            src: Endpoint::Mac(frame.src),
            dst: Endpoint::Mac(frame.dst),
            layer: Layer::Slac,
            transport: Transport::Ethernet,
            stream: None,
            payload_type: None,
            payload,
            protocol: None,
        }));
    }

    fn datagram(&mut self, mark: Mark, datagram: &Datagram<'_>) {
        if tls::is_key_log(datagram.payload) {
            self.events.push_back(Note::event(mark, None, NoteKind::Disclosure));
            self.add_secrets(datagram.payload);
        } else if [datagram.src.port(), datagram.dst.port()].contains(&v2g::sdp::PORT) {
            match v2gtp::parse(datagram.payload) {
                Ok((payload_type, payload)) => self.events.push_back(Event::Record(Record {
                    frame: mark.frame,
                    first_frame: mark.frame,
                    time: mark.time,
                    src: Endpoint::Ip(datagram.src),
                    dst: Endpoint::Ip(datagram.dst),
                    layer: Layer::Sdp,
                    transport: Transport::Udp,
                    stream: None,
                    payload_type: Some(payload_type),
                    payload: payload.to_vec(),
                    protocol: None,
                })),
                Err(error) => {
                    self.events.push_back(Note::event(mark, None, NoteKind::Datagram(error)))
                }
            }
        }
    }

    fn segment(&mut self, mark: Mark, segment: &Segment<'_>) {
        let key = match segment.src <= segment.dst {
            true => [segment.src, segment.dst],
            false => [segment.dst, segment.src],
        };
        if segment.syn
            && segment.ack.is_none()
            && let Some(old) = self.connections.get(&key)
            && old.is_other_than(segment)
        {
            self.close(&key, mark);
        }
        if !self.connections.contains_key(&key) {
            if segment.rst {
                return;
            }
            self.make_room(mark);
            self.connections.insert(key, Connection::new(self.opened, segment));
            self.opened += 1;
        }
        if let Some(connection) = self.connections.get_mut(&key) {
            connection.segment(mark, segment, &self.secrets, &mut self.sap, &mut self.events);
        }
    }

    fn make_room(&mut self, mark: Mark) {
        if self.connections.len() < MAX_CONNECTIONS {
            return;
        }
        let idle = self.connections.iter().min_by_key(|(_, connection)| connection.last_frame());
        if let Some(key) = idle.map(|(key, _)| *key) {
            self.close(&key, mark);
        }
    }

    fn close(&mut self, key: &[SocketAddr; 2], mark: Mark) {
        if let Some(mut connection) = self.connections.remove(key) {
            connection.finish(mark, &mut self.sap, &mut self.events);
        }
    }
}

/// An inspection of a whole file.
#[derive(Debug)]
pub struct Inspection<R, S = Unread> {
    reader: Reader<R>,
    inspector: Inspector<S>,
    failed: Option<file::Error>,
    over: bool,
}

impl<S: ReadSap> Inspection<BufReader<File>, S> {
    /// Opens a file. It is read twice: the secrets it holds often come after the packets they open.
    pub fn open(path: impl AsRef<Path>, sap: S, mut secrets: Secrets) -> Result<Self, file::Error> {
        let path = path.as_ref();
        collect_secrets(&mut Reader::open(path)?, &mut secrets);
        Ok(Self::new(Reader::open(path)?, sap, secrets))
    }
}

impl<R: Read, S: ReadSap> Inspection<R, S> {
    /// Inspects a stream that can be read once.
    pub fn new(reader: Reader<R>, sap: S, secrets: Secrets) -> Self {
        Self { reader, inspector: Inspector::new(sap, secrets), failed: None, over: false }
    }

    /// The next find; `None` at the end. A damaged file gives its error last,
    /// behind everything that was readable.
    #[allow(clippy::should_implement_trait, reason = "fallible, like the reader's")]
    pub fn next(&mut self) -> Result<Option<Event>, file::Error> {
        loop {
            if let Some(event) = self.inspector.poll() {
                return Ok(Some(event));
            }
            if self.over {
                return self.failed.take().map_or(Ok(None), Err);
            }
            match self.reader.next() {
                Ok(Some(item)) => self.inspector.handle(item),
                end => {
                    self.failed = end.err();
                    self.over = true;
                    self.inspector.finish();
                }
            }
        }
    }
}

/// Adds the key logs that a capture holds, in blocks of the file or in datagrams.
/// Stops at the first damaged place: whoever reads the packets is told of it.
pub fn collect_secrets<R: Read>(reader: &mut Reader<R>, secrets: &mut Secrets) {
    while let Ok(Some(item)) = reader.next() {
        let key_log = match item {
            Item::Secrets(key_log) => key_log,
            Item::Packet(packet) => match net::dissect(packet.link, packet.data) {
                Ok(Content::Udp(datagram)) if tls::is_key_log(datagram.payload) => datagram.payload,
                _ => continue,
            },
        };
        secrets.add(&String::from_utf8_lossy(key_log));
    }
}

/// Inspects any octets as a file and as packets, as a fuzz target does.
pub fn fuzz(data: &[u8]) {
    if let Ok(reader) = Reader::new(data) {
        let mut inspection = Inspection::new(reader, Unread, Secrets::default());
        while let Ok(Some(_)) = inspection.next() {}
    }
    let mut inspector = Inspector::new(Unread, Secrets::default());
    let (&link, rest) = data.split_first().unwrap_or((&1, &[]));
    for (frame, data) in (1..).zip(rest.split(|octet| *octet == 0xC0)) {
        let packet = Packet {
            frame,
            time: None,
            link: u16::from(link).into(),
            data,
            original_len: data.len() as u32,
        };
        inspector.handle(Item::Packet(packet));
        while inspector.poll().is_some() {}
    }
    inspector.finish();
}

#[cfg(test)]
mod tests;
