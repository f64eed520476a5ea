//! `pnc slac`: matching over a power line modem, without what comes after it.

mod ev;
mod evse;
mod matching;
mod modem;
pub(super) mod settings;
mod simulate;
mod watch;

use clap::Subcommand;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Waits as a charging station for a car on the cable, and matches it.
    Evse(matching::Arguments),
    /// Matches as a car with the station at the other end of the cable.
    Ev(matching::Arguments),
    /// Tells which modem stands behind an interface: chip, firmware, network, link, whether it has a key of its own.
    Modem(modem::Arguments),
    /// Shows who is heard on a line: cars, their runs, the stations that answer, attenuations.
    Watch(watch::Arguments),
    /// Plugs cars in side by side on a simulated power line, again and again, and counts who reaches the right station.
    Simulate(simulate::Arguments),
}

pub(super) fn run(command: Command) -> ExitCode {
    match command {
        Command::Evse(arguments) => evse::run(&arguments),
        Command::Ev(arguments) => ev::run(&arguments),
        Command::Modem(arguments) => modem::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
    }
}
