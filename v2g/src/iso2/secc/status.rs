//! The station's state as the messages tell it.

use super::super::msg::*;
use super::context::Notice;
use crate::secc::{Contactor, Facts, Fault, Isolation, Limits};
use exi::{ShortBytes, Text};

/// Seconds a car gets to follow a notice.
const NOTICE_DELAY: u16 = 10;

pub(super) fn ac(facts: &Facts, notice: Notice) -> AcEvseStatus {
    let notification = notification(facts, notice);
    AcEvseStatus {
        notification_max_delay: delay(notification),
        notification,
        rcd: facts.fault == Some(Fault::ResidualCurrent),
    }
}

pub(super) fn dc(facts: &Facts, notice: Notice) -> DcEvseStatus {
    let notification = notification(facts, notice);
    DcEvseStatus {
        notification_max_delay: delay(notification),
        notification,
        isolation_status: match facts.isolation {
            Isolation::Unknown => None,
            Isolation::Valid => Some(IsolationLevel::Valid),
            Isolation::Warning => Some(IsolationLevel::Warning),
            Isolation::Fault => Some(IsolationLevel::Fault),
        },
        status_code: status_code(facts, notice),
    }
}

/// The status of the station's own kind.
pub(super) fn either(facts: &Facts, notice: Notice) -> EvseStatus {
    match facts.limits {
        Limits::Ac(_) => EvseStatus::Ac(ac(facts, notice)),
        Limits::Dc(_) => EvseStatus::Dc(dc(facts, notice)),
    }
}

/// The voltage at the output.
pub(super) fn voltage(facts: &Facts) -> PhysicalValue {
    PhysicalValue::clamped(facts.supply.voltage, Unit::Volt)
}

/// The current into the car.
pub(super) fn current(facts: &Facts) -> PhysicalValue {
    PhysicalValue::clamped(facts.supply.current, Unit::Ampere)
}

/// The latest reading, exactly as the meter gave it. [V2G2-902]
pub(super) fn meter(facts: &Facts) -> Option<MeterInfo> {
    let reading = facts.meter.as_ref()?;
    Some(MeterInfo {
        meter_id: Text::new(reading.meter_id.as_str()).ok()?,
        meter_reading: Some(reading.energy),
        sig_meter_reading: match &reading.signature {
            Some(signature) => Some(ShortBytes::new(signature).ok()?),
            None => None,
        },
        meter_status: reading.status,
        t_meter: reading.time,
    })
}

fn notification(facts: &Facts, notice: Notice) -> EvseNotification {
    match notice {
        _ if facts.fault.is_some() => EvseNotification::StopCharging,
        Notice::Stop | Notice::Cut => EvseNotification::StopCharging,
        Notice::Renegotiate => EvseNotification::ReNegotiation,
        Notice::None => EvseNotification::None,
    }
}

fn delay(notification: EvseNotification) -> u16 {
    if notification == EvseNotification::None { 0 } else { NOTICE_DELAY }
}

fn status_code(facts: &Facts, notice: Notice) -> DcEvseStatusCode {
    match facts.fault {
        Some(Fault::Emergency) => DcEvseStatusCode::EmergencyShutdown,
        Some(Fault::Utility) => DcEvseStatusCode::UtilityInterruptEvent,
        Some(Fault::ResidualCurrent | Fault::Malfunction) => DcEvseStatusCode::Malfunction,
        None if facts.contactor == Contactor::Fault => DcEvseStatusCode::Malfunction,
        None if notice.is_stop() => DcEvseStatusCode::Shutdown,
        None => DcEvseStatusCode::Ready,
    }
}
