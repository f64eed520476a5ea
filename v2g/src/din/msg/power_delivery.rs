//! Energy on or off.

use super::{BODY as NS, ChargingProfile, DATA, DcEvStatus, Empty, EvseStatus, ResponseCode};
use exi::Exi;

/// The car asks for energy to start or stop. [V2G-DC-461]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PowerDeliveryReq {
    /// True starts, false stops.
    pub ready_to_charge_state: bool,
    pub charging_profile: Option<ChargingProfile>,
    #[exi(choice, ns = DATA)]
    pub ev_power_delivery_parameter: Option<EvPowerDeliveryParameter>,
}

/// The car's state at that time; the last form is the schema's abstract head.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = DATA, substitution, names = "DC_EVPowerDeliveryParameter EVPowerDeliveryParameter", rare)]
pub enum EvPowerDeliveryParameter {
    Dc(DcEvPowerDeliveryParameter),
    Abstract(Empty),
}

/// The state of a car that charges with DC.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(ns = DATA, rare)]
pub struct DcEvPowerDeliveryParameter {
    pub dc_ev_status: DcEvStatus,
    pub bulk_charging_complete: Option<bool>,
    pub charging_complete: bool,
}

/// Whether energy is on or off as asked. [V2G-DC-401]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct PowerDeliveryRes {
    pub response_code: ResponseCode,
    #[exi(choice, ns = DATA)]
    pub evse_status: EvseStatus,
}
