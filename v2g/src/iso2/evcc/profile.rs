//! The schedule a car picks, and the profile it promises.

use super::super::msg::*;
use crate::evcc::{Battery, DcWish};
use alloc::vec::Vec;
use exi::List;

/// What car and station agreed on.
pub(crate) struct Agreed {
    pub(super) mode: EnergyTransferMode,
    pub(super) tuple: SaId,
    entries: Vec<(u32, f64)>,
    pub(super) limits: Limits,
}

/// What the station last said it can give (DC), in V, A and W.
pub(crate) struct Limits {
    voltage: f64,
    current: f64,
    power: f64,
}

impl Agreed {
    /// Takes the tuple with the cheapest tariff, the first one if none has prices, and of its power
    /// what the car can use. `None` for a schedule without entries.
    pub(super) fn new(list: &SaScheduleList, mode: EnergyTransferMode, most: f64) -> Option<Self> {
        let tuple = list.sa_schedule_tuple.iter().min_by(|a, b| price(a).total_cmp(&price(b)))?;
        let entries: Vec<_> = tuple
            .p_max_schedule
            .p_max_schedule_entry
            .iter()
            .filter_map(|entry| match &entry.time_interval {
                TimeInterval::Relative(r) => Some((r.start.get(), entry.p_max.number().min(most))),
                TimeInterval::Abstract(_) => None,
            })
            .collect();
        let tuple = tuple.sa_schedule_tuple_id;
        (!entries.is_empty()).then_some(Self { mode, tuple, entries, limits: Limits::NONE })
    }

    pub(super) fn with_limits(self, limits: &DcEvseChargeParameter) -> Self {
        let limits = Limits {
            voltage: limits.evse_maximum_voltage_limit.number(),
            current: limits.evse_maximum_current_limit.number(),
            power: limits.evse_maximum_power_limit.number(),
        };
        Self { limits, ..self }
    }

    pub(super) fn first_power(&self) -> f64 {
        self.entries.first().map_or(0.0, |(_, power)| *power)
    }

    /// The profile for the whole schedule; never above it. [V2G2-293] [V2G2-777]
    pub(super) fn profile(&self) -> Option<ChargingProfile> {
        let entry = |(start, power): &(u32, f64)| ProfileEntry {
            charging_profile_entry_start: *start,
            charging_profile_entry_max_power: PhysicalValue::clamped(*power, Unit::Watt),
            charging_profile_entry_max_number_of_phases_in_use: None,
        };
        // A message holds 24 entries; what comes later is asked for again then. [V2G2-305]
        let entries: Vec<_> = self.entries.iter().take(24).map(entry).collect();
        Some(ChargingProfile { profile_entry: List::new(entries).ok()? })
    }
}

impl Limits {
    const NONE: Self = Self { voltage: f64::MAX, current: f64::MAX, power: f64::MAX };

    /// A limit that is not said again stays.
    pub(super) fn learn(&mut self, response: &CurrentDemandRes) {
        for (limit, said) in [
            (&mut self.voltage, &response.evse_maximum_voltage_limit),
            (&mut self.current, &response.evse_maximum_current_limit),
            (&mut self.power, &response.evse_maximum_power_limit),
        ] {
            if let Some(said) = said {
                *limit = said.number();
            }
        }
    }

    /// What to ask for, in V and A: the battery's wish within the limits of both sides. [V2G2-258]
    pub(super) fn target(&self, battery: &Battery, wish: &DcWish) -> (f64, f64) {
        let voltage = battery.target_voltage.min(wish.max_voltage).min(self.voltage).max(0.0);
        let current = battery.target_current.min(wish.max_current).min(self.current).max(0.0);
        let power = wish.max_power.min(self.power).max(0.0);
        (voltage, if voltage * current > power { power / voltage } else { current })
    }
}

/// The mean price level; tuples without a tariff come last, but before none at all.
fn price(tuple: &SaScheduleTuple) -> f64 {
    let Some(tariff) = &tuple.sales_tariff else { return f64::MAX };
    let levels: Vec<_> =
        tariff.sales_tariff_entry.iter().filter_map(|e| e.e_price_level).map(f64::from).collect();
    if levels.is_empty() { f64::MAX } else { levels.iter().sum::<f64>() / levels.len() as f64 }
}
