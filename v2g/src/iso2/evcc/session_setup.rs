use super::super::msg::*;
use super::discovery::Discovery;
use super::{Context, Failure, State};
use crate::evcc::{Ended, Event};
use exi::Octets;

/// The station is to give the session its number.
pub(crate) struct SessionSetup;

impl SessionSetup {
    pub(super) fn begin(cx: &mut Context<'_>) -> State {
        // Six octets fit a type of up to six.
        cx.ask(SessionSetupReq { evcc_id: Octets::new(&cx.config.evcc_id).unwrap_or_default() });
        State::SessionSetup(Self)
    }

    pub(super) fn handle(
        self,
        response: &SessionSetupRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        // [V2G2-446]
        if cx.now > cx.config.setup_until {
            return Err(Failure(Ended::Timeout));
        }
        // Some stations give fewer than 8 octets; they count as the first ones.
        let mut id = [0; 8];
        id.iter_mut().zip(cx.session_id.as_slice()).for_each(|(to, from)| *to = *from);
        if id == [0; 8] {
            // [V2G2-750]
            return Err(Failure(Ended::Malformed("the session's number is zero".into())));
        }
        cx.emit(Event::Session {
            id,
            evse_id: response.evse_id.as_str().into(),
            resumed: response.response_code == ResponseCode::OkOldSessionJoined,
        });
        cx.ask(ServiceDiscoveryReq { service_scope: None, service_category: None });
        Ok(State::Discovery(Discovery))
    }
}
