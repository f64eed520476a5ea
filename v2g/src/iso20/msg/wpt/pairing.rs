//! Pairing with the ground device under the car, and the check of the alignment.

use super::super::types::{
    Header, Identifier, NumericId, Processing, RationalNumber, ResponseCode,
};
use super::{EvResult, VendorData, WPT as NS};
use exi::{Exi, List, Text};

/// The car tells the code it observed under itself.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PairingReq {
    pub header: Header,
    pub ev_processing: Processing,
    pub observed_id_code: Option<NumericId>,
    pub ev_result_code: EvResult,
    pub vendor_specific_data_container: VendorData,
}

/// The code the ground device observed, and whom to talk to if the car stands on another.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PairingRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_processing: Processing,
    pub observed_id_code: Option<NumericId>,
    pub alternative_secc_list: Option<AlternativeSeccList>,
    pub vendor_specific_data_container: VendorData,
}

/// Other stations the car may stand on.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AlternativeSeccList {
    pub alternative_secc: List<AlternativeSecc, 1, 8>,
}

/// How to reach another station.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AlternativeSecc {
    pub ssid: Option<Identifier>,
    /// The access point's MAC address in hexadecimal capitals.
    pub bssid: Option<Text<0, 12>>,
    /// An IPv6 address in hexadecimal capitals.
    pub ip_address: Option<Text<0, 39>>,
    pub port: Option<u16>,
}

/// The car asks for a test current to see whether the coils are aligned.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AlignmentCheckReq {
    pub header: Header,
    pub ev_processing: Processing,
    pub target_coil_current: Option<RationalNumber>,
    pub ev_result_code: EvResult,
    pub vendor_specific_data_container: VendorData,
}

/// What the ground device sends for the check.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AlignmentCheckRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_processing: Processing,
    pub power_transmitted: Option<RationalNumber>,
    pub supply_device_current: Option<RationalNumber>,
    pub vendor_specific_data_container: VendorData,
}
