//! The charge loop of AC.

use super::{AcEvseStatus, BODY as NS, EvseIdText, MeterInfo, PhysicalValue, ResponseCode, SaId};
use exi::Exi;

/// The car asks how charging goes. [V2G2-242]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct ChargingStatusReq {}

/// How charging goes, and the limit that holds now. [V2G2-243]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ChargingStatusRes {
    pub response_code: ResponseCode,
    pub evse_id: EvseIdText,
    pub sa_schedule_tuple_id: SaId,
    /// Per phase.
    pub evse_max_current: Option<PhysicalValue>,
    pub meter_info: Option<MeterInfo>,
    pub receipt_required: Option<bool>,
    pub ac_evse_status: AcEvseStatus,
}
