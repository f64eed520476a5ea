//! The ready ISO 15118 station and car, on tokio.
//!
//! Makers of charging stations implement the traits of [`hardware`] and run a [`Station`];
//! [`hardware::sim`] stands in until then. The engines below ([`v2g`], [`slac`]) do no I/O and
//! can be used without this crate.
//!
//! ```no_run
//! # use pnc::{Station, authorize::Free, hardware::sim, net::Interface};
//! # use v2g::secc::{AcLimits, Limits};
//! # async fn run() -> std::io::Result<()> {
//! let plug = sim::Plug::new(sim::PlugSettings::default());
//! let limits = Limits::Ac(AcLimits { nominal_voltage: 230.0, max_current: 32.0, phases: 3 });
//! Station::new("DE*PNC*E0000001", limits, sim::ac(&plug))
//!     .interface(Interface::named("eth1")?)
//!     .authorize(Free)
//!     .records("/var/lib/charger/records")
//!     .run(std::future::pending())
//!     .await
//! # }
//! ```
#![forbid(unsafe_code)]

pub mod authorize;
pub mod ca;
pub mod capture;
pub mod car;
pub mod cdr;
pub mod drive;
pub mod hardware;
pub mod inspect;
pub mod link;
pub mod net;
pub mod provision;
pub mod revocation;
pub mod station;
pub mod time;

pub use car::Car;
pub use station::Station;
