//! The functions of IEEE 1547: each can be on or off, and one goes before another.

use super::super::types::{PerPhase, RationalNumber};
use super::{PowerFactorExcitation, SAE as NS};
use exi::{Exi, Few, Phases};

/// A characteristic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base, rare)]
pub struct DerCurve {
    pub enable: bool,
    pub priority: Option<u16>,
    #[exi(name = "xUnit")]
    pub x_unit: Unit,
    #[exi(name = "yUnit")]
    pub y_unit: Unit,
    #[exi(phases)]
    pub curve_data_points: Phases<CurveDataPoints, Option<CurveDataPoints>>,
}

/// The points of a characteristic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct CurveDataPoints {
    pub curve_data_point: Few<DataTuple, 2, 10>,
}

/// A point of a characteristic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct DataTuple {
    #[exi(name = "xValue")]
    pub x_value: RationalNumber,
    #[exi(name = "yValue")]
    pub y_value: RationalNumber,
}

/// Units of axes and setpoints; percentages are of what the car is set up for, or has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum Unit {
    #[exi(name = "V")]
    Volt,
    #[exi(name = "Hz")]
    Hertz,
    #[exi(name = "W")]
    Watt,
    #[exi(name = "s")]
    Second,
    #[exi(name = "var")]
    Var,
    PercentageEvMaximumConfiguredActivePower,
    PercentageEvMaximumConfiguredReactivePower,
    PercentageEvMaximumConfiguredApparentPower,
    PercentageEvMaximumAvailableActivePower,
    PercentageEvMaximumAvailableReactivePower,
    PercentageV,
}

/// A fixed power factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct ConstantPowerFactor {
    pub enable: bool,
    pub priority: Option<u16>,
    #[exi(phases)]
    pub power_factor_value: PerPhase,
    #[exi(phases)]
    pub power_factor_excitation: Phases<PowerFactorExcitation, Option<PowerFactorExcitation>>,
}

/// Reactive power by voltage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct VoltVar {
    #[exi(base)]
    pub base: DerCurve,
    pub open_loop_response_time: RationalNumber,
    pub time_constant_pt1: Option<u32>,
    pub reference_voltage: RationalNumber,
    pub autonomous_reference_voltage_adjustment_enable: bool,
    pub reference_voltage_adjustment_time_constant: u32,
}

/// Reactive power by active power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct WattVar {
    #[exi(base)]
    pub base: DerCurve,
    pub open_loop_response_time: Option<RationalNumber>,
    pub time_constant_pt1: Option<u32>,
}

/// Fixed reactive power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct ConstantVar {
    pub enable: bool,
    pub priority: Option<u16>,
    #[exi(phases)]
    pub var_setpoint: PerPhase,
    pub unit: Unit,
}

/// Active power by frequency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct FrequencyDroop {
    pub enable: bool,
    pub priority: Option<u16>,
    pub over_frequency_droop: Option<FrequencyDroopSettings>,
    pub under_frequency_droop: Option<FrequencyDroopSettings>,
}

/// How active power follows a frequency outside the dead band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct FrequencyDroopSettings {
    #[exi(name = "db")]
    pub dead_band: RationalNumber,
    #[exi(phases)]
    pub droop_factor: PerPhase,
    #[exi(phases)]
    pub power_reference: Phases<PowerReference, Option<PowerReference>>,
    pub open_loop_response_time: RationalNumber,
}

/// The power that a droop is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum PowerReference {
    MaximumActivePower,
    MomentaryPower,
}

/// Active power by voltage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct VoltWatt {
    #[exi(base)]
    pub base: DerCurve,
    pub open_loop_response_time: RationalNumber,
    pub time_constant_pt1: Option<u32>,
}

/// Fixed active power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct ConstantWatt {
    pub enable: bool,
    pub priority: Option<u16>,
    #[exi(phases)]
    pub watt_setpoint: PerPhase,
    pub unit: Unit,
}

/// A lower limit of discharge power, as a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct LimitMaxDischargePower {
    pub enable: bool,
    pub priority: Option<u16>,
    #[exi(phases)]
    pub percentage_value: Phases<u16, Option<u16>>,
    pub open_loop_response_time: Option<RationalNumber>,
}
