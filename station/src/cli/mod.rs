//! The command line: one file for each subcommand, each a thin shell on the library.

mod colour;
mod config;
mod demo;
mod evcc;
mod exi;
mod hex;
mod id;
mod inspect;
mod key_log;
mod link;
mod logging;
mod out;
mod pki;
mod progress;
mod secc;
mod slac;
mod stop;
mod verdict;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// ISO 15118 Plug & Charge: station, car and their tools.
#[derive(Debug, Parser)]
#[command(name = "pnc", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A car charges at a station, from plug to charging detail record, in this process.
    Demo(demo::Arguments),
    /// A charging station with simulated hardware.
    Secc(secc::Arguments),
    /// A car with a simulated battery.
    Evcc(evcc::Arguments),
    /// Matching over a power line modem (SLAC), by itself.
    #[command(subcommand)]
    Slac(slac::Command),
    /// Translates EXI messages to XML or JSON and back.
    #[command(subcommand)]
    Exi(exi::Command),
    /// Shows what a capture of charging sessions says, message by message.
    Inspect(inspect::Arguments),
    /// Reads contract, charging point and car identifiers and judges their check digits.
    Id(id::Arguments),
    /// Certificates: what they hold, whom they prove, who vouches for them.
    #[command(subcommand)]
    Pki(pki::Command),
}

/// Runs what the command line says. 0: done, 1: it failed, 2: wrong usage or configuration.
pub(crate) fn run() -> ExitCode {
    match Arguments::parse().command {
        Command::Demo(arguments) => demo::run(arguments),
        Command::Secc(arguments) => secc::run(arguments),
        Command::Evcc(arguments) => evcc::run(arguments),
        Command::Slac(command) => slac::run(command),
        Command::Exi(command) => exi::run(command),
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Id(arguments) => id::run(arguments),
        Command::Pki(command) => pki::run(command),
    }
}

fn exit(good: bool) -> ExitCode {
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn failed(why: impl ToString) -> ExitCode {
    out::complain(why.to_string());
    ExitCode::FAILURE
}

fn misused(why: impl ToString) -> ExitCode {
    out::complain(why.to_string());
    ExitCode::from(2)
}
