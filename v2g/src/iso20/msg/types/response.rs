//! How a request was taken.

use exi::Exi;

/// How a request was taken. A `Warning` lets the session go on; anything that begins with `Failed` ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Exi)]
#[exi(home = super::TYPES)]
pub enum ResponseCode {
    Ok,
    OkCertificateExpiresSoon,
    OkNewSessionEstablished,
    OkOldSessionJoined,
    OkPowerToleranceConfirmed,
    WarningAuthorizationSelectionInvalid,
    WarningCertificateExpired,
    WarningCertificateNotYetValid,
    WarningCertificateRevoked,
    WarningCertificateValidationError,
    WarningChallengeInvalid,
    #[exi(name = "WARNING_EIMAuthorizationFailure")]
    WarningEimAuthorizationFailure,
    #[exi(name = "WARNING_eMSPUnknown")]
    WarningEmspUnknown,
    WarningEvPowerProfileViolation,
    #[exi(name = "WARNING_GeneralPnCAuthorizationError")]
    WarningGeneralPncAuthorizationError,
    WarningNoCertificateAvailable,
    #[exi(name = "WARNING_NoContractMatchingPCIDFound")]
    WarningNoContractMatchingPcidFound,
    WarningPowerToleranceNotConfirmed,
    WarningScheduleRenegotiationFailed,
    WarningStandbyNotAllowed,
    WarningWpt,
    Failed,
    FailedAssociationError,
    FailedContactorError,
    FailedEvPowerProfileInvalid,
    FailedEvPowerProfileViolation,
    FailedMeteringSignatureNotValid,
    FailedNoEnergyTransferServiceSelected,
    FailedNoServiceRenegotiationSupported,
    FailedPauseNotAllowed,
    FailedPowerDeliveryNotApplied,
    FailedPowerToleranceNotConfirmed,
    FailedScheduleRenegotiation,
    FailedScheduleSelectionInvalid,
    FailedSequenceError,
    FailedServiceIdInvalid,
    FailedServiceSelectionInvalid,
    FailedSignatureError,
    FailedUnknownSession,
    FailedWrongChargeParameter,
}

impl ResponseCode {
    /// Whether it ends the session.
    pub fn is_failed(self) -> bool {
        self as u8 >= Self::Failed as u8
    }
}

/// Whether the sender is done with a slow task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum Processing {
    Finished,
    Ongoing,
    #[exi(name = "Ongoing_WaitingForCustomerInteraction")]
    OngoingWaitingForCustomerInteraction,
}
