//! Limits of coil and ground device, and the charge loop.

use super::super::types::{
    DisplayParameters, EvseStatus, Header, MeterInfo, RationalNumber, Receipt, ResponseCode, TYPES,
};
use super::{VendorData, WPT as NS};
use exi::Exi;

/// The limits of the car's coil.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ChargeParameterDiscoveryReq {
    pub header: Header,
    pub evpc_max_receivable_power: RationalNumber,
    /// Spelled as in the schema.
    pub sd_max_ground_clearence: u16,
    /// Spelled as in the schema.
    pub sd_min_ground_clearence: u16,
    pub evpc_natural_frequency: RationalNumber,
    pub evpc_device_local_control: bool,
    pub vendor_specific_data_container: VendorData,
}

/// The limits of the ground device.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ChargeParameterDiscoveryRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub pd_input_power_class: PowerClass,
    pub sd_min_output_power: RationalNumber,
    pub sd_max_output_power: RationalNumber,
    pub sd_max_ground_clearance_support: u16,
    pub sd_min_ground_clearance_support: u16,
    pub pd_min_coil_current: RationalNumber,
    pub pd_max_coil_current: RationalNumber,
    pub sd_manufacturer_specific_data_container: VendorData,
}

/// Classes of input power of a ground device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "MF-WPT1 MF-WPT2 MF-WPT3 MF-WPT4")]
pub enum PowerClass {
    Wpt1,
    Wpt2,
    Wpt3,
    Wpt4,
}

/// What the car wants from the ground device, asked every control cycle.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ChargeLoopReq {
    pub header: Header,
    #[exi(ns = TYPES)]
    pub display_parameters: Option<DisplayParameters>,
    #[exi(ns = TYPES)]
    pub meter_info_requested: bool,
    pub evpc_power_request: RationalNumber,
    pub evpc_power_output: RationalNumber,
    pub evpc_charge_diagnostics: EvpcChargeDiagnostics,
    pub evpc_operating_frequency: Option<RationalNumber>,
    pub evpc_power_control_parameter: Option<EvpcPowerControlParameter>,
    pub manufacturer_specific_data_container: VendorData,
}

/// What the car's coil makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(
    names = "EVPCNoIssue EVPCTempOverheatDetected EVPCPowerTransferAnomalyDetected EVPCAnomalyDetected"
)]
pub enum EvpcChargeDiagnostics {
    NoIssue,
    TempOverheatDetected,
    PowerTransferAnomalyDetected,
    AnomalyDetected,
}

/// The car's currents and voltages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct EvpcPowerControlParameter {
    pub evpc_coil_current_request: RationalNumber,
    pub evpc_coil_current_information: RationalNumber,
    pub evpc_current_output_information: RationalNumber,
    pub evpc_voltage_output_information: RationalNumber,
}

/// What the ground device sends, and what holds it back.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ChargeLoopRes {
    pub header: Header,
    pub response_code: ResponseCode,
    #[exi(ns = TYPES)]
    pub evse_status: Option<EvseStatus>,
    #[exi(ns = TYPES)]
    pub meter_info: Option<MeterInfo>,
    #[exi(ns = TYPES)]
    pub receipt: Option<Receipt>,
    pub evpc_power_request: RationalNumber,
    pub sd_power_input: Option<RationalNumber>,
    pub spc_max_output_power_limit: RationalNumber,
    pub spc_min_output_power_limit: RationalNumber,
    pub spc_charge_diagnostics: SpcChargeDiagnostics,
    pub spc_operating_frequency: Option<RationalNumber>,
    pub spc_power_control_parameter: Option<SpcPowerControlParameter>,
    pub manufacturer_specific_data_container: VendorData,
}

/// What the ground device makes of it: foreign objects, living beings, heat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(
    names = "SPCNoIssue SPCFODDetected SPCLOPDetected SPCTempOverheatDetected SPCPowerTransferAnomalyDetected SPCAnomalyDetected"
)]
pub enum SpcChargeDiagnostics {
    NoIssue,
    ForeignObjectDetected,
    LivingObjectDetected,
    TempOverheatDetected,
    PowerTransferAnomalyDetected,
    AnomalyDetected,
}

/// The ground device's current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct SpcPowerControlParameter {
    pub spc_primary_device_coil_current_information: RationalNumber,
}
