//! Schedules, tariffs and the profile a car answers with.

use super::{CostKind, DATA as NS, Empty, PhysicalValue, SaId};
use crate::xmldsig::AnyText;
use exi::{Exi, Int, List, Ranged, Text};

/// The schedules the car can choose from.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SaScheduleList {
    pub sa_schedule_tuple: List<SaScheduleTuple, 1, 3>,
}

/// A limit over time, and what energy costs under it.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SaScheduleTuple {
    pub sa_schedule_tuple_id: SaId,
    pub p_max_schedule: PMaxSchedule,
    pub sales_tariff: Option<SalesTariff>,
}

/// The most power over time.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PMaxSchedule {
    pub p_max_schedule_entry: List<PMaxScheduleEntry, 1, 1024>,
}

/// The most power in an interval.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PMaxScheduleEntry {
    #[exi(choice)]
    pub time_interval: TimeInterval,
    pub p_max: PhysicalValue,
}

/// When an entry begins; the last form is the schema's abstract head.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(substitution, names = "RelativeTimeInterval TimeInterval", rare)]
pub enum TimeInterval {
    Relative(RelativeTimeInterval),
    Abstract(Empty),
}

/// Seconds from now, lasting until the next entry or for `duration`.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct RelativeTimeInterval {
    #[exi(name = "start")]
    pub start: Ranged<0, 16_777_214>,
    #[exi(name = "duration")]
    pub duration: Option<Ranged<0, 86_400>>,
}

/// What energy costs over time, signed by the provider.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SalesTariff {
    #[exi(attr)]
    pub id: Option<AnyText>,
    pub sales_tariff_id: SaId,
    pub sales_tariff_description: Option<Text<0, 32>>,
    pub num_e_price_levels: Option<u8>,
    pub sales_tariff_entry: List<SalesTariffEntry, 1, 1024>,
}

/// The price in an interval.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SalesTariffEntry {
    #[exi(choice)]
    pub time_interval: TimeInterval,
    /// 1 is the cheapest.
    pub e_price_level: Option<u8>,
    pub consumption_cost: List<ConsumptionCost, 0, 3>,
}

/// Costs from a power on.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ConsumptionCost {
    #[exi(name = "startValue")]
    pub start_value: PhysicalValue,
    pub cost: List<Cost, 1, 3>,
}

/// One figure of a cost.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct Cost {
    #[exi(name = "costKind")]
    pub cost_kind: CostKind,
    #[exi(name = "amount")]
    pub amount: u32,
    #[exi(name = "amountMultiplier")]
    pub amount_multiplier: Option<Int<-3, 3>>,
}

/// How much power the car will take over time.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ChargingProfile {
    pub profile_entry: List<ProfileEntry, 1, 24>,
}

/// The car's most power from a time on.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ProfileEntry {
    /// Seconds from now.
    pub charging_profile_entry_start: u32,
    pub charging_profile_entry_max_power: PhysicalValue,
    pub charging_profile_entry_max_number_of_phases_in_use: Option<Int<1, 3>>,
}
