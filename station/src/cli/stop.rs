//! When a command is to end: by signal or by time.

use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Why a command ends before its work is done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stop {
    Signal,
    Timeout,
}

/// Returns at SIGINT, SIGTERM, or when the time is over.
pub(super) async fn requested(timeout: Option<Duration>) -> Stop {
    let late = async {
        match timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
        late.await;
        return Stop::Timeout;
    };
    tokio::select! {
        _ = interrupt.recv() => Stop::Signal,
        _ = terminate.recv() => Stop::Signal,
        () = late => Stop::Timeout,
    }
}

/// Seconds of the command line.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("{text:?} is no number of seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
