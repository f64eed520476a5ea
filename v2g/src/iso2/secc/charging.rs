use super::super::msg::*;
use super::super::order::Phase;
use super::parameters::{Paid, Parameters};
use super::refusal::evse_id;
use super::schedule::Schedule;
use super::stopping::Stopping;
use super::{Context, Refusal, State, context::Notice, status};
use crate::iso2::Grammar;
use crate::secc::{Config, Contactor, DcLimits, Event, Facts, Limits, Order, Receipts};
use crate::signature::{self, Signed};
use crate::xmldsig::Signature;
use alloc::string::{String, ToString};
use core::time::Duration;

/// Energy flows; left by PowerDelivery or SessionStop alone.
pub(crate) struct Charging {
    paid: Paid,
    kind: Kind,
    /// When the next receipt is due.
    receipt_due: Option<Duration>,
}

#[derive(Clone, Copy)]
enum Kind {
    Ac,
    Dc,
}

impl Charging {
    pub(super) fn new(paid: Paid, cx: &Context<'_>) -> Self {
        let kind = match cx.facts.limits {
            Limits::Ac(_) => Kind::Ac,
            Limits::Dc(_) => Kind::Dc,
        };
        let receipt_due = next_receipt(&paid, cx);
        Self { paid, kind, receipt_due }
    }

    pub(super) fn phase(&self) -> Phase {
        match self.kind {
            Kind::Ac => Phase::AcCharging,
            Kind::Dc => Phase::DcCharging,
        }
    }

    pub(super) fn charging_status(self, cx: &mut Context<'_>) -> Result<State, Refusal> {
        let due = self.receipt_is_due(cx);
        let notice = cx.notice.tell(!due);
        cx.reply(charging_status(cx.config, cx.facts, notice, due));
        Ok(self.next(due, cx.facts))
    }

    pub(super) fn current_demand(
        self,
        request: &CurrentDemandReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        let due = self.receipt_is_due(cx);
        // A supply must not push against an open contactor, nor come back after energy was cut.
        let may = cx.facts.fault.is_none()
            && cx.facts.contactor == Contactor::Closed
            && *cx.notice != Notice::Cut;
        match cx.facts.limits {
            Limits::Dc(limits) if may => {
                let (voltage, current) = target(request, &limits);
                cx.order(Order::Deliver { voltage, current });
            }
            _ => cx.order(Order::SupplyOff),
        }
        let notice = cx.notice.tell(!due);
        cx.reply(current_demand(request, cx.config, cx.facts, notice, due));
        Ok(self.next(due, cx.facts))
    }

    pub(super) fn power_delivery(
        self,
        request: &PowerDeliveryReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        match request.charge_progress {
            ChargeProgress::Stop => Stopping::power(self.paid, cx),
            // [V2G2-813]; a cable check may follow, so DC supplies go to zero.
            ChargeProgress::Renegotiate => {
                if matches!(self.kind, Kind::Dc) {
                    cx.order(Order::SupplyOff);
                }
                cx.reply(PowerDeliveryRes {
                    response_code: ResponseCode::Ok,
                    evse_status: status::either(cx.facts, Notice::None),
                });
                Ok(State::Parameters(Parameters::again(self.paid)))
            }
            ChargeProgress::Start => {
                Err(Refusal::new(ResponseCode::FailedSequenceError, "energy flows already"))
            }
        }
    }

    fn receipt_is_due(&self, cx: &Context<'_>) -> bool {
        self.receipt_due.is_some_and(|due| due <= cx.now) && status::meter(cx.facts).is_some()
    }

    fn next(self, receipt: bool, facts: &Facts) -> State {
        match status::meter(facts) {
            Some(told) if receipt => State::Receipt(Receipt { charging: self, told }),
            _ => State::Charging(self),
        }
    }
}

/// A signed receipt is asked for; nothing else may come.
pub(crate) struct Receipt {
    charging: Charging,
    /// What the car was told, and has to sign.
    told: MeterInfo,
}

impl Receipt {
    pub(super) fn phase(&self) -> Phase {
        match self.charging.kind {
            Kind::Ac => Phase::AcReceipt,
            Kind::Dc => Phase::DcReceipt,
        }
    }

