//! The car's signature under a meter reading.

use super::MSG as NS;
use crate::iso20::msg::types::{
    Empty, Header, MeterInfo, NumericId, Receipt, ResponseCode, SessionId,
};
use crate::xmldsig::AnyText;
use exi::Exi;

/// The car confirms a meter reading, when the station has asked for it. [V2G20-1083]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct MeteringConfirmationReq {
    pub header: Header,
    pub signed_metering_data: SignedMeteringData,
}

/// The reading the car signs.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SignedMeteringData {
    #[exi(attr)]
    pub id: AnyText,
    pub session_id: SessionId,
    pub meter_info: MeterInfo,
    pub receipt: Option<Receipt>,
    #[exi(choice)]
    pub control_mode: SmdtControlMode,
}

/// What the energy was delivered under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(names = "Dynamic_SMDTControlMode Scheduled_SMDTControlMode", rare)]
pub enum SmdtControlMode {
    Dynamic(Empty),
    Scheduled(ScheduledSmdtControlMode),
}

/// The schedule the car has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct ScheduledSmdtControlMode {
    pub selected_schedule_tuple_id: NumericId,
}

/// Whether the confirmation is good.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct MeteringConfirmationRes {
    pub header: Header,
    pub response_code: ResponseCode,
}
