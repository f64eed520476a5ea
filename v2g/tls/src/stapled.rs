//! What a station staples about its own certificate, as the car judges it.

use pki::Certificate;
use pki::revocation::{Need, OcspError, OcspResponse, Revocation, Stale, Status, Window};

/// Why a station is refused for what it stapled, or did not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StapleError {
    /// The certificate is revoked.
    #[error("the leaf is {0}")]
    Revoked(Revocation),
    /// Nothing was stapled [V2G2-873].
    #[error("no response about the leaf is stapled")]
    Missing,
    /// The certificate or its issuer's is not of ISO 15118, so that no response can be about it.
    #[error("no response could be about this leaf")]
    Issuer,
    /// A response that cannot be read, is about something else, or is not the issuer's.
    #[error("the stapled response: {0}")]
    Response(OcspError),
    /// Its time is over or has not come.
    #[error("the stapled response: {0}")]
    Stale(Stale),
    /// The responder knows no such certificate.
    #[error("the responder does not know the leaf")]
    Unknown,
}

/// Judges the response stapled about `leaf`, a certificate whose chain is good, at `now_unix` (seconds since 1970);
/// `issuers` may be anything that was sent or is trusted.
///
/// One authentic word that it is revoked for good is enough, however old. Beyond that only [`Need::Require`] wants anything.
pub fn check_staple<'a>(
    leaf: &[u8],
    issuers: impl IntoIterator<Item = &'a [u8]>,
    stapled: &[u8],
    need: Need,
    now_unix: i64,
) -> Result<(), StapleError> {
    if need == Need::Ignore {
        return Ok(());
    }
    match state(leaf, issuers, stapled, now_unix) {
        Err(StapleError::Revoked(revocation)) => Err(StapleError::Revoked(revocation)),
        Err(_) if need == Need::Prefer => Ok(()),
        state => state,
    }
}

fn state<'a>(
    leaf: &[u8],
    issuers: impl IntoIterator<Item = &'a [u8]>,
    stapled: &[u8],
    now: i64,
) -> Result<(), StapleError> {
    if stapled.is_empty() {
        return Err(StapleError::Missing);
    }
    let response = OcspResponse::parse(stapled).map_err(StapleError::Response)?;
    let leaf = Certificate::parse(leaf).map_err(|_| StapleError::Issuer)?;
    let mut candidates = issuers.into_iter().filter_map(|der| Certificate::parse(der).ok());
    let issuer = candidates.find(|issuer| {
        let key = issuer.public_key();
        issuer.subject() == leaf.issuer() && key.is_ok_and(|key| leaf.verify_signed_by(key).is_ok())
    });
    let issuer = issuer.ok_or(StapleError::Issuer)?;
    let answer = response.answer(&leaf, &issuer, now).map_err(StapleError::Response)?;
    if let Status::Revoked(revocation) = answer.status()
        && revocation.is_final()
    {
        return Err(StapleError::Revoked(revocation));
    }
    // [V2G2-649]
    answer.is_current(now, Window::WEEK).map_err(StapleError::Stale)?;
    match answer.status() {
        Status::Good => Ok(()),
        Status::Revoked(revocation) => Err(StapleError::Revoked(revocation)),
        Status::Unknown => Err(StapleError::Unknown),
    }
}
