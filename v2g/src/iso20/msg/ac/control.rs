//! The control modes of the charge loop.

use super::super::types::{self, AnyPhase, PerPhase, RationalNumber};
use super::AC as NS;
use exi::Exi;

/// The car's power in scheduled control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base)]
pub struct ScheduledClReq {
    #[exi(base)]
    pub base: types::ScheduledClReq,
    #[exi(phases)]
    pub ev_maximum_charge_power: AnyPhase,
    #[exi(phases)]
    pub ev_minimum_charge_power: AnyPhase,
    #[exi(phases)]
    pub ev_present_active_power: PerPhase,
    #[exi(phases)]
    pub ev_present_reactive_power: AnyPhase,
}

/// The same, and what the car can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct BptScheduledClReq {
    #[exi(base)]
    pub base: ScheduledClReq,
    #[exi(phases)]
    pub ev_maximum_discharge_power: AnyPhase,
    #[exi(phases)]
    pub ev_minimum_discharge_power: AnyPhase,
}

/// The station's targets in scheduled control, of one direction or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base)]
pub struct ScheduledClRes {
    #[exi(phases)]
    pub evse_target_active_power: AnyPhase,
    #[exi(phases)]
    pub evse_target_reactive_power: AnyPhase,
    #[exi(phases)]
    pub evse_present_active_power: AnyPhase,
}

/// The car's needs and power in dynamic control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base)]
pub struct DynamicClReq {
    #[exi(base)]
    pub base: types::DynamicClReq,
    #[exi(phases)]
    pub ev_maximum_charge_power: PerPhase,
    #[exi(phases)]
    pub ev_minimum_charge_power: PerPhase,
    #[exi(phases)]
    pub ev_present_active_power: PerPhase,
    #[exi(phases)]
    pub ev_present_reactive_power: PerPhase,
}

/// The same, and what the car can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct BptDynamicClReq {
    #[exi(base)]
    pub base: DynamicClReq,
    #[exi(phases)]
    pub ev_maximum_discharge_power: PerPhase,
    #[exi(phases)]
    pub ev_minimum_discharge_power: PerPhase,
    /// The energy the car may take up at most, counted for V2X.
    pub ev_maximum_v2x_energy_request: Option<RationalNumber>,
    pub ev_minimum_v2x_energy_request: Option<RationalNumber>,
}

/// The station's targets in dynamic control, of one direction or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base)]
pub struct DynamicClRes {
    #[exi(base)]
    pub base: types::DynamicClRes,
    #[exi(phases)]
    pub evse_target_active_power: PerPhase,
    #[exi(phases)]
    pub evse_target_reactive_power: AnyPhase,
    #[exi(phases)]
    pub evse_present_active_power: AnyPhase,
}
