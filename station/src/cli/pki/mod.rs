//! `pnc pki`: certificates of Plug & Charge. One file for each subcommand.

mod files;
mod lint;
mod progress;
mod resolve;
mod show;
mod terms;
mod trust;
mod verify;

use clap::Subcommand;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Checks certificates against the profiles of ISO 15118-2 and ISO 15118-20, and names each broken rule.
    Lint(lint::Arguments),
    /// Tells from a contract chain whose it is and whether it may charge.
    Resolve(resolve::Arguments),
    /// Says in plain words what certificates hold.
    Show(show::Arguments),
    /// Verifies a chain up to a root, and lists every check that was done.
    Verify(verify::Arguments),
}

pub(super) fn run(command: Command) -> ExitCode {
    match command {
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Resolve(arguments) => resolve::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
    }
}
