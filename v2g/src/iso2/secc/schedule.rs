//! The schedule on offer, and whether a car keeps to it.

use super::super::msg::*;
use crate::secc::Limits;
use exi::{List, Ranged};

/// What one entry may last at most, and what is offered when the car names no departure. [V2G2-304]
const DAY: u32 = 86_400;

/// What was agreed on: the most power over time.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    power: f64,
    seconds: u32,
}

impl Schedule {
    /// The tuple that is offered. [V2G2-773]
    pub(super) const TUPLE: SaId = SaId::MIN;

    /// All power there is, until the car leaves, for at least a day. [V2G2-303] [V2G2-304]
    pub(super) fn new(limits: &Limits, mode: EnergyTransferMode, departure: Option<u32>) -> Self {
        let power = match (limits, mode) {
            (Limits::Ac(ac), EnergyTransferMode::AcSinglePhaseCore) => {
                ac.nominal_voltage * ac.max_current
            }
            _ => limits.power(),
        };
        // The last entry begins at most where the schema lets one begin.
        let longest = Ranged::<0, 16_777_214>::MAX.get() + DAY;
        Self { power, seconds: departure.unwrap_or(DAY).clamp(DAY, longest) }
    }

    /// The message for it; only the last entry has a duration. [V2G2-328]
    pub(super) fn list(&self) -> SaScheduleList {
        let p_max = PhysicalValue::at_most(self.power, Unit::Watt)
            .unwrap_or(PhysicalValue::clamped(self.power, Unit::Watt));
        let entry = |start: u32, duration: Option<u32>| PMaxScheduleEntry {
            time_interval: TimeInterval::Relative(RelativeTimeInterval {
                start: Ranged::new(start).unwrap_or(Ranged::MAX),
                duration: duration.and_then(Ranged::new),
            }),
            p_max,
        };
        let last = entry(self.seconds - DAY, Some(DAY));
        let entries = match self.seconds {
            DAY => alloc::vec![last],
            _ => alloc::vec![entry(0, None), last],
        };
        let tuple = SaScheduleTuple {
            sa_schedule_tuple_id: Self::TUPLE,
            p_max_schedule: PMaxSchedule {
                p_max_schedule_entry: List::new(entries).unwrap_or_default(),
            },
            sales_tariff: None,
        };
        SaScheduleList { sa_schedule_tuple: List::new(alloc::vec![tuple]).unwrap_or_default() }
    }

    /// Whether a profile stays below the schedule; half a watt is the messages' rounding. [V2G2-777]
    pub(super) fn admits(&self, profile: &ChargingProfile) -> bool {
        profile
            .profile_entry
            .iter()
            .all(|entry| entry.charging_profile_entry_max_power.number() <= self.power + 0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secc::AcLimits;

    const AC: Limits =
        Limits::Ac(AcLimits { nominal_voltage: 230.0, max_current: 16.0, phases: 3 });

    fn starts(schedule: &Schedule) -> Vec<(u32, Option<u32>)> {
        let list = schedule.list();
        let entries = &list.sa_schedule_tuple[0].p_max_schedule.p_max_schedule_entry;
        entries
            .iter()
            .map(|e| match &e.time_interval {
                TimeInterval::Relative(r) => (r.start.get(), r.duration.map(|d| d.get())),
                TimeInterval::Abstract(_) => panic!("abstract"),
            })
            .collect()
    }

    /// [V2G2-303] [V2G2-304]
    #[test]
    fn a_schedule_lasts_a_day_or_until_departure() {
        let of = |departure| Schedule::new(&AC, EnergyTransferMode::AcThreePhaseCore, departure);
        assert_eq!(starts(&of(None)), [(0, Some(86_400))]);
        assert_eq!(starts(&of(Some(7200))), [(0, Some(86_400))]);
        assert_eq!(starts(&of(Some(100_000))), [(0, None), (13_600, Some(86_400))]);
        assert_eq!(starts(&of(Some(u32::MAX))), [(0, None), (16_777_214, Some(86_400))]);
    }

    /// [V2G2-777]: three phases of 16 A are 11,040 W, not 11 kW.
    #[test]
    fn a_profile_may_reach_the_schedule_and_not_more() {
        let schedule = Schedule::new(&AC, EnergyTransferMode::AcThreePhaseCore, None);
        let profile = |watts| ChargingProfile {
            profile_entry: List::new(alloc::vec![ProfileEntry {
                charging_profile_entry_start: 0,
                charging_profile_entry_max_power: PhysicalValue::new(watts, Unit::Watt).unwrap(),
                charging_profile_entry_max_number_of_phases_in_use: None,
            }])
            .unwrap(),
        };
        assert!(schedule.admits(&profile(11_040.0)) && schedule.admits(&profile(0.0)));
        assert!(!schedule.admits(&profile(11_050.0)));
        let single = Schedule::new(&AC, EnergyTransferMode::AcSinglePhaseCore, None);
        assert!(single.admits(&profile(3_680.0)) && !single.admits(&profile(3_690.0)));
    }
}
