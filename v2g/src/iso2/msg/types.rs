//! Types that several phases share.

use super::{DATA as NS, DcEvErrorCode, DcEvseStatusCode, EvseNotification};
use exi::{Bytes, Exi, Int, ShortBytes, Text};

/// An element without content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct Empty {}

/// A quantity: `value * 10^multiplier` of `unit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct PhysicalValue {
    pub multiplier: Int<-3, 3>,
    pub unit: Unit,
    pub value: i16,
}

/// The units of a [`PhysicalValue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "h m s A V W Wh")]
pub enum Unit {
    Hour,
    Minute,
    Second,
    Ampere,
    Volt,
    Watt,
    WattHour,
}

/// How a request was taken. Anything that begins with `Failed` ends the session. [V2G2-539]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Exi)]
pub enum ResponseCode {
    Ok,
    OkNewSessionEstablished,
    OkOldSessionJoined,
    OkCertificateExpiresSoon,
    Failed,
    FailedSequenceError,
    #[exi(name = "FAILED_ServiceIDInvalid")]
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
    FailedMeteringSignatureNotValid,
    FailedNoChargeServiceSelected,
    FailedWrongEnergyTransferMode,
    FailedContactorError,
    #[exi(name = "FAILED_CertificateNotAllowedAtThisEVSE")]
    FailedCertificateNotAllowedAtThisEvse,
    FailedCertificateRevoked,
}

/// Whether the station is done with a slow task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum EvseProcessing {
    Finished,
    Ongoing,
    #[exi(name = "Ongoing_WaitingForCustomerInteraction")]
    OngoingWaitingForCustomerInteraction,
}

/// State of an AC station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct AcEvseStatus {
    /// Seconds within which the car should follow the notification.
    pub notification_max_delay: u16,
    #[exi(name = "EVSENotification")]
    pub notification: EvseNotification,
    /// The residual current device has tripped.
    pub rcd: bool,
}

/// State of a DC station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct DcEvseStatus {
    /// Seconds within which the car should follow the notification.
    pub notification_max_delay: u16,
    #[exi(name = "EVSENotification")]
    pub notification: EvseNotification,
    #[exi(name = "EVSEIsolationStatus")]
    pub isolation_status: Option<IsolationLevel>,
    #[exi(name = "EVSEStatusCode")]
    pub status_code: DcEvseStatusCode,
}

/// State of a station of either kind; the last form is the schema's abstract head, never sent by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(substitution, names = "AC_EVSEStatus DC_EVSEStatus EVSEStatus")]
pub enum EvseStatus {
    Ac(AcEvseStatus),
    Dc(DcEvseStatus),
    Abstract(AbstractEvseStatus),
}

/// What both kinds of station status have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct AbstractEvseStatus {
    pub notification_max_delay: u16,
    #[exi(name = "EVSENotification")]
    pub notification: EvseNotification,
}

/// The verdict of the isolation monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum IsolationLevel {
    Invalid,
    Valid,
    Warning,
    Fault,
    #[exi(name = "No_IMD")]
    NoImd,
}

/// State of a car that charges with DC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct DcEvStatus {
    pub ev_ready: bool,
    pub ev_error_code: DcEvErrorCode,
    /// State of charge in percent.
    pub ev_ress_soc: Percent,
}

/// A share of 0 to 100.
pub type Percent = Int<0, 100>;
/// The number of a schedule tuple or tariff. [V2G2-773]
pub type SaId = Int<1, 255>;
/// The identifier of an EVSE, 7 to 37 characters.
pub type EvseIdText = Text<7, 37>;
/// The identifier of a contract (EVCOID), 14 or 15 characters.
pub type EmaidText = Text<14, 15>;
/// A certificate in DER, at most 800 octets.
pub type CertificateBytes = Bytes<0, 800>;

/// A reading of the station's meter. [V2G2-902]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct MeterInfo {
    pub meter_id: Text<0, 32>,
    /// Energy in Wh.
    pub meter_reading: Option<u64>,
    /// The meter's own signature.
    pub sig_meter_reading: Option<ShortBytes<0, 64>>,
    pub meter_status: Option<i16>,
    /// Unix time of the reading in seconds.
    pub t_meter: Option<i64>,
}
