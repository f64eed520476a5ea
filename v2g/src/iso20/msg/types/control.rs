//! What the control modes of AC and DC have in common, and quantities for each phase.

use super::{Percent, RationalNumber, TYPES as NS};
use exi::{Exi, Phases};

/// What a car in scheduled control may say of the energy it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base)]
pub struct ScheduledClReq {
    pub ev_target_energy_request: Option<RationalNumber>,
    pub ev_maximum_energy_request: Option<RationalNumber>,
    pub ev_minimum_energy_request: Option<RationalNumber>,
}

/// What a car in dynamic control wants: energy, and by when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base)]
pub struct DynamicClReq {
    /// Seconds until the car leaves.
    pub departure_time: Option<u32>,
    pub ev_target_energy_request: RationalNumber,
    pub ev_maximum_energy_request: RationalNumber,
    pub ev_minimum_energy_request: RationalNumber,
}

/// What a station in dynamic control holds the car's needs to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(base)]
pub struct DynamicClRes {
    /// Seconds until the car leaves.
    pub departure_time: Option<u32>,
    pub minimum_soc: Option<Percent>,
    pub target_soc: Option<Percent>,
    /// Seconds within which the car should take up new needs.
    pub ack_max_delay: Option<u16>,
}

/// A quantity for each phase, or one for all together.
pub type PerPhase = Phases<RationalNumber, Option<RationalNumber>>;
/// The same where none is required.
pub type AnyPhase = Phases<Option<RationalNumber>, Option<RationalNumber>>;
