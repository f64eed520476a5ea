//! The message set of AC with distributed energy resources by SAE rules (AC_DER_SAE, Amendment 1, for
//! SAE J3072 and IEEE 1547): the messages of AC, with modes that carry what a grid operator asks of a
//! car that feeds back.
//!
//! No schema was at hand. Names, order, cardinality, ranges, enumerations and codes are those on which
//! the crate `iso15118` 0.7.0 and EVerest's libcbv2g agree, vectors of both hold in both directions, and
//! the counts of global elements (49, `FrequencyDroop` among them) and element names (367) follow from
//! the types here. Not determined that way are facets that leave no trace in the octets: bounds of
//! priorities, percentages, times and bit fields narrower than their integer types.

pub mod control;
pub mod functions;
pub mod limits;
pub mod modes;

pub use super::der::{GridConnectionMode, OperatingMode, PowerFactorExcitation};
pub use control::*;
pub use functions::*;
pub use limits::*;
pub use modes::*;

use super::{ac, der, types};
use crate::xmldsig;
use exi::SchemaSet;

const SAE: &str = "urn:iso:std:iso:15118:-20:AC-DER-SAE";
const NS: &str = ac::AC;

/// The schema set of AC_DER_SAE.
#[derive(Debug, Clone, Copy)]
pub enum Grammar {}

impl SchemaSet for Grammar {
    const NAME: &'static str = "iso20-ac-der-sae";
    const GLOBALS: u32 = 49;
    const ELEMENTS: u32 = 367;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = xmldsig::Grammar::ATTRIBUTES;
}

der::modes!(SAE);
ac::messages!(signed_info: 324);
