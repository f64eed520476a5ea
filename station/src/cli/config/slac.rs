use super::ConfigError;
use crate::cli::slac::settings::{Named, set};
use serde::{Deserialize, Serialize};

/// How cars are matched over a power line modem: the names and values of `pnc slac evse|ev --set`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub(crate) struct Slac(toml::Table);

impl Slac {
    /// The settings of an engine with the changes made.
    pub(crate) fn change<C: Named>(&self, mut config: C) -> Result<C, ConfigError> {
        // What is said of a modem changes the one that is named.
        let (modem, others): (Vec<_>, Vec<_>) =
            self.0.iter().partition(|(name, _)| *name == "modem");
        for (name, value) in modem.into_iter().chain(others) {
            let text = text(value);
            let done = set(&mut config, name, &text).ok_or_else(|| {
                ConfigError::setting(format!("slac.{name}: there is no such setting"))
            })?;
            let wrong = || ConfigError::setting(format!("slac.{name}: {text:?} is no value of it"));
            done.ok_or_else(wrong)?;
        }
        Ok(config)
    }
}

/// As on the command line.
fn text(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(","),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slac::modem::{HomePlug, Make, Modem};
    use slac::{Decibel, Mac, Timer, ev, evse};
    use std::time::Duration;

    fn read(text: &str) -> Slac {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn settings_of_both_engines_go_by_the_names_of_the_command_line() {
        let text = "TT_match_join = 9000\nlink = \"none\"\nmodem = \"lumissil\"\ncalibration = 7\nretries = 0";
        let config = read(text).change(evse::Config::new(Mac([2; 6]))).unwrap();
        assert_eq!(config.timing[Timer::Join], Duration::from_secs(9));
        assert_eq!((config.calibration, config.retries), ([7; 58], 0));
        let Modem::HomePlug(HomePlug { link, make, .. }) = config.modem else { panic!() };
        assert_eq!((link, make), (slac::LinkReport::None, Some(Make::Lumissil)));
        let groups: Vec<String> = (0..58).map(|group: u8| group.to_string()).collect();
        let config = read(&format!("calibration = [{}]", groups.join(", ")));
        let config = config.change(evse::Config::new(Mac([2; 6]))).unwrap();
        assert_eq!((config.calibration[0], config.calibration[57]), (0, 57));
        let config = read("margin = 4.5\nvalidate = \"when_unsure\"");
        let config = config.change(ev::Config::new(Mac([2; 6]))).unwrap();
        assert_eq!((config.margin, config.validate), (Decibel(450), ev::Validate::WhenUnsure));
    }

    #[test]
    fn what_cannot_be_set_is_named() {
        for (text, key) in [
            ("speed = 3", "slac.speed"),
            ("retries = \"often\"", "slac.retries"),
            ("calibration = [1, 2]", "slac.calibration"),
        ] {
            let error = read(text).change(evse::Config::new(Mac([2; 6]))).unwrap_err();
            assert!(error.to_string().starts_with(&format!("{key}: ")), "{error}");
        }
    }
}
