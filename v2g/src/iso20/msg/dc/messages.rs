//! The messages, in the order of a session.

use super::super::types::{
    DisplayParameters, Empty, EvseStatus, Header, MeterInfo, Processing, RationalNumber, Receipt,
    ResponseCode, TYPES,
};
use super::DC as NS;
use super::*;
use exi::Exi;

/// The car tells its limits.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ChargeParameterDiscoveryReq {
    pub header: Header,
    #[exi(choice)]
    pub energy_transfer_mode: CpdReqMode,
}

/// The limits of one direction or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(substitution, tail = "CpdReqEnergyTransferMode")]
pub enum CpdReqMode {
    BptDc(BptCpdReq),
    Dc(CpdReq),
}

/// The station tells its limits.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
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
    BptDc(BptCpdRes),
    Dc(CpdRes),
}

/// The car waits for the cable's isolation to be checked.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct CableCheckReq {
    pub header: Header,
}

/// How far the check is; `OK` asks for the control pilot to be in state C or D. [V2G20-917]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct CableCheckRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_processing: Processing,
}

/// The car asks for its battery's voltage before it closes its relays.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct PreChargeReq {
    pub header: Header,
    pub ev_processing: Processing,
    pub ev_present_voltage: RationalNumber,
    pub ev_target_voltage: RationalNumber,
}

/// The voltage reached so far.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct PreChargeRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_present_voltage: RationalNumber,
}

/// What the car wants from the rectifier, asked every control cycle.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ChargeLoopReq {
    pub header: Header,
    #[exi(ns = TYPES)]
    pub display_parameters: Option<DisplayParameters>,
    #[exi(ns = TYPES)]
    pub meter_info_requested: bool,
    pub ev_present_voltage: RationalNumber,
    #[exi(choice)]
    pub control_mode: ClReqMode,
}

/// The control modes of a request; the third form is the schema's abstract head, never sent by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(substitution, tail = "DcClReqControlMode")]
pub enum ClReqMode {
    BptDynamic(BptDynamicClReq),
    BptScheduled(BptScheduledClReq),
    #[exi(ns = TYPES, name = "CLReqControlMode")]
    Abstract(Empty),
    Dynamic(DynamicClReq),
    Scheduled(ScheduledClReq),
}

/// What the rectifier gives or takes, and what holds it back. A negative current flows from the car
/// to the station. [V2G20-1034]
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
    pub evse_present_current: RationalNumber,
    pub evse_present_voltage: RationalNumber,
    pub evse_power_limit_achieved: bool,
    pub evse_current_limit_achieved: bool,
    pub evse_voltage_limit_achieved: bool,
    #[exi(choice)]
    pub control_mode: ClResMode,
}

/// The control modes of a response; the third form is the schema's abstract head, never sent by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(substitution, tail = "DcClResControlMode")]
pub enum ClResMode {
    BptDynamic(BptDynamicClRes),
    BptScheduled(BptScheduledClRes),
    #[exi(ns = TYPES, name = "CLResControlMode")]
    Abstract(Empty),
    Dynamic(DynamicClRes),
    Scheduled(ScheduledClRes),
}

/// The car checks whether the contactors opened.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct WeldingDetectionReq {
    pub header: Header,
    pub ev_processing: Processing,
}

/// The voltage the station sees at the cable.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct WeldingDetectionRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_present_voltage: RationalNumber,
}
