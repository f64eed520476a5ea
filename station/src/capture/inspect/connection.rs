//! One TCP connection: what it carries, and the messages of both sides.

use super::agreement::{Agreement, ReadSap};
use super::stream::{Found, Messages};
use super::tls::{Finding, Tls};
use super::{Endpoint, Event, Mark, Note, NoteKind, Record, Transport};
use crate::capture::net::Segment;
use crate::capture::tcp::{Piece, Reassembly};
use std::collections::VecDeque;
use std::net::SocketAddr;
use v2g_tls::capture::Secrets;

#[derive(Debug)]
pub(super) struct Connection {
    id: u32,
    last_frame: u64,
    halves: [Half; 2],
    kind: Kind,
    agreement: Agreement,
}

/// What one end sent.
#[derive(Debug)]
struct Half {
    end: SocketAddr,
    initial_seq: Option<u32>,
    reassembly: Reassembly,
    /// Whether octets of it are missing.
    holed: bool,
    /// The first octets, while they do not tell what the connection carries.
    first: Vec<u8>,
}

#[derive(Debug)]
enum Kind {
    Undecided,
    V2gtp([Messages; 2]),
    Tls(Box<Tls>),
    /// No charging, or nothing that can be read.
    Ignored,
    /// Reset, or closed by both ends.
    Over,
}

