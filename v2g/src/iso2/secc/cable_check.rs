use super::super::msg::*;
use super::super::order::Phase;
use super::super::timing::Timer;
use super::parameters::Paid;
use super::power_delivery::Ready;
use super::pre_charge::PreCharge;
use super::schedule::Schedule;
use super::{Context, Refusal, State, context::Notice, status};
use crate::secc::{Contactor, Facts, Isolation, Order};
use core::time::Duration;

/// The cable's isolation is to be tested before it carries voltage.
pub(crate) struct CableCheck {
    paid: Paid,
    schedule: Schedule,
    stage: Stage,
}

enum Stage {
    /// The car has not asked yet.
    First,
    /// Energy flowed before; the car may ask, or go on without.
    Again,
    /// The car has asked, and its control pilot is to follow; the request is not yet answered.
    Pilot { until: Duration },
    /// The contactor is closing: the test needs the whole cable on the output (IEC 61851-23).
    Closing { since: Duration },
    /// The test runs.
    Running { since: Duration },
}

impl CableCheck {
    pub(super) fn first(paid: Paid, schedule: Schedule) -> Self {
        Self { paid, schedule, stage: Stage::First }
    }

    pub(super) fn again(paid: Paid, schedule: Schedule) -> Self {
        Self { paid, schedule, stage: Stage::Again }
    }

    pub(super) fn phase(&self) -> Phase {
        match self.stage {
            Stage::First | Stage::Closing { .. } | Stage::Running { .. } => Phase::DcCableCheck,
            Stage::Again => Phase::DcRenegotiated,
            Stage::Pilot { .. } => Phase::Busy,
        }
    }

    /// Straight on to PowerDelivery; the order table allows it only after a renegotiation.
    pub(super) fn into_ready(self) -> Ready {
        Ready::new(self.paid, self.schedule)
    }

    /// Whether the contactor is closed still, or again.
    pub(super) fn is_connected(&self) -> bool {
        matches!(self.stage, Stage::Again | Stage::Running { .. })
    }

    pub(super) fn handle(self, _: &CableCheckReq, cx: &mut Context<'_>) -> Result<State, Refusal> {
        let until = cx.now.saturating_add(Timer::ControlPilot.limit());
        match self.stage {
            Stage::Closing { .. } | Stage::Running { .. } if cx.facts.fault.is_some() => {
                Err(fault())
            }
            Stage::Closing { .. } | Stage::Running { .. } if !pilot_asks(cx) => Err(no_pilot()),
            Stage::Closing { since } => self.close(since, cx),
            Stage::Running { since } => self.report(since, cx),
            _ => Self { stage: Stage::Pilot { until }, ..self }.advance(cx),
        }
    }

    /// The car gets a moment to bring its control pilot to state C or D, as with PowerDelivery.
    pub(super) fn advance(self, cx: &mut Context<'_>) -> Result<State, Refusal> {
        match self.stage {
            // No voltage on the cable of a station with a fault.
            Stage::Pilot { .. } if cx.facts.fault.is_some() => Err(fault()),
            Stage::Pilot { .. } if pilot_asks(cx) => {
                if cx.facts.contactor != Contactor::Fault {
                    cx.order(Order::CloseContactor);
                }
                let now = cx.now;
                self.close(now, cx)
            }
            Stage::Pilot { until } if cx.now >= until => Err(no_pilot()),
            _ => Ok(State::CableCheck(self)),
        }
    }

    /// Until when the request in hand must be answered.
    pub(super) fn until(&self) -> Option<Duration> {
        match self.stage {
            Stage::Pilot { until } => Some(until),
            _ => None,
        }
    }

    fn close(self, since: Duration, cx: &mut Context<'_>) -> Result<State, Refusal> {
        let late = cx.now.saturating_sub(since) >= Timer::Contactor.limit();
        match cx.facts.contactor {
            Contactor::Closed => {
                cx.check_cable();
                self.report(since, cx)
            }
            Contactor::Open if !late => {
                let notice = cx.notice.tell(false);
                cx.reply(answer(cx.facts, notice, EvseProcessing::Ongoing));
                Ok(State::CableCheck(Self { stage: Stage::Closing { since }, ..self }))
            }
            _ => Err(Refusal::new(ResponseCode::Failed, "the contactor does not close")),
        }
    }

    fn report(self, since: Duration, cx: &mut Context<'_>) -> Result<State, Refusal> {
        match verdict(cx.facts) {
            Verdict::Bad => Err(Refusal::new(ResponseCode::Failed, "the cable's isolation is bad")),
            // [V2G2-605]
            Verdict::Open if cx.now.saturating_sub(since) >= Timer::CableCheck.limit() => {
                Err(Refusal::new(ResponseCode::Failed, "the isolation test took too long"))
            }
            Verdict::Open => {
                let notice = cx.notice.tell(false);
                cx.reply(answer(cx.facts, notice, EvseProcessing::Ongoing));
                Ok(State::CableCheck(Self { stage: Stage::Running { since }, ..self }))
            }
            Verdict::Good => {
                let notice = cx.notice.tell(false);
                cx.reply(answer(cx.facts, notice, EvseProcessing::Finished));
                Ok(State::PreCharge(PreCharge::new(self.paid, self.schedule)))
            }
        }
    }
}

pub(super) fn pilot_asks(cx: &Context<'_>) -> bool {
    cx.facts.control_pilot.is_none_or(|cp| cp.wants_energy())
}

pub(super) fn no_pilot() -> Refusal {
    Refusal::new(ResponseCode::Failed, "the control pilot is not in state C or D")
}

pub(super) fn fault() -> Refusal {
    Refusal::new(ResponseCode::Failed, "the station has a fault")
}

enum Verdict {
    Open,
    Good,
    Bad,
}

fn verdict(facts: &Facts) -> Verdict {
    match facts.isolation {
        Isolation::Unknown => Verdict::Open,
        Isolation::Valid | Isolation::Warning => Verdict::Good,
        Isolation::Fault => Verdict::Bad,
    }
}

fn answer(facts: &Facts, notice: Notice, evse_processing: EvseProcessing) -> CableCheckRes {
    let mut dc_evse_status = status::dc(facts, notice);
    if evse_processing == EvseProcessing::Ongoing && !notice.is_stop() {
        dc_evse_status.status_code = DcEvseStatusCode::IsolationMonitoringActive;
    }
    CableCheckRes { response_code: ResponseCode::Ok, dc_evse_status, evse_processing }
}
