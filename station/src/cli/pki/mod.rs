//! `pnc pki`: certificates of Plug & Charge. One file for each subcommand.

#[cfg(feature = "operator")]
mod audit;
mod bundle;
mod crl;
mod csr;
mod files;
mod fixtures;
mod import;
mod init;
mod issue;
mod lint;
mod ocsp;
mod resolve;
mod revoke;
#[cfg(feature = "operator")]
mod serve;
mod show;
mod sign;
mod terms;
#[cfg(feature = "operator")]
mod token;
mod trust;
mod values;
mod verify;

use clap::Subcommand;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Makes a complete hierarchy of an operator: roots, authorities and their keys.
    Init(init::Arguments),
    /// Takes an authority that was there before over into a directory: its key, certificates, and what it revoked.
    Import(import::Arguments),
    /// Makes a test hierarchy and everything that must be refused, with a manifest of what is wrong.
    Fixtures(fixtures::Arguments),
    /// Issues certificates of any kind, with fresh keys or given ones.
    Issue(issue::Arguments),
    /// Makes requests for certificates, and shows and checks them.
    #[command(subcommand)]
    Csr(csr::Command),
    /// Issues the certificate that a request asks for.
    Sign(sign::Arguments),
    /// Revokes certificates, suspends them, or ends that.
    Revoke(revoke::Arguments),
    /// Issues, shows and checks revocation lists.
    #[command(subcommand)]
    Crl(crl::Command),
    /// Asks about certificates and answers, by OCSP, on files.
    #[command(subcommand)]
    Ocsp(ocsp::Command),
    /// Makes and opens signed contract deliveries.
    #[command(subcommand)]
    Bundle(bundle::Command),
    /// Checks certificates against the profiles of ISO 15118-2 and ISO 15118-20, and names each broken rule.
    Lint(lint::Arguments),
    /// Tells from a contract chain whose it is and whether it may charge.
    Resolve(resolve::Arguments),
    /// Says in plain words what certificates hold.
    Show(show::Arguments),
    /// Verifies a chain up to a root, and lists every check that was done.
    Verify(verify::Arguments),
    /// The log of everything that the certificate service did.
    #[cfg(feature = "operator")]
    #[command(subcommand)]
    Audit(audit::Command),
    /// Serves contract certificates and pools over HTTP: the contract certificate service.
    #[cfg(feature = "operator")]
    Serve(serve::Arguments),
    /// Who may use the contract certificate service: adds, lists and revokes clients.
    #[cfg(feature = "operator")]
    #[command(subcommand)]
    Token(token::Command),
}

pub(super) fn run(command: Command) -> ExitCode {
    match command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Fixtures(arguments) => fixtures::run(&arguments),
        Command::Issue(arguments) => issue::run(&arguments),
        Command::Csr(command) => csr::run(&command),
        Command::Sign(arguments) => sign::run(&arguments),
        Command::Revoke(arguments) => revoke::run(&arguments),
        Command::Crl(command) => crl::run(&command),
        Command::Ocsp(command) => ocsp::run(&command),
        Command::Bundle(command) => bundle::run(&command),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Resolve(arguments) => resolve::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        #[cfg(feature = "operator")]
        Command::Audit(command) => audit::run(command),
        #[cfg(feature = "operator")]
        Command::Serve(arguments) => serve::run(&arguments),
        #[cfg(feature = "operator")]
        Command::Token(command) => token::run(&command),
    }
}
