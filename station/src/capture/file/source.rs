//! Octets with their offset, and integers in either byte order.

use super::{Error, ErrorKind, MAX_BLOCK};
use std::io::{self, Read};

#[derive(Debug)]
pub(super) struct Source<R> {
    input: R,
    offset: u64,
}

impl<R: Read> Source<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, offset: 0 }
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Fills `out`, or says that the file ends inside `what`.
    pub(super) fn exact(&mut self, out: &mut [u8], what: &'static str) -> Result<(), Error> {
        let start = self.offset;
        if self.some(out)? < out.len() {
            return Err(Error { offset: start, kind: ErrorKind::Truncated(what) });
        }
        Ok(())
    }

    /// Fills `out` as far as the file goes.
    pub(super) fn some(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        let mut len = 0;
        while len < out.len() {
            match self.input.read(&mut out[len..]) {
                Ok(0) => break,
                Ok(n) => len += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(Error { offset: self.offset + len as u64, kind: error.into() });
                }
            }
        }
        self.offset += len as u64;
        Ok(len)
    }

    /// Replaces `buffer` by the next `len` octets. Takes no more memory than the file has octets.
    pub(super) fn body(
        &mut self,
        buffer: &mut Vec<u8>,
        len: u32,
        what: &'static str,
    ) -> Result<(), Error> {
        let start = self.offset;
        if len > MAX_BLOCK {
            return Err(Error { offset: start, kind: ErrorKind::TooLong { len } });
        }
        buffer.clear();
        let read = self.input.by_ref().take(len.into()).read_to_end(buffer);
        self.offset += buffer.len() as u64;
        read.map_err(|error| Error { offset: self.offset, kind: error.into() })?;
        if buffer.len() < len as usize {
            return Err(Error { offset: start, kind: ErrorKind::Truncated(what) });
        }
        Ok(())
    }

    pub(super) fn skip(&mut self, len: u32, what: &'static str) -> Result<(), Error> {
        let start = self.offset;
        let skipped = io::copy(&mut self.input.by_ref().take(len.into()), &mut io::sink())
            .map_err(|error| Error { offset: start, kind: error.into() })?;
        self.offset += skipped;
        if skipped < len.into() {
            return Err(Error { offset: start, kind: ErrorKind::Truncated(what) });
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ByteOrder {
    Big,
    Little,
}

impl ByteOrder {
    pub(super) fn u16(self, octets: [u8; 2]) -> u16 {
        match self {
            Self::Big => u16::from_be_bytes(octets),
            Self::Little => u16::from_le_bytes(octets),
        }
    }

    pub(super) fn u32(self, octets: [u8; 4]) -> u32 {
        match self {
            Self::Big => u32::from_be_bytes(octets),
            Self::Little => u32::from_le_bytes(octets),
        }
    }

    pub(super) fn u64(self, octets: [u8; 8]) -> u64 {
        match self {
            Self::Big => u64::from_be_bytes(octets),
            Self::Little => u64::from_le_bytes(octets),
        }
    }
}

/// Fields of a block, front to back.
pub(super) struct Fields<'a> {
    pub(super) order: ByteOrder,
    pub(super) rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(|octets| self.order.u16(octets))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(|octets| self.order.u32(octets))
    }

    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (part, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(part)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (part, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*part)
    }
}
