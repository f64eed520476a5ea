//! The charge loop of AC, and the receipt for a meter reading.

use super::{AcEvseStatus, BODY as NS, EvseId, MeterInfo, PhysicalValue, ResponseCode, SessionId};
use crate::xmldsig::AnyText;
use exi::Exi;

/// The car asks how charging goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct ChargingStatusReq {}

/// How charging goes, and the limit that holds now.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct ChargingStatusRes {
    pub response_code: ResponseCode,
    pub evse_id: EvseId,
    pub sa_schedule_tuple_id: i16,
    /// Per phase.
    pub evse_max_current: Option<PhysicalValue>,
    pub meter_info: Option<MeterInfo>,
    pub receipt_required: bool,
    pub ac_evse_status: AcEvseStatus,
}

/// The car confirms a meter reading with its signature.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct MeteringReceiptReq {
    /// What the signature refers to.
    #[exi(attr, unqualified)]
    pub id: Option<AnyText>,
    pub session_id: SessionId,
    pub sa_schedule_tuple_id: Option<i16>,
    pub meter_info: MeterInfo,
}

/// Whether the receipt is good.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct MeteringReceiptRes {
    pub response_code: ResponseCode,
    pub ac_evse_status: AcEvseStatus,
}
