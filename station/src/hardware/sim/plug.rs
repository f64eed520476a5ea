use super::BatteryModel;
use crate::hardware::Signal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use v2g::secc::{self, Isolation, Supply};

/// How fast and how the simulated hardware behaves. Times are simulated ones.
#[derive(Clone, Debug)]
pub struct PlugSettings {
    /// Simulated seconds for each second.
    pub rate: f64,
    /// Of the contactor, from order to state.
    pub travel: Duration,
    /// Of the isolation test.
    pub isolation_test: Duration,
    pub isolation: Isolation,
    /// Of the supply's open output, in V/s.
    pub voltage_slew: f64,
    /// In A/s.
    pub current_slew: f64,
    /// With AC between phase and neutral, in V.
    pub nominal_voltage: f64,
    /// What an AC station allows for each phase, in A.
    pub max_current: f64,
    /// Phases of the load that stands for a car at an AC connector.
    pub ac_load: Option<u8>,
    /// Name of the meter.
    pub meter_id: String,
    /// Where the meter begins, in Wh.
    pub meter_start: f64,
    /// Whether the station has a control pilot to look at.
    pub pilot: bool,
}

impl Default for PlugSettings {
    fn default() -> Self {
        Self {
            rate: 1.0,
            travel: Duration::from_millis(60),
            isolation_test: Duration::from_millis(1_500),
            isolation: Isolation::Valid,
            voltage_slew: 400.0,
            current_slew: 60.0,
            nominal_voltage: 230.0,
            max_current: 32.0,
            ac_load: None,
            meter_id: "PNC-SIM-1".into(),
            meter_start: 1_234_000.0,
            pilot: true,
        }
    }
}

/// A cable between a simulated connector and a simulated car, or a load that follows every wish.
#[derive(Clone, Debug)]
pub struct Plug(Arc<Mutex<State>>);

#[derive(Debug)]
pub(super) struct State {
    pub(super) settings: PlugSettings,
    last: Instant,
    /// Simulated time.
    now: f64,
    pub(super) pilot: secc::ControlPilot,
    /// What the station puts on the pilot.
    pub(super) signal: Signal,
    /// Changes of the pilot from B to C.
    pub(super) toggles: u32,
    pub(super) car: Option<Car>,
    /// Wanted state, and since when it is there.
    contactor: (bool, f64),
    pub(super) welded: bool,
    aim: (f64, f64),
    supply: Supply,
    test_since: Option<f64>,
    meter: f64,
}

/// The car's end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Car {
    pub(super) battery: BatteryModel,
    pub(super) relays: bool,
    /// AC: phases used and most current for each, in A; `None` with DC.
    pub(super) ac: Option<(u8, f64)>,
    /// Taken in since plug-in, in Wh.
    pub(super) taken: f64,
}

impl Plug {
    /// Nothing is plugged in. A station that delivers nevertheless has a load that takes what it is given.
    pub fn new(settings: PlugSettings) -> Self {
        let meter = settings.meter_start;
        Self(Arc::new(Mutex::new(State {
            settings,
            last: Instant::now(),
            now: 0.0,
            pilot: secc::ControlPilot::A,
            signal: Signal::Off,
            toggles: 0,
            car: None,
            contactor: (false, f64::MIN),
            welded: false,
            aim: (0.0, 0.0),
            supply: Supply::default(),
            test_since: None,
            meter,
        })))
    }

    /// Welds the contactor: it stays closed.
    pub fn weld(&self) {
        self.lock().welded = true;
    }

    /// Pulls the cable.
    pub fn unplug(&self) {
        let mut state = self.lock();
        state.car = None;
        state.pilot = secc::ControlPilot::A;
    }

    /// The state as it is now.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics in between, and a half-made step would do no harm.
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up();
        state
    }
}

impl State {
    /// What the car shows, counted as a station's hardware would.
    pub(super) fn show(&mut self, pilot: secc::ControlPilot) {
        if (self.pilot, pilot) == (secc::ControlPilot::B, secc::ControlPilot::C) {
            self.toggles = self.toggles.wrapping_add(1);
        }
        self.pilot = pilot;
    }

