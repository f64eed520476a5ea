//! One direction of a TCP connection, put back in order in bounded memory.

use std::collections::BTreeMap;

/// Most octets that wait behind a gap.
pub const MAX_WAITING: usize = 256 << 10;
/// Most segments that wait behind a gap.
pub const MAX_SEGMENTS: usize = 4096;

/// What became readable, in stream order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Piece {
    Data(Vec<u8>),
    /// Octets that the capture does not hold.
    Gap(u64),
}

/// Puts the segments of one direction in order. What was delivered is never revised.
#[derive(Debug, Default)]
pub struct Reassembly {
    /// Sequence number of the next octet to deliver and its place in the stream.
    next: Option<(u32, u64)>,
    /// Segments behind a gap by their place in the stream; they may overlap.
    waiting: BTreeMap<u64, Vec<u8>>,
    waiting_len: usize,
    /// Place of the end of the stream.
    end: Option<u64>,
    synced: bool,
}

impl Reassembly {
    /// The connection's first segment of this direction: data begins behind `seq`.
    pub fn syn(&mut self, seq: u32) {
        if self.next.is_none() {
            self.next = Some((seq.wrapping_add(1), 0));
            self.synced = true;
        }
    }

    /// Whether the stream was seen from its first octet.
    pub fn has_start(&self) -> bool {
        self.synced
    }

    /// Whether everything up to the FIN was delivered.
    pub fn is_finished(&self) -> bool {
        matches!((self.end, self.next), (Some(end), Some((_, at))) if at >= end)
    }

    /// A segment. `len` exceeds `payload.len()` where the capture cut the packet off.
    pub fn segment(&mut self, seq: u32, payload: &[u8], len: u32, fin: bool, out: &mut Vec<Piece>) {
        let (next_seq, at) = *self.next.get_or_insert((seq, 0));
        let place = i64::from(seq.wrapping_sub(next_seq) as i32);
        let Some(start) = at.checked_add_signed(place).or_else(|| (len > 0).then_some(0)) else {
            return;
        };
        // Octets in front of the stream's first are a retransmission from before the capture.
        let before = (at as i64 + place).min(0).unsigned_abs();
        let stream_end = start + u64::from(len).saturating_sub(before);
        if fin {
            self.end.get_or_insert(stream_end);
        }
        let payload = payload.get(before as usize..).unwrap_or_default();
        let old = at.saturating_sub(start);
        if let Some(fresh) = payload.get(old as usize..).filter(|fresh| !fresh.is_empty()) {
            self.wait(start + old, fresh);
        }
        self.deliver(out);
        while self.waiting_len > MAX_WAITING || self.waiting.len() > MAX_SEGMENTS {
            self.pass_gap(out);
        }
    }

    /// The other side acknowledged everything before `ack`: what is missing there was lost
    /// by the capture, not by the network.
    pub fn acknowledged(&mut self, ack: u32, out: &mut Vec<Piece>) {
        while let Some((next_seq, at)) = self.next
            && let Some((&first, _)) = self.waiting.first_key_value()
            && let acked = ack.wrapping_sub(next_seq) as i32
            && acked > 0
            && at + acked.unsigned_abs() as u64 > first
        {
            self.pass_gap(out);
        }
    }

    /// Nothing more will come: delivers what waits, with its gaps.
    pub fn flush(&mut self, out: &mut Vec<Piece>) {
        while !self.waiting.is_empty() {
            self.pass_gap(out);
        }
    }

    fn wait(&mut self, start: u64, payload: &[u8]) {
        let slot = self.waiting.entry(start).or_default();
        // A longer retransmission keeps the octets seen first.
        if let Some(more) = payload.get(slot.len()..) {
            slot.extend_from_slice(more);
            self.waiting_len += more.len();
        }
    }

    /// Delivers what has no gap in front of it.
    fn deliver(&mut self, out: &mut Vec<Piece>) {
        while let Some((seq, at)) = self.next
            && let Some(first) = self.waiting.first_entry().filter(|first| *first.key() <= at)
        {
            let start = *first.key();
            let mut data = first.remove();
            self.waiting_len -= data.len();
            let old = usize::try_from(at - start).unwrap_or(usize::MAX).min(data.len());
            data.drain(..old);
            if !data.is_empty() {
                self.next = Some((seq.wrapping_add(data.len() as u32), at + data.len() as u64));
                out.push(Piece::Data(data));
            }
        }
    }

    /// Gives up the octets in front of the first waiting segment.
    fn pass_gap(&mut self, out: &mut Vec<Piece>) {
        if let (Some((seq, at)), Some((&first, _))) = (self.next, self.waiting.first_key_value())
            && first > at
        {
            out.push(Piece::Gap(first - at));
            self.next = Some((seq.wrapping_add((first - at) as u32), first));
        }
        self.deliver(out);
    }
}

#[cfg(test)]
#[path = "tcp_tests.rs"]
mod tests;
