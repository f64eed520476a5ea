//! Begin and end of a session.

use super::{BODY as NS, EvseId, ResponseCode};
use exi::{Exi, Octets};

/// The car introduces itself. [V2G-DC-437]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct SessionSetupReq {
    /// The MAC address of the car's communication controller; some cars send 8 octets, some none.
    pub evcc_id: Octets<8>,
}

/// The station names itself; the header carries the session's new number. [V2G-DC-393]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct SessionSetupRes {
    pub response_code: ResponseCode,
    pub evse_id: EvseId,
    /// Unix time in seconds.
    pub date_time_now: Option<i64>,
}

/// The car ends the session. [V2G-DC-450]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub struct SessionStopReq {}

/// The station's last word. [V2G-DC-451]
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct SessionStopRes {
    pub response_code: ResponseCode,
}
