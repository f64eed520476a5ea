//! Arguments that several subcommands have.

use ::pki::key::{Algorithm, KeyError};
use ::pki::profile::{Edition, Level};
use ::pki::time;
use clap::ValueEnum;

/// How much deviation is tolerated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Strictness {
    /// The standard to the letter.
    Strict,
    /// What protects, but no formalities.
    #[value(alias = "lenient")]
    Field,
    /// Also what only test hierarchies do.
    Lab,
}

impl Strictness {
    pub(super) fn level(self) -> Level {
        match self {
            Self::Strict => Level::Strict,
            Self::Field => Level::Field,
            Self::Lab => Level::Lab,
        }
    }
}

/// `2` or `20`.
pub(super) fn edition(text: &str) -> Result<Edition, String> {
    match text {
        "2" | "-2" | "iso2" => Ok(Edition::Iso2),
        "20" | "-20" | "iso20" => Ok(Edition::Iso20),
        _ => Err("2 or 20".to_owned()),
    }
}

/// What keys are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum KeyName {
    /// On P-256, of ISO 15118-2.
    P256,
    /// On P-521, of ISO 15118-20.
    P521,
    /// Ed448, the other of ISO 15118-20; in a build with the feature `ed448`.
    Ed448,
}

impl KeyName {
    /// What a key is to be in an edition: the one that was asked for, if the edition and this build have it, or the usual one.
    pub(super) fn algorithm(asked: Option<Self>, edition: Edition) -> Result<Algorithm, String> {
        let algorithm = match (asked, edition) {
            (None | Some(Self::P256), Edition::Iso2) => Algorithm::P256,
            (None | Some(Self::P521), Edition::Iso20) => Algorithm::P521,
            (Some(Self::Ed448), Edition::Iso20) => Algorithm::Ed448,
            (Some(Self::P256), Edition::Iso20) => {
                return Err(format!("{edition} has keys on P-521 and of Ed448"));
            }
            (Some(Self::P521 | Self::Ed448), Edition::Iso2) => {
                return Err(format!("{edition} has keys on P-256"));
            }
        };
        match algorithm.is_built() {
            true => Ok(algorithm),
            false => Err(KeyError::NotBuilt { algorithm }.to_string()),
        }
    }
}

/// Seconds since 1970 of a day's midnight or of a moment.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    time::parse(text).ok_or_else(|| "YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, in UTC".to_owned())
}
