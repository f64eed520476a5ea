//! The codes of the message set's documents and fragments.

use super::*;
use crate::xmldsig::{self, SignedInfo};
use exi::SchemaSet;

/// The schema set of the CommonMessages.
#[derive(Debug, Clone, Copy)]
pub enum Grammar {}

impl SchemaSet for Grammar {
    const NAME: &'static str = "iso20-common";
    const GLOBALS: u32 = 54;
    const ELEMENTS: u32 = 281;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[
        ("", "Algorithm"),
        ("", "Encoding"),
        ("", "Id"),
        (MSG, "Id"),
        ("", "MimeType"),
        (MSG, "Name"),
        ("", "Target"),
        ("", "Type"),
        ("", "URI"),
    ];
}

exi::roots! {
    /// The message set as data; its fragments are what signatures refer to.
    pub static SCHEMA: Grammar;
    documents {
        0 = "AuthorizationReq" in MSG => AuthorizationReq;
        1 = "AuthorizationRes" in MSG => AuthorizationRes;
        2 = "AuthorizationSetupReq" in MSG => AuthorizationSetupReq;
        3 = "AuthorizationSetupRes" in MSG => AuthorizationSetupRes;
        7 = "CertificateInstallationReq" in MSG => CertificateInstallationReq;
        8 = "CertificateInstallationRes" in MSG => CertificateInstallationRes;
        16 = "MeteringConfirmationReq" in MSG => MeteringConfirmationReq;
        17 = "MeteringConfirmationRes" in MSG => MeteringConfirmationRes;
        21 = "PowerDeliveryReq" in MSG => PowerDeliveryReq;
        22 = "PowerDeliveryRes" in MSG => PowerDeliveryRes;
        27 = "ScheduleExchangeReq" in MSG => ScheduleExchangeReq;
        28 = "ScheduleExchangeRes" in MSG => ScheduleExchangeRes;
        29 = "ServiceDetailReq" in MSG => ServiceDetailReq;
        30 = "ServiceDetailRes" in MSG => ServiceDetailRes;
        31 = "ServiceDiscoveryReq" in MSG => ServiceDiscoveryReq;
        32 = "ServiceDiscoveryRes" in MSG => ServiceDiscoveryRes;
        33 = "ServiceSelectionReq" in MSG => ServiceSelectionReq;
        34 = "ServiceSelectionRes" in MSG => ServiceSelectionRes;
        35 = "SessionSetupReq" in MSG => SessionSetupReq;
        36 = "SessionSetupRes" in MSG => SessionSetupRes;
        37 = "SessionStopReq" in MSG => SessionStopReq;
        38 = "SessionStopRes" in MSG => SessionStopRes;
        45 = "SignedInstallationData" in MSG => SignedInstallationData;
        46 = "SignedMeteringData" in MSG => SignedMeteringData;
        49 = "VehicleCheckInReq" in MSG => VehicleCheckInReq;
        50 = "VehicleCheckInRes" in MSG => VehicleCheckInRes;
        51 = "VehicleCheckOutReq" in MSG => VehicleCheckOutReq;
        52 = "VehicleCheckOutRes" in MSG => VehicleCheckOutRes;
    }
    fragments {
        0 = "AbsolutePriceSchedule" in MSG => AbsolutePriceSchedule;
        27 = "CertificateInstallationReq" in MSG => CertificateInstallationReq;
        58 = "EVAbsolutePriceSchedule" in MSG => EvAbsolutePriceSchedule;
        119 = "MeteringConfirmationReq" in MSG => MeteringConfirmationReq;
        128 = "OEMProvisioningCertificateChain" in MSG => SignedCertificateChain;
        151 = "PnC_AReqAuthorizationMode" in MSG => PncAReqAuthorizationMode;
        167 = "PriceLevelSchedule" in MSG => PriceLevelSchedule;
        230 = "SignedInfo" in xmldsig::NS => SignedInfo;
        231 = "SignedInstallationData" in MSG => SignedInstallationData;
        232 = "SignedMeteringData" in MSG => SignedMeteringData;
    }
}
