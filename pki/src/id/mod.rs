//! Identifiers of Plug & Charge: contracts ([`Evcoid`]), charging points ([`Evseid`]), cars ([`Pcid`]).
//!
//! Parsing looks at the form only. A check digit is kept and judged, never silently repaired: identifiers from verified
//! certificates are used as they are, identifiers typed by people ask for [`CheckDigit::is_acceptable`].

mod check;
mod error;
mod evcoid;
mod evseid;
mod pcid;
mod symbols;
mod verdict;

pub use check::CheckDigit;
pub use error::{ConversionError, Element, IdError, IdErrorKind};
pub use evcoid::{Evcoid, EvcoidKind, Likeness};
pub use evseid::{Evseid, EvseidKind};
pub use pcid::Pcid;
pub use verdict::{IdKind, Verdict, identify};

#[cfg(test)]
mod tests;
