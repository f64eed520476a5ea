//! The ready ISO 15118 station and car, on tokio.
//!
//! Makers of charging stations implement the traits of [`hardware`] and run a [`Station`];
//! [`hardware::sim`] stands in until then. The engines below ([`v2g`], [`slac`]) do no I/O and
//! can be used without this crate.
#![forbid(unsafe_code)]

pub mod authorize;
pub mod capture;
pub mod car;
pub mod cdr;
pub mod drive;
pub mod hardware;
pub mod inspect;
pub mod link;
pub mod net;
pub mod station;
pub mod time;

pub use car::Car;
pub use station::Station;
