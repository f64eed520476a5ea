//! Enumerations that DIN SPEC 70121 and ISO 15118-2 spell alike.

use exi::Exi;

/// What the station wants the car to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum EvseNotification {
    None,
    StopCharging,
    ReNegotiation,
}

/// What a DC station is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "EVSE_NotReady EVSE_Ready EVSE_Shutdown EVSE_UtilityInterruptEvent \
    EVSE_IsolationMonitoringActive EVSE_EmergencyShutdown EVSE_Malfunction \
    Reserved_8 Reserved_9 Reserved_A Reserved_B Reserved_C")]
pub enum DcEvseStatusCode {
    NotReady,
    Ready,
    Shutdown,
    UtilityInterruptEvent,
    IsolationMonitoringActive,
    EmergencyShutdown,
    Malfunction,
    Reserved8,
    Reserved9,
    ReservedA,
    ReservedB,
    ReservedC,
}

/// What is wrong with the car.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum DcEvErrorCode {
    #[exi(name = "NO_ERROR")]
    NoError,
    #[exi(name = "FAILED_RESSTemperatureInhibit")]
    RessTemperatureInhibit,
    #[exi(name = "FAILED_EVShiftPosition")]
    EvShiftPosition,
    #[exi(name = "FAILED_ChargerConnectorLockFault")]
    ChargerConnectorLockFault,
    #[exi(name = "FAILED_EVRESSMalfunction")]
    EvRessMalfunction,
    #[exi(name = "FAILED_ChargingCurrentdifferential")]
    ChargingCurrentDifferential,
    #[exi(name = "FAILED_ChargingVoltageOutOfRange")]
    ChargingVoltageOutOfRange,
    #[exi(name = "Reserved_A")]
    ReservedA,
    #[exi(name = "Reserved_B")]
    ReservedB,
    #[exi(name = "Reserved_C")]
    ReservedC,
    #[exi(name = "FAILED_ChargingSystemIncompatibility")]
    ChargingSystemIncompatibility,
    NoData,
}

/// A way to pay: by the contract in the car, or by any other means (EIM).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum PaymentOption {
    Contract,
    ExternalPayment,
}

/// The kinds of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum ServiceCategory {
    #[exi(name = "EVCharging")]
    EvCharging,
    Internet,
    ContractCertificate,
    OtherCustom,
}

/// How energy gets into the car.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "AC_single_phase_core AC_three_phase_core DC_core DC_extended DC_combo_core \
    DC_unique")]
pub enum EnergyTransferMode {
    AcSinglePhaseCore,
    AcThreePhaseCore,
    DcCore,
    DcExtended,
    DcComboCore,
    DcUnique,
}

/// What a cost counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum CostKind {
    #[exi(name = "relativePricePercentage")]
    RelativePricePercentage,
    RenewableGenerationPercentage,
    CarbonDioxideEmission,
}

/// The kinds of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum FaultCode {
    ParsingError,
    #[exi(name = "NoTLSRootCertificatAvailable")]
    NoTlsRootCertificateAvailable,
    UnknownError,
}
