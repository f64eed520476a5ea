//! The control modes of the charge loop.

use super::super::types::{self, RationalNumber};
use super::DC as NS;
use exi::Exi;

/// The car's targets in scheduled control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base)]
pub struct ScheduledClReq {
    #[exi(base)]
    pub base: types::ScheduledClReq,
    pub ev_target_current: RationalNumber,
    pub ev_target_voltage: RationalNumber,
    pub ev_maximum_charge_power: Option<RationalNumber>,
    pub ev_minimum_charge_power: Option<RationalNumber>,
    pub ev_maximum_charge_current: Option<RationalNumber>,
    pub ev_maximum_voltage: Option<RationalNumber>,
    pub ev_minimum_voltage: Option<RationalNumber>,
}

/// The same, and what the car can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct BptScheduledClReq {
    #[exi(base)]
    pub base: ScheduledClReq,
    pub ev_maximum_discharge_power: Option<RationalNumber>,
    pub ev_minimum_discharge_power: Option<RationalNumber>,
    pub ev_maximum_discharge_current: Option<RationalNumber>,
}

/// The station's limits in scheduled control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base)]
pub struct ScheduledClRes {
    pub evse_maximum_charge_power: Option<RationalNumber>,
    pub evse_minimum_charge_power: Option<RationalNumber>,
    pub evse_maximum_charge_current: Option<RationalNumber>,
    pub evse_maximum_voltage: Option<RationalNumber>,
}

/// The same, and what the station can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct BptScheduledClRes {
    #[exi(base)]
    pub base: ScheduledClRes,
    pub evse_maximum_discharge_power: Option<RationalNumber>,
    pub evse_minimum_discharge_power: Option<RationalNumber>,
    pub evse_maximum_discharge_current: Option<RationalNumber>,
    pub evse_minimum_voltage: Option<RationalNumber>,
}

/// The car's needs and limits in dynamic control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base)]
pub struct DynamicClReq {
    #[exi(base)]
    pub base: types::DynamicClReq,
    pub ev_maximum_charge_power: RationalNumber,
    pub ev_minimum_charge_power: RationalNumber,
    pub ev_maximum_charge_current: RationalNumber,
    pub ev_maximum_voltage: RationalNumber,
    pub ev_minimum_voltage: RationalNumber,
}

/// The same, and what the car can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct BptDynamicClReq {
    #[exi(base)]
    pub base: DynamicClReq,
    pub ev_maximum_discharge_power: RationalNumber,
    pub ev_minimum_discharge_power: RationalNumber,
    pub ev_maximum_discharge_current: RationalNumber,
    pub ev_maximum_v2x_energy_request: Option<RationalNumber>,
    pub ev_minimum_v2x_energy_request: Option<RationalNumber>,
}

/// The station's limits in dynamic control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base)]
pub struct DynamicClRes {
    #[exi(base)]
    pub base: types::DynamicClRes,
    pub evse_maximum_charge_power: RationalNumber,
    pub evse_minimum_charge_power: RationalNumber,
    pub evse_maximum_charge_current: RationalNumber,
    pub evse_maximum_voltage: RationalNumber,
}

/// The same, and what the station can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct BptDynamicClRes {
    #[exi(base)]
    pub base: DynamicClRes,
    pub evse_maximum_discharge_power: RationalNumber,
    pub evse_minimum_discharge_power: RationalNumber,
    pub evse_maximum_discharge_current: RationalNumber,
    pub evse_minimum_voltage: RationalNumber,
}
