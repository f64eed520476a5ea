//! Limits of car and station, all in W unless their name says otherwise.

use super::super::types::{AnyPhase, PerPhase, RationalNumber};
use super::AC as NS;
use exi::Exi;

/// What the car can take, and what it must have to charge at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base, rare)]
pub struct CpdReq {
    #[exi(phases)]
    pub ev_maximum_charge_power: PerPhase,
    #[exi(phases)]
    pub ev_minimum_charge_power: PerPhase,
}

/// The same, and what the car can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct BptCpdReq {
    #[exi(base)]
    pub base: CpdReq,
    #[exi(phases)]
    pub ev_maximum_discharge_power: PerPhase,
    #[exi(phases)]
    pub ev_minimum_discharge_power: PerPhase,
}

/// What the station can deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base, rare)]
pub struct CpdRes {
    #[exi(phases)]
    pub evse_maximum_charge_power: PerPhase,
    #[exi(phases)]
    pub evse_minimum_charge_power: PerPhase,
    /// In Hz.
    pub evse_nominal_frequency: RationalNumber,
    /// By how much the power of two phases may differ.
    pub maximum_power_asymmetry: Option<RationalNumber>,
    /// How fast power may change, in percent of the maximum each minute.
    pub evse_power_ramp_limitation: Option<RationalNumber>,
    #[exi(phases)]
    pub evse_present_active_power: AnyPhase,
}

/// The same, and what the station can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct BptCpdRes {
    #[exi(base)]
    pub base: CpdRes,
    #[exi(phases)]
    pub evse_maximum_discharge_power: PerPhase,
    #[exi(phases)]
    pub evse_minimum_discharge_power: PerPhase,
}
