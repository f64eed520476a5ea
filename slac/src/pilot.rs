//! The control pilot as each side of the cable sees it.

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
