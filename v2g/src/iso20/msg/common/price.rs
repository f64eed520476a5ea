//! What energy costs over time.

use super::MSG as NS;
use crate::iso20::msg::types::{Description, Identifier, Name, NumericId, RationalNumber};
use crate::xmldsig::AnyText;
use exi::{Exi, List, Text};

/// A currency by ISO 4217, or a language by ISO 639: 3 letters.
pub type Letters = Text<0, 3>;

/// Prices by level, the first being the cheapest, signed by the provider.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PriceLevelSchedule {
    #[exi(attr)]
    pub id: Option<AnyText>,
    /// Unix time in seconds at which the first entry begins.
    pub time_anchor: u64,
    pub price_schedule_id: NumericId,
    pub price_schedule_description: Option<Description>,
    pub number_of_price_levels: u8,
    pub price_level_schedule_entries: PriceLevelScheduleEntryList,
}

/// Price levels, interval by interval.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PriceLevelScheduleEntryList {
    pub price_level_schedule_entry: List<PriceLevelScheduleEntry, 1, 1024>,
}

/// The price level of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct PriceLevelScheduleEntry {
    /// In seconds.
    pub duration: u32,
    pub price_level: u8,
}

/// Prices in money, signed by the provider.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AbsolutePriceSchedule {
    #[exi(attr)]
    pub id: Option<AnyText>,
    /// Unix time in seconds at which the first stack begins.
    pub time_anchor: u64,
    pub price_schedule_id: NumericId,
    pub price_schedule_description: Option<Description>,
    pub currency: Letters,
    pub language: Letters,
    /// How power between two rules is priced, as a URN.
    pub price_algorithm: Identifier,
    pub minimum_cost: Option<RationalNumber>,
    pub maximum_cost: Option<RationalNumber>,
    pub tax_rules: Option<TaxRuleList>,
    pub price_rule_stacks: PriceRuleStackList,
    pub overstay_rules: Option<OverstayRuleList>,
    pub additional_selected_services: Option<AdditionalServiceList>,
}

/// The taxes.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct TaxRuleList {
    pub tax_rule: List<TaxRule, 1, 10>,
}

/// A tax, and what it is taken on.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct TaxRule {
    pub tax_rule_id: NumericId,
    pub tax_rule_name: Option<Name>,
    /// In percent.
    pub tax_rate: RationalNumber,
    pub tax_included_in_price: Option<bool>,
    pub applies_to_energy_fee: bool,
    pub applies_to_parking_fee: bool,
    pub applies_to_overstay_fee: bool,
    pub applies_minimum_maximum_cost: bool,
}

/// Price rules, interval by interval.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PriceRuleStackList {
    pub price_rule_stack: List<PriceRuleStack, 1, 1024>,
}

/// The price rules of an interval, by power.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PriceRuleStack {
    /// In seconds.
    pub duration: u32,
    pub price_rule: List<PriceRule, 1, 8>,
}

/// Prices from a power on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct PriceRule {
    /// For each kWh.
    pub energy_fee: RationalNumber,
    pub parking_fee: Option<RationalNumber>,
    /// Seconds that the parking fee is for.
    pub parking_fee_period: Option<u32>,
    /// Grams for each kWh.
    pub carbon_dioxide_emission: Option<u16>,
    pub renewable_generation_percentage: Option<u8>,
    pub power_range_start: RationalNumber,
}

/// What it costs to stay when charging is over.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct OverstayRuleList {
    /// Seconds that are free.
    pub overstay_time_threshold: Option<u32>,
    /// Below this power the car counts as done.
    pub overstay_power_threshold: Option<RationalNumber>,
    pub overstay_rule: List<OverstayRule, 1, 5>,
}

/// A fee for staying from a time on.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct OverstayRule {
    pub overstay_rule_description: Option<Description>,
    /// Seconds after the free time.
    pub start_time: u32,
    pub overstay_fee: RationalNumber,
    /// Seconds that the fee is for.
    pub overstay_fee_period: u32,
}

/// What other services cost.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AdditionalServiceList {
    pub additional_service: List<AdditionalService, 1, 5>,
}

/// What another service costs.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AdditionalService {
    pub service_name: Name,
    pub service_fee: RationalNumber,
}

/// What the car wants for its energy.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct EvAbsolutePriceSchedule {
    /// Unix time in seconds at which the first stack begins.
    pub time_anchor: u64,
    pub currency: Letters,
    /// How power between two rules is priced, as a URN.
    pub price_algorithm: Identifier,
    pub ev_price_rule_stacks: EvPriceRuleStackList,
}

/// The car's price rules, interval by interval.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct EvPriceRuleStackList {
    pub ev_price_rule_stack: List<EvPriceRuleStack, 1, 1024>,
}

/// The car's price rules of an interval, by power.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct EvPriceRuleStack {
    /// In seconds.
    pub duration: u32,
    pub ev_price_rule: List<EvPriceRule, 1, 8>,
}

/// The car's price from a power on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct EvPriceRule {
    /// For each kWh.
    pub energy_fee: RationalNumber,
    pub power_range_start: RationalNumber,
}
