//! Begin and end of a session.

use super::{BODY as NS, EvseIdText, ResponseCode};
use exi::{Exi, Octets};

/// The car introduces itself. [V2G2-188]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SessionSetupReq {
    /// The MAC address of the car's communication controller.
    pub evcc_id: Octets<6>,
}

/// The station names itself; the header carries the session's new number. [V2G2-190]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct SessionSetupRes {
    pub response_code: ResponseCode,
    pub evse_id: EvseIdText,
    /// Unix time in seconds. [V2G2-748]
    pub evse_time_stamp: Option<i64>,
}

/// The car ends or pauses the session. [V2G2-239]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SessionStopReq {
    pub charging_session: ChargingSession,
}

/// Whether the car comes back to this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum ChargingSession {
    Terminate,
    Pause,
}

/// The station's last word. [V2G2-240]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SessionStopRes {
    pub response_code: ResponseCode,
}
