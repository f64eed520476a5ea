//! The message set of automated connection devices (pantographs) on the DC set: positioning,
//! connecting, disconnecting, system status.

use super::types::{Header, Percent, Processing, RationalNumber, ResponseCode};
use crate::xmldsig::{self, SignedInfo};
use exi::{Exi, SchemaSet};

const ACDP: &str = "urn:iso:std:iso:15118:-20:ACDP";
const NS: &str = ACDP;

/// The car tells whether it stands still and can be guided into place.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct VehiclePositioningReq {
    pub header: Header,
    /// It is immobile.
    pub ev_mobility_status: bool,
    pub ev_positioning_support: bool,
}

/// Where the car stands relative to the device, and whether that will do.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct VehiclePositioningRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_processing: Processing,
    pub evse_positioning_support: bool,
    pub ev_relative_x_deviation: i16,
    pub ev_relative_y_deviation: i16,
    pub contact_window_xc: i16,
    pub contact_window_yc: i16,
    pub ev_in_charge_position: bool,
}

/// The car asks for the device to be moved to its contacts.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ConnectReq {
    pub header: Header,
    pub ev_electrical_charging_device_status: ElectricalStatus,
}

/// How far the device is.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct ConnectRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_processing: Processing,
    pub evse_electrical_charging_device_status: ElectricalStatus,
    pub evse_mechanical_charging_device_status: MechanicalStatus,
}

/// The car asks for the device to be taken away; in the schema the same type as [`ConnectReq`].
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DisconnectReq {
    pub header: Header,
    pub ev_electrical_charging_device_status: ElectricalStatus,
}

/// How far the device is; in the schema the same type as [`ConnectRes`].
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct DisconnectRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_processing: Processing,
    pub evse_electrical_charging_device_status: ElectricalStatus,
    pub evse_mechanical_charging_device_status: MechanicalStatus,
}

/// The car reports its technical state, over WLAN in place of the control pilot.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SystemStatusReq {
    pub header: Header,
    pub ev_technical_status: EvTechnicalStatus,
}

/// The station reports the state of its device and of itself.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SystemStatusRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_mechanical_charging_device_status: MechanicalStatus,
    pub evse_ready_to_charge: bool,
    pub evse_isolation_status: IsolationStatus,
    pub evse_disabled: bool,
    pub evse_utility_interrupt_event: bool,
    pub evse_emergency_shutdown: bool,
    pub evse_malfunction: bool,
    pub ev_in_charge_position: bool,
    pub ev_association_status: bool,
}

/// The technical state of a car.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct EvTechnicalStatus {
    pub ev_ready_to_charge: bool,
    pub ev_immobilization_request: bool,
    pub ev_immobilized: Option<bool>,
    pub ev_wlan_strength: Option<RationalNumber>,
    #[exi(name = "EVCPStatus")]
    pub ev_cp_status: Option<CpState>,
    pub ev_soc: Option<Percent>,
    pub ev_error_code: Option<ErrorCode>,
    pub ev_timeout: Option<bool>,
}

/// The control pilot as the car sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "StateA StateB StateC StateD StateE")]
pub enum CpState {
    A,
    B,
    C,
    D,
    E,
}

/// What is wrong with the car.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum ErrorCode {
    OkNoEvError,
    Failed,
    FailedEmergencyEvent,
    FailedBreaker,
    FailedRessTemperatureInhibit,
    FailedRess,
    FailedChargingCurrentDifferential,
    FailedChargingVoltageOutOfRange,
    FailedReserved1,
    FailedReserved2,
}

/// The verdict of the isolation monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum IsolationStatus {
    Invalid,
    Safe,
    Warning,
    Fault,
}

/// The electrical state of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "State_A State_B State_C State_D")]
pub enum ElectricalStatus {
    A,
    B,
    C,
    D,
}

/// Where the device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum MechanicalStatus {
    Home,
    Moving,
    EndPosition,
}

/// The schema set of ACDP.
#[derive(Debug, Clone, Copy)]
pub enum Grammar {}

impl SchemaSet for Grammar {
    const NAME: &'static str = "iso20-acdp";
    const GLOBALS: u32 = 34;
    const ELEMENTS: u32 = 129;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = xmldsig::Grammar::ATTRIBUTES;
}

exi::roots! {
    /// The message set as data.
    pub static SCHEMA: Grammar;
    documents {
        0 = "ACDP_ConnectReq" in ACDP => ConnectReq;
        1 = "ACDP_ConnectRes" in ACDP => ConnectRes;
        2 = "ACDP_DisconnectReq" in ACDP => DisconnectReq;
        3 = "ACDP_DisconnectRes" in ACDP => DisconnectRes;
        4 = "ACDP_SystemStatusReq" in ACDP => SystemStatusReq;
        5 = "ACDP_SystemStatusRes" in ACDP => SystemStatusRes;
        6 = "ACDP_VehiclePositioningReq" in ACDP => VehiclePositioningReq;
        7 = "ACDP_VehiclePositioningRes" in ACDP => VehiclePositioningRes;
    }
    fragments { 110 = "SignedInfo" in xmldsig::NS => SignedInfo; }
}
