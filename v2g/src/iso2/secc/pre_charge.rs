use super::super::msg::*;
use super::super::order::Phase;
use super::super::timing::Timer;
use super::cable_check::{fault, no_pilot, pilot_asks};
use super::parameters::Paid;
use super::power_delivery::Ready;
use super::schedule::Schedule;
use super::{Context, Refusal, State, status};
use crate::secc::{Limits, Order};
use core::time::Duration;

/// The output is to be brought to the battery's voltage.
pub(crate) struct PreCharge {
    paid: Paid,
    schedule: Schedule,
    /// When the car first asked.
    since: Option<Duration>,
}

impl PreCharge {
    pub(super) fn new(paid: Paid, schedule: Schedule) -> Self {
        Self { paid, schedule, since: None }
    }

    pub(super) fn phase(&self) -> Phase {
        match self.since {
            None => Phase::DcPreCharge,
            Some(_) => Phase::DcReady,
        }
    }

    pub(super) fn into_ready(self) -> Ready {
        Ready::new(self.paid, self.schedule)
    }

    pub(super) fn handle(
        self,
        request: &PreChargeReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        // No voltage without a car that asks for it, and none from a station with a fault.
        if cx.facts.fault.is_some() {
            return Err(fault());
        }
        if !pilot_asks(cx) {
            return Err(no_pilot());
        }
        let since = self.since.unwrap_or(cx.now);
        // [V2G2-605]
        if cx.now.saturating_sub(since) >= Timer::PreCharge.limit() {
            return Err(Refusal::new(ResponseCode::Failed, "precharge took too long"));
        }
        if let Limits::Dc(limits) = cx.facts.limits {
            // A wish beyond the limits is cut, not refused: some cars ask for 20 kV.
            cx.order(Order::PreCharge {
                voltage: request.ev_target_voltage.number().clamp(0.0, limits.max_voltage),
                current: request.ev_target_current.number().clamp(0.0, limits.max_current),
            });
        }
        let notice = cx.notice.tell(false);
        cx.reply(PreChargeRes {
            response_code: ResponseCode::Ok,
            dc_evse_status: status::dc(cx.facts, notice),
            evse_present_voltage: status::voltage(cx.facts),
        });
        Ok(State::PreCharge(Self { since: Some(since), ..self }))
    }
}
