//! What the station knows about its hardware: pushed in, so that the engine can answer by itself.

use alloc::{string::String, vec::Vec};

/// A piece of news from the hardware.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The control pilot changed. Without this news the pilot is taken for unknown and not checked.
    ControlPilot(ControlPilot),
    /// The contactor to the car is closed or open.
    Contactor(Contactor),
    /// What the DC supply gives now.
    Supply(Supply),
    /// The isolation monitor's verdict.
    Isolation(Isolation),
    /// A meter reading.
    Meter(Reading),
    /// What the station can give has changed, by load management or temperature.
    Limits(Limits),
    /// A defect that forbids energy; `None` when it is gone.
    Fault(Option<Fault>),
}

/// All that is known, the latest of each kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub control_pilot: Option<ControlPilot>,
    pub contactor: Contactor,
    pub supply: Supply,
    pub isolation: Isolation,
    pub meter: Option<Reading>,
    pub limits: Limits,
    pub fault: Option<Fault>,
}

impl Facts {
    /// Nothing is known but what the station can give.
    pub fn new(limits: Limits) -> Self {
        Self {
            control_pilot: None,
            contactor: Contactor::Open,
            supply: Supply::default(),
            isolation: Isolation::Unknown,
            meter: None,
            limits: limits.sound(),
            fault: None,
        }
    }

    /// Takes in a piece of news. Limits of the other kind of charging are not taken; what is negative
    /// or no number in limits counts as zero.
    pub fn learn(&mut self, fact: Fact) {
        match fact {
            Fact::ControlPilot(state) => self.control_pilot = Some(state),
            Fact::Contactor(state) => self.contactor = state,
            Fact::Supply(supply) => self.supply = supply,
            Fact::Isolation(verdict) => self.isolation = verdict,
            Fact::Meter(reading) => self.meter = Some(reading),
            Fact::Limits(limits) => {
                if core::mem::discriminant(&limits) == core::mem::discriminant(&self.limits) {
                    self.limits = limits.sound();
                }
            }
            Fact::Fault(fault) => self.fault = fault,
        }
    }
}

/// The state of the control pilot (IEC 61851-1).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ControlPilot {
    /// No car.
    A,
    /// A car that does not ask for energy.
    B,
    /// A car that asks for energy.
    C,
    /// The same, and wants ventilation.
    D,
    /// Short circuit or no power.
    E,
    /// The station is not available.
    F,
}

impl ControlPilot {
    /// Whether the car asks for energy.
    pub const fn wants_energy(self) -> bool {
        matches!(self, Self::C | Self::D)
    }
}

/// The contactor between station and car.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Contactor {
    Open,
    Closed,
    /// It does not do what it was told, or is welded.
    Fault,
}

/// What the DC supply gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Supply {
    /// At the output, in V.
    pub voltage: f64,
    /// Into the car, in A.
    pub current: f64,
}

/// The isolation monitor's verdict.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Isolation {
    /// Not tested in this session, or being tested.
    Unknown,
    Valid,
    /// Below the warning level, charging may go on.
    Warning,
    Fault,
}

/// A meter reading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The meter's name, at most 32 characters count.
    pub meter_id: String,
    /// Energy so far, in Wh.
    pub energy: u64,
    /// The meter's own signature, if it makes one, at most 64 octets.
    pub signature: Option<Vec<u8>>,
    /// The meter's own state, if it tells.
    pub status: Option<i16>,
    /// When, in Unix seconds, if it tells.
    pub time: Option<i64>,
}

/// What the station can give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limits {
    Ac(AcLimits),
    Dc(DcLimits),
}

/// What an AC station can give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AcLimits {
    /// Between a phase and neutral, in V.
    pub nominal_voltage: f64,
    /// For each phase, in A.
    pub max_current: f64,
    /// 1 or 3.
    pub phases: u8,
}

/// What a DC station can give, in V, A and W.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DcLimits {
    pub max_voltage: f64,
    pub min_voltage: f64,
    pub max_current: f64,
    pub min_current: f64,
    pub max_power: f64,
    /// Peak to peak, in A.
    pub current_ripple: f64,
}

impl Limits {
    /// The most power, in W.
    pub fn power(&self) -> f64 {
        match self {
            Self::Ac(ac) => ac.nominal_voltage * ac.max_current * f64::from(ac.phases),
            Self::Dc(dc) => dc.max_power,
        }
    }

    /// The same with nothing that is negative or no number.
    fn sound(self) -> Self {
        // Of a number and what is none, `max` gives the number.
        let sound = |value: f64| value.max(0.0);
        match self {
            Self::Ac(ac) => Self::Ac(AcLimits {
                nominal_voltage: sound(ac.nominal_voltage),
                max_current: sound(ac.max_current),
                phases: ac.phases,
            }),
            Self::Dc(dc) => Self::Dc(DcLimits {
                max_voltage: sound(dc.max_voltage),
                min_voltage: sound(dc.min_voltage),
                max_current: sound(dc.max_current),
                min_current: sound(dc.min_current),
                max_power: sound(dc.max_power),
                current_ripple: sound(dc.current_ripple),
            }),
        }
    }
}

/// What forbids energy.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Fault {
    /// Emergency stop.
    Emergency,
    /// The residual current device tripped.
    ResidualCurrent,
    /// The grid operator or the site switched off.
    Utility,
    /// Anything else.
    Malfunction,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_that_are_negative_or_no_number_count_as_zero() {
        let limits = |value| {
            Limits::Dc(DcLimits {
                max_voltage: value,
                min_voltage: value,
                max_current: value,
                min_current: value,
                max_power: value,
                current_ripple: value,
            })
        };
        let mut facts = Facts::new(limits(f64::NAN));
        assert_eq!(facts.limits, limits(0.0));
        for wrong in [-1e9, f64::NEG_INFINITY, f64::NAN, -0.1] {
            facts.learn(Fact::Limits(limits(500.0)));
            facts.learn(Fact::Limits(limits(wrong)));
            assert_eq!(facts.limits, limits(0.0));
        }
    }

    #[test]
    fn limits_of_the_other_kind_are_not_taken() {
        let ac = Limits::Ac(AcLimits { nominal_voltage: 230.0, max_current: 16.0, phases: 3 });
        let mut facts = Facts::new(ac);
        assert_eq!(facts.limits.power(), 11_040.0);
        facts.learn(Fact::Limits(Limits::Dc(DcLimits {
            max_voltage: 920.0,
            min_voltage: 150.0,
            max_current: 400.0,
            min_current: 0.0,
            max_power: 150_000.0,
            current_ripple: 2.0,
        })));
        assert_eq!(facts.limits, ac);
    }
}
