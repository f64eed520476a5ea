//! Settings as TOML. An unknown key is an error that names it; relative paths count from the file.

mod car;
mod provisioning;
pub(crate) mod revocation;
mod slac;
mod station;

pub(crate) use car::{CarConfig, DEFAULTS as CAR_DEFAULTS};
pub(crate) use provisioning::Wanted;
pub(crate) use station::{DEFAULTS as STATION_DEFAULTS, StationConfig};

use pki::{Level, PrivateKey};
use ring::rand::SystemRandom;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use v2g::secc::{AcLimits, DcLimits};

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{0}: {1}")]
    File(PathBuf, String),
    #[error("{0}")]
    Setting(String),
}

impl ConfigError {
    pub(crate) fn file(path: &Path, why: impl ToString) -> Self {
        Self::File(path.to_owned(), why.to_string())
    }

    pub(crate) fn setting(why: impl ToString) -> Self {
        Self::Setting(why.to_string())
    }
}

/// Reads settings from a file, or takes the defaults; gives the directory that paths count from.
pub(crate) fn read<C: DeserializeOwned + Default>(
    path: Option<&Path>,
) -> Result<(C, PathBuf), ConfigError> {
    let Some(path) = path else { return Ok((C::default(), PathBuf::new())) };
    let config = toml::from_str(&text(path)?).map_err(|error| ConfigError::file(path, error))?;
    Ok((config, path.parent().unwrap_or(Path::new("")).to_owned()))
}

pub(crate) fn text(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| ConfigError::file(path, error))
}

/// The certificates of a PEM file, in DER.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Vec<u8>>, ConfigError> {
    pki::pem::certificates(&text(path)?).map_err(|error| ConfigError::file(path, error))
}

/// The private key of a PEM file.
pub(crate) fn key(path: &Path) -> Result<PrivateKey, ConfigError> {
    PrivateKey::from_pem(&text(path)?, &SystemRandom::new())
        .map_err(|error| ConfigError::file(path, error))
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    Ac,
    #[default]
    Dc,
}

/// How closely certificates must keep to their profile.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Strictness {
    #[default]
    Strict,
    #[serde(alias = "lenient")]
    Field,
    Lab,
}

impl Strictness {
    pub(crate) fn level(self) -> Level {
        match self {
            Self::Strict => Level::Strict,
            Self::Field => Level::Field,
            Self::Lab => Level::Lab,
        }
    }

    pub(crate) fn tls(self) -> v2g_tls::Strictness {
        match self {
            Self::Strict => v2g_tls::Strictness::Strict,
            Self::Field | Self::Lab => v2g_tls::Strictness::Lenient,
        }
    }
}

/// How much must be known of whether a certificate is revoked.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Need {
    /// A recent word that it is not.
    Require,
    /// No word that it is.
    #[default]
    Prefer,
    /// Nothing.
    Ignore,
}

impl Need {
    pub(crate) fn need(self) -> pki::revocation::Need {
        match self {
            Self::Require => pki::revocation::Need::Require,
            Self::Prefer => pki::revocation::Need::Prefer,
            Self::Ignore => pki::revocation::Need::Ignore,
        }
    }
}

/// What an AC station can give.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Ac {
    pub(crate) nominal_voltage: f64,
    pub(crate) max_current: f64,
    pub(crate) phases: u8,
}

impl Default for Ac {
    fn default() -> Self {
        Self { nominal_voltage: 230.0, max_current: 32.0, phases: 3 }
    }
}

impl From<Ac> for AcLimits {
    fn from(ac: Ac) -> Self {
        let Ac { nominal_voltage, max_current, phases } = ac;
        Self { nominal_voltage, max_current, phases }
    }
}

/// What a DC station can give.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Dc {
    pub(crate) max_voltage: f64,
    pub(crate) min_voltage: f64,
    pub(crate) max_current: f64,
    pub(crate) min_current: f64,
    pub(crate) max_power: f64,
    pub(crate) current_ripple: f64,
}

