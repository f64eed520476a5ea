//! The CommonMessages of ISO 15118-20: what every kind of energy transfer needs, a file for each phase.

pub mod authorization;
pub mod certificate;
pub mod grammar;
pub mod metering;
pub mod power_delivery;
pub mod price;
pub mod schedule;
pub mod service;
pub mod session;
pub mod vehicle_check;

pub use authorization::*;
pub use certificate::*;
pub use grammar::{Grammar, SCHEMA};
pub use metering::*;
pub use power_delivery::*;
pub use price::*;
pub use schedule::*;
pub use service::*;
pub use session::*;
pub use vehicle_check::*;

pub(crate) const MSG: &str = "urn:iso:std:iso:15118:-20:CommonMessages";
