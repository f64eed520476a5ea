//! Limits of car and station, in W, A and V.

use super::super::types::{Percent, RationalNumber};
use super::DC as NS;
use exi::Exi;

/// What the car can take, and what it must have to charge at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base, rare)]
pub struct CpdReq {
    pub ev_maximum_charge_power: RationalNumber,
    pub ev_minimum_charge_power: RationalNumber,
    pub ev_maximum_charge_current: RationalNumber,
    pub ev_minimum_charge_current: RationalNumber,
    pub ev_maximum_voltage: RationalNumber,
    pub ev_minimum_voltage: RationalNumber,
    pub target_soc: Option<Percent>,
}

/// The same, and what the car can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct BptCpdReq {
    #[exi(base)]
    pub base: CpdReq,
    pub ev_maximum_discharge_power: RationalNumber,
    pub ev_minimum_discharge_power: RationalNumber,
    pub ev_maximum_discharge_current: RationalNumber,
    pub ev_minimum_discharge_current: RationalNumber,
}

/// What the station can deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base, rare)]
pub struct CpdRes {
    pub evse_maximum_charge_power: RationalNumber,
    pub evse_minimum_charge_power: RationalNumber,
    pub evse_maximum_charge_current: RationalNumber,
    pub evse_minimum_charge_current: RationalNumber,
    pub evse_maximum_voltage: RationalNumber,
    pub evse_minimum_voltage: RationalNumber,
    pub evse_power_ramp_limitation: Option<RationalNumber>,
}

/// The same, and what the station can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct BptCpdRes {
    #[exi(base)]
    pub base: CpdRes,
    pub evse_maximum_discharge_power: RationalNumber,
    pub evse_minimum_discharge_power: RationalNumber,
    pub evse_maximum_discharge_current: RationalNumber,
    pub evse_minimum_discharge_current: RationalNumber,
}
