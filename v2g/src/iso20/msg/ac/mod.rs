//! The message set of AC charging: limits, and the charge loop in scheduled and dynamic control, each
//! with a form for both directions of power (BPT).

pub mod control;
pub mod limits;
mod messages;

pub use control::*;
pub use limits::*;
pub(crate) use messages::messages;

use super::types::{Empty, TYPES};
use crate::xmldsig;
use exi::{Exi, SchemaSet};

pub(crate) const AC: &str = "urn:iso:std:iso:15118:-20:AC";
const NS: &str = AC;

/// The limits of one direction or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(substitution, tail = "CpdReqEnergyTransferMode")]
pub enum CpdReqMode {
    Ac(CpdReq),
    BptAc(BptCpdReq),
}

/// The limits of one direction or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(substitution, tail = "CpdResEnergyTransferMode")]
pub enum CpdResMode {
    Ac(CpdRes),
    BptAc(BptCpdRes),
}

/// The control modes of a request; the third form is the schema's abstract head, never sent by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(substitution, tail = "AcClReqControlMode")]
pub enum ClReqMode {
    BptDynamic(BptDynamicClReq),
    BptScheduled(BptScheduledClReq),
    #[exi(ns = TYPES, name = "CLReqControlMode")]
    Abstract(Empty),
    Dynamic(DynamicClReq),
    Scheduled(ScheduledClReq),
}

/// The control modes of a response; the third form is the schema's abstract head, never sent by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(substitution, tail = "AcClResControlMode")]
pub enum ClResMode {
    BptDynamic(DynamicClRes),
    BptScheduled(ScheduledClRes),
    #[exi(ns = TYPES, name = "CLResControlMode")]
    Abstract(Empty),
    Dynamic(DynamicClRes),
    Scheduled(ScheduledClRes),
}

/// The schema set of AC.
#[derive(Debug, Clone, Copy)]
pub enum Grammar {}

impl SchemaSet for Grammar {
    const NAME: &'static str = "iso20-ac";
    const GLOBALS: u32 = 42;
    const ELEMENTS: u32 = 154;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = xmldsig::Grammar::ATTRIBUTES;
}

messages!(signed_info: 135);
