use crate::authorize::TokenKind;
use serde::{Deserialize, Serialize};

/// What a session came to. Times are RFC 3339 in UTC, energy is in Wh.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Record {
    /// Of the session, 16 hexadecimal digits.
    pub session_id: String,
    pub evse_id: String,
    /// Of the car, as it said.
    pub evcc_id: String,
    /// Contract identifier that was proven.
    pub evcoid: Option<String>,
    /// What was shown with external identification, or the car's address with autocharge.
    pub token: Option<String>,
    /// Of the token.
    pub token_kind: Option<TokenKind>,
    pub authorization: Authorization,
    /// A contract certificate went to the car: `installation` or `update`.
    pub delivered: Option<String>,
    pub protocol: Option<String>,
    /// TLS version and suite; none without TLS.
    pub tls: Option<String>,
    /// The session goes on with an earlier one.
    pub resumed: bool,
    pub start: String,
    /// The last sign of life while the session is open.
    pub stop: String,
    pub meter_id: Option<String>,
    pub meter_start_wh: Option<u64>,
    pub meter_stop_wh: Option<u64>,
    pub energy_wh: u64,
    /// Signed meter readings that the car confirmed.
    pub receipts: u32,
    /// `terminated`, `paused`, `interrupted`, or what went wrong; none while the session is open.
    pub stop_reason: Option<String>,
    /// The request that was refused, and why.
    pub refusal: Option<String>,
}

/// Whether energy was allowed.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Authorization {
    /// `accepted`, `denied`, or none if nobody was asked.
    pub result: Option<String>,
    pub by: Option<String>,
    pub reason: Option<String>,
}

impl Record {
    /// Takes a meter reading: the first is the start, every one is the stop so far.
    pub fn read_meter(&mut self, id: &str, energy: u64) {
        self.meter_id = Some(id.to_owned());
        let start = *self.meter_start_wh.get_or_insert(energy);
        self.meter_stop_wh = Some(energy);
        self.energy_wh = energy.saturating_sub(start);
    }
}
