//! `pnc pki`: certificates of Plug & Charge. One file for each subcommand.

mod files;
mod lint;
mod show;

use clap::Subcommand;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Checks certificates against the profiles of ISO 15118-2 and ISO 15118-20, and names each broken rule.
    Lint(lint::Arguments),
    /// Says in plain words what certificates hold.
    Show(show::Arguments),
}

pub(super) fn run(command: Command) -> ExitCode {
    match command {
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
    }
}
