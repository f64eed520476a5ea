use super::super::msg::*;
use super::super::timing::Timer;
use super::charging::Starting;
use super::parameters::status;
use super::profile::Agreed;
use super::{Context, Failure, State};
use crate::evcc::{Ended, Order};
use core::time::Duration;

/// How near to the battery's voltage the relays may close, in V (IEC 61851-23).
const NEAR: f64 = 20.0;
/// What the station may give meanwhile, in A (IEC 61851-23).
const CURRENT: f64 = 2.0;

/// The station is to match the battery's voltage.
pub(crate) struct PreCharge {
    agreed: Agreed,
    since: Duration,
}

impl PreCharge {
    pub(super) fn begin(agreed: Agreed, cx: &mut Context<'_>) -> Result<State, Failure> {
        Self { agreed, since: cx.now }.ask(cx)
    }

    fn ask(self, cx: &mut Context<'_>) -> Result<State, Failure> {
        cx.ask(PreChargeReq {
            dc_ev_status: status(cx.battery),
            ev_target_voltage: PhysicalValue::clamped(cx.battery.voltage, Unit::Volt),
            ev_target_current: PhysicalValue::clamped(CURRENT, Unit::Ampere),
        });
        Ok(State::PreCharge(self))
    }

    pub(super) fn handle(
        self,
        response: &PreChargeRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        let present = response.evse_present_voltage.number();
        if (present - cx.battery.voltage).abs() <= NEAR {
            cx.order(Order::CloseRelays);
            return Starting::ask(self.agreed, cx);
        }
        // [V2G2-704]
        if cx.now.saturating_sub(self.since) >= Timer::EvccPreCharge.limit() {
            return Err(Failure(Ended::Timeout));
        }
        let state = self.ask(cx)?;
        cx.later(cx.config.poll_interval);
        Ok(state)
    }
}
