//! Limits of car, station and grid.

use super::super::types::{AnyPhase, PerPhase, RationalNumber};
use super::SAE as NS;
use exi::{Exi, Text};

/// The car's apparent power, or its limits, by the directions of active and reactive power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct EvApparentPower {
    #[exi(phases)]
    pub ev_maximum_apparent_power_during_charging_and_var_absorption: PerPhase,
    #[exi(phases)]
    pub ev_maximum_apparent_power_during_charging_and_var_injection: PerPhase,
    #[exi(phases)]
    pub ev_maximum_apparent_power_during_discharging_and_var_absorption: PerPhase,
    #[exi(phases)]
    pub ev_maximum_apparent_power_during_discharging_and_var_injection: PerPhase,
}

/// The car's reactive power by its direction and that of active power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base, rare)]
pub struct EvReactivePower {
    #[exi(phases)]
    pub ev_maximum_var_absorption_during_charging: PerPhase,
    #[exi(phases)]
    pub ev_minimum_var_absorption_during_charging: AnyPhase,
    #[exi(phases)]
    pub ev_maximum_var_injection_during_charging: PerPhase,
    #[exi(phases)]
    pub ev_minimum_var_injection_during_charging: AnyPhase,
    #[exi(phases)]
    pub ev_maximum_var_absorption_during_discharging: PerPhase,
    #[exi(phases)]
    pub ev_minimum_var_absorption_during_discharging: AnyPhase,
    #[exi(phases)]
    pub ev_maximum_var_injection_during_discharging: PerPhase,
    #[exi(phases)]
    pub ev_minimum_var_injection_during_discharging: AnyPhase,
}

/// The limits of that, and of what the car adds to the grid while it is idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct EvReactivePowerLimits {
    #[exi(base)]
    pub base: EvReactivePower,
    #[exi(phases)]
    pub ev_reactive_susceptance: PerPhase,
}

/// The power factors the car can keep, and the power up to which it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct EvExcitationLimits {
    #[exi(phases)]
    pub ev_specified_over_excited_power_factor: PerPhase,
    #[exi(phases)]
    pub ev_specified_over_excited_discharge_power: PerPhase,
    #[exi(phases)]
    pub ev_specified_under_excited_power_factor: PerPhase,
    #[exi(phases)]
    pub ev_specified_under_excited_discharge_power: PerPhase,
}

/// The same in the charge loop, where the power factors may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct EvExcitation {
    #[exi(phases)]
    pub ev_specified_over_excited_power_factor: AnyPhase,
    #[exi(phases)]
    pub ev_specified_over_excited_discharge_power: PerPhase,
    #[exi(phases)]
    pub ev_specified_under_excited_power_factor: AnyPhase,
    #[exi(phases)]
    pub ev_specified_under_excited_discharge_power: PerPhase,
}

/// The reactive power the station can pass on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct EvseReactivePowerLimits {
    #[exi(phases)]
    pub evse_maximum_var_absorption_during_charging: PerPhase,
    #[exi(phases)]
    pub evse_maximum_var_injection_during_charging: PerPhase,
    #[exi(phases)]
    pub evse_maximum_var_absorption_during_discharging: PerPhase,
    #[exi(phases)]
    pub evse_maximum_var_injection_during_discharging: PerPhase,
}

/// Voltages and frequencies of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct GridLimits {
    pub grid_nominal_frequency: RationalNumber,
    pub grid_nominal_voltage: RationalNumber,
    pub grid_nominal_voltage_offset: RationalNumber,
    pub grid_min_frequency: Option<RationalNumber>,
    pub grid_max_frequency: Option<RationalNumber>,
    pub grid_maximum_voltage: RationalNumber,
    pub grid_minimum_voltage: RationalNumber,
}

/// Which inverter the car has.
#[derive(Debug, Clone, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct EvInverterDetails {
    pub ev_inverter_sw_version: Text<0, 32>,
    pub ev_inverter_hw_version: Option<Text<0, 32>>,
    pub ev_inverter_manufacturer: Text<0, 32>,
    pub ev_inverter_model: Text<0, 32>,
    pub ev_inverter_serial_number: Text<0, 32>,
}

/// How much reactive power IEEE 1547 wants of the inverter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "CategoryA CategoryB")]
pub enum NormalCategory {
    A,
    B,
}

/// How IEEE 1547 wants the inverter to ride through faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "CategoryI CategoryII CategoryIII")]
pub enum AbnormalCategory {
    I,
    Ii,
    Iii,
}
