use std::fmt;
use std::net::SocketAddrV6;
use std::sync::Arc;

use v2g::secc::Event;
use v2g_tls::Negotiated;

use crate::authorize::Verdict;
use crate::cdr::Record;
use crate::net::sdp::{Asked, Offer};
use crate::provision::Provided;

/// What a station tells its observer.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'a> {
    /// The sockets are open.
    Listening(Offer),
    /// The matching over the power line tells something.
    Slac(&'a slac::evse::Event),
    /// A car looked for stations.
    Discovery(&'a Asked),
    /// A car connected.
    Connected { peer: SocketAddrV6 },
    /// A connection was closed at once.
    TurnedAway { peer: SocketAddrV6, why: &'a str },
    /// The TLS handshake is done.
    Secured { peer: SocketAddrV6, tls: &'a Negotiated },
    /// The TLS handshake failed; the station goes on serving.
    HandshakeFailed { peer: SocketAddrV6, why: &'a str },
    /// The session tells something.
    Session(&'a Event),
    /// Somebody decided.
    Decided(&'a Verdict),
    /// A request for a contract certificate was answered, in time or not.
    Provided(&'a Provided),
    /// A record was closed; it is on disk if records are kept. One that the disk did not take is told
    /// as [`Trouble`](Self::Trouble), and here at the next start.
    Record(&'a Record),
    /// Something went wrong on our side; the station goes on serving.
    Trouble(&'a str),
}

/// Who sees notices.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(Notice<'_>) + Send + Sync>);

impl Observer {
    pub fn new(see: impl Fn(Notice<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(see))
    }

    pub(crate) fn tell(&self, notice: Notice<'_>) {
        (self.0)(notice);
    }
}

impl Default for Observer {
    /// Sees nothing.
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
