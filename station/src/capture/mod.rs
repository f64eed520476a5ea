//! Captures of charging sessions: read pcap and pcapng, find SLAC, SDP and V2GTP in them
//! (in TLS too, given its secrets), and write sessions of our own as pcapng.
//!
//! [`mod@file`] reads packets, [`net`] takes them apart, [`inspect`] finds the messages,
//! [`mod@write`] and [`synth`] go the other way. No protocol state is guessed: what cannot be
//! read is reported as an [`inspect::Note`].

pub mod file;
pub mod inspect;
pub mod link;
#[cfg(feature = "live")]
pub mod live;
pub mod net;
pub mod synth;
pub mod tcp;
pub mod write;

#[cfg(test)]
mod tests;
