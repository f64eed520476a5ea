//! Every deadline of ISO 15118-2: the only place that mentions seconds.

use super::dialog::RequestKind;
use core::time::Duration;

/// What a clock runs for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Timer {
    /// SECC: from the data link to the answer of SessionSetup.
    CommunicationSetup,
    /// SECC: from an answer to the next request.
    Sequence,
    /// SECC: how long `Ongoing` may go on.
    Ongoing,
    /// SECC: from a request that wants energy to a control pilot that does too.
    ControlPilot,
    /// SECC: from a request for a contract certificate to its answer, whatever a back end does.
    Provisioning,
    /// SECC: how long the cable check may go on.
    CableCheck,
    /// SECC: how long precharge may go on.
    PreCharge,
    /// SECC: from PowerDelivery to contactors that are closed, or open.
    Contactor,
    /// SECC: from the wish that a charge ends to a car that has ended it. The standard names no limit;
    /// the car is told 10 s.
    Stop,
    /// EVCC: from plug-in to the answer of SessionSetup.
    EvccCommunicationSetup,
    /// EVCC: how long `Ongoing` may go on.
    EvccOngoing,
    /// EVCC: from a delivery to its safe place in the car; the station waits longer.
    EvccStore,
    /// EVCC: how long the cable check may go on.
    EvccCableCheck,
    /// EVCC: how long precharge may go on.
    EvccPreCharge,
    /// Either side: from the last message to the end of the connection.
    Linger,
}

/// One clock.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub timer: Timer,
    pub limit: Duration,
    /// The requirement that sets it.
    pub requirement: &'static str,
}

const fn row(timer: Timer, millis: u64, requirement: &'static str) -> Row {
    Row { timer, limit: Duration::from_millis(millis), requirement }
}

/// The clocks of both roles.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    row(Timer::CommunicationSetup, 18_000, "V2G2-716"),
    row(Timer::Sequence, 60_000, "V2G2-443"),
    row(Timer::Ongoing, 55_000, "V2G2-712"),
    row(Timer::ControlPilot, 250, "V2G2-847"),
    row(Timer::Provisioning, 4_500, "V2G2-917"),
    row(Timer::CableCheck, 38_000, "V2G2-605"),
    row(Timer::PreCharge, 5_000, "V2G2-605"),
    row(Timer::Contactor, 3_000, "V2G2-860"),
    row(Timer::Stop, 20_000, "V2G2-679"),
    row(Timer::EvccCommunicationSetup, 20_000, "V2G2-446"),
    row(Timer::EvccOngoing, 60_000, "V2G2-710"),
    row(Timer::EvccStore, 20_000, "V2G2-443"),
    row(Timer::EvccCableCheck, 40_000, "V2G2-700"),
    row(Timer::EvccPreCharge, 7_000, "V2G2-704"),
    row(Timer::Linger, 5_000, "V2G2-539"),
];

impl Timer {
    /// How long it runs.
    pub fn limit(self) -> Duration {
        // Every timer has its row; a test asserts it.
        TABLE.iter().find(|row| row.timer == self).map_or(Duration::ZERO, |row| row.limit)
    }
}

/// How long a car waits for an answer. [V2G2-436]
pub const fn message_timeout(request: RequestKind) -> Duration {
    use RequestKind::*;
    Duration::from_millis(match request {
        ServiceDetail
        | PaymentDetails
        | CertificateInstallation
        | CertificateUpdate
        | PowerDelivery => 5_000,
        CurrentDemand => 250,
        _ => 2_000,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_timer_has_one_row() {
        use Timer::*;
        for timer in [
            CommunicationSetup,
            Sequence,
            Ongoing,
            ControlPilot,
            Provisioning,
            CableCheck,
            PreCharge,
            Contactor,
            Stop,
            EvccCommunicationSetup,
            EvccOngoing,
            EvccStore,
            EvccCableCheck,
            EvccPreCharge,
            Linger,
        ] {
            assert_eq!(TABLE.iter().filter(|r| r.timer == timer).count(), 1, "{timer:?}");
            assert!(timer.limit() > Duration::ZERO);
        }
    }

    /// A station must give up before the car does.
    #[test]
    fn the_station_answers_before_the_car_gives_up() {
        for (station, car) in [
            (Timer::CommunicationSetup, Timer::EvccCommunicationSetup),
            (Timer::Ongoing, Timer::EvccOngoing),
            (Timer::CableCheck, Timer::EvccCableCheck),
            (Timer::PreCharge, Timer::EvccPreCharge),
        ] {
            assert!(station.limit() < car.limit(), "{station:?}");
        }
        assert!(Timer::Contactor.limit() < message_timeout(RequestKind::PowerDelivery));
        for kind in [RequestKind::CertificateInstallation, RequestKind::CertificateUpdate] {
            assert!(Timer::Provisioning.limit() < message_timeout(kind));
        }
        assert!(Timer::EvccStore.limit() < Timer::Sequence.limit());
    }
}
