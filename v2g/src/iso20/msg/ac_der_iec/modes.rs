//! The modes with distributed energy resources.

use super::super::types::{AnyPhase, PerPhase, Processing, RationalNumber};
use super::control::{DerControl, DsoCosPhiSetpoint, DsoQSetpoint};
use super::{GridConnectionMode, IEC as NS, OperatingMode, ac};
use exi::Exi;

/// The car's limits in both directions, and of reactive power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct DerCpdReq {
    #[exi(base)]
    pub base: ac::CpdReq,
    pub ev_processing: Processing,
    #[exi(phases)]
    pub ev_maximum_discharge_power: PerPhase,
    #[exi(phases)]
    pub ev_minimum_discharge_power: PerPhase,
    pub ev_session_total_discharge_energy_available: Option<RationalNumber>,
    pub ev_reactive_power_limits: Option<EvReactivePowerLimits>,
}

/// How much reactive power the car can make while it charges and discharges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct EvReactivePowerLimits {
    #[exi(phases)]
    pub ev_maximum_charge_reactive_power: PerPhase,
    #[exi(phases)]
    pub ev_minimum_charge_reactive_power: AnyPhase,
    #[exi(phases)]
    pub ev_maximum_discharge_reactive_power: PerPhase,
    #[exi(phases)]
    pub ev_minimum_discharge_reactive_power: AnyPhase,
}

/// The station's limits, and how the car has to behave on this grid.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DerCpdRes {
    #[exi(base)]
    pub base: ac::CpdRes,
    #[exi(phases)]
    pub evse_nominal_charge_power: PerPhase,
    #[exi(phases)]
    pub evse_nominal_discharge_power: PerPhase,
    #[exi(phases)]
    pub evse_maximum_discharge_power: PerPhase,
    pub ev_operating_mode: OperatingMode,
    pub grid_connection_mode: GridConnectionMode,
    pub der_control: DerControl,
}

/// The car's power and limits in scheduled control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct DerScheduledClReq {
    #[exi(base)]
    pub base: ac::ScheduledClReq,
    #[exi(phases)]
    pub ev_maximum_discharge_power: PerPhase,
    #[exi(phases)]
    pub ev_minimum_discharge_power: PerPhase,
    #[exi(phases)]
    pub ev_maximum_charge_reactive_power: AnyPhase,
    #[exi(phases)]
    pub ev_maximum_discharge_reactive_power: AnyPhase,
    /// What the car sees the grid do, as bits.
    pub grid_event_condition: u8,
}

/// The car's needs, power and limits in dynamic control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct DerDynamicClReq {
    #[exi(base)]
    pub base: ac::DynamicClReq,
    #[exi(phases)]
    pub ev_maximum_discharge_power: PerPhase,
    #[exi(phases)]
    pub ev_minimum_discharge_power: PerPhase,
    #[exi(phases)]
    pub ev_maximum_charge_reactive_power: AnyPhase,
    #[exi(phases)]
    pub ev_maximum_discharge_reactive_power: AnyPhase,
    /// What the car sees the grid do, as bits.
    pub grid_event_condition: u8,
    pub ev_maximum_v2x_energy_request: Option<RationalNumber>,
    pub ev_minimum_v2x_energy_request: Option<RationalNumber>,
    pub ev_session_total_discharge_energy_available: Option<RationalNumber>,
}

/// The station's targets and limits, and the grid operator's, in scheduled control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct DerScheduledClRes {
    #[exi(base)]
    pub base: ac::ScheduledClRes,
    #[exi(phases)]
    pub evse_maximum_charge_power: PerPhase,
    #[exi(phases)]
    pub evse_maximum_discharge_power: PerPhase,
    #[exi(phases)]
    pub dso_maximum_discharge_power: AnyPhase,
    pub dso_q_setpoint: Option<DsoQSetpoint>,
    pub dso_cos_phi_setpoint: Option<DsoCosPhiSetpoint>,
}

/// The station's targets and limits, and the grid operator's, in dynamic control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct DerDynamicClRes {
    #[exi(base)]
    pub base: ac::DynamicClRes,
    #[exi(phases)]
    pub evse_maximum_charge_power: PerPhase,
    #[exi(phases)]
    pub evse_maximum_discharge_power: PerPhase,
    #[exi(phases)]
    pub dso_maximum_discharge_power: AnyPhase,
    pub dso_q_setpoint: Option<DsoQSetpoint>,
    pub dso_cos_phi_setpoint: Option<DsoCosPhiSetpoint>,
}
