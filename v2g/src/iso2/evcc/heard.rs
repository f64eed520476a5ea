//! What a car makes of a station's status.

use super::super::msg::*;

impl AcEvseStatus {
    /// What the car should do: also a station whose residual current device tripped wants it to stop.
    pub(super) fn wish(&self) -> EvseNotification {
        if self.rcd { EvseNotification::StopCharging } else { self.notification }
    }
}

impl DcEvseStatus {
    /// What the car should do: not every station says so beside a status that leaves no choice.
    pub(super) fn wish(&self) -> EvseNotification {
        match self.status_code {
            DcEvseStatusCode::Shutdown
            | DcEvseStatusCode::UtilityInterruptEvent
            | DcEvseStatusCode::EmergencyShutdown
            | DcEvseStatusCode::Malfunction => EvseNotification::StopCharging,
            _ => self.notification,
        }
    }
}

impl EvseStatus {
    /// What the car should do.
    pub(super) fn wish(&self) -> EvseNotification {
        match self {
            Self::Ac(status) => status.wish(),
            Self::Dc(status) => status.wish(),
            Self::Abstract(status) => status.notification,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_leaves_no_choice_means_stop_without_a_notification() {
        let dc = |status_code| DcEvseStatus {
            notification_max_delay: 0,
            notification: EvseNotification::None,
            isolation_status: None,
            status_code,
        };
        for (code, wish) in [
            (DcEvseStatusCode::Ready, EvseNotification::None),
            (DcEvseStatusCode::IsolationMonitoringActive, EvseNotification::None),
            (DcEvseStatusCode::EmergencyShutdown, EvseNotification::StopCharging),
            (DcEvseStatusCode::Malfunction, EvseNotification::StopCharging),
        ] {
            assert_eq!(EvseStatus::Dc(dc(code)).wish(), wish, "{code:?}");
        }
        let ac = |rcd| AcEvseStatus {
            notification_max_delay: 0,
            notification: EvseNotification::ReNegotiation,
            rcd,
        };
        assert_eq!(ac(false).wish(), EvseNotification::ReNegotiation);
        assert_eq!(EvseStatus::Ac(ac(true)).wish(), EvseNotification::StopCharging);
    }
}
