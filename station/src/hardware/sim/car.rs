use super::plug::Car;
use super::{BatteryModel, Plug};
use crate::hardware::{Vehicle, VehicleStatus};
use tokio::time::Instant;
use v2g::evcc::{Battery, Order, Wish};
use v2g::secc::ControlPilot;

/// A car: battery, relays and pilot. At a [`Plug`] it gets what flows there; without one, what the station says.
#[derive(Debug)]
pub struct SimulatedCar {
    end: End,
    /// Enough, in Wh.
    wanted: f64,
    /// What the station offers for each phase bounds it further.
    ac: Option<(u8, f64)>,
}

#[derive(Debug)]
enum End {
    Plug(Plug),
    Alone { car: Car, rate: f64, nominal_voltage: f64, told: Option<(Instant, f64)> },
}

impl SimulatedCar {
    /// Plugs a car in that goes when `energy` Wh are inside, or the battery is full.
    pub fn plugged(plug: &Plug, battery: BatteryModel, wish: &Wish) -> Self {
        let (ac, wanted) = taken_by(wish);
        let mut state = plug.lock();
        state.car = Some(Car { battery, relays: false, ac, taken: 0.0 });
        state.pilot = ControlPilot::B;
        drop(state);
        Self { end: End::Plug(plug.clone()), wanted, ac }
    }

    /// A car at a station elsewhere, that takes what the station says it gives, `rate` times as fast.
    pub fn alone(battery: BatteryModel, wish: &Wish, rate: f64) -> Self {
        let (ac, wanted) = taken_by(wish);
        let car = Car { battery, relays: false, ac, taken: 0.0 };
        let nominal_voltage = match wish {
            Wish::Ac(ac) => ac.max_voltage,
            Wish::Dc(_) => 0.0,
        };
        Self { end: End::Alone { car, rate, nominal_voltage, told: None }, wanted, ac }
    }

    /// Taken in so far, in Wh.
    pub fn taken(&self) -> f64 {
        self.car().map_or(0.0, |car| car.taken)
    }

    fn car(&self) -> Option<Car> {
        match &self.end {
            End::Plug(plug) => plug.lock().car,
            End::Alone { car, .. } => Some(*car),
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut Car)) {
        match &mut self.end {
            End::Plug(plug) => plug.lock().car.as_mut().map_or((), change),
            End::Alone { car, .. } => change(car),
        }
    }

    fn pilot(&self, pilot: ControlPilot) {
        if let End::Plug(plug) = &self.end {
            let mut state = plug.lock();
            // A cable that was pulled carries nothing.
            if state.car.is_some() {
                state.show(pilot);
            }
        }
    }
}

impl Vehicle for SimulatedCar {
    fn poll(&mut self) -> VehicleStatus {
        let Some(Car { battery, taken, .. }) = self.car() else {
            return VehicleStatus { battery: Battery::default(), satisfied: true };
        };
        VehicleStatus {
            battery: Battery {
                soc: (battery.soc() * 100.0) as u8,
                voltage: battery.open_circuit(),
                target_voltage: battery.target_voltage(),
                target_current: battery.target_current(),
            },
            satisfied: taken >= self.wanted || battery.soc() >= 1.0,
        }
    }

    fn order(&mut self, order: Order) {
        match order {
            Order::RequestEnergy => self.pilot(ControlPilot::C),
            Order::ReleaseEnergy => self.pilot(ControlPilot::B),
            Order::CloseRelays => self.change(|car| car.relays = true),
            Order::OpenRelays => self.change(|car| car.relays = false),
        }
    }

    fn can_toggle(&self) -> bool {
        matches!(self.end, End::Plug(_))
    }

    fn ready(&mut self, ready: bool) {
        self.pilot(if ready { ControlPilot::C } else { ControlPilot::B });
    }

    fn present(&mut self, voltage: Option<f64>, current: Option<f64>) {
        if let (Some((phases, most)), Some(offered)) = (self.ac, current) {
            self.change(|car| car.ac = Some((phases, most.min(offered))));
        }
        let End::Alone { car, rate, nominal_voltage, told } = &mut self.end else { return };
        let power = match car.ac {
            Some((phases, current)) => current * *nominal_voltage * f64::from(phases),
            None => voltage.unwrap_or(0.0) * current.unwrap_or(0.0),
        };
        let now = Instant::now();
        if let Some((then, power)) = told.replace((now, power)) {
            let energy = power * now.duration_since(then).as_secs_f64() * *rate / 3600.0;
            car.battery.charge(energy);
            car.taken += energy;
        }
    }
}

/// Phases and current of a car that charges with AC, and energy wanted.
fn taken_by(wish: &Wish) -> (Option<(u8, f64)>, f64) {
    match wish {
        Wish::Ac(ac) => (Some((ac.phases, ac.max_current)), ac.energy),
        Wish::Dc(dc) => (None, dc.energy),
    }
}
