use super::super::msg::*;
use super::charging::parameter;
use super::parameters::{Parameters, status};
use super::profile::Agreed;
use super::{Context, Failure, State, Stop};
use crate::evcc::{Ended, Event, Order, Wish};

/// Below this the cable is safe to unplug, in V (IEC 61851-23).
const SAFE: f64 = 60.0;
/// Questions about welded contactors before the car gives up on a slow supply.
const MOST_QUESTIONS: u8 = 20;

/// The station is to get ready for a new schedule.
pub(crate) struct Renegotiating {
    mode: EnergyTransferMode,
}

/// The station is to switch energy off.
pub(crate) struct Stopping;

/// The station is to tell the cable's voltage.
pub(crate) struct Welding {
    asked: u8,
}

/// The station is to say goodbye.
pub(crate) struct Leaving {
    how: Stop,
    relays: Relays,
}

/// What is known of the relays to the battery (DC).
enum Relays {
    Open,
    /// They are closed still when a new schedule was being agreed on.
    Unknown,
}

impl Renegotiating {
    /// [V2G2-841]
    pub(super) fn ask(agreed: &Agreed, cx: &mut Context<'_>) -> Result<State, Failure> {
        cx.ask(PowerDeliveryReq {
            charge_progress: ChargeProgress::Renegotiate,
            sa_schedule_tuple_id: agreed.tuple,
            charging_profile: None,
            ev_power_delivery_parameter: parameter(cx, false),
        });
        Ok(State::Renegotiating(Self { mode: agreed.mode }))
    }

    /// [V2G2-813]
    pub(super) fn handle(self, cx: &mut Context<'_>) -> Result<State, Failure> {
        if let Wish::Dc(_) = cx.config.wish {
            // The cable is checked again, and that without the battery.
            cx.order(Order::OpenRelays);
        }
        Parameters::ask(self.mode, cx.now, cx)
    }
}

impl Stopping {
    pub(super) fn ask(agreed: &Agreed, cx: &mut Context<'_>) -> Result<State, Failure> {
        cx.ask(PowerDeliveryReq {
            charge_progress: ChargeProgress::Stop,
            sa_schedule_tuple_id: agreed.tuple,
            charging_profile: None,
            ev_power_delivery_parameter: parameter(cx, true),
        });
        // [V2G2-848]
        cx.order(Order::ReleaseEnergy);
        Ok(State::Stopping(Self))
    }

    pub(super) fn handle(self, cx: &mut Context<'_>) -> Result<State, Failure> {
        cx.emit(Event::EnergyOff);
        match cx.config.wish {
            Wish::Ac(_) => Leaving::ask(Relays::Open, cx),
            Wish::Dc(_) => {
                cx.order(Order::OpenRelays);
                Welding { asked: 0 }.ask(cx)
            }
        }
    }
}

impl Welding {
    fn ask(self, cx: &mut Context<'_>) -> Result<State, Failure> {
        cx.ask(WeldingDetectionReq { dc_ev_status: status(cx.battery) });
        Ok(State::Welding(Self { asked: self.asked + 1 }))
    }

    /// With the relays open the voltage must fall. [V2G2-620]
    pub(super) fn handle(
        self,
        response: &WeldingDetectionRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        if response.evse_present_voltage.number() <= SAFE || self.asked >= MOST_QUESTIONS {
            return Leaving::ask(Relays::Open, cx);
        }
        let state = self.ask(cx)?;
        cx.later(cx.config.poll_interval);
        Ok(state)
    }
}

impl Leaving {
    /// While no energy flows there is no need for PowerDelivery.
    pub(super) fn early(cx: &mut Context<'_>) -> Result<State, Failure> {
        cx.order(Order::ReleaseEnergy);
        Self::ask(Relays::Unknown, cx)
    }

    fn ask(relays: Relays, cx: &mut Context<'_>) -> Result<State, Failure> {
        let how = cx.stop.unwrap_or(Stop::Terminate);
        cx.ask(SessionStopReq {
            charging_session: match how {
                Stop::Terminate => ChargingSession::Terminate,
                Stop::Pause => ChargingSession::Pause,
            },
        });
        Ok(State::Leaving(Self { how, relays }))
    }

    pub(super) fn handle(self, cx: &mut Context<'_>) -> Result<State, Failure> {
        if let (Relays::Unknown, Wish::Dc(_)) = (&self.relays, &cx.config.wish) {
            cx.order(Order::OpenRelays);
        }
        let mut session_id = [0; 8];
        session_id.iter_mut().zip(cx.session_id.as_slice()).for_each(|(to, from)| *to = *from);
        cx.end(match self.how {
            Stop::Terminate => Ended::Terminated,
            Stop::Pause => Ended::Paused { session_id },
        });
        Ok(State::Leaving(self))
    }
}
