//! Types that several phases share.

use super::{DATA as NS, DcEvErrorCode, DcEvseStatusCode, EvseNotification};
use exi::{Exi, Int, ShortBytes, ShortHex, Text};

/// A share of 0 to 100.
pub type Percent = Int<0, 100>;
/// A power of ten.
pub type Multiplier = Int<-3, 3>;
/// The identifier of an EVSE; most stations send one octet or 7.
pub type EvseId = ShortHex<0, 32>;
/// The identifier of a contract.
pub type ContractId = Text<0, 24>;

/// An element without content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct Empty {}

/// A quantity: `value * 10^multiplier` of `unit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct PhysicalValue {
    pub multiplier: Multiplier,
    pub unit: Option<Unit>,
    pub value: i16,
}

/// The units of a [`PhysicalValue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "h m s A Ah V VA W W/s Wh")]
pub enum Unit {
    Hour,
    Minute,
    Second,
    Ampere,
    AmpereHour,
    Volt,
    VoltAmpere,
    Watt,
    WattPerSecond,
    WattHour,
}

/// How a request was taken. Anything that begins with `Failed` ends the session. [V2G-DC-388] [V2G-DC-665]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Exi)]
pub enum ResponseCode {
    Ok,
    OkNewSessionEstablished,
    OkOldSessionJoined,
    OkCertificateExpiresSoon,
    Failed,
    FailedSequenceError,
    FailedServiceIdInvalid,
    FailedUnknownSession,
    FailedServiceSelectionInvalid,
    FailedPaymentSelectionInvalid,
    FailedCertificateExpired,
    FailedSignatureError,
    FailedNoCertificateAvailable,
    FailedCertChainError,
    FailedChallengeInvalid,
    FailedContractCanceled,
    FailedWrongChargeParameter,
    FailedPowerDeliveryNotApplied,
    FailedTariffSelectionInvalid,
    FailedChargingProfileInvalid,
    #[exi(name = "FAILED_EVSEPresentVoltageToLow")]
    FailedEvsePresentVoltageTooLow,
    FailedMeteringSignatureNotValid,
    FailedWrongEnergyTransferType,
}

/// Whether the station is done with a slow task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum EvseProcessing {
    Finished,
    Ongoing,
}

/// State of an AC station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct AcEvseStatus {
    pub power_switch_closed: bool,
    /// The residual current device has tripped.
    pub rcd: bool,
    /// Seconds within which the car should follow the notification.
    pub notification_max_delay: u32,
    #[exi(name = "EVSENotification")]
    pub notification: EvseNotification,
}

/// State of a DC station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct DcEvseStatus {
    #[exi(name = "EVSEIsolationStatus")]
    pub isolation_status: Option<IsolationLevel>,
    #[exi(name = "EVSEStatusCode")]
    pub status_code: DcEvseStatusCode,
    /// Seconds within which the car should follow the notification.
    pub notification_max_delay: u32,
    #[exi(name = "EVSENotification")]
    pub notification: EvseNotification,
}

/// State of a station of either kind; the last form is the schema's abstract head, never sent by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(substitution, names = "AC_EVSEStatus DC_EVSEStatus EVSEStatus")]
pub enum EvseStatus {
    Ac(AcEvseStatus),
    Dc(DcEvseStatus),
    Abstract(Empty),
}

/// The verdict of the isolation monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum IsolationLevel {
    Invalid,
    Valid,
    Warning,
    Fault,
}

/// State of a car that charges with DC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct DcEvStatus {
    pub ev_ready: bool,
    pub ev_cabin_conditioning: Option<bool>,
    pub ev_ress_conditioning: Option<bool>,
    pub ev_error_code: DcEvErrorCode,
    /// State of charge in percent.
    pub ev_ress_soc: Percent,
}

/// A reading of the station's meter.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct MeterInfo {
    pub meter_id: Text<0, 32>,
    pub meter_reading: Option<PhysicalValue>,
    /// The meter's own signature.
    pub sig_meter_reading: Option<ShortBytes<0, 32>>,
    pub meter_status: Option<i16>,
    /// Unix time of the reading in seconds.
    pub t_meter: Option<i64>,
}
