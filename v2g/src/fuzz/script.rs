//! Octets read as instructions; where they end, everything reads as zero.

use crate::v2gtp::{self, PayloadType};
use alloc::vec::Vec;
use core::time::Duration;

pub(super) struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn octet(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn word(&mut self) -> usize {
        usize::from(self.octet()) << 8 | usize::from(self.octet())
    }

    /// As many octets as the next one says.
    pub(super) fn octets(&mut self) -> &'a [u8] {
        let len = usize::from(self.octet()).min(self.0.len());
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    /// One of a table.
    pub(super) fn pick<T: Copy>(&mut self, table: &[T]) -> Option<T> {
        table.get(usize::from(self.octet()) % table.len().max(1)).copied()
    }

    /// Numbers that hardware gives, and numbers that no hardware should give.
    pub(super) fn number(&mut self) -> f64 {
        const ODD: [f64; 12] = [
            0.0,
            390.0,
            1.0,
            -1.0,
            1e9,
            -1e9,
            f64::MAX,
            f64::MIN_POSITIVE,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            32_767.5,
        ];
        match self.octet() {
            at @ 0..16 => ODD.get(usize::from(at)).copied().unwrap_or(0.0),
            at => f64::from(at) * 4.0,
        }
    }

    /// Milliseconds to minutes.
    pub(super) fn pause(&mut self) -> Duration {
        let octet = self.octet();
        let unit = [1, 20, 1000, 20_000][usize::from(octet & 3)];
        Duration::from_millis(unit * u64::from(octet >> 2))
    }

    /// Changes up to four octets of a payload, and cuts it or makes it longer.
    pub(super) fn damage(&mut self, payload: &mut Vec<u8>) {
        let how = self.octet();
        for _ in 0..how & 3 {
            let (at, mask) = (self.word(), self.octet());
            let len = payload.len().max(1);
            payload.iter_mut().skip(at % len).take(1).for_each(|octet| *octet ^= mask);
        }
        match how >> 2 & 7 {
            0 => payload.truncate(self.word() % (payload.len() + 1)),
            1 => payload.extend(self.octets()),
            _ => {
                let at = self.word() % payload.len().max(1);
                payload.iter_mut().skip(at).take(1).for_each(|octet| *octet ^= 1 << (how >> 5));
            }
        }
    }
}

/// A payload with its header.
pub(super) fn framed(payload_type: PayloadType, payload: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    let framed = v2gtp::emit(payload_type, payload, &mut octets);
    assert!(framed.is_ok(), "no header for {} octets", payload.len());
    octets
}

/// The payload of what an engine sends: one whole message.
pub(super) fn payload(octets: &[u8]) -> &[u8] {
    match v2gtp::parse(octets) {
        Ok((payload_type, payload)) => {
            assert_eq!(payload_type, PayloadType::Exi);
            payload
        }
        Err(error) => panic!("an engine sends what has no header: {error}"),
    }
}
