use super::super::msg::*;
use super::cable_check::CableCheck;
use super::discovery::modes;
use super::power_delivery::Ready;
use super::schedule::Schedule;
use super::{Context, Refusal, State, context::Notice, status};
use crate::authorization::Authorized;
use crate::secc::{Facts, Limits};
use alloc::sync::Arc;
use pki::{Chain, Verified};

/// Somebody lets this session have energy; no later state can be built without it.
pub(crate) struct Paid {
    #[expect(dead_code, reason = "held as the proof that energy may flow")]
    pub(super) authorized: Authorized,
    /// With a contract, what receipts are checked against.
    pub(super) contract: Option<Arc<Verified<Chain>>>,
}

/// Limits and schedule are to be agreed on.
pub(crate) struct Parameters {
    paid: Paid,
    round: Round,
}

/// Whether energy flowed before.
enum Round {
    First,
    Again,
}

impl Parameters {
    pub(super) fn first(paid: Paid) -> Self {
        Self { paid, round: Round::First }
    }

    /// After the car or the station asked for a new schedule.
    pub(super) fn again(paid: Paid) -> Self {
        Self { paid, round: Round::Again }
    }

    /// Whether energy may still be on.
    pub(super) fn is_again(&self) -> bool {
        matches!(self.round, Round::Again)
    }

    pub(super) fn handle(
        self,
        request: &ChargeParameterDiscoveryReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        let mode = request.requested_energy_transfer_mode;
        // [V2G2-476]
        if !modes(&cx.facts.limits).contains(&mode) {
            return Err(Refusal::new(
                ResponseCode::FailedWrongEnergyTransferMode,
                alloc::format!("energy transfer mode {mode:?} was not offered"),
            ));
        }
        // [V2G2-477]
        let departure = check(&request.ev_charge_parameter, &cx.facts.limits)
            .map_err(|why| Refusal::new(ResponseCode::FailedWrongChargeParameter, why))?;
        let schedule = Schedule::new(&cx.facts.limits, mode, departure);
        let notice = cx.notice.tell(false);
        cx.reply(ChargeParameterDiscoveryRes {
            response_code: ResponseCode::Ok,
            evse_processing: EvseProcessing::Finished,
            sa_schedules: Some(SaSchedules::List(schedule.list())),
            evse_charge_parameter: limits(cx.facts, notice),
        });
        Ok(match (cx.facts.limits, self.round) {
            (Limits::Ac(_), Round::First) => State::Ready(Ready::new(self.paid, schedule)),
            (Limits::Ac(_), Round::Again) => State::Ready(Ready::again(self.paid, schedule)),
            (Limits::Dc(_), Round::First) => {
                State::CableCheck(CableCheck::first(self.paid, schedule))
            }
            (Limits::Dc(_), Round::Again) => {
                State::CableCheck(CableCheck::again(self.paid, schedule))
            }
        })
    }
}

/// The car's limits must be of the station's kind and make sense. Gives the departure time.
fn check(parameter: &EvChargeParameter, limits: &Limits) -> Result<Option<u32>, &'static str> {
    let positive = |v: &PhysicalValue| v.number() >= 0.0;
    match (parameter, limits) {
        (EvChargeParameter::Ac(ac), Limits::Ac(_)) => {
            let all = [&ac.e_amount, &ac.ev_max_voltage, &ac.ev_max_current, &ac.ev_min_current];
            if !all.into_iter().all(positive) {
                return Err("a limit of the car is negative");
            }
            if ac.ev_min_current.number() > ac.ev_max_current.number() {
                return Err("the car's least current is above its most");
            }
            Ok(ac.departure_time)
        }
        (EvChargeParameter::Dc(dc), Limits::Dc(station)) => {
            let mut all = [
                Some(&dc.ev_maximum_current_limit),
                Some(&dc.ev_maximum_voltage_limit),
                dc.ev_maximum_power_limit.as_ref(),
                dc.ev_energy_capacity.as_ref(),
                dc.ev_energy_request.as_ref(),
            ]
            .into_iter()
            .flatten();
            if !all.all(positive) {
                return Err("a limit of the car is negative");
            }
            if dc.ev_maximum_voltage_limit.number() < station.min_voltage {
                return Err("the car's most voltage is below the station's least");
            }
            Ok(dc.departure_time)
        }
        _ => Err("the car's limits are of the other kind of charging"),
    }
}

/// The station's limits, as the message carries them.
pub(super) fn limits(facts: &Facts, notice: Notice) -> EvseChargeParameter {
    let volts = |v| PhysicalValue::clamped(v, Unit::Volt);
    let amperes = |v| PhysicalValue::clamped(v, Unit::Ampere);
    match &facts.limits {
        Limits::Ac(ac) => EvseChargeParameter::Ac(AcEvseChargeParameter {
            ac_evse_status: status::ac(facts, notice),
            evse_nominal_voltage: volts(ac.nominal_voltage),
            evse_max_current: amperes(ac.max_current),
        }),
        Limits::Dc(dc) => EvseChargeParameter::Dc(DcEvseChargeParameter {
            dc_evse_status: status::dc(facts, notice),
            evse_maximum_current_limit: amperes(dc.max_current),
            evse_maximum_power_limit: PhysicalValue::clamped(dc.max_power, Unit::Watt),
            evse_maximum_voltage_limit: volts(dc.max_voltage),
            evse_minimum_current_limit: amperes(dc.min_current),
            evse_minimum_voltage_limit: volts(dc.min_voltage),
            evse_current_regulation_tolerance: None,
            evse_peak_current_ripple: amperes(dc.current_ripple),
            evse_energy_to_be_delivered: None,
        }),
    }
}
