/// A battery with a voltage curve, an inner resistance and a taper towards the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatteryModel {
    /// In Wh.
    pub capacity: f64,
    /// Energy inside, in Wh.
    pub energy: f64,
    /// Open-circuit voltage when empty and when full, in V.
    pub voltage: (f64, f64),
    /// In ohms.
    pub resistance: f64,
    /// Most current, in A.
    pub max_current: f64,
    /// Most power, in W.
    pub max_power: f64,
    /// Above this state of charge, 0 to 1, the current falls to nothing at 1.
    pub taper: f64,
}

impl Default for BatteryModel {
    /// A 60 kWh battery of the 400 V class, 40 % full.
    fn default() -> Self {
        Self {
            capacity: 60_000.0,
            energy: 24_000.0,
            voltage: (340.0, 410.0),
            resistance: 0.08,
            max_current: 250.0,
            max_power: 90_000.0,
            taper: 0.8,
        }
    }
}

impl BatteryModel {
    /// State of charge, 0 to 1.
    pub fn soc(&self) -> f64 {
        if self.capacity > 0.0 { (self.energy / self.capacity).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Without current, in V.
    pub fn open_circuit(&self) -> f64 {
        let (empty, full) = self.voltage;
        empty + (full - empty) * self.soc()
    }

    /// At this current, in V.
    pub fn voltage_at(&self, current: f64) -> f64 {
        self.open_circuit() + current * self.resistance
    }

    /// What a charger must not exceed, in V.
    pub fn target_voltage(&self) -> f64 {
        self.voltage.1 + self.max_current * self.resistance
    }

    /// What the battery wants now, in A.
    pub fn target_current(&self) -> f64 {
        let taper =
            if self.taper < 1.0 { ((1.0 - self.soc()) / (1.0 - self.taper)).min(1.0) } else { 1.0 };
        (self.max_current * taper).min(self.max_power / self.open_circuit().max(1.0))
    }

    /// Takes in energy, in Wh.
    pub fn charge(&mut self, energy: f64) {
        self.energy = (self.energy + energy).clamp(0.0, self.capacity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wish_tapers_and_the_voltage_rises_as_the_battery_fills() {
        let mut battery = BatteryModel::default();
        let (current, voltage) = (battery.target_current(), battery.open_circuit());
        assert!((current - 90_000.0 / voltage).abs() < 1e-9, "power limits before taper");
        battery.energy = 57_000.0;
        assert!((battery.target_current() - 62.5).abs() < 1e-9);
        assert!(battery.open_circuit() > voltage);
        battery.charge(1e9);
        assert_eq!((battery.soc(), battery.target_current()), (1.0, 0.0));
    }
}
