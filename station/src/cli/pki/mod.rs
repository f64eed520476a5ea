//! `pnc pki`: certificates of Plug & Charge. One file for each subcommand.

mod files;
mod show;

use clap::Subcommand;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Says in plain words what certificates hold.
    Show(show::Arguments),
}

pub(super) fn run(command: Command) -> ExitCode {
    match command {
        Command::Show(arguments) => show::run(&arguments),
    }
}
