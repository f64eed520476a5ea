use super::super::msg::*;
use super::super::timing::Timer;
use super::parameters::status;
use super::pre_charge::PreCharge;
use super::profile::Agreed;
use super::stopping::Leaving;
use super::{Context, Failure, State};
use crate::evcc::Ended;
use core::time::Duration;

/// The station is to test the cable's isolation.
pub(crate) struct CableCheck {
    agreed: Agreed,
    since: Duration,
}

impl CableCheck {
    pub(super) fn begin(agreed: Agreed, cx: &mut Context<'_>) -> Result<State, Failure> {
        Self { agreed, since: cx.now }.ask(cx)
    }

    fn ask(self, cx: &mut Context<'_>) -> Result<State, Failure> {
        cx.ask(CableCheckReq { dc_ev_status: status(cx.battery) });
        Ok(State::CableCheck(self))
    }

    pub(super) fn handle(
        self,
        response: &CableCheckRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        if response.dc_evse_status.isolation_status == Some(IsolationLevel::Fault) {
            return Leaving::early(cx);
        }
        if response.evse_processing == EvseProcessing::Finished {
            return PreCharge::begin(self.agreed, cx);
        }
        // [V2G2-700]
        if cx.now.saturating_sub(self.since) >= Timer::EvccCableCheck.limit() {
            return Err(Failure(Ended::Timeout));
        }
        let state = self.ask(cx)?;
        cx.later(cx.config.poll_interval);
        Ok(state)
    }
}
