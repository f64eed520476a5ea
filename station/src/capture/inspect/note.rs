//! What could not be read, and why.

use super::{Event, Mark};
use crate::capture::net::Malformed;
use v2g::v2gtp;

/// A remark on a frame.
#[derive(Clone, Debug)]
pub struct Note {
    pub frame: u64,
    /// Nanoseconds since 1970-01-01 UTC.
    pub time: Option<u64>,
    /// Number of the TCP connection in the capture, from 0.
    pub stream: Option<u32>,
    pub kind: NoteKind,
}

impl Note {
    pub(super) fn event(mark: Mark, stream: Option<u32>, kind: NoteKind) -> Event {
        Event::Note(Self { frame: mark.frame, time: mark.time, stream, kind })
    }
}

/// Why something is missing.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NoteKind {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error("UDP port of SECC discovery without a message: {0}")]
    Datagram(v2gtp::Error),
    #[error("{0} octets of the TCP stream are not in the capture")]
    Gap(u64),
    #[error("message boundaries lost: {0}")]
    LostSync(v2gtp::Error),
    #[error("message boundaries found after {0} octets")]
    Resync(u64),
    #[error("the stream ends inside a message, after {0} octets of it")]
    Cut(usize),
    #[error("TLS that begins before the capture cannot be decrypted")]
    TlsWithoutHandshake,
    #[error("TLS: {0}")]
    Tls(v2g_tls::capture::Error),
    #[error("TLS settled on {0}")]
    TlsSettled(String),
    #[error("TLS alert of the {:?}: {} {:?}", .0.direction, if .0.level == 2 { "fatal" } else { "warning" }, .0.description)]
    TlsAlert(v2g_tls::capture::Alert),
    #[error("TLS secrets sent in the clear")]
    Disclosure,
}
