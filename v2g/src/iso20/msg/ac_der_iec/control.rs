//! How a car that feeds back has to behave: faults, reactive power, active power. Times in seconds.

use super::super::types::{PerPhase, RationalNumber};
use super::{IEC as NS, PowerFactorExcitation};
use exi::{Exi, Few};

/// Everything the grid asks for.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DerControl {
    pub overvoltage_fault_ride_through: Option<FaultRideThrough>,
    pub undervoltage_fault_ride_through: Option<FaultRideThrough>,
    pub zero_current: Option<ZeroCurrent>,
    pub reactive_power_support: Option<ReactivePowerSupport>,
    pub active_power_support: Option<ActivePowerSupport>,
    #[exi(name = "MaximumLevelDCInjection")]
    pub maximum_level_dc_injection: Option<RationalNumber>,
}

/// When the car stays on the grid through a fault, and how fast it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct FaultRideThrough {
    pub voltage_limit_start_frt: RationalNumber,
    pub voltage_limit_stop_frt: Option<RationalNumber>,
    pub voltage_recovery_limit: Option<RationalNumber>,
    pub voltage_ride_through_positive_curve_k_factor: Option<RationalNumber>,
    pub voltage_ride_through_negative_curve_k_factor: Option<RationalNumber>,
    /// The step response is that of a first-order filter.
    pub pt1_response_active_power: bool,
    pub step_response_time_constant_active_power: RationalNumber,
    pub pt1_response_reactive_power: bool,
    pub step_response_time_constant_reactive_power: RationalNumber,
}

/// Between which voltages current may flow at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct ZeroCurrent {
    pub over_voltage_limit: Option<RationalNumber>,
    pub under_voltage_limit: Option<RationalNumber>,
    pub over_voltage_recovery_limit: Option<RationalNumber>,
    pub under_voltage_recovery_limit: Option<RationalNumber>,
    pub pt1_response_active_power: bool,
    pub step_response_time_constant_active_power: RationalNumber,
    pub pt1_response_reactive_power: bool,
    pub step_response_time_constant_reactive_power: RationalNumber,
}

/// One rule for reactive power.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ReactivePowerSupport {
    #[exi(choice)]
    pub rule: ReactivePowerRule,
}

/// What reactive power depends on.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub enum ReactivePowerRule {
    VoltVar(DerCurve),
    WattVar(DerCurve),
    WattCosPhi(DerCurve),
}

/// A characteristic, and when it is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct DerCurve {
    #[exi(name = "xUnit")]
    pub x_unit: Unit,
    #[exi(name = "yUnit")]
    pub y_unit: Unit,
    pub curve_data_points: CurveDataPoints,
    pub min_cos_phi: Option<RationalNumber>,
    pub lock_value_unit: Option<Unit>,
    pub lock_in_value: Option<RationalNumber>,
    pub lock_out_value: Option<RationalNumber>,
    pub pt1_response_reactive_power: bool,
    pub step_response_time_constant_reactive_power: RationalNumber,
    pub intentional_delay: Option<RationalNumber>,
}

/// Units of the axes and locks of a characteristic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "V Hz W s var")]
pub enum Unit {
    Volt,
    Hertz,
    Watt,
    Second,
    Var,
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
    pub y_value: SetpointExcitation,
}

/// A setpoint, and its sign if it is of reactive power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct SetpointExcitation {
    pub setpoint_value: RationalNumber,
    pub excitation: Option<PowerFactorExcitation>,
}

/// How active power depends on frequency and voltage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct ActivePowerSupport {
    pub under_frequency_watt: Option<FrequencyWatt>,
    pub over_frequency_watt: Option<FrequencyWatt>,
    pub volt_watt: Option<VoltWatt>,
}

/// How active power depends on frequency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct FrequencyWatt {
    pub fstart: RationalNumber,
    pub fstop: RationalNumber,
    pub intentional_delay_fstop: Option<u16>,
    pub slope: RationalNumber,
    pub deactivation_time: Option<u16>,
    pub intentional_delay_power_control: Option<u16>,
    pub power_reference: PowerReference,
    pub hysteresis_control: bool,
    pub power_up_ramp: Option<u16>,
    pub pt1_response_active_power: bool,
    pub step_response_time_constant_active_power: RationalNumber,
}

/// How active power depends on voltage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct VoltWatt {
    pub power_reference: PowerReference,
    pub u_start: RationalNumber,
    pub u_stop: RationalNumber,
    pub pt1_response_active_power: bool,
    pub step_response_time_constant_active_power: RationalNumber,
    pub intentional_delay_power_control: Option<u32>,
}

/// The power that a slope is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum PowerReference {
    MaximumDischargePower,
    MomentaryPower,
}

/// Reactive power the grid operator asks for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct DsoQSetpoint {
    #[exi(phases)]
    pub dso_q_setpoint_value: PerPhase,
    pub pt1_response_reactive_power: bool,
    pub step_response_time_constant_reactive_power: RationalNumber,
}

/// The power factor the grid operator asks for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct DsoCosPhiSetpoint {
    #[exi(phases)]
    pub dso_cos_phi_setpoint_value: PerPhase,
    pub excitation: PowerFactorExcitation,
    pub pt1_response_reactive_power: bool,
    pub step_response_time_constant_reactive_power: RationalNumber,
}
