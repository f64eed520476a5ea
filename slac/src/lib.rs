//! HomePlug Green PHY management messages and the matching (SLAC) engines of ISO 15118-3.
//!
//! [`mme`] reads and writes the Ethernet frames, [`Evse`] and [`Ev`] are the two roles, [`Site`] joins the connectors of one process,
//! [`medium`] simulates modems and power line, [`park`] cars and stations on it.
//! The engines do no I/O: call `handle(now, input)`, then `poll()` until it answers [`Output::Wait`]. `now` counts from an origin of
//! the caller's choice and never runs backwards.
//!
//! SLAC authenticates nobody: whoever hears a matching learns its network key. Rely on TLS above.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod amplitude;
pub mod attenuation;
pub mod ev;
pub mod evse;
#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
pub mod key;
pub mod medium;
pub mod mme;
pub mod modem;
mod output;
pub mod park;
pub mod pilot;
mod random;
pub mod site;
pub mod survey;
pub mod timing;

pub use attenuation::Decibel;
pub use ev::Ev;
pub use evse::Evse;
pub use key::{NetworkKey, Nid, Nmk};
pub use mme::{Error, Frame, Mac, Message, RunId};
pub use modem::{LinkReport, Modem};
pub use output::Output;
pub use random::{Random, RandomFailed};
pub use site::Site;
pub use timing::{Timer, Timing};
