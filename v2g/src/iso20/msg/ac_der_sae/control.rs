//! What the grid asks for: all of it before charging, what changed in the charge loop.

use super::super::types::RationalNumber;
use super::SAE as NS;
use super::functions::*;
use exi::Exi;

/// Everything the grid asks for.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DerControlCpdRes {
    pub voltage_trip: VoltageTrip,
    pub frequency_trip: FrequencyTrip,
    pub enter_service_cpd_res: EnterServiceCpdRes,
    pub reactive_power_support_cpd_res: ReactivePowerSupportCpdRes,
    pub active_power_support_cpd_res: ActivePowerSupportCpdRes,
}

/// What of it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct DerControlClRes {
    pub voltage_trip: Option<VoltageTrip>,
    pub frequency_trip: Option<FrequencyTrip>,
    pub enter_service_cl_res: EnterServiceClRes,
    pub reactive_power_support_cl_res: Option<ReactivePowerSupportClRes>,
    pub active_power_support_cl_res: Option<ActivePowerSupportClRes>,
}

/// How long which voltages are borne.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct VoltageTrip {
    pub over_voltage_must_trip_curve: DerCurve,
    pub under_voltage_must_trip_curve: DerCurve,
    pub over_voltage_momentary_cessation_trip_curve: Option<DerCurve>,
    pub under_voltage_momentary_cessation_trip_curve: Option<DerCurve>,
    pub over_voltage_may_trip_curve: Option<DerCurve>,
    pub under_voltage_may_trip_curve: Option<DerCurve>,
}

/// How long which frequencies are borne.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct FrequencyTrip {
    pub over_frequency_must_trip_curve: DerCurve,
    pub under_frequency_must_trip_curve: DerCurve,
    pub over_frequency_may_trip_curve: Option<DerCurve>,
    pub under_frequency_may_trip_curve: Option<DerCurve>,
}

/// When the inverter may connect, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct EnterServiceCpdRes {
    pub permit_service: bool,
    pub enter_service_voltage_high: RationalNumber,
    pub enter_service_voltage_low: RationalNumber,
    pub enter_service_frequency_high: RationalNumber,
    pub enter_service_frequency_low: RationalNumber,
    pub enter_service_delay: Option<RationalNumber>,
    pub enter_service_randomized_delay: Option<RationalNumber>,
    pub enter_service_ramp_time: Option<RationalNumber>,
}

/// Whether the inverter may stay connected, and what else changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct EnterServiceClRes {
    pub permit_service: bool,
    pub enter_service_voltage_high: Option<RationalNumber>,
    pub enter_service_voltage_low: Option<RationalNumber>,
    pub enter_service_frequency_high: Option<RationalNumber>,
    pub enter_service_frequency_low: Option<RationalNumber>,
    pub enter_service_delay: Option<RationalNumber>,
    pub enter_service_randomized_delay: Option<RationalNumber>,
    pub enter_service_ramp_time: Option<RationalNumber>,
}

/// Every rule for reactive power.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ReactivePowerSupportCpdRes {
    pub constant_power_factor: ConstantPowerFactor,
    pub volt_var: VoltVar,
    pub watt_var: WattVar,
    pub constant_var: ConstantVar,
}

/// The rules for reactive power that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct ReactivePowerSupportClRes {
    pub constant_power_factor: Option<ConstantPowerFactor>,
    pub volt_var: Option<VoltVar>,
    pub watt_var: Option<WattVar>,
    pub constant_var: Option<ConstantVar>,
}

/// Every rule for active power.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ActivePowerSupportCpdRes {
    pub frequency_droop: FrequencyDroop,
    pub volt_watt: VoltWatt,
    pub constant_watt: ConstantWatt,
    pub limit_max_discharge_power: LimitMaxDischargePower,
}

/// The rules for active power that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct ActivePowerSupportClRes {
    pub frequency_droop: Option<FrequencyDroop>,
    pub volt_watt: Option<VoltWatt>,
    pub constant_watt: Option<ConstantWatt>,
    pub limit_max_discharge_power: Option<LimitMaxDischargePower>,
}
