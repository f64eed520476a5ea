//! Arguments that several subcommands have.

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

/// Seconds since 1970 of a day's midnight or of a moment.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    time::parse(text).ok_or_else(|| "YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, in UTC".to_owned())
}
