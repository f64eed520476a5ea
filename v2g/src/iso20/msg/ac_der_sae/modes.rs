//! The modes with distributed energy resources. Bit fields name functions and alarms of SAE J3072.

use super::super::types::{AnyPhase, EvseStatus, PerPhase, Processing, RationalNumber};
use super::{SAE as NS, *};
use exi::Exi;

/// The car's limits and what it is certified for.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DerCpdReq {
    #[exi(base)]
    pub base: ac::CpdReq,
    pub ev_processing: Processing,
    #[exi(phases)]
    pub ev_maximum_discharge_power: PerPhase,
    #[exi(phases)]
    pub ev_minimum_discharge_power: AnyPhase,
    pub ev_session_total_discharge_energy_available: Option<RationalNumber>,
    pub ev_apparent_power_limits: EvApparentPower,
    pub ev_reactive_power_limits: EvReactivePowerLimits,
    pub ev_excitation_limits: EvExcitationLimits,
    pub ev_inverter_details: EvInverterDetails,
    #[exi(name = "IEEE1547NormalCategory")]
    pub normal_category: NormalCategory,
    #[exi(name = "IEEE1547AbnormalCategory")]
    pub abnormal_category: AbnormalCategory,
    pub ev_nominal_voltage: RationalNumber,
    pub ev_maximum_voltage: RationalNumber,
    pub ev_minimum_voltage: RationalNumber,
    pub ev_nominal_voltage_offset: RationalNumber,
    pub j3072_certified: bool,
    pub j3072_certification_date: u64,
    pub ev_useable_watt_hours: u32,
    pub ev_update_time: u64,
    pub supported_modes: u32,
    pub enabled_modes: u32,
}

/// The station's limits, and how the car has to behave on this grid.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DerCpdRes {
    #[exi(base)]
    pub base: ac::CpdRes,
    pub evse_processing: Processing,
    pub evse_status: Option<EvseStatus>,
    pub der_control_cpd_res: DerControlCpdRes,
    #[exi(phases)]
    pub evse_nominal_charge_power: AnyPhase,
    #[exi(phases)]
    pub evse_nominal_discharge_power: AnyPhase,
    #[exi(phases)]
    pub evse_maximum_discharge_power: PerPhase,
    pub evse_reactive_power_limits: EvseReactivePowerLimits,
    pub grid_limits: GridLimits,
    pub required_der_operating_mode: OperatingMode,
    pub grid_connection_mode: GridConnectionMode,
    pub evse_update_time: u64,
}

/// The car's power, limits and state in scheduled control.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DerScheduledClReq {
    #[exi(base)]
    pub base: ac::ScheduledClReq,
    pub ev_present_voltage: RationalNumber,
    pub ev_present_frequency: RationalNumber,
    #[exi(phases)]
    pub ev_maximum_discharge_power: AnyPhase,
    #[exi(phases)]
    pub ev_minimum_discharge_power: AnyPhase,
    pub der_operational_state: OperationalState,
    pub der_connection_status: ConnectionStatus,
    pub ev_apparent_power: Option<EvApparentPower>,
    pub ev_reactive_power: Option<EvReactivePower>,
    pub ev_excitation: Option<EvExcitation>,
    pub ev_update_time: u64,
    pub ev_minimum_charging_duration: Option<u32>,
    pub ev_duration_maximum_charge_rate: Option<u32>,
    pub ev_duration_maximum_discharge_rate: Option<u32>,
    pub der_alarm_status: u32,
    pub enabled_modes: u32,
}

/// The car's needs, power, limits and state in dynamic control.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DerDynamicClReq {
    #[exi(base)]
    pub base: ac::DynamicClReq,
    #[exi(phases)]
    pub ev_maximum_discharge_power: PerPhase,
    #[exi(phases)]
    pub ev_minimum_discharge_power: PerPhase,
    pub ev_present_voltage: RationalNumber,
    pub ev_present_frequency: RationalNumber,
    pub ev_session_total_discharge_energy_available: Option<RationalNumber>,
    pub ev_apparent_power: Option<EvApparentPower>,
    pub ev_reactive_power: Option<EvReactivePower>,
    pub ev_excitation: Option<EvExcitation>,
    pub ev_maximum_v2x_energy_request: Option<RationalNumber>,
    pub ev_minimum_v2x_energy_request: Option<RationalNumber>,
    pub der_operational_state: OperationalState,
    pub der_connection_status: ConnectionStatus,
    pub ev_update_time: u64,
    pub ev_minimum_charging_duration: u32,
    pub ev_duration_maximum_charge_rate: u32,
    pub ev_duration_maximum_discharge_rate: u32,
    pub der_alarm_status: u32,
    pub enabled_modes: u32,
}

/// The station's targets and limits, and what the grid asks for, in scheduled control.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DerScheduledClRes {
    #[exi(base)]
    pub base: ac::ScheduledClRes,
    pub der_control_cl_res: DerControlClRes,
    #[exi(phases)]
    pub evse_maximum_charge_power: AnyPhase,
    #[exi(phases)]
    pub evse_maximum_discharge_power: AnyPhase,
    pub required_der_operating_mode: Option<OperatingMode>,
    pub grid_connection_mode: Option<GridConnectionMode>,
}

/// The station's targets and limits, and what the grid asks for, in dynamic control.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DerDynamicClRes {
    #[exi(base)]
    pub base: ac::DynamicClRes,
    pub der_control_cl_res: DerControlClRes,
    #[exi(phases)]
    pub evse_maximum_charge_power: AnyPhase,
    #[exi(phases)]
    pub evse_maximum_discharge_power: AnyPhase,
    pub required_der_operating_mode: Option<OperatingMode>,
    pub grid_connection_mode: Option<GridConnectionMode>,
}

/// Whether the car's inverter works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum OperationalState {
    On,
    Off,
}

/// Whether the car's inverter is connected to the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum ConnectionStatus {
    Disconnected,
    Connected,
}
