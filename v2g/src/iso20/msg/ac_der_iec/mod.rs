//! The message set of AC with distributed energy resources by IEC rules (AC_DER_IEC, Amendment 1): the
//! messages of AC, with modes that carry what a grid operator asks of a car that feeds back.
//!
//! No schema was at hand. Names, order, cardinality, ranges, enumerations and codes are those on which
//! the crate `iso15118` 0.7.0 and EVerest's libcbv2g agree, vectors of both hold in both directions, and
//! the counts of global elements (48) and element names (259) follow from the types here. Not determined
//! that way are facets that leave no trace in the octets: bounds of `GridEventCondition` narrower than an
//! octet, and of the delays and times narrower than their integer types.

pub mod control;
pub mod modes;

pub use super::der::{GridConnectionMode, OperatingMode, PowerFactorExcitation};
pub use control::*;
pub use modes::*;

use super::{ac, der, types};
use crate::xmldsig;
use exi::SchemaSet;

const IEC: &str = "urn:iso:std:iso:15118:-20:AC-DER-IEC";
const NS: &str = ac::AC;

/// The schema set of AC_DER_IEC.
#[derive(Debug, Clone, Copy)]
pub enum Grammar {}

impl SchemaSet for Grammar {
    const NAME: &'static str = "iso20-ac-der-iec";
    const GLOBALS: u32 = 48;
    const ELEMENTS: u32 = 259;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = xmldsig::Grammar::ATTRIBUTES;
}

der::modes!(IEC);
ac::messages!(signed_info: 217);
