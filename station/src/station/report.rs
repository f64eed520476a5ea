use std::net::SocketAddrV6;
use std::time::Duration;

use v2g::secc::Ended;

use crate::cdr::Record;

/// What one connection came to.
#[derive(Clone, Debug)]
pub struct Report {
    pub peer: SocketAddrV6,
    pub ended: Ended,
    /// As it stands in the directory of records, if one is used and the disk did not fail
    /// ([`Notice::Trouble`](super::Notice::Trouble)). Without a session only what is known.
    pub record: Record,
    /// From connection to the end of the session.
    pub elapsed: Duration,
}

impl Report {
    /// Whether the session ran to its regular end.
    pub fn is_regular(&self) -> bool {
        self.ended.is_regular()
    }
}

/// How an end reads in a record.
pub(crate) fn reason(ended: &Ended) -> &'static str {
    match ended {
        Ended::Terminated => "terminated",
        Ended::Paused => "paused",
        Ended::NoProtocol => "no protocol in common",
        Ended::Refused => "refused",
        Ended::Timeout => "timeout",
        Ended::Closed => "connection lost",
        Ended::Malformed => "malformed message",
        Ended::Aborted => "aborted",
    }
}
