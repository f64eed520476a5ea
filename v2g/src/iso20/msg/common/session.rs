//! Begin and end of a session.

use super::MSG as NS;
use crate::iso20::msg::types::{Description, Header, Identifier, Name, ResponseCode};
use exi::Exi;

/// The car introduces itself; its header holds a session to go on with, or zero.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SessionSetupReq {
    pub header: Header,
    pub evcc_id: Identifier,
}

/// The station names itself; its header holds the session's new number. [V2G20-2106]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SessionSetupRes {
    pub header: Header,
    pub response_code: ResponseCode,
    pub evse_id: Identifier,
}

/// The car ends or pauses the session, or goes back to choose other services. [V2G20-1477]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SessionStopReq {
    pub header: Header,
    pub charging_session: ChargingSession,
    pub ev_termination_code: Option<Name>,
    pub ev_termination_explanation: Option<Description>,
}

/// What becomes of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
pub enum ChargingSession {
    Pause,
    Terminate,
    ServiceRenegotiation,
}

/// The station's last word. [V2G20-921]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct SessionStopRes {
    pub header: Header,
    pub response_code: ResponseCode,
}
