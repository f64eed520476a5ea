//! The station's end of the plug, in the pieces that the hardware traits ask for.

use super::Plug;
use crate::hardware::{
    Contactor, ControlPilot, Fault, Isolation, IsolationMonitor, Meter, PowerSupply, Reading,
    Signal, Supply,
};
use v2g::secc;

/// Sees the pilot, or nothing if the plug has none.
#[derive(Clone, Debug)]
pub struct SimulatedPilot(pub(super) Plug);

/// Takes its time to move.
#[derive(Clone, Debug)]
pub struct SimulatedContactor(pub(super) Plug);

/// Ramps voltage and current.
#[derive(Clone, Debug)]
pub struct SimulatedSupply(pub(super) Plug);

/// Takes its time to measure.
#[derive(Clone, Debug)]
pub struct SimulatedIsolation(pub(super) Plug);

/// Counts what flows through the plug.
#[derive(Clone, Debug)]
pub struct SimulatedMeter(pub(super) Plug);

impl ControlPilot for SimulatedPilot {
    fn state(&mut self) -> Result<Option<secc::ControlPilot>, Fault> {
        let state = self.0.lock();
        let shown = match state.signal {
            Signal::Error | Signal::NotAvailable => secc::ControlPilot::F,
            Signal::Off | Signal::Digital | Signal::Nominal => state.pilot,
        };
        Ok(state.settings.pilot.then_some(shown))
    }

    fn signal(&mut self, signal: Signal) -> Result<(), Fault> {
        self.0.lock().signal = signal;
        Ok(())
    }

    fn toggles(&mut self) -> Option<u32> {
        let state = self.0.lock();
        state.settings.pilot.then_some(state.toggles)
    }
}

impl Contactor for SimulatedContactor {
    fn close(&mut self) -> Result<(), Fault> {
        self.0.lock().switch(true);
        Ok(())
    }

    fn open(&mut self) -> Result<(), Fault> {
        self.0.lock().switch(false);
        Ok(())
    }

    fn state(&mut self) -> Result<secc::Contactor, Fault> {
        Ok(self.0.lock().contactor())
    }
}

impl PowerSupply for SimulatedSupply {
    fn set(&mut self, voltage: f64, current: f64) -> Result<(), Fault> {
        self.0.lock().set_supply(voltage, current);
        Ok(())
    }

    fn off(&mut self) -> Result<(), Fault> {
        self.0.lock().set_supply(0.0, 0.0);
        Ok(())
    }

    fn present(&mut self) -> Result<Supply, Fault> {
        Ok(self.0.lock().supply())
    }
}

impl IsolationMonitor for SimulatedIsolation {
    fn start(&mut self) -> Result<(), Fault> {
        self.0.lock().begin_test();
        Ok(())
    }

    fn verdict(&mut self) -> Result<Isolation, Fault> {
        Ok(self.0.lock().isolation())
    }
}

impl Meter for SimulatedMeter {
    /// Whole Wh, and the moment of the reading.
    fn reading(&mut self) -> Result<Reading, Fault> {
        let state = self.0.lock();
        Ok(Reading {
            meter_id: state.settings.meter_id.clone(),
            energy: state.meter() as u64,
            signature: None,
            status: None,
            time: Some(crate::time::unix()),
        })
    }
}
