use super::super::msg::*;
use super::super::timing::Timer;
use super::cable_check::CableCheck;
use super::charging::Starting;
use super::profile::Agreed;
use super::{Context, Failure, State};
use crate::evcc::{AcWish, Battery, DcWish, Ended, Event, Order, Wish};
use core::time::Duration;
use exi::Int;

/// The station is to say its limits and schedules.
pub(crate) struct Parameters {
    mode: EnergyTransferMode,
    since: Duration,
}

impl Parameters {
    pub(super) fn ask(
        mode: EnergyTransferMode,
        since: Duration,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        cx.ask(ChargeParameterDiscoveryReq {
            max_entries_sa_schedule_tuple: None,
            requested_energy_transfer_mode: mode,
            ev_charge_parameter: match &cx.config.wish {
                Wish::Ac(wish) => EvChargeParameter::Ac(ac(wish, cx.config.departure)),
                Wish::Dc(wish) => EvChargeParameter::Dc(dc(wish, cx.battery, cx.config.departure)),
            },
        });
        Ok(State::Parameters(Self { mode, since }))
    }

    pub(super) fn handle(
        self,
        response: &ChargeParameterDiscoveryRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        if response.evse_processing != EvseProcessing::Finished {
            // [V2G2-710]
            if cx.now.saturating_sub(self.since) >= Timer::EvccOngoing.limit() {
                return Err(Failure(Ended::Timeout));
            }
            let state = Self::ask(self.mode, self.since, cx)?;
            cx.later(cx.config.poll_interval);
            return Ok(state);
        }
        let Some(SaSchedules::List(list)) = &response.sa_schedules else {
            // [V2G2-905]
            return Err(Failure(Ended::Malformed("finished without a schedule".into())));
        };
        let most = match &cx.config.wish {
            Wish::Ac(ac) => ac.max_current * ac.max_voltage * f64::from(ac.phases),
            Wish::Dc(dc) => dc.max_power,
        };
        let agreed = Agreed::new(list, self.mode, most)
            .ok_or_else(|| Failure(Ended::Malformed("a schedule without entries".into())))?;
        cx.emit(Event::Schedule { power: agreed.first_power() });
        cx.order(Order::RequestEnergy);
        match (&response.evse_charge_parameter, &cx.config.wish) {
            (EvseChargeParameter::Ac(_), Wish::Ac(_)) => Starting::ask(agreed, cx),
            (EvseChargeParameter::Dc(limits), Wish::Dc(_)) => {
                CableCheck::begin(agreed.with_limits(limits), cx)
            }
            _ => Err(Failure(Ended::Malformed("limits of the other kind of charging".into()))),
        }
    }
}

fn ac(wish: &AcWish, departure_time: Option<u32>) -> AcEvChargeParameter {
    AcEvChargeParameter {
        departure_time,
        e_amount: PhysicalValue::clamped(wish.energy, Unit::WattHour),
        ev_max_voltage: PhysicalValue::clamped(wish.max_voltage, Unit::Volt),
        ev_max_current: PhysicalValue::clamped(wish.max_current, Unit::Ampere),
        ev_min_current: PhysicalValue::clamped(wish.min_current, Unit::Ampere),
    }
}

fn dc(wish: &DcWish, battery: &Battery, departure_time: Option<u32>) -> DcEvChargeParameter {
    DcEvChargeParameter {
        departure_time,
        dc_ev_status: status(battery),
        ev_maximum_current_limit: PhysicalValue::clamped(wish.max_current, Unit::Ampere),
        ev_maximum_power_limit: Some(PhysicalValue::clamped(wish.max_power, Unit::Watt)),
        ev_maximum_voltage_limit: PhysicalValue::clamped(wish.max_voltage, Unit::Volt),
        ev_energy_capacity: Some(PhysicalValue::clamped(wish.capacity, Unit::WattHour)),
        ev_energy_request: Some(PhysicalValue::clamped(wish.energy, Unit::WattHour)),
        full_soc: None,
        bulk_soc: None,
    }
}

/// The car's state as the messages tell it.
pub(super) fn status(battery: &Battery) -> DcEvStatus {
    DcEvStatus {
        ev_ready: true,
        ev_error_code: DcEvErrorCode::NoError,
        ev_ress_soc: Int::saturating(i16::from(battery.soc)),
    }
}
