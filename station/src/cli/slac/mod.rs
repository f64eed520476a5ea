//! `pnc slac`: matching over a power line modem, without what comes after it.

mod ev;
mod evse;
mod matching;
mod settings;

use clap::Subcommand;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Waits as a charging station for a car on the cable, and matches it.
    Evse(matching::Arguments),
    /// Matches as a car with the station at the other end of the cable.
    Ev(matching::Arguments),
}

pub(super) fn run(command: Command) -> ExitCode {
    match command {
        Command::Evse(arguments) => evse::run(&arguments),
        Command::Ev(arguments) => ev::run(&arguments),
    }
}
