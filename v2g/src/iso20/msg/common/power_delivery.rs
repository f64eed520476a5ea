//! Power on, off, on standby, and the profile the car will keep to.

use super::{MSG as NS, PowerScheduleEntry};
use crate::iso20::msg::types::{Empty, EvseStatus, Header, NumericId, Processing, ResponseCode};
use exi::{Exi, List};

/// The car wants the power on, off or on standby, or another schedule.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PowerDeliveryReq {
    pub header: Header,
    pub ev_processing: Processing,
    pub charge_progress: ChargeProgress,
    pub ev_power_profile: Option<EvPowerProfile>,
    pub bpt_channel_selection: Option<ChannelSelection>,
}

/// What the car wants of the power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum ChargeProgress {
    Start,
    Stop,
    Standby,
    ScheduleRenegotiation,
}

/// Into the car or out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum ChannelSelection {
    Charge,
    Discharge,
}

/// How much power the car will take or give over time.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct EvPowerProfile {
    /// Unix time in seconds at which the first entry begins.
    pub time_anchor: u64,
    #[exi(choice)]
    pub control_mode: EvpptControlMode,
    pub ev_power_profile_entries: EvPowerProfileEntryList,
}

/// What the profile goes by.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(names = "Dynamic_EVPPTControlMode Scheduled_EVPPTControlMode", rare)]
pub enum EvpptControlMode {
    Dynamic(Empty),
    Scheduled(ScheduledEvpptControlMode),
}

/// The schedule the car has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct ScheduledEvpptControlMode {
    pub selected_schedule_tuple_id: NumericId,
    pub power_tolerance_acceptance: Option<PowerToleranceAcceptance>,
}

/// Whether the car keeps to the schedule's tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum PowerToleranceAcceptance {
    PowerToleranceNotConfirmed,
    PowerToleranceConfirmed,
}

/// The car's power, interval by interval.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct EvPowerProfileEntryList {
    pub ev_power_profile_entry: List<PowerScheduleEntry, 1, 2048>,
}

/// Whether the power is as the car wants it. [V2G20-913]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PowerDeliveryRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_status: Option<EvseStatus>,
}
