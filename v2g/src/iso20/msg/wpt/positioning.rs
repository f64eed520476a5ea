//! How the parking car finds the ground device.

use super::super::types::{Header, Processing, ResponseCode};
use super::{EvResult, LfDataPackageList, LfSystemSetupData, VendorData, WPT as NS};
use exi::{Exi, List};

/// The methods the car knows for each step, and where its coil sits.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct FinePositioningSetupReq {
    pub header: Header,
    pub ev_processing: Processing,
    pub ev_device_fine_positioning_method_list: FinePositioningMethodList,
    pub ev_device_pairing_method_list: PairingMethodList,
    pub ev_device_alignment_check_method_list: AlignmentCheckMethodList,
    pub natural_offset: u16,
    pub vendor_specific_data_container: VendorData,
    pub lf_system_setup_data: Option<LfSystemSetupData>,
}

/// The methods the ground device knows for each step.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct FinePositioningSetupRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub primary_device_fine_positioning_method_list: FinePositioningMethodList,
    pub primary_device_pairing_method_list: PairingMethodList,
    pub primary_device_alignment_check_method_list: AlignmentCheckMethodList,
    pub natural_offset: u16,
    pub vendor_specific_data_container: VendorData,
    pub lf_system_setup_data: Option<LfSystemSetupData>,
}

/// Ways to find the ground device, the preferred one first.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct FinePositioningMethodList {
    pub wpt_fine_positioning_method: List<FinePositioningMethod, 1, 8>,
}

/// A way to find the ground device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum FinePositioningMethod {
    Manual,
    LfTxEv,
    LfTxPrimaryDevice,
    Lpe,
    Proprietary,
}

/// Ways to make sure that the car talks to the device it stands on, the preferred one first.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PairingMethodList {
    pub wpt_pairing_method: List<PairingMethod, 1, 8>,
}

/// A way to make sure that the car talks to the device it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum PairingMethod {
    #[exi(name = "External confirmation")]
    ExternalConfirmation,
    Lpe,
    LfTxEv,
    LfTxPrimaryDevice,
    Optical,
    Proprietary,
}

/// Ways to check that the coils lie over each other, the preferred one first.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct AlignmentCheckMethodList {
    pub wpt_alignment_check_method: List<AlignmentCheckMethod, 1, 8>,
}

/// A way to check that the coils lie over each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum AlignmentCheckMethod {
    PowerCheck,
    Lpe,
    Proprietary,
}

/// The car moves and tells how it goes.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct FinePositioningReq {
    pub header: Header,
    pub ev_processing: Processing,
    pub ev_result_code: EvResult,
    pub vendor_specific_data_container: VendorData,
    pub wpt_lf_data_package_list: Option<LfDataPackageList>,
}

/// What the ground device sees of the car.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct FinePositioningRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_processing: Processing,
    pub vendor_specific_data_container: VendorData,
    pub wpt_lf_data_package_list: Option<LfDataPackageList>,
}