impl Connection {
    pub(super) fn new(id: u32, segment: &Segment<'_>) -> Self {
        let halves = [segment.src, segment.dst].map(|end| Half {
            end,
            initial_seq: None,
            reassembly: Reassembly::default(),
            holed: false,
            first: Vec::new(),
        });
        Self { id, last_frame: 0, halves, kind: Kind::Undecided, agreement: Agreement::default() }
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    pub(super) fn last_frame(&self) -> u64 {
        self.last_frame
    }

    /// Whether a SYN opens another connection between the same ends.
    pub(super) fn is_other_than(&self, syn: &Segment<'_>) -> bool {
        matches!(self.kind, Kind::Over)
            || self.halves[self.side_of(syn)].initial_seq != Some(syn.seq)
    }

    pub(super) fn segment<S: ReadSap>(
        &mut self,
        mark: Mark,
        segment: &Segment<'_>,
        secrets: &Secrets,
        sap: &mut S,
        events: &mut VecDeque<Event>,
    ) {
        self.last_frame = mark.frame;
        if matches!(self.kind, Kind::Ignored | Kind::Over) {
            return;
        }
        // Sides are 0 and 1: they index both arrays of two.
        let side = self.side_of(segment);
        let mut pieces = Vec::new();
        if let Some(ack) = segment.ack {
            self.halves[1 - side].reassembly.acknowledged(ack, &mut pieces);
            self.pieces(mark, 1 - side, &mut pieces, secrets, sap, events);
        }
        let half = &mut self.halves[side];
        if segment.syn {
            half.initial_seq.get_or_insert(segment.seq);
            half.reassembly.syn(segment.seq);
        }
        if segment.payload_len > 0 || segment.fin {
            let seq = segment.seq.wrapping_add(segment.syn.into());
            half.reassembly.segment(
                seq,
                segment.payload,
                segment.payload_len,
                segment.fin,
                &mut pieces,
            );
            self.pieces(mark, side, &mut pieces, secrets, sap, events);
        }
        if segment.rst || self.halves.iter().all(|half| half.reassembly.is_finished()) {
            self.finish(mark, sap, events);
        }
    }

    /// Reads again what was encrypted, with more secrets.
    pub(super) fn retry<S: ReadSap>(
        &mut self,
        secrets: &Secrets,
        sap: &mut S,
        events: &mut VecDeque<Event>,
    ) {
        if let Kind::Tls(tls) = &mut self.kind {
            let mut found = Vec::new();
            tls.retry(secrets, &mut found);
            self.emit(Transport::Tls, found, sap, events);
        }
    }

    /// Nothing more comes: hands out what waited and says what was cut.
    pub(super) fn finish<S: ReadSap>(
        &mut self,
        mark: Mark,
        sap: &mut S,
        events: &mut VecDeque<Event>,
    ) {
        for side in [0, 1] {
            let mut pieces = Vec::new();
            self.halves[side].reassembly.flush(&mut pieces);
            // A connection that is undecided by now has too little to be TLS: no secret is needed.
            self.pieces(mark, side, &mut pieces, &Secrets::default(), sap, events);
        }
        let note = |kind| Note::event(mark, Some(self.id), kind);
        match &mut self.kind {
            Kind::V2gtp(messages) => {
                events.extend(messages.iter_mut().filter_map(Messages::end).map(note))
            }
            Kind::Tls(tls) => events.extend(tls.end().map(NoteKind::Tls).map(note)),
            Kind::Undecided | Kind::Ignored | Kind::Over => {}
        }
        self.kind = Kind::Over;
    }

    fn pieces<S: ReadSap>(
        &mut self,
        mark: Mark,
        side: usize,
        pieces: &mut Vec<Piece>,
        secrets: &Secrets,
        sap: &mut S,
        events: &mut VecDeque<Event>,
    ) {
        for piece in pieces.drain(..) {
            match piece {
                Piece::Gap(missing) => self.gap(mark, side, missing, events),
                Piece::Data(data) => self.data(mark, side, data, secrets, sap, events),
            }
        }
    }

    fn gap(&mut self, mark: Mark, side: usize, missing: u64, events: &mut VecDeque<Event>) {
        self.halves[side].holed = true;
        self.halves[side].first.clear();
        match &mut self.kind {
            Kind::V2gtp(messages) => messages[side].gap(),
            Kind::Tls(tls) => {
                tls.give_up();
                self.kind = Kind::Ignored;
            }
            Kind::Undecided => {}
            Kind::Ignored | Kind::Over => return,
        }
        events.push_back(Note::event(mark, Some(self.id), NoteKind::Gap(missing)));
    }

    fn data<S: ReadSap>(
        &mut self,
        mark: Mark,
        side: usize,
        data: Vec<u8>,
        secrets: &Secrets,
        sap: &mut S,
        events: &mut VecDeque<Event>,
    ) {
        let mut found = Vec::new();
        match &mut self.kind {
            Kind::Ignored | Kind::Over => {}
            Kind::V2gtp(messages) => {
                let mut list = Vec::new();
                messages[side].push(mark, &data, &mut list);
                found.extend(list.into_iter().map(|found| (side, mark, found)));
                self.emit(Transport::Tcp, found, sap, events);
            }
            Kind::Tls(tls) => {
                tls.feed(side, mark, &data, &mut found);
                self.emit(Transport::Tls, found, sap, events);
            }
            Kind::Undecided => {
                self.halves[side].first.extend_from_slice(&data);
                self.decide(mark, side, secrets, events);
                if !matches!(self.kind, Kind::Undecided) {
                    // What was held is read as what it turned out to be, the side that told first.
                    for side in [side, 1 - side] {
                        let first = std::mem::take(&mut self.halves[side].first);
                        if !first.is_empty() {
                            self.data(mark, side, first, secrets, sap, events);
                        }
                    }
                }
            }
        }
    }

    /// Decides by the first octets of `side` what the connection carries.
    fn decide(&mut self, mark: Mark, side: usize, secrets: &Secrets, events: &mut VecDeque<Event>) {
        let half = &self.halves[side];
        self.kind = match half.first[..] {
            // A handshake record, and all versions begin with 3.
            [0x16, 0x03, ..] => Kind::Tls(Box::new(Tls::new(side, secrets))),
            [0x01 | 0x16] if half.is_whole() => return,
            [0x01, 0xFE, ..] => self.v2gtp(),
            _ if half.is_whole() => Kind::Ignored,
            [0x14..=0x17, 0x03, ..] => {
                events.push_back(Note::event(mark, Some(self.id), NoteKind::TlsWithoutHandshake));
                Kind::Ignored
            }
            _ => self.v2gtp(),
        };
    }

    fn v2gtp(&self) -> Kind {
        let messages = |half: &Half| {
            if half.is_whole() { Messages::from_start() } else { Messages::from_middle() }
        };
        Kind::V2gtp([messages(&self.halves[0]), messages(&self.halves[1])])
    }

    fn emit<S: ReadSap>(
        &mut self,
        transport: Transport,
        found: Vec<Finding>,
        sap: &mut S,
        events: &mut VecDeque<Event>,
    ) {
        for (side, mark, found) in found {
            events.push_back(match found {
                Found::Note(kind) => Note::event(mark, Some(self.id), kind),
                Found::Message { first_frame, payload_type, payload } => {
                    let from_start = self.halves[side].is_whole();
                    let layer = self.agreement.layer(side, payload_type, &payload, from_start, sap);
                    Event::Record(Record {
                        frame: mark.frame,
                        first_frame,
                        time: mark.time,
                        src: Endpoint::Ip(self.halves[side].end),
                        dst: Endpoint::Ip(self.halves[1 - side].end),
                        layer,
                        transport,
                        stream: Some(self.id),
                        payload_type: Some(payload_type),
                        payload,
                        protocol: self.agreement.protocol.clone(),
                    })
                }
            });
        }
    }

    fn side_of(&self, segment: &Segment<'_>) -> usize {
        usize::from(self.halves[0].end != segment.src)
    }
}

impl Half {
    /// Whether every octet so far was seen.
    fn is_whole(&self) -> bool {
        self.reassembly.has_start() && !self.holed
    }
}
