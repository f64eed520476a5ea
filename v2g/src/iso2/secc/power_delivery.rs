use super::super::msg::*;
use super::super::timing::Timer;
use super::charging::Charging;
use super::parameters::Paid;
use super::schedule::Schedule;
use super::stopping::Stopping;
use super::{Context, Refusal, State, context::Notice, status};
use crate::secc::{Contactor, Event, Order};
use core::time::Duration;

/// Everything is agreed on; energy may begin.
pub(crate) struct Ready {
    paid: Paid,
    schedule: Schedule,
    again: bool,
}

impl Ready {
    pub(super) fn new(paid: Paid, schedule: Schedule) -> Self {
        Self { paid, schedule, again: false }
    }

    /// The same with a new schedule, while the contactor is closed.
    pub(super) fn again(paid: Paid, schedule: Schedule) -> Self {
        Self { paid, schedule, again: true }
    }

    /// Whether energy may still be on.
    pub(super) fn is_again(&self) -> bool {
        self.again
    }

    pub(super) fn handle(
        self,
        request: &PowerDeliveryReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        match request.charge_progress {
            ChargeProgress::Start => self.start(request, cx),
            ChargeProgress::Stop => Stopping::power(self.paid, cx),
            // [V2G2-812]
            ChargeProgress::Renegotiate => {
                Err(Refusal::new(ResponseCode::Failed, "there is no charge to renegotiate"))
            }
        }
    }

    fn start(self, request: &PowerDeliveryReq, cx: &mut Context<'_>) -> Result<State, Refusal> {
        // [V2G2-479]
        if request.sa_schedule_tuple_id != Schedule::TUPLE {
            return Err(Refusal::new(
                ResponseCode::FailedTariffSelectionInvalid,
                alloc::format!("schedule {} was not offered", request.sa_schedule_tuple_id.get()),
            ));
        }
        // [V2G2-478]
        let profile = request.charging_profile.as_ref();
        if cx.config.strict_profile && profile.is_some_and(|p| !self.schedule.admits(p)) {
            return Err(Refusal::new(
                ResponseCode::FailedChargingProfileInvalid,
                "the charging profile exceeds the schedule",
            ));
        }
        // What is known not to close is not told to.
        if cx.facts.contactor == Contactor::Fault {
            return Err(contactor_fault());
        }
        if cx.notice.is_stop() {
            return Err(not_applied("the charge is to end"));
        }
        if cx.facts.fault.is_some() {
            return Err(not_applied("the station has a fault"));
        }
        if cx.facts.contactor == Contactor::Open {
            cx.order(Order::CloseContactor);
        }
        let until = cx.now.saturating_add(Timer::Contactor.limit());
        Starting { paid: self.paid, until }.advance(cx)
    }
}

/// The contactor is closing; PowerDelivery is not yet answered.
pub(crate) struct Starting {
    paid: Paid,
    pub(super) until: Duration,
}

impl Starting {
    /// [V2G2-860]: closed within 3 s of the request, or refused.
    pub(super) fn advance(self, cx: &mut Context<'_>) -> Result<State, Refusal> {
        let wanted = cx.facts.control_pilot.is_none_or(|cp| cp.wants_energy());
        match cx.facts.contactor {
            // The orders that close it may be overtaken by a fault.
            _ if cx.facts.fault.is_some() => Err(not_applied("the station has a fault")),
            _ if cx.notice.is_stop() => Err(not_applied("the charge is to end")),
            Contactor::Fault => Err(contactor_fault()),
            Contactor::Closed if wanted => {
                cx.reply(PowerDeliveryRes {
                    response_code: ResponseCode::Ok,
                    evse_status: status::either(cx.facts, Notice::None),
                });
                cx.emit(Event::EnergyOn);
                Ok(State::Charging(Charging::new(self.paid, cx)))
            }
            _ if cx.now < self.until => Ok(State::Starting(self)),
            Contactor::Closed => Err(not_applied("the control pilot is not in state C or D")),
            Contactor::Open => Err(Refusal::new(
                ResponseCode::FailedContactorError,
                "the contactor did not close in time",
            )),
        }
    }
}

/// [V2G2-480]
fn not_applied(why: &'static str) -> Refusal {
    Refusal::new(ResponseCode::FailedPowerDeliveryNotApplied, why)
}

fn contactor_fault() -> Refusal {
    Refusal::new(ResponseCode::FailedContactorError, "the contactor does not close")
}
