//! `pnc pki audit`: the log of everything that the service did.

mod show;
mod verify;

use crate::cli::misused;
use ::pki_service::store::{Options, Store, StoreError};
use clap::Subcommand;
use std::future::Future;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Walks the whole log and names the first record that was altered, inserted or taken out.
    Verify(verify::Arguments),
    /// Shows records of the log, or its head.
    Show(show::Arguments),
}

pub(super) fn run(command: Command) -> ExitCode {
    match command {
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
    }
}

/// Opens the store at `sqlite:FILE`, `postgres://..` or a file, as it is, and has something done with it.
fn with_store<F: Future<Output = Result<ExitCode, StoreError>>>(
    place: &str,
    work: impl FnOnce(Store) -> F,
) -> ExitCode {
    let url = if has_scheme(place) { place.to_owned() } else { format!("sqlite:{place}") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return crate::cli::failed(error),
    };
    let done = runtime.block_on(async {
        let store = Store::open(&url, Options { create: false, ..Options::default() }).await?;
        let done = work(store.clone()).await;
        store.close().await;
        done
    });
    match done {
        Ok(code) => code,
        Err(error @ StoreError::Url(_)) => misused(error),
        Err(error) => crate::cli::failed(error),
    }
}

fn has_scheme(place: &str) -> bool {
    place.starts_with("sqlite:") || place.contains("://")
}