    /// The receipt must be of this session, name the reading that was told, and be signed with the
    /// contract's key. [V2G2-481] [V2G2-904]
    pub(super) fn handle(
        self,
        request: &MeteringReceiptReq,
        signature: Option<&Signature>,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        let bad = |why: &str| {
            Refusal::new(ResponseCode::FailedMeteringSignatureNotValid, String::from(why))
        };
        let mut charging = self.charging;
        let contract =
            charging.paid.contract.as_ref().ok_or_else(|| bad("no contract to check against"))?;
        if request.session_id != cx.session_id {
            return Err(bad("the receipt is of another session"));
        }
        let reading = |meter: &MeterInfo| (meter.meter_id.clone(), meter.meter_reading);
        if reading(&request.meter_info) != reading(&self.told) {
            return Err(bad("the receipt is for another reading"));
        }
        let signature = signature.ok_or_else(|| bad("the receipt is not signed"))?;
        let id = request.id.as_ref().ok_or_else(|| bad("the receipt has no Id"))?;
        let signed =
            Signed::element::<Grammar, _>(id.as_str(), request).map_err(|e| bad(&e.to_string()))?;
        let key = contract.leaf().public_key().map_err(|e| bad(&e.to_string()))?;
        signature::verify(signature, &[signed], key).map_err(|e| bad(&e.to_string()))?;
        let notice = cx.notice.tell(true);
        cx.emit(Event::Receipt { energy: request.meter_info.meter_reading });
        cx.reply(MeteringReceiptRes {
            response_code: ResponseCode::Ok,
            evse_status: status::either(cx.facts, notice),
        });
        charging.receipt_due = next_receipt(&charging.paid, cx);
        Ok(State::Charging(charging))
    }
}

/// Only for contracts, and not for each answer. [V2G2-691]
fn next_receipt(paid: &Paid, cx: &Context<'_>) -> Option<Duration> {
    match cx.config.receipts {
        Receipts::Every(interval) if paid.contract.is_some() => {
            Some(cx.now.saturating_add(interval))
        }
        _ => None,
    }
}

/// The car's wish within what was announced, and within its own limits.
fn target(request: &CurrentDemandReq, limits: &DcLimits) -> (f64, f64) {
    let within = |wish: &PhysicalValue, most: f64, own: Option<&PhysicalValue>| {
        // A car that says zero for its limit has not set it.
        let own = own.map(PhysicalValue::number).filter(|own| *own > 0.0);
        wish.number().min(own.unwrap_or(f64::MAX)).clamp(0.0, most)
    };
    let voltage = within(
        &request.ev_target_voltage,
        limits.max_voltage,
        request.ev_maximum_voltage_limit.as_ref(),
    );
    let mut current = within(
        &request.ev_target_current,
        limits.max_current,
        request.ev_maximum_current_limit.as_ref(),
    );
    if voltage * current > limits.max_power {
        current = limits.max_power / voltage;
    }
    (voltage, current)
}

fn current_demand(
    request: &CurrentDemandReq,
    config: &Config,
    facts: &Facts,
    notice: Notice,
    receipt: bool,
) -> CurrentDemandRes {
    let (wish_v, wish_a) = (request.ev_target_voltage.number(), request.ev_target_current.number());
    let limits = match &facts.limits {
        Limits::Dc(limits) => Some(limits),
        Limits::Ac(_) => None,
    };
    let over = |wish: f64, limit: fn(&DcLimits) -> f64| limits.is_some_and(|l| wish > limit(l));
    let most =
        |limit: fn(&DcLimits) -> f64, unit| limits.map(|l| PhysicalValue::clamped(limit(l), unit));
    CurrentDemandRes {
        response_code: ResponseCode::Ok,
        dc_evse_status: status::dc(facts, notice),
        evse_present_voltage: status::voltage(facts),
        evse_present_current: status::current(facts),
        evse_current_limit_achieved: over(wish_a, |l| l.max_current),
        evse_voltage_limit_achieved: over(wish_v, |l| l.max_voltage),
        evse_power_limit_achieved: over(wish_v * wish_a, |l| l.max_power),
        evse_maximum_voltage_limit: most(|l| l.max_voltage, Unit::Volt),
        evse_maximum_current_limit: most(|l| l.max_current, Unit::Ampere),
        evse_maximum_power_limit: most(|l| l.max_power, Unit::Watt),
        evse_id: evse_id(config),
        sa_schedule_tuple_id: Schedule::TUPLE,
        meter_info: status::meter(facts),
        receipt_required: Some(receipt),
    }
}

fn charging_status(
    config: &Config,
    facts: &Facts,
    notice: Notice,
    receipt: bool,
) -> ChargingStatusRes {
    ChargingStatusRes {
        response_code: ResponseCode::Ok,
        evse_id: evse_id(config),
        sa_schedule_tuple_id: Schedule::TUPLE,
        evse_max_current: match &facts.limits {
            Limits::Ac(ac) => Some(PhysicalValue::clamped(ac.max_current, Unit::Ampere)),
            Limits::Dc(_) => None,
        },
        meter_info: status::meter(facts),
        receipt_required: Some(receipt),
        ac_evse_status: status::ac(facts, notice),
    }
}