    pub(super) fn contactor(&self) -> secc::Contactor {
        let (closed, since) = self.contactor;
        let moved = self.now - since >= self.settings.travel.as_secs_f64();
        match (closed == moved, self.welded) {
            (false, true) if !closed && moved => secc::Contactor::Fault,
            (true, _) => secc::Contactor::Closed,
            (false, _) => secc::Contactor::Open,
        }
    }

    pub(super) fn switch(&mut self, closed: bool) {
        if self.contactor.0 != closed {
            self.contactor = (closed, self.now);
        }
    }

    pub(super) fn set_supply(&mut self, voltage: f64, current: f64) {
        self.aim = (voltage.max(0.0), current.max(0.0));
    }

    pub(super) fn supply(&self) -> Supply {
        self.supply
    }

    pub(super) fn meter(&self) -> f64 {
        self.meter
    }

    pub(super) fn begin_test(&mut self) {
        self.test_since = Some(self.now);
    }

    pub(super) fn isolation(&self) -> Isolation {
        match self.test_since {
            Some(since) if self.now - since >= self.settings.isolation_test.as_secs_f64() => {
                self.settings.isolation
            }
            _ => Isolation::Unknown,
        }
    }

    /// The contactor's poles conduct.
    fn conducts(&self) -> bool {
        self.welded || self.contactor() == secc::Contactor::Closed
    }

    fn catch_up(&mut self) {
        let now = Instant::now();
        let mut left = now.saturating_duration_since(self.last).as_secs_f64() * self.settings.rate;
        self.last = now;
        while left > 0.0 {
            let step = left.min(STEP);
            self.step(step);
            left -= step;
        }
    }

    fn step(&mut self, seconds: f64) {
        self.now += seconds;
        let conducts = self.conducts();
        let power = match self.car {
            Some(Car { ac: Some((phases, most)), battery, .. }) => {
                let wants = self.pilot.wants_energy() && battery.soc() < 1.0;
                self.alternating(seconds, conducts && wants, most, phases)
            }
            Some(Car { battery, relays, ac: None, .. }) => {
                self.direct(seconds, conducts && relays, battery.open_circuit(), battery.resistance)
            }
            None => match self.settings.ac_load {
                Some(phases) => self.alternating(seconds, conducts, f64::MAX, phases),
                None => self.direct(seconds, conducts, self.aim.0, 0.0),
            },
        };
        let energy = power * seconds / 3600.0;
        self.meter += energy;
        if let Some(car) = &mut self.car {
            car.battery.charge(energy);
            car.taken += energy;
        }
    }

    /// AC into a car that takes so much for each phase; gives the power.
    fn alternating(&mut self, seconds: f64, connected: bool, most: f64, phases: u8) -> f64 {
        let current = if connected { most.min(self.settings.max_current) } else { 0.0 };
        self.supply.current =
            slew(self.supply.current, current, self.settings.current_slew * seconds);
        self.supply.current * self.settings.nominal_voltage * f64::from(phases)
    }

    /// DC into a load of this voltage behind this resistance; gives the power.
    fn direct(&mut self, seconds: f64, connected: bool, behind: f64, resistance: f64) -> f64 {
        let (voltage, most) = self.aim;
        let slews = (self.settings.voltage_slew * seconds, self.settings.current_slew * seconds);
        if connected {
            let room =
                if resistance > 0.0 { ((voltage - behind) / resistance).max(0.0) } else { most };
            // Current falls at once when the aim does: the supply's output is off.
            let aim = most.min(room);
            let current = self.supply.current;
            self.supply.current = if aim < current { aim } else { slew(current, aim, slews.1) };
            self.supply.voltage = behind + self.supply.current * resistance;
        } else {
            self.supply.current = 0.0;
            self.supply.voltage = slew(self.supply.voltage, voltage, slews.0);
        }
        self.supply.voltage * self.supply.current
    }
}

fn slew(from: f64, to: f64, most: f64) -> f64 {
    from + (to - from).clamp(-most, most)
}

/// In simulated seconds: shorter than anything that happens.
const STEP: f64 = 0.01;
