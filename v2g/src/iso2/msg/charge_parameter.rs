//! Limits of car and station, before a schedule is agreed.

use super::{
    AcEvseStatus, BODY, DATA, DATA as NS, DcEvStatus, DcEvseStatus, Empty, EnergyTransferMode,
    EvseProcessing, Percent, PhysicalValue, ResponseCode, SaScheduleList,
};
use exi::Exi;

/// The car's limits and wishes. [V2G2-214]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct ChargeParameterDiscoveryReq {
    /// The most schedules the car can take.
    pub max_entries_sa_schedule_tuple: Option<u16>,
    pub requested_energy_transfer_mode: EnergyTransferMode,
    #[exi(choice, ns = DATA)]
    pub ev_charge_parameter: EvChargeParameter,
}

/// The car's limits, by kind of charging; the last form is the schema's abstract head.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(substitution, names = "AC_EVChargeParameter DC_EVChargeParameter EVChargeParameter", rare)]
pub enum EvChargeParameter {
    Ac(AcEvChargeParameter),
    Dc(DcEvChargeParameter),
    Abstract(AbstractEvChargeParameter),
}

/// What both kinds of limits have.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AbstractEvChargeParameter {
    pub departure_time: Option<u32>,
}

/// The limits of a car that charges with AC.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AcEvChargeParameter {
    /// Seconds from now until the car leaves.
    pub departure_time: Option<u32>,
    /// Energy wanted.
    pub e_amount: PhysicalValue,
    pub ev_max_voltage: PhysicalValue,
    /// Per phase.
    pub ev_max_current: PhysicalValue,
    /// Per phase.
    pub ev_min_current: PhysicalValue,
}

/// The limits of a car that charges with DC.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DcEvChargeParameter {
    /// Seconds from now until the car leaves.
    pub departure_time: Option<u32>,
    pub dc_ev_status: DcEvStatus,
    pub ev_maximum_current_limit: PhysicalValue,
    pub ev_maximum_power_limit: Option<PhysicalValue>,
    pub ev_maximum_voltage_limit: PhysicalValue,
    pub ev_energy_capacity: Option<PhysicalValue>,
    pub ev_energy_request: Option<PhysicalValue>,
    pub full_soc: Option<Percent>,
    pub bulk_soc: Option<Percent>,
}

/// The station's limits and, once it is finished, its schedules. [V2G2-905] [V2G2-218]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = BODY, rare)]
pub struct ChargeParameterDiscoveryRes {
    pub response_code: ResponseCode,
    pub evse_processing: EvseProcessing,
    #[exi(choice, ns = DATA)]
    pub sa_schedules: Option<SaSchedules>,
    #[exi(choice, ns = DATA)]
    pub evse_charge_parameter: EvseChargeParameter,
}

/// The schedules on offer; the last form is the schema's abstract head, which some stations send.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(substitution, names = "SAScheduleList SASchedules", rare)]
pub enum SaSchedules {
    List(SaScheduleList),
    Abstract(Empty),
}

/// The station's limits, by kind of charging; the last form is the schema's abstract head.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(
    substitution,
    names = "AC_EVSEChargeParameter DC_EVSEChargeParameter EVSEChargeParameter",
    rare
)]
pub enum EvseChargeParameter {
    Ac(AcEvseChargeParameter),
    Dc(DcEvseChargeParameter),
    Abstract(Empty),
}

/// The limits of an AC station.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AcEvseChargeParameter {
    pub ac_evse_status: AcEvseStatus,
    /// Between a phase and neutral.
    pub evse_nominal_voltage: PhysicalValue,
    /// Per phase.
    pub evse_max_current: PhysicalValue,
}

/// The limits of a DC station.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DcEvseChargeParameter {
    pub dc_evse_status: DcEvseStatus,
    pub evse_maximum_current_limit: PhysicalValue,
    pub evse_maximum_power_limit: PhysicalValue,
    pub evse_maximum_voltage_limit: PhysicalValue,
    pub evse_minimum_current_limit: PhysicalValue,
    pub evse_minimum_voltage_limit: PhysicalValue,
    pub evse_current_regulation_tolerance: Option<PhysicalValue>,
    pub evse_peak_current_ripple: PhysicalValue,
    pub evse_energy_to_be_delivered: Option<PhysicalValue>,
}
