//! The command line: one file for each subcommand, each a thin shell on the library.

mod demo;
mod out;
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
}

/// Runs what the command line says. 0: done, 1: it failed, 2: wrong usage or configuration.
pub(crate) fn run() -> ExitCode {
    match Arguments::parse().command {
        Command::Demo(arguments) => demo::run(arguments),
    }
}
