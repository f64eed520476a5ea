//! The message set of AC charging: limits, and the charge loop in scheduled and dynamic control, each
//! with a form for both directions of power (BPT).

pub mod control;
pub mod limits;

pub use control::*;
pub use limits::*;

use super::types::{
    DisplayParameters, Empty, EvseStatus, Header, MeterInfo, RationalNumber, Receipt, ResponseCode,
    TYPES,
};
use crate::xmldsig::{self, SignedInfo};
use exi::{Exi, SchemaSet};

pub(crate) const AC: &str = "urn:iso:std:iso:15118:-20:AC";
const NS: &str = AC;

/// The car tells its limits.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ChargeParameterDiscoveryReq {
    pub header: Header,
    #[exi(choice)]
    pub energy_transfer_mode: CpdReqMode,
}

/// The limits of one direction or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(substitution, tail = "CpdReqEnergyTransferMode")]
pub enum CpdReqMode {
    Ac(CpdReq),
    BptAc(BptCpdReq),
}

/// The station tells its limits.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ChargeParameterDiscoveryRes {
    pub header: Header,
    pub response_code: ResponseCode,
    #[exi(choice)]
    pub energy_transfer_mode: CpdResMode,
}

/// The limits of one direction or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(substitution, tail = "CpdResEnergyTransferMode")]
pub enum CpdResMode {
    Ac(CpdRes),
    BptAc(BptCpdRes),
}

/// What the car takes or gives now, and what it can, asked every control cycle.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ChargeLoopReq {
    pub header: Header,
    #[exi(ns = TYPES)]
    pub display_parameters: Option<DisplayParameters>,
    #[exi(ns = TYPES)]
    pub meter_info_requested: bool,
    #[exi(choice)]
    pub control_mode: ClReqMode,
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

/// What the station wants the car to take or give.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ChargeLoopRes {
    pub header: Header,
    pub response_code: ResponseCode,
    #[exi(ns = TYPES)]
    pub evse_status: Option<EvseStatus>,
    #[exi(ns = TYPES)]
    pub meter_info: Option<MeterInfo>,
    #[exi(ns = TYPES)]
    pub receipt: Option<Receipt>,
    pub evse_target_frequency: Option<RationalNumber>,
    #[exi(choice)]
    pub control_mode: ClResMode,
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

exi::roots! {
    /// The message set as data; its fragments are what signatures refer to.
    pub static SCHEMA: Grammar;
    documents {
        2 = "AC_ChargeLoopReq" in AC => ChargeLoopReq;
        3 = "AC_ChargeLoopRes" in AC => ChargeLoopRes;
        4 = "AC_ChargeParameterDiscoveryReq" in AC => ChargeParameterDiscoveryReq;
        5 = "AC_ChargeParameterDiscoveryRes" in AC => ChargeParameterDiscoveryRes;
    }
    fragments {
        5 = "AC_ChargeParameterDiscoveryRes" in AC => ChargeParameterDiscoveryRes;
        135 = "SignedInfo" in xmldsig::NS => SignedInfo;
    }
}
