use std::sync::Arc;

use pki::revocation::{Report, RevocationError};
use pki::{Chain, Verified};
use tokio::task::JoinSet;
use v2g::authorization::Denial;

use super::Revocation;

/// One contract's chain being asked about, while the car goes on to sign its challenge. Dropped, it stops.
pub(crate) struct Inquiry(JoinSet<Result<Report, RevocationError>>);

impl Inquiry {
    pub(crate) fn start(revocation: Revocation, chain: Arc<Verified<Chain>>) -> Self {
        let mut asking = JoinSet::new();
        asking.spawn(async move { revocation.check(&chain).await });
        Self(asking)
    }

    /// Waits for what comes of it; nothing comes of none.
    pub(crate) async fn end(inquiry: Option<Self>) -> Result<(), (Denial, String)> {
        let Some(Self(mut asking)) = inquiry else { return Ok(()) };
        let report = match asking.join_next().await {
            Some(Ok(Ok(report))) => report,
            Some(Ok(Err(error))) => return Err((denial(&error), error.to_string())),
            Some(Err(error)) => return Err((Denial::Unavailable, error.to_string())),
            None => return Ok(()),
        };
        for finding in report.findings() {
            log::info!("revocation of {}: {:?}", finding.at, finding.known);
        }
        Ok(())
    }
}

/// What an error means for the car.
fn denial(error: &RevocationError) -> Denial {
    match error {
        RevocationError::Revoked { .. } => Denial::Revoked,
        RevocationError::Unknown { .. } | RevocationError::NoAnswer { .. } => Denial::Unproven,
    }
}
