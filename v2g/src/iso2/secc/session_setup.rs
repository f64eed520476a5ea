use super::super::msg::*;
use super::discovery::Discovery;
use super::refusal::{Refusal, evse_id};
use super::{Context, State};
use crate::secc::Event;
use alloc::string::String;
use core::fmt::Write;

/// The car is to introduce itself.
pub(crate) struct SessionSetup;

impl SessionSetup {
    pub(super) fn handle(
        self,
        request: &SessionSetupReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        let paused = cx.config.resume.as_ref().map(|paused| paused.session_id);
        // [V2G2-753]: joined again only by the very number that was paused.
        let resumed = paused.filter(|id| *id != [0; 8] && cx.session_id.as_slice() == id);
        let id = match resumed {
            Some(id) => id,
            None => fresh_id(cx)?,
        };
        // Eight octets fit a type of up to eight.
        cx.session_id = SessionId::new(&id).unwrap_or_default();
        let mut evcc_id = String::new();
        for octet in request.evcc_id.as_slice() {
            // Writing to a String cannot fail.
            let _ = write!(evcc_id, "{octet:02X}");
        }
        cx.emit(Event::Session { id, evcc_id, resumed: resumed.is_some() });
        cx.reply(SessionSetupRes {
            // [V2G2-463]
            response_code: match resumed {
                Some(_) => ResponseCode::OkOldSessionJoined,
                None => ResponseCode::OkNewSessionEstablished,
            },
            evse_id: evse_id(cx.config),
            evse_time_stamp: Some(cx.clock()),
        });
        Ok(State::Discovery(Discovery))
    }
}

/// Eight octets of a secure generator, never zero. [V2G2-750]
fn fresh_id(cx: &Context<'_>) -> Result<[u8; 8], Refusal> {
    for _ in 0..8 {
        let id = random::<8>(cx)?;
        if id != [0; 8] {
            return Ok(id);
        }
    }
    Err(Refusal::new(ResponseCode::Failed, "the random generator gives only zeros"))
}

/// Octets of a secure generator. [V2G2-835]
pub(super) fn random<const N: usize>(cx: &Context<'_>) -> Result<[u8; N], Refusal> {
    let mut octets = [0; N];
    match cx.random.fill(&mut octets) {
        Ok(()) => Ok(octets),
        Err(_) => Err(Refusal::new(ResponseCode::Failed, "the random generator failed")),
    }
}
