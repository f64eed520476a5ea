use super::super::msg::*;
use super::authorization::{contract, own};
use super::parameters::status;
use super::profile::Agreed;
use super::stopping::{Renegotiating, Stopping};
use super::{Context, Failure, State};
use crate::evcc::{Event, Wish};
use crate::iso2::Grammar;
use crate::signature::{self, Signed};
use alloc::string::ToString;
use exi::Text;

/// The station is to switch energy on.
pub(crate) struct Starting {
    agreed: Agreed,
}

/// Energy flows.
pub(crate) struct Charging {
    agreed: Agreed,
}

/// The station is to take a receipt.
pub(crate) struct Receipt {
    agreed: Agreed,
}

impl Starting {
    pub(super) fn ask(agreed: Agreed, cx: &mut Context<'_>) -> Result<State, Failure> {
        cx.ask(PowerDeliveryReq {
            charge_progress: ChargeProgress::Start,
            sa_schedule_tuple_id: agreed.tuple,
            charging_profile: agreed.profile(),
            ev_power_delivery_parameter: parameter(cx, false),
        });
        Ok(State::Starting(Self { agreed }))
    }

    pub(super) fn handle(self, cx: &mut Context<'_>) -> Result<State, Failure> {
        cx.emit(Event::EnergyOn);
        Charging { agreed: self.agreed }.ask(cx)
    }
}

impl Charging {
    fn ask(self, cx: &mut Context<'_>) -> Result<State, Failure> {
        match &cx.config.wish {
            Wish::Ac(_) => cx.ask(ChargingStatusReq {}),
            Wish::Dc(wish) => {
                let (voltage, current) = self.agreed.limits.target(cx.battery, wish);
                cx.ask(CurrentDemandReq {
                    dc_ev_status: status(cx.battery),
                    ev_target_current: PhysicalValue::clamped(current, Unit::Ampere),
                    ev_maximum_voltage_limit: Some(PhysicalValue::clamped(
                        wish.max_voltage,
                        Unit::Volt,
                    )),
                    ev_maximum_current_limit: Some(PhysicalValue::clamped(
                        wish.max_current,
                        Unit::Ampere,
                    )),
                    ev_maximum_power_limit: Some(PhysicalValue::clamped(
                        wish.max_power,
                        Unit::Watt,
                    )),
                    bulk_charging_complete: None,
                    charging_complete: false,
                    remaining_time_to_full_soc: None,
                    remaining_time_to_bulk_soc: None,
                    ev_target_voltage: PhysicalValue::clamped(voltage, Unit::Volt),
                });
            }
        }
        Ok(State::Charging(self))
    }

    pub(super) fn charging_status(
        self,
        response: ChargingStatusRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        let current = response.evse_max_current.map(|a| a.number());
        cx.emit(Event::Present { voltage: None, current });
        let notification = response.ac_evse_status.wish();
        self.next(notification, response.meter_info, response.receipt_required, cx)
    }

    pub(super) fn current_demand(
        mut self,
        response: CurrentDemandRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        cx.emit(Event::Present {
            voltage: Some(response.evse_present_voltage.number()),
            current: Some(response.evse_present_current.number()),
        });
        self.agreed.limits.learn(&response);
        let notification = response.dc_evse_status.wish();
        self.next(notification, response.meter_info, response.receipt_required, cx)
    }

    fn next(
        self,
        notification: EvseNotification,
        meter: Option<MeterInfo>,
        receipt_required: Option<bool>,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        if let Some(meter) = &meter {
            cx.emit(Event::Meter(meter.clone()));
        }
        if let (Some(true), Some(meter)) = (receipt_required, meter) {
            return Receipt::ask(self.agreed, meter, cx);
        }
        self.go_on(notification, cx)
    }

    /// [V2G2-679] [V2G2-680]
    fn go_on(self, notification: EvseNotification, cx: &mut Context<'_>) -> Result<State, Failure> {
        if cx.stop.is_some() || notification == EvseNotification::StopCharging {
            return Stopping::ask(&self.agreed, cx);
        }
        if notification == EvseNotification::ReNegotiation {
            return Renegotiating::ask(&self.agreed, cx);
        }
        let state = self.ask(cx)?;
        cx.later(cx.config.loop_interval);
        Ok(state)
    }
}

impl Receipt {
    /// Signs the reading with the contract's key. [V2G2-903]
    fn ask(agreed: Agreed, meter_info: MeterInfo, cx: &mut Context<'_>) -> Result<State, Failure> {
        const ID: &str = "id1";
        let request = MeteringReceiptReq {
            id: Some(Text::new(ID).map_err(|_| own("the Id does not fit"))?),
            session_id: cx.session_id,
            sa_schedule_tuple_id: Some(agreed.tuple),
            meter_info,
        };
        match contract(cx) {
            Ok(contract) => {
                let signed =
                    Signed::element::<Grammar, _>(ID, &request).map_err(|e| own(&e.to_string()))?;
                let signature = signature::sign(&[signed], &*contract.key, cx.random)
                    .map_err(|e| own(&e.to_string()))?;
                cx.ask_signed(request, signature);
            }
            // Nobody should ask without a contract; an unsigned receipt is the polite answer.
            Err(_) => cx.ask(MeteringReceiptReq { id: None, ..request }),
        }
        Ok(State::Receipt(Self { agreed }))
    }

    pub(super) fn handle(
        self,
        response: &MeteringReceiptRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        let notification = response.evse_status.wish();
        Charging { agreed: self.agreed }.go_on(notification, cx)
    }
}

/// The battery's state beside PowerDelivery (DC only).
pub(super) fn parameter(
    cx: &Context<'_>,
    charging_complete: bool,
) -> Option<EvPowerDeliveryParameter> {
    match cx.config.wish {
        Wish::Ac(_) => None,
        Wish::Dc(_) => Some(EvPowerDeliveryParameter::Dc(DcEvPowerDeliveryParameter {
            dc_ev_status: status(cx.battery),
            bulk_charging_complete: None,
            charging_complete,
        })),
    }
}
