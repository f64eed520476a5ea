//! Cable check, precharge, the charge loop and welding detection of DC.

use super::{
    BODY as NS, DcEvStatus, DcEvseStatus, EvseIdText, EvseProcessing, MeterInfo, PhysicalValue,
    ResponseCode, SaId,
};
use exi::Exi;

/// The car waits for the cable's isolation to be checked. [V2G2-249]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct CableCheckReq {
    pub dc_ev_status: DcEvStatus,
}

/// How far the check is. [V2G2-251]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct CableCheckRes {
    pub response_code: ResponseCode,
    pub dc_evse_status: DcEvseStatus,
    pub evse_processing: EvseProcessing,
}

/// The car asks for its battery's voltage before it closes its relays. [V2G2-253]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct PreChargeReq {
    pub dc_ev_status: DcEvStatus,
    pub ev_target_voltage: PhysicalValue,
    pub ev_target_current: PhysicalValue,
}

/// The voltage reached so far. [V2G2-255]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct PreChargeRes {
    pub response_code: ResponseCode,
    pub dc_evse_status: DcEvseStatus,
    pub evse_present_voltage: PhysicalValue,
}

/// What the car wants from the rectifier, asked every control cycle. [V2G2-257]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct CurrentDemandReq {
    pub dc_ev_status: DcEvStatus,
    pub ev_target_current: PhysicalValue,
    pub ev_maximum_voltage_limit: Option<PhysicalValue>,
    pub ev_maximum_current_limit: Option<PhysicalValue>,
    pub ev_maximum_power_limit: Option<PhysicalValue>,
    pub bulk_charging_complete: Option<bool>,
    pub charging_complete: bool,
    #[exi(name = "RemainingTimeToFullSoC")]
    pub remaining_time_to_full_soc: Option<PhysicalValue>,
    #[exi(name = "RemainingTimeToBulkSoC")]
    pub remaining_time_to_bulk_soc: Option<PhysicalValue>,
    pub ev_target_voltage: PhysicalValue,
}

/// What the rectifier gives, and what holds it back. [V2G2-259]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct CurrentDemandRes {
    pub response_code: ResponseCode,
    pub dc_evse_status: DcEvseStatus,
    pub evse_present_voltage: PhysicalValue,
    pub evse_present_current: PhysicalValue,
    pub evse_current_limit_achieved: bool,
    pub evse_voltage_limit_achieved: bool,
    pub evse_power_limit_achieved: bool,
    pub evse_maximum_voltage_limit: Option<PhysicalValue>,
    pub evse_maximum_current_limit: Option<PhysicalValue>,
    pub evse_maximum_power_limit: Option<PhysicalValue>,
    pub evse_id: EvseIdText,
    pub sa_schedule_tuple_id: SaId,
    pub meter_info: Option<MeterInfo>,
    pub receipt_required: Option<bool>,
}

/// The car checks whether the contactors opened. [V2G2-261]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct WeldingDetectionReq {
    pub dc_ev_status: DcEvStatus,
}

/// The voltage the station sees at the cable. [V2G2-263]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct WeldingDetectionRes {
    pub response_code: ResponseCode,
    pub dc_evse_status: DcEvseStatus,
    pub evse_present_voltage: PhysicalValue,
}
