//! Capture files, read one packet at a time: pcap and pcapng in either byte order.

mod pcap;
mod pcapng;
mod source;

use super::link::LinkType;
use source::{ByteOrder, Source};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::Range;
use std::path::Path;

/// Longest packet or block that is taken into memory, in octets.
pub const MAX_BLOCK: u32 = 16 << 20;

/// Reads a capture of any size in constant memory.
#[derive(Debug)]
pub struct Reader<R> {
    source: Source<R>,
    format: Format,
    buffer: Vec<u8>,
    frames: u64,
    done: bool,
}

/// What a capture holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Item<'a> {
    Packet(Packet<'a>),
    /// A TLS key log that the file carries for the packets after it.
    Secrets(&'a [u8]),
}

/// One packet as it was captured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Packet<'a> {
    /// Number in the file, from 1.
    pub frame: u64,
    /// Nanoseconds since 1970-01-01 UTC, if the file says.
    pub time: Option<u64>,
    pub link: LinkType,
    /// The captured octets; the packet may have been longer.
    pub data: &'a [u8],
    /// Octets of the packet on the wire.
    pub original_len: u32,
}

impl Reader<BufReader<File>> {
    /// Opens a file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let file =
            File::open(path).map_err(|error| Error { offset: 0, kind: ErrorKind::Io(error) })?;
        Self::new(BufReader::with_capacity(1 << 16, file))
    }
}

impl<R: Read> Reader<R> {
    /// Reads the first header. `input` should be buffered.
    pub fn new(input: R) -> Result<Self, Error> {
        let mut source = Source::new(input);
        let mut magic = [0; 4];
        source.exact(&mut magic, "file header")?;
        let format = match pcap::Header::with_magic(magic) {
            Some(header) => Format::Pcap(header.read(&mut source)?),
            None if magic == pcapng::SECTION_HEADER => {
                Format::Pcapng(pcapng::Section::read_first(&mut source)?)
            }
            None => return Err(Error { offset: 0, kind: ErrorKind::NotACapture(magic) }),
        };
        Ok(Self { source, format, buffer: Vec::new(), frames: 0, done: false })
    }

    /// The next packet or key log; `None` at the end of the file and after an error.
    /// What stands before the damaged place has been delivered by then.
    #[allow(clippy::should_implement_trait, reason = "lends from the reader's buffer")]
    pub fn next(&mut self) -> Result<Option<Item<'_>>, Error> {
        if self.done {
            return Ok(None);
        }
        let found = match &mut self.format {
            Format::Pcap(header) => header.next(&mut self.source, &mut self.buffer),
            Format::Pcapng(section) => section.next(&mut self.source, &mut self.buffer),
        };
        let Ok(Some(found)) = found else {
            self.done = true;
            return found.map(|_| None);
        };
        // A found range lies in the buffer: it was cut from the octets just read.
        Ok(Some(match found {
            Found::Secrets(range) => Item::Secrets(&self.buffer[range]),
            Found::Packet { time, link, original_len, range } => {
                self.frames += 1;
                let data = &self.buffer[range];
                Item::Packet(Packet { frame: self.frames, time, link, data, original_len })
            }
        }))
    }

    /// How far the file has been read, in octets.
    pub fn offset(&self) -> u64 {
        self.source.offset()
    }
}

/// What is wrong with a capture, and where.
#[derive(Debug, thiserror::Error)]
#[error("octet {offset} of the capture: {kind}")]
pub struct Error {
    /// Start of the damaged header or block.
    pub offset: u64,
    pub kind: ErrorKind,
}

/// What is wrong with a capture.
#[derive(Debug, thiserror::Error)]
pub enum ErrorKind {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("no capture begins with {0:02x?}")]
    NotACapture([u8; 4]),
    #[error("the file ends inside a {0}")]
    Truncated(&'static str),
    #[error("a section header with the byte-order mark {0:02x?}")]
    ByteOrderMark([u8; 4]),
    #[error("version {0}.{1} of the format is not known")]
    Version(u16, u16),
    #[error("a block of {0} octets cannot be")]
    BlockLength(u32),
    #[error("a block begins with the length {head} and ends with {tail}")]
    Trailer { head: u32, tail: u32 },
    #[error("{len} octets in one piece, more than the {MAX_BLOCK} allowed")]
    TooLong { len: u32 },
    #[error("the {0} does not fit into its block")]
    Field(&'static str),
    #[error("a packet of interface {0}, which the section does not describe")]
    Interface(u32),
}

#[derive(Debug)]
enum Format {
    Pcap(pcap::Header),
    Pcapng(pcapng::Section),
}

/// An item by its place in the buffer.
#[derive(Debug)]
enum Found {
    Packet { time: Option<u64>, link: LinkType, original_len: u32, range: Range<usize> },
    Secrets(Range<usize>),
}

#[cfg(test)]
mod tests;
