//! How car and station are linked.

use clap::ValueEnum;

/// What comes before SDP.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Link {
    /// Nothing: there is a network already.
    None,
    /// Matching over a power line modem.
    Slac,
}
