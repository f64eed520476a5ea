//! Schedules, tariffs and the profile a car answers with.

use super::{CostKind, DATA as NS, Empty, MANY, Multiplier};
use crate::xmldsig::AnyText;
use exi::{Exi, List, Text};

/// The schedules the car can choose from.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SaScheduleList {
    pub sa_schedule_tuple: List<SaScheduleTuple, 1, MANY>,
}

/// A limit over time, and what energy costs under it.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SaScheduleTuple {
    pub sa_schedule_tuple_id: i16,
    pub p_max_schedule: PMaxSchedule,
    /// Not used. [V2G-DC-554]
    pub sales_tariff: Option<SalesTariff>,
}

/// The most power over time: at most 12 entries, though the schema sets no bound. [V2G-DC-329]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PMaxSchedule {
    pub p_max_schedule_id: i16,
    pub p_max_schedule_entry: List<PMaxScheduleEntry, 1, MANY>,
}

/// The most power in an interval.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PMaxScheduleEntry {
    #[exi(choice)]
    pub time_interval: TimeInterval,
    /// In watts.
    pub p_max: i16,
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
    pub start: u32,
    #[exi(name = "duration")]
    pub duration: Option<u32>,
}

/// What energy costs over time, signed by the provider.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SalesTariff {
    #[exi(attr, unqualified)]
    pub id: AnyText,
    pub sales_tariff_id: i16,
    pub sales_tariff_description: Option<Text<0, 32>>,
    pub num_e_price_levels: u8,
    pub sales_tariff_entry: List<SalesTariffEntry, 1, MANY>,
}

/// The price in an interval.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SalesTariffEntry {
    #[exi(choice)]
    pub time_interval: TimeInterval,
    /// 1 is the cheapest.
    pub e_price_level: u8,
    pub consumption_cost: List<ConsumptionCost, 0, MANY>,
}

/// Costs from a power on.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ConsumptionCost {
    #[exi(name = "startValue")]
    pub start_value: u32,
    pub cost: List<Cost, 0, MANY>,
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
    pub amount_multiplier: Option<Multiplier>,
}

/// How much power the car will take over time: at most 24 entries, though the schema sets no bound. [V2G-DC-307]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ChargingProfile {
    pub sa_schedule_tuple_id: i16,
    pub profile_entry: List<ProfileEntry, 1, MANY>,
}

/// The car's most power from a time on.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ProfileEntry {
    /// Seconds from now.
    pub charging_profile_entry_start: u32,
    /// In watts.
    pub charging_profile_entry_max_power: i16,
}
