//! Messages in a byte stream that may begin in the middle and may have holes.

use super::{Mark, NoteKind};
use v2g::v2gtp::{Error, Header, PayloadType};

/// Longest payload followed, in octets.
const MAX_PAYLOAD: u32 = 256 << 10;
/// Longest payload believed while looking for a header, in octets.
const MAX_PLAUSIBLE: u32 = 64 << 10;
/// First octet of every EXI document here.
const EXI_START: u8 = 0x80;

/// What was found in a stream.
#[derive(Debug)]
pub(super) enum Found {
    Message { first_frame: u64, payload_type: PayloadType, payload: Vec<u8> },
    Note(NoteKind),
}

/// The messages of one direction.
#[derive(Debug)]
pub(super) struct Messages {
    buffer: Vec<u8>,
    /// Frame of the buffer's first octet.
    first_frame: u64,
    place: Place,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    /// The buffer begins at a header.
    Boundary,
    /// Looking for a header, this many octets so far.
    Lost { passed: u64 },
}

impl Messages {
    /// A stream seen from its first octet.
    pub(super) fn from_start() -> Self {
        Self { buffer: Vec::new(), first_frame: 0, place: Place::Boundary }
    }

    /// A stream joined somewhere.
    pub(super) fn from_middle() -> Self {
        Self { place: Place::Lost { passed: 0 }, ..Self::from_start() }
    }

    pub(super) fn push(&mut self, mark: Mark, data: &[u8], found: &mut Vec<Found>) {
        if self.buffer.is_empty() {
            self.first_frame = mark.frame;
        }
        self.buffer.extend_from_slice(data);
        let mut at = 0;
        loop {
            let rest = self.buffer.get(at..).unwrap_or_default();
            match self.place {
                Place::Boundary => match whole_message(rest) {
                    Ok(Some((payload_type, payload))) => {
                        at += Header::LEN + payload.len();
                        let payload = payload.to_vec();
                        found.push(Found::Message {
                            first_frame: self.first_frame,
                            payload_type,
                            payload,
                        });
                        // Whatever follows a message that was waited for came with this frame.
                        self.first_frame = mark.frame;
                    }
                    Ok(None) => break,
                    Err(error) => {
                        found.push(Found::Note(NoteKind::LostSync(error)));
                        at += 1;
                        self.place = Place::Lost { passed: 1 };
                    }
                },
                Place::Lost { passed } => {
                    let skip = find_header(rest);
                    at += skip.unwrap_or_else(|unfit| unfit);
                    let passed = passed + skip.unwrap_or_else(|unfit| unfit) as u64;
                    self.place = Place::Lost { passed };
                    if skip.is_err() {
                        break;
                    }
                    if passed > 0 {
                        found.push(Found::Note(NoteKind::Resync(passed)));
                        self.first_frame = mark.frame;
                    }
                    self.place = Place::Boundary;
                }
            }
        }
        self.buffer.drain(..at);
    }

    /// Octets are missing here; a message they belonged to is lost.
    pub(super) fn gap(&mut self) {
        self.buffer.clear();
        self.place = Place::Lost { passed: 0 };
    }

    /// The stream is over. Says how much of a message was left, and frees the buffer.
    pub(super) fn end(&mut self) -> Option<NoteKind> {
        let buffer = std::mem::take(&mut self.buffer);
        (self.place == Place::Boundary && !buffer.is_empty()).then_some(NoteKind::Cut(buffer.len()))
    }
}

/// The message that `stream` begins with, once it is whole.
fn whole_message(stream: &[u8]) -> Result<Option<(PayloadType, &[u8])>, Error> {
    // A foreign octet shows before the header is whole.
    match *stream {
        [version, ..] if version != v2g::v2gtp::VERSION => return Err(Error::Version(version)),
        [_, inverse, ..] if inverse != v2g::v2gtp::INVERSE_VERSION => {
            return Err(Error::InverseVersion(inverse));
        }
        _ if stream.len() < Header::LEN => return Ok(None),
        _ => {}
    }
    let Header { payload_type, length } = Header::parse(stream)?;
    if length > MAX_PAYLOAD {
        return Err(Error::TooLong { said: length, max: MAX_PAYLOAD });
    }
    Ok(stream
        .get(Header::LEN..Header::LEN + length as usize)
        .map(|payload| (payload_type, payload)))
}

/// The place of the first header of an EXI message, or how many octets hold the start of none.
fn find_header(stream: &[u8]) -> Result<usize, usize> {
    const WINDOW: usize = Header::LEN + 1;
    let is_header = |window: &[u8]| match Header::parse(window) {
        Ok(Header { payload_type, length }) => {
            payload_type.is_exi()
                && (1..=MAX_PLAUSIBLE).contains(&length)
                && window.last() == Some(&EXI_START)
        }
        Err(_) => false,
    };
    let place = stream.windows(WINDOW).position(is_header);
    place.ok_or(stream.len().saturating_sub(WINDOW - 1))
}
