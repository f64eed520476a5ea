use v2g::secc::Limits;

/// A setting that no station can work with.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{key}: {value} is not {wanted}")]
pub struct Unfit {
    /// Its name, as in `dc.max_current`.
    pub key: &'static str,
    /// What it was set to.
    pub value: String,
    /// What it has to be.
    pub wanted: &'static str,
}

/// Checks the EVSEID: 7 to 37 characters.
pub fn check_evse_id(evse_id: &str) -> Result<(), Unfit> {
    let fits = (7..=37).contains(&evse_id.chars().count());
    demand(fits, "evse_id", format!("{evse_id:?}"), "7 to 37 characters long")
}

/// Checks what a station shall be able to give.
pub fn check_limits(limits: &Limits) -> Result<(), Unfit> {
    match limits {
        Limits::Ac(ac) => {
            positive("ac.nominal_voltage", ac.nominal_voltage)?;
            positive("ac.max_current", ac.max_current)?;
            demand(matches!(ac.phases, 1 | 3), "ac.phases", ac.phases, "1 or 3")
        }
        Limits::Dc(dc) => {
            positive("dc.max_voltage", dc.max_voltage)?;
            positive("dc.max_current", dc.max_current)?;
            positive("dc.max_power", dc.max_power)?;
            not_above("dc.min_voltage", dc.min_voltage, dc.max_voltage)?;
            not_above("dc.min_current", dc.min_current, dc.max_current)?;
            not_above("dc.current_ripple", dc.current_ripple, f64::MAX)
        }
    }
}

fn positive(key: &'static str, value: f64) -> Result<(), Unfit> {
    demand(value.is_finite() && value > 0.0, key, value, "a number above 0")
}

fn not_above(key: &'static str, value: f64, most: f64) -> Result<(), Unfit> {
    demand((0.0..=most).contains(&value), key, value, "a number from 0 to the greatest there is")
}

fn demand(
    fits: bool,
    key: &'static str,
    value: impl ToString,
    wanted: &'static str,
) -> Result<(), Unfit> {
    if fits { Ok(()) } else { Err(Unfit { key, value: value.to_string(), wanted }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use v2g::secc::{AcLimits, DcLimits};

    const AC: AcLimits = AcLimits { nominal_voltage: 230.0, max_current: 32.0, phases: 3 };
    const DC: DcLimits = DcLimits {
        max_voltage: 920.0,
        min_voltage: 150.0,
        max_current: 300.0,
        min_current: 0.0,
        max_power: 150_000.0,
        current_ripple: 2.0,
    };

    #[test]
    fn limits_that_make_no_sense_are_named() {
        assert_eq!(check_limits(&Limits::Ac(AC)), Ok(()));
        assert_eq!(check_limits(&Limits::Dc(DC)), Ok(()));
        let cases = [
            ("ac.phases", Limits::Ac(AcLimits { phases: 2, ..AC })),
            ("ac.phases", Limits::Ac(AcLimits { phases: 0, ..AC })),
            ("ac.max_current", Limits::Ac(AcLimits { max_current: f64::NAN, ..AC })),
            ("ac.nominal_voltage", Limits::Ac(AcLimits { nominal_voltage: 0.0, ..AC })),
            ("dc.max_voltage", Limits::Dc(DcLimits { max_voltage: f64::INFINITY, ..DC })),
            ("dc.max_current", Limits::Dc(DcLimits { max_current: -1.0, ..DC })),
            ("dc.max_power", Limits::Dc(DcLimits { max_power: 0.0, ..DC })),
            ("dc.min_voltage", Limits::Dc(DcLimits { min_voltage: 921.0, ..DC })),
            ("dc.min_current", Limits::Dc(DcLimits { min_current: f64::NAN, ..DC })),
            ("dc.current_ripple", Limits::Dc(DcLimits { current_ripple: -0.1, ..DC })),
        ];
        for (key, limits) in cases {
            assert_eq!(check_limits(&limits).unwrap_err().key, key, "{limits:?}");
        }
    }

    #[test]
    fn an_evse_id_has_7_to_37_characters() {
        for (length, fits) in [(0, false), (6, false), (7, true), (37, true), (38, false)] {
            assert_eq!(check_evse_id(&"E".repeat(length)).is_ok(), fits, "{length}");
        }
    }
}
