//! A car drives in and out where it must stand exactly.

use super::MSG as NS;
use crate::iso20::msg::types::{Header, ResponseCode};
use exi::Exi;

/// The car comes in and tells how it parks.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct VehicleCheckInReq {
    pub header: Header,
    pub ev_check_in_status: EvCheckInStatus,
    pub parking_method: ParkingMethod,
    pub vehicle_frame: Option<i16>,
    pub device_offset: Option<i16>,
    pub vehicle_travel: Option<i16>,
}

/// How far the car has come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum EvCheckInStatus {
    CheckIn,
    Processing,
    Completed,
}

/// Who parks the car.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum ParkingMethod {
    AutoParking,
    #[exi(name = "MVGuideManual")]
    MvGuideManual,
    Manual,
}

/// Where the car is to stand.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct VehicleCheckInRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub parking_space: Option<i16>,
    pub device_location: Option<i16>,
    pub target_distance: Option<i16>,
}

/// The car drives out.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct VehicleCheckOutReq {
    pub header: Header,
    pub ev_check_out_status: EvCheckOutStatus,
    /// Unix time in seconds.
    pub check_out_time: u64,
}

/// How far the car has gone out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum EvCheckOutStatus {
    CheckOut,
    Processing,
    Completed,
}

/// Whether the station is ready for the car to leave.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct VehicleCheckOutRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_check_out_status: EvseCheckOutStatus,
}

/// How far the station is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum EvseCheckOutStatus {
    Scheduled,
    Completed,
}
