use super::super::dialog::RequestKind;
use super::super::msg::*;
use super::super::order::Phase;
use super::super::timing::Timer;
use super::parameters::{Paid, Parameters};
use super::{Context, Refusal, State, context::Notice, status};
use crate::secc::{Contactor, Ended, Event, Limits, Order};
use core::time::Duration;

/// Energy is being switched off; the request is not yet answered.
pub(crate) struct Stopping {
    then: Then,
    pub(super) until: Duration,
}

/// What comes when energy is off.
enum Then {
    /// PowerDelivery is answered.
    Stopped(Paid),
    /// SessionStop is answered, and the session is over.
    Over(Ended),
}

impl Stopping {
    /// PowerDelivery with Stop.
    pub(super) fn power(paid: Paid, cx: &mut Context<'_>) -> Result<State, Refusal> {
        Self::begin(Then::Stopped(paid), cx)
    }

    /// SessionStop, in whatever state: a car may leave out PowerDelivery.
    pub(super) fn session(
        state: State,
        request: &SessionStopReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        let how = match request.charging_session {
            ChargingSession::Terminate => Ended::Terminated,
            ChargingSession::Pause => Ended::Paused,
        };
        // [V2G2-922]: a car whose control pilot still asks for energy is not done.
        if state.has_energy() || cx.facts.control_pilot.is_some_and(|cp| cp.wants_energy()) {
            Self::begin(Then::Over(how), cx)
        } else {
            over(how, cx)
        }
    }

    fn begin(then: Then, cx: &mut Context<'_>) -> Result<State, Refusal> {
        if matches!(cx.facts.limits, Limits::Dc(_)) {
            cx.order(Order::SupplyOff);
        }
        cx.order(Order::OpenContactor);
        Self { then, until: cx.now.saturating_add(Timer::Contactor.limit()) }.advance(cx)
    }

    pub(super) fn request(&self) -> RequestKind {
        match self.then {
            Then::Stopped(_) => RequestKind::PowerDelivery,
            Then::Over(_) => RequestKind::SessionStop,
        }
    }

    /// Off means an open contactor and a control pilot back in state B. [V2G2-848] [V2G2-920]
    pub(super) fn advance(self, cx: &mut Context<'_>) -> Result<State, Refusal> {
        let wanted = cx.facts.control_pilot.is_some_and(|cp| cp.wants_energy());
        match cx.facts.contactor {
            Contactor::Fault => {
                Err(Refusal::new(ResponseCode::FailedContactorError, "the contactor does not open"))
            }
            Contactor::Open if !wanted => {
                cx.emit(Event::EnergyOff);
                match self.then {
                    Then::Over(how) => over(how, cx),
                    Then::Stopped(paid) => {
                        cx.reply(PowerDeliveryRes {
                            response_code: ResponseCode::Ok,
                            evse_status: status::either(cx.facts, Notice::None),
                        });
                        Ok(State::Stopped(Stopped::new(paid, &cx.facts.limits)))
                    }
                }
            }
            _ if cx.now < self.until => Ok(State::Stopping(self)),
            Contactor::Open => Err(Refusal::new(
                ResponseCode::Failed,
                "the control pilot is still in state C or D",
            )),
            Contactor::Closed => Err(Refusal::new(
                ResponseCode::FailedContactorError,
                "the contactor did not open in time",
            )),
        }
    }
}

/// [V2G2-571]
fn over(how: Ended, cx: &mut Context<'_>) -> Result<State, Refusal> {
    cx.reply(SessionStopRes { response_code: ResponseCode::Ok });
    cx.end(how);
    Ok(State::Ended)
}

/// Energy is off.
pub(crate) struct Stopped {
    paid: Paid,
    phase: Phase,
}

impl Stopped {
    fn new(paid: Paid, limits: &Limits) -> Self {
        let phase = match limits {
            Limits::Ac(_) => Phase::AcStopped,
            Limits::Dc(_) => Phase::DcStopped,
        };
        Self { paid, phase }
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    /// A new charge in the same session. [V2G2-601]
    pub(super) fn into_parameters(self) -> Parameters {
        Parameters::first(self.paid)
    }

    pub(super) fn welding_detection(self, cx: &mut Context<'_>) -> Result<State, Refusal> {
        cx.reply(WeldingDetectionRes {
            response_code: ResponseCode::Ok,
            dc_evse_status: status::dc(cx.facts, Notice::None),
            evse_present_voltage: status::voltage(cx.facts),
        });
        Ok(State::Stopped(self))
    }
}
