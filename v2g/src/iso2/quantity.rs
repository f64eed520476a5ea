//! Quantities: between [`PhysicalValue`] and plain numbers.

use super::msg::{PhysicalValue, Unit};
use exi::Int;

impl PhysicalValue {
    /// The nearest value the message can carry; `None` beyond ±32,767,000 or for no number.
    pub fn new(value: f64, unit: Unit) -> Option<Self> {
        Self::scaled(value, unit, round)
    }

    /// The same, never more than `value`: for limits that must not be exceeded.
    pub fn at_most(value: f64, unit: Unit) -> Option<Self> {
        Self::scaled(value, unit, floor)
    }

    /// The nearest the message can carry, cut off at its ends; no number becomes 0.
    pub fn clamped(value: f64, unit: Unit) -> Self {
        let most = f64::from(i16::MAX) * 1e3;
        let value = if value.is_nan() { 0.0 } else { value.clamp(-most, most) };
        // Everything in that range fits, so the fallback is never taken.
        Self::at_most(value, unit).unwrap_or(Self { multiplier: MIDDLE, unit, value: 0 })
    }

    /// The number, in the unit of the value.
    pub fn number(&self) -> f64 {
        f64::from(self.value) * POWERS[(self.multiplier.get() + 3).clamp(0, 6) as usize]
    }

    /// Whole numbers that fit keep multiplier 0; others get as many decimals as fit.
    fn scaled(value: f64, unit: Unit, cut: fn(f64) -> f64) -> Option<Self> {
        let fits = |multiplier: i16| {
            let value = cut(value / POWERS[(multiplier + 3) as usize]);
            (f64::from(i16::MIN)..=f64::from(i16::MAX)).contains(&value).then_some(value as i16)
        };
        let whole = fits(0).filter(|v| f64::from(*v) == value).map(|v| (0, v));
        let (multiplier, value) = whole.or_else(|| (-3..=3).find_map(|m| Some((m, fits(m)?))))?;
        Some(Self { multiplier: Int::new(multiplier)?, unit, value })
    }
}

/// A multiplier of 0.
const MIDDLE: Int<-3, 3> = match Int::new(0) {
    Some(zero) => zero,
    None => unreachable!(),
};

const POWERS: [f64; 7] = [1e-3, 1e-2, 1e-1, 1.0, 1e1, 1e2, 1e3];

/// Within a hair of a whole number the hair is the division's, not the caller's.
fn floor(value: f64) -> f64 {
    let nearest = round(value);
    if (value - nearest).abs() < 1e-6 {
        return nearest;
    }
    if nearest > value { nearest - 1.0 } else { nearest }
}

/// Only for what fits far into an `i64`, as everything near an `i16` does.
fn round(value: f64) -> f64 {
    if value.is_nan() || value.abs() > 1e15 {
        return value;
    }
    let half = if value < 0.0 { -0.5 } else { 0.5 };
    (value + half) as i64 as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(v: PhysicalValue) -> (i16, i16) {
        (v.value, v.multiplier.get())
    }

    #[test]
    fn whole_numbers_stay_whole_and_others_keep_their_decimals() {
        assert_eq!(parts(PhysicalValue::new(230.0, Unit::Volt).unwrap()), (230, 0));
        assert_eq!(parts(PhysicalValue::new(11_040.0, Unit::Watt).unwrap()), (11_040, 0));
        assert_eq!(parts(PhysicalValue::new(400.5, Unit::Volt).unwrap()), (4_005, -1));
        assert_eq!(parts(PhysicalValue::new(150_000.0, Unit::Watt).unwrap()), (15_000, 1));
        assert_eq!(parts(PhysicalValue::new(-0.25, Unit::Ampere).unwrap()), (-250, -3));
    }

    #[test]
    fn limits_are_cut_not_rounded_up() {
        for value in [32_767.9, 123_456.7, 0.000_9, 99_999.999, 400.0, 0.1] {
            let got = PhysicalValue::at_most(value, Unit::Watt).unwrap().number();
            assert!(got <= value && value - got < (value * 1e-3).max(1e-3), "{value} became {got}");
        }
    }

    #[test]
    fn what_does_not_fit_is_none_or_cut_off() {
        for value in [f64::NAN, f64::INFINITY, 1e9, -1e9] {
            assert_eq!(PhysicalValue::new(value, Unit::Watt), None, "{value}");
        }
        assert_eq!(PhysicalValue::clamped(1e9, Unit::Watt).number(), 32_767_000.0);
        assert_eq!(PhysicalValue::clamped(f64::NAN, Unit::Watt).number(), 0.0);
    }

    #[test]
    fn every_value_survives_the_way_through_a_number() {
        for multiplier in -3..=3 {
            for value in [i16::MIN, -1, 0, 1, 7, 16_000, i16::MAX] {
                let v = PhysicalValue {
                    multiplier: Int::new(multiplier).unwrap(),
                    unit: Unit::Volt,
                    value,
                };
                let back = PhysicalValue::new(v.number(), Unit::Volt).unwrap();
                assert!((back.number() - v.number()).abs() < 1e-9, "{v:?} {back:?}");
            }
        }
    }
}
