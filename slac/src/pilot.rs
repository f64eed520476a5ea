//! The control pilot as each side of the cable sees it.

use core::time::Duration;

/// Control pilot state at the EVSE (IEC 61851-1 letters).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pilot {
    /// No car.
    A,
    /// Car plugged, not ready.
    B,
    /// Car ready, no ventilation needed.
    C,
    /// Car ready, ventilation needed.
    D,
    /// No power on the pilot line.
    E,
    /// Station not available (-12 V).
    F,
}

impl Pilot {
    /// Whether a car is on the plug and the line is in order.
    pub fn is_plugged(self) -> bool {
        matches!(self, Self::B | Self::C | Self::D)
    }
}

/// What an EVSE wants of its control pilot: hold one thing for a while, then another. The caller does it, unless the car is unplugged
/// meanwhile, and reports every change as an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PilotRequest {
    /// First.
    pub step: Step,
    /// At least for this long.
    pub hold: Duration,
    /// After that.
    pub then: Duty,
}

/// A pause that a car notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// State E or F, as the hardware has it and the car takes it.
    Error,
    /// Oscillator off (X1).
    Steady,
}

/// What the oscillator says after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// 5 %: the car may match again.
    Digital,
    /// The nominal duty cycle of charging without communication; a DC station stays as it is.
    Nominal,
}

/// Control pilot as the car sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EvPilot {
    /// Nothing plugged.
    Unplugged,
    /// Oscillator off, steady positive voltage (X1).
    Steady,
    /// Oscillator on with this duty cycle in percent; 5 asks for digital communication.
    Pwm(u8),
    /// State E or F.
    Error,
}
