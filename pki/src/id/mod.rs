//! Identifiers of Plug & Charge: contracts ([`Evcoid`]), charging points ([`Evseid`]), stations ([`Seccid`]), cars ([`Pcid`],
//! [`Evccid`], [`Vin`]), and the parties that messages about them go to ([`Party`], [`Routes`]).
//!
//! Parsing looks at the form only. A check digit is kept and judged, never silently repaired: identifiers from verified
//! certificates are used as they are, identifiers typed by people ask for [`CheckDigit::is_acceptable`].

mod check;
mod error;
mod evccid;
mod evcoid;
mod evseid;
mod party;
mod pcid;
mod seccid;
mod symbols;
mod verdict;
mod vin;

pub use check::CheckDigit;
pub use error::{ConversionError, Element, IdError, IdErrorKind};
pub use evccid::{Evccid, EvccidKind};
pub use evcoid::{Evcoid, EvcoidKind, Likeness};
pub use evseid::{Evseid, EvseidKind};
pub use party::{Party, Routes};
pub use pcid::Pcid;
pub use seccid::Seccid;
pub use verdict::{IdKind, Verdict, identify};
pub use vin::Vin;

#[cfg(test)]
mod tests;
