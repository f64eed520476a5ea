//! What both charge loops have: the receipt for a meter reading.

use super::{BODY as NS, DATA, EvseStatus, MeterInfo, ResponseCode, SaId, SessionId};
use crate::xmldsig::AnyText;
use exi::Exi;

/// The car confirms a meter reading with its signature. [V2G2-903] [V2G2-245]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct MeteringReceiptReq {
    /// What the signature refers to.
    #[exi(attr)]
    pub id: Option<AnyText>,
    pub session_id: SessionId,
    pub sa_schedule_tuple_id: Option<SaId>,
    pub meter_info: MeterInfo,
}

/// Whether the receipt is good. [V2G2-247]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct MeteringReceiptRes {
    pub response_code: ResponseCode,
    #[exi(choice, ns = DATA)]
    pub evse_status: EvseStatus,
}
