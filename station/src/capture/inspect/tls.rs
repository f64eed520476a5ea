//! A TLS connection of a capture, opened with logged secrets.

use super::stream::{Found, Messages};
use super::{Mark, NoteKind};
use std::collections::VecDeque;
use v2g_tls::capture::{Direction, Error, ErrorKind, Secrets, Session};

/// Octets kept to be read again should the secrets come late.
const MAX_HELD: usize = 256 << 10;

/// Whether a datagram is a TLS key log sent along with the session it opens.
pub(super) fn is_key_log(payload: &[u8]) -> bool {
    const LABELS: [&[u8]; 5] = [
        b"CLIENT_RANDOM ",
        b"CLIENT_HANDSHAKE_TRAFFIC_SECRET ",
        b"SERVER_HANDSHAKE_TRAFFIC_SECRET ",
        b"CLIENT_TRAFFIC_SECRET_0 ",
        b"SERVER_TRAFFIC_SECRET_0 ",
    ];
    LABELS.iter().any(|label| payload.starts_with(label))
}

/// A message or a note of one side, with the frame that completed it.
pub(super) type Finding = (usize, Mark, Found);

pub(super) struct Tls {
    /// Side that sent the ClientHello.
    client: usize,
    session: Session,
    messages: [Messages; 2],
    marks: [Marks; 2],
    /// What came so far, until something of it was read.
    held: Option<Vec<(usize, Vec<u8>)>>,
    held_len: usize,
    error: Option<Error>,
    /// Whether the outcome of the handshake was reported, and how many alerts.
    reported: (bool, usize),
}

/// Which frame brought which octets of a direction.
#[derive(Debug, Default)]
struct Marks {
    fed: u64,
    ends: VecDeque<(u64, Mark)>,
}

impl Tls {
    pub(super) fn new(client: usize, secrets: &Secrets) -> Self {
        Self {
            client,
            session: Session::new(secrets),
            messages: [Messages::from_start(), Messages::from_start()],
            marks: Default::default(),
            held: Some(Vec::new()),
            held_len: 0,
            error: None,
            reported: (false, 0),
        }
    }

    pub(super) fn feed(&mut self, side: usize, mark: Mark, data: &[u8], out: &mut Vec<Finding>) {
        match &mut self.held {
            Some(held) if self.held_len + data.len() <= MAX_HELD => {
                self.held_len += data.len();
                held.push((side, data.to_vec()));
            }
            _ => self.held = None,
        }
        if self.error.is_some() && self.held.is_none() {
            return;
        }
        // Sides are 0 and 1 by construction.
        self.marks[side].push(data.len(), mark);
        self.feed_session(side, data, mark, out);
    }

    /// Reads again what was hidden, with more secrets.
    pub(super) fn retry(&mut self, secrets: &Secrets, out: &mut Vec<Finding>) {
        let hidden = matches!(self.error, Some(Error { kind: ErrorKind::NoSecret, .. }))
            || self.error.is_none();
        let Some(held) = self.held.take_if(|_| hidden) else { return };
        self.session = Session::new(secrets);
        self.error = None;
        self.reported.1 = 0;
        for (side, data) in &held {
            let mark = self.marks[*side].last();
            self.feed_session(*side, data, mark, out);
        }
        if matches!(self.error, Some(Error { kind: ErrorKind::NoSecret, .. }))
            || self.error.is_none() && out.is_empty()
        {
            self.held = Some(held);
        }
    }

    /// Octets are missing, and with them the place in the key stream: no more can be read.
    pub(super) fn give_up(&mut self) {
        self.held = None;
        self.marks = Default::default();
    }

    /// What the end of the connection leaves unread.
    pub(super) fn end(&mut self) -> Option<Error> {
        self.held = None;
        self.error.filter(|error| error.kind == ErrorKind::NoSecret)
    }

    fn feed_session(&mut self, side: usize, data: &[u8], mark: Mark, out: &mut Vec<Finding>) {
        let direction = self.direction(side);
        let result = self.session.feed(direction, data);
        self.report(side, mark, out);
        // Either side may have waited for the other's part of the handshake.
        for side in [self.client, 1 - self.client] {
            for plaintext in self.session.read(self.direction(side)) {
                self.held = None;
                let mark = self.marks[side].find(plaintext.end);
                let mut found = Vec::new();
                self.messages[side].push(mark, &plaintext.bytes, &mut found);
                out.extend(found.into_iter().map(|found| (side, mark, found)));
            }
        }
        if let (Err(error), None) = (result, self.error) {
            self.error = Some(error);
            // Secrets may still come; what is missing at the end is said there.
            if error.kind != ErrorKind::NoSecret {
                self.held = None;
                out.push((side, mark, Found::Note(NoteKind::Tls(error))));
            }
        }
    }

    /// Says what the handshake settled and which alerts were sent, once each.
    fn report(&mut self, side: usize, mark: Mark, out: &mut Vec<Finding>) {
        let (settled, alerts) = &mut self.reported;
        if let (false, Some(negotiated)) = (*settled, self.session.negotiated()) {
            *settled = true;
            let kind =
                NoteKind::TlsSettled(format!("{:?} {:?}", negotiated.protocol, negotiated.suite));
            out.push((side, mark, Found::Note(kind)));
        }
        for alert in self.session.alerts().iter().skip(*alerts) {
            *alerts += 1;
            out.push((side, mark, Found::Note(NoteKind::TlsAlert(*alert))));
        }
    }

    fn direction(&self, side: usize) -> Direction {
        if side == self.client { Direction::Client } else { Direction::Server }
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("client", &self.client)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl Marks {
    fn push(&mut self, len: usize, mark: Mark) {
        self.fed += len as u64;
        self.ends.push_back((self.fed, mark));
    }

    fn last(&self) -> Mark {
        self.ends.back().map_or(Mark::default(), |(_, mark)| *mark)
    }

    /// The frame that brought the octet before `end`. Later calls ask for later octets.
    fn find(&mut self, end: u64) -> Mark {
        while let Some(&(fed, mark)) = self.ends.front() {
            if fed >= end {
                return mark;
            }
            self.ends.pop_front();
        }
        Mark::default()
    }
}
