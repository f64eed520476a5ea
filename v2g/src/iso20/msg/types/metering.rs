//! What the meter says and what the energy costs so far.

use super::{NumericId, RationalNumber, TYPES as NS};
use exi::{Exi, Few, ShortBytes, Text};

/// A reading of the station's meter.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct MeterInfo {
    pub meter_id: Text<0, 32>,
    pub charged_energy_reading_wh: u64,
    pub bpt_discharged_energy_reading_wh: Option<u64>,
    #[exi(name = "CapacitiveEnergyReadingVARh")]
    pub capacitive_energy_reading_varh: Option<u64>,
    #[exi(name = "BPT_InductiveEnergyReadingVARh")]
    pub bpt_inductive_energy_reading_varh: Option<u64>,
    /// The meter's own signature.
    pub meter_signature: Option<ShortBytes<0, 64>>,
    pub meter_status: Option<i16>,
    /// Unix time of the reading in seconds.
    pub meter_timestamp: Option<u64>,
}

/// What the session cost up to now.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(inline)]
pub struct Receipt {
    /// Unix time in seconds.
    pub time_anchor: u64,
    pub energy_costs: Option<DetailedCost>,
    pub occupancy_costs: Option<DetailedCost>,
    pub additional_services_costs: Option<DetailedCost>,
    pub overstay_costs: Option<DetailedCost>,
    pub tax_costs: Few<DetailedTax, 0, 10>,
}

/// An amount of money, and what it is for each unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(inline)]
pub struct DetailedCost {
    pub amount: RationalNumber,
    pub cost_per_unit: RationalNumber,
}

/// The tax under one of the schedule's tax rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(inline)]
pub struct DetailedTax {
    pub tax_rule_id: NumericId,
    pub amount: RationalNumber,
}