impl Default for Dc {
    fn default() -> Self {
        Self {
            max_voltage: 920.0,
            min_voltage: 150.0,
            max_current: 300.0,
            min_current: 0.0,
            max_power: 150_000.0,
            current_ripple: 2.0,
        }
    }
}

impl From<Dc> for DcLimits {
    fn from(dc: Dc) -> Self {
        let Dc { max_voltage, min_voltage, max_current, min_current, max_power, current_ripple } =
            dc;
        Self { max_voltage, min_voltage, max_current, min_current, max_power, current_ripple }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_reads_as_the_defaults() {
        assert_eq!(
            toml::from_str::<StationConfig>(station::DEFAULTS).unwrap(),
            StationConfig::default()
        );
        assert_eq!(toml::from_str::<CarConfig>(car::DEFAULTS).unwrap(), CarConfig::default());
    }

    /// The optional parts that are printed as comments, too.
    #[test]
    fn what_is_printed_with_the_comments_taken_away_is_understood() {
        for (text, check) in [
            (
                station::DEFAULTS,
                (|text| toml::from_str::<StationConfig>(text).map(drop)) as fn(&str) -> _,
            ),
            (car::DEFAULTS, |text| toml::from_str::<CarConfig>(text).map(drop)),
        ] {
            let lines = text.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line));
            let text: Vec<_> = lines.collect();
            check(&text.join("\n")).unwrap();
        }
    }

    /// What is shown of the matching is what the engines have.
    #[test]
    fn what_is_printed_of_the_matching_is_its_default() {
        let read = |text: &str| {
            let lines = text.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line));
            lines.collect::<Vec<_>>().join("\n")
        };
        let mac = ::slac::Mac([2; 6]);
        let config = toml::from_str::<StationConfig>(&read(station::DEFAULTS)).unwrap().slac;
        let default = ::slac::evse::Config::new(mac);
        assert_eq!(
            format!("{:?}", config.change(default.clone()).unwrap()),
            format!("{default:?}")
        );
        let config = toml::from_str::<CarConfig>(&read(car::DEFAULTS)).unwrap().slac;
        let default = ::slac::ev::Config::new(mac);
        assert_eq!(
            format!("{:?}", config.change(default.clone()).unwrap()),
            format!("{default:?}")
        );
    }

    #[test]
    fn levels_go_by_their_names_and_field_also_by_its_older_one() {
        for (name, level) in [
            ("strict", Level::Strict),
            ("field", Level::Field),
            ("lenient", Level::Field),
            ("lab", Level::Lab),
        ] {
            let text = format!("[contracts]\nlevel = {name:?}");
            let config = toml::from_str::<StationConfig>(&text).unwrap();
            assert_eq!(config.contracts.level.level(), level, "{name}");
        }
    }

    #[test]
    fn a_value_out_of_range_is_named_by_its_key() {
        StationConfig::default().check().unwrap();
        for (text, key) in [
            ("evse_id = \"DE*PNC\"", "evse_id"),
            ("[ac]\nphases = 2", "ac.phases"),
            ("[dc]\nmax_current = nan", "dc.max_current"),
            ("[dc]\nmin_voltage = -1.0", "dc.min_voltage"),
            ("[simulation]\nrate = nan", "simulation.rate"),
            ("[slac]\nTT_match_join = 0", "slac.TT_match_join"),
            ("[simulation]\nisolation_test = -1.0", "simulation.isolation_test"),
        ] {
            let error = toml::from_str::<StationConfig>(text).unwrap().check().unwrap_err();
            assert!(error.to_string().starts_with(&format!("{key}: ")), "{error}");
        }
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error =
            toml::from_str::<StationConfig>("evse_id = \"DE*PNC*E1\"\nspeed = 3\n").unwrap_err();
        assert!(error.to_string().contains("`speed`"), "{error}");
        let error = toml::from_str::<CarConfig>("[dc]\nmax_volts = 3\n").unwrap_err();
        assert!(error.to_string().contains("`max_volts`"), "{error}");
    }
}
