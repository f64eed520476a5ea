use super::super::msg::*;
use super::super::order::Phase;
use super::super::timing::Timer;
use super::parameters::Paid;
use super::power_delivery::Ready;
use super::pre_charge::PreCharge;
use super::schedule::Schedule;
use super::{Context, Refusal, State, context::Notice, status};
use crate::secc::{Facts, Isolation};
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
            Stage::First | Stage::Running { .. } => Phase::DcCableCheck,
            Stage::Again => Phase::DcRenegotiated,
        }
    }

    /// Straight on to PowerDelivery; the order table allows it only after a renegotiation.
    pub(super) fn into_ready(self) -> Ready {
        Ready::new(self.paid, self.schedule)
    }

    pub(super) fn handle(
        self,
        _: &CableCheckReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        if cx.facts.control_pilot.is_some_and(|cp| !cp.wants_energy()) {
            return Err(Refusal::new(ResponseCode::Failed, "the control pilot is not in state C or D"));
        }
        let since = match self.stage {
            Stage::Running { since } => since,
            Stage::First | Stage::Again => {
                cx.check_cable();
                cx.now
            }
        };
        let verdict = verdict(cx.facts);
        match verdict {
            Verdict::Bad => Err(Refusal::new(ResponseCode::Failed, "the cable's isolation is bad")),
            // [V2G2-605]
            Verdict::Open if cx.now.saturating_sub(since) >= Timer::CableCheck.limit() => {
                Err(Refusal::new(ResponseCode::Failed, "the isolation test took too long"))
            }
            Verdict::Open => {
                cx.reply(answer(cx.facts, EvseProcessing::Ongoing));
                Ok(State::CableCheck(Self { stage: Stage::Running { since }, ..self }))
            }
            Verdict::Good => {
                cx.reply(answer(cx.facts, EvseProcessing::Finished));
                Ok(State::PreCharge(PreCharge::new(self.paid, self.schedule)))
            }
        }
    }
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

fn answer(facts: &Facts, evse_processing: EvseProcessing) -> CableCheckRes {
    let mut dc_evse_status = status::dc(facts, Notice::None);
    if evse_processing == EvseProcessing::Ongoing && facts.fault.is_none() {
        dc_evse_status.status_code = DcEvseStatusCode::IsolationMonitoringActive;
    }
    CableCheckRes { response_code: ResponseCode::Ok, dc_evse_status, evse_processing }
}
