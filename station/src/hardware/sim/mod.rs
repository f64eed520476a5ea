//! A simulated connector and car, joined by a simulated plug: both ends see the same volts and amperes.

mod battery;
mod car;
mod evse;
mod plug;

pub use battery::BatteryModel;
pub use car::SimulatedCar;
pub use evse::{
    SimulatedContactor, SimulatedIsolation, SimulatedMeter, SimulatedPilot, SimulatedSupply,
};
pub use plug::{Plug, PlugSettings};

use super::{Ac, Dc};

/// An AC connector at `plug`.
pub fn ac(plug: &Plug) -> Ac<SimulatedPilot, SimulatedContactor, SimulatedMeter> {
    Ac {
        pilot: SimulatedPilot(plug.clone()),
        contactor: SimulatedContactor(plug.clone()),
        meter: SimulatedMeter(plug.clone()),
    }
}

/// A DC connector at `plug`.
pub fn dc(
    plug: &Plug,
) -> Dc<SimulatedPilot, SimulatedContactor, SimulatedSupply, SimulatedIsolation, SimulatedMeter> {
    Dc::new(
        SimulatedPilot(plug.clone()),
        SimulatedContactor(plug.clone()),
        SimulatedSupply(plug.clone()),
        SimulatedIsolation(plug.clone()),
        SimulatedMeter(plug.clone()),
    )
}
