//! What station and car tell each other beside the charging itself.

use super::{Percent, RationalNumber, TYPES as NS};
use exi::Exi;

/// What the station wants, and how soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct EvseStatus {
    /// Seconds within which the car should follow the notification.
    pub notification_max_delay: u16,
    pub evse_notification: EvseNotification,
}

/// What the station wants the car to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum EvseNotification {
    Pause,
    ExitStandby,
    Terminate,
    ScheduleRenegotiation,
    ServiceRenegotiation,
    MeteringConfirmation,
}

/// What the station may show to the driver; times in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct DisplayParameters {
    pub present_soc: Option<Percent>,
    pub minimum_soc: Option<Percent>,
    pub target_soc: Option<Percent>,
    pub maximum_soc: Option<Percent>,
    pub remaining_time_to_minimum_soc: Option<u32>,
    pub remaining_time_to_target_soc: Option<u32>,
    pub remaining_time_to_maximum_soc: Option<u32>,
    pub charging_complete: Option<bool>,
    pub battery_energy_capacity: Option<RationalNumber>,
    pub inlet_hot: Option<bool>,
}
