//! What an EVSE maker implements: small traits, bundled as [`Ac`] or [`Dc`].
//!
//! Every method must return at once: it starts what takes time and never waits, sleeps or blocks on
//! a bus, for meanwhile nothing else of the connector is looked at. [`poll`](Hardware::poll) is called
//! every [`period`](Hardware::period) and after each order. Whatever differs from the last time is told
//! to the session. An error is a [`Fault`]: the car is told to stop, and everything is switched off.
//!
//! With [`Dc`] the contactor is closed for the cable check and the precharge already, not for the
//! energy alone: the order is close, test, precharge, deliver, supply off, open.
//!
//! If this code panics, or the runtime ends, the supply is ordered off and the contactor open once
//! more. Against a process that hangs, is killed or loses its power nothing here can help: the
//! hardware must have a watchdog of its own, which opens the contactor and cuts the supply when it has
//! not been served for a few periods. Serve it from [`poll`](Hardware::poll) and from nowhere else.
//! Emergency stop, residual current and the loss of the pilot must open the contactor without software.

mod bundle;
mod rig;
pub mod sim;
mod vehicle;

pub use bundle::{Ac, Dc};
pub use rig::Rig;
pub(crate) use rig::{Attached, Line};
pub use v2g::secc::{Fact, Fault, Isolation, Order, Reading, Supply};
pub use vehicle::{Vehicle, VehicleStatus};

use std::time::Duration;
use v2g::secc;

/// The control pilot of one connector.
pub trait ControlPilot: Send {
    /// What the pilot shows; `None` where there is no pilot to look at.
    fn state(&mut self) -> Result<Option<secc::ControlPilot>, Fault>;

    /// What the station puts on the pilot.
    fn signal(&mut self, signal: Signal) -> Result<(), Fault>;

    /// How often the pilot went from B to C, counted by hardware or interrupt from anywhere and wrapping; `None` where nobody counts.
    /// Cars that want to prove their cable by toggling (BCB) are then told that this is not supported. A toggle has to be in here within
    /// 200 ms, so a [`period`](Hardware::period) must not be longer.
    fn toggles(&mut self) -> Option<u32> {
        None
    }
}

/// What a station puts on the control pilot (IEC 61851-1).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Signal {
    /// Steady +12 V: no energy to be had now.
    Off,
    /// 5 % duty cycle: digital communication is wanted.
    Digital,
    /// The duty cycle of AC charging without communication, after the matching has failed for good; until the car is unplugged. Hardware
    /// that cannot charge by the pilot alone leaves the pilot as it is: no session will close the contactor.
    Nominal,
    /// State E (0 V) or F (-12 V), whichever the hardware has and cars take better, so that a car matches again. For some seconds, never
    /// while a session runs or the contactor is closed.
    Error,
    /// Steady -12 V, state F.
    NotAvailable,
}

/// The contactor between station and car.
pub trait Contactor: Send {
    /// Starts to close. Called again while it is closed, it changes nothing.
    fn close(&mut self) -> Result<(), Fault>;

    /// Starts to open. Called again while it is open, it changes nothing.
    fn open(&mut self) -> Result<(), Fault>;

    /// As the auxiliary contacts show it, not as it was told.
    fn state(&mut self) -> Result<secc::Contactor, Fault>;
}

/// A DC supply.
pub trait PowerSupply: Send {
    /// Aims for this voltage with at most this current, in V and A. Both may be 0: 0 A is a wish of
    /// the car like any other and no error; the voltage is then held without current.
    fn set(&mut self, voltage: f64, current: f64) -> Result<(), Fault>;

    /// Aims for zero.
    fn off(&mut self) -> Result<(), Fault>;

    /// What is at the output.
    fn present(&mut self) -> Result<Supply, Fault>;
}

/// The meter that is billed by.
pub trait Meter: Send {
    /// What it shows now; energy only grows.
    fn reading(&mut self) -> Result<Reading, Fault>;
}

/// Tests the isolation of a DC output.
pub trait IsolationMonitor: Send {
    /// Begins a test; a running one starts over.
    fn start(&mut self) -> Result<(), Fault>;

    /// [`Isolation::Unknown`] while the test runs.
    fn verdict(&mut self) -> Result<Isolation, Fault>;
}

/// The hardware of one connector as a whole. [`Ac`] and [`Dc`] make one of the small traits.
pub trait Hardware: Send + 'static {
    /// Everything that is known, in any order. Repeating what has not changed is harmless.
    fn poll(&mut self) -> Result<Vec<Fact>, Fault>;

    /// Does what the session wants. Orders name a wanted state, so a repeated one changes nothing.
    fn order(&mut self, order: Order) -> Result<(), Fault>;

    /// Puts a signal on the control pilot, if there is one.
    fn signal(&mut self, signal: Signal) -> Result<(), Fault> {
        let _ = signal;
        Ok(())
    }

    /// As [`ControlPilot::toggles`].
    fn toggles(&mut self) -> Option<u32> {
        None
    }

    /// How often to poll.
    fn period(&self) -> Duration {
        Duration::from_millis(20)
    }
}
