//! How much power there is over time, from both sides.

use super::{AbsolutePriceSchedule, EvAbsolutePriceSchedule, MSG as NS, PriceLevelSchedule};
use crate::iso20::msg::types::{
    Header, NumericId, Percent, Processing, RationalNumber, ResponseCode,
};
use alloc::boxed::Box;
use exi::{Exi, Int, List};

/// The car's energy needs, in the control mode it has chosen.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ScheduleExchangeReq {
    pub header: Header,
    /// The most entries of a schedule the car can take.
    pub maximum_supporting_points: Int<12, 1024>,
    #[exi(choice)]
    pub control_mode: SeReqControlMode,
}

/// The car's energy needs: the station steers, or the car picks a schedule.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(names = "Dynamic_SEReqControlMode Scheduled_SEReqControlMode", rare)]
pub enum SeReqControlMode {
    Dynamic(DynamicSeReqControlMode),
    Scheduled(ScheduledSeReqControlMode),
}

/// The energy needs within which the station steers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct DynamicSeReqControlMode {
    /// Seconds from now until the car leaves.
    pub departure_time: u32,
    pub minimum_soc: Option<Percent>,
    pub target_soc: Option<Percent>,
    pub ev_target_energy_request: RationalNumber,
    pub ev_maximum_energy_request: RationalNumber,
    pub ev_minimum_energy_request: RationalNumber,
    pub ev_maximum_v2x_energy_request: Option<RationalNumber>,
    pub ev_minimum_v2x_energy_request: Option<RationalNumber>,
}

/// The energy needs to make schedules for, and what the car would sell.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ScheduledSeReqControlMode {
    /// Seconds from now until the car leaves.
    pub departure_time: Option<u32>,
    pub ev_target_energy_request: Option<RationalNumber>,
    pub ev_maximum_energy_request: Option<RationalNumber>,
    pub ev_minimum_energy_request: Option<RationalNumber>,
    pub ev_energy_offer: Option<EvEnergyOffer>,
}

/// Energy the car would sell, and its price.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct EvEnergyOffer {
    pub ev_power_schedule: EvPowerSchedule,
    pub ev_absolute_price_schedule: EvAbsolutePriceSchedule,
}

/// Power the car would give over time.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct EvPowerSchedule {
    /// Unix time in seconds at which the first entry begins.
    pub time_anchor: u64,
    pub ev_power_schedule_entries: EvPowerScheduleEntryList,
}

/// Power the car would give, interval by interval.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct EvPowerScheduleEntryList {
    pub ev_power_schedule_entry: List<EvPowerScheduleEntry, 1, 1024>,
}

/// Power the car would give in an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct EvPowerScheduleEntry {
    /// In seconds.
    pub duration: u32,
    pub power: RationalNumber,
}

/// The station's schedules, once it is finished, in the control mode of the request. [V2G20-1600]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ScheduleExchangeRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_processing: Processing,
    /// There is no power for now: the car may pause.
    pub go_to_pause: Option<bool>,
    #[exi(choice)]
    pub control_mode: SeResControlMode,
}

/// The station's answer by control mode.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(names = "Dynamic_SEResControlMode Scheduled_SEResControlMode", rare)]
pub enum SeResControlMode {
    Dynamic(DynamicSeResControlMode),
    Scheduled(ScheduledSeResControlMode),
}

/// What the station will steer for, and the prices.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DynamicSeResControlMode {
    /// Seconds from now until the car leaves.
    pub departure_time: Option<u32>,
    pub minimum_soc: Option<Percent>,
    pub target_soc: Option<Percent>,
    #[exi(choice)]
    pub price_schedule: Option<PriceSchedule>,
}

/// The schedules the car can choose from.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ScheduledSeResControlMode {
    pub schedule_tuple: List<ScheduleTuple, 1, 3>,
}

/// A schedule for each direction of energy.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ScheduleTuple {
    pub schedule_tuple_id: NumericId,
    pub charging_schedule: ChargingSchedule,
    pub discharging_schedule: Option<ChargingSchedule>,
}

/// Power over time, and what the energy costs.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ChargingSchedule {
    pub power_schedule: PowerSchedule,
    #[exi(choice)]
    pub price_schedule: Option<PriceSchedule>,
}

/// Prices as money or as levels.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(names = "AbsolutePriceSchedule PriceLevelSchedule", rare)]
pub enum PriceSchedule {
    Absolute(Box<AbsolutePriceSchedule>),
    Level(PriceLevelSchedule),
}

/// Power over time.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PowerSchedule {
    /// Unix time in seconds at which the first entry begins.
    pub time_anchor: u64,
    pub available_energy: Option<RationalNumber>,
    pub power_tolerance: Option<RationalNumber>,
    pub power_schedule_entries: PowerScheduleEntryList,
}

/// Power, interval by interval.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PowerScheduleEntryList {
    pub power_schedule_entry: List<PowerScheduleEntry, 1, 1024>,
}

/// Power in an interval: the sum, or the first phase if the others are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct PowerScheduleEntry {
    /// In seconds.
    pub duration: u32,
    pub power: RationalNumber,
    pub power_l2: Option<RationalNumber>,
    pub power_l3: Option<RationalNumber>,
}
