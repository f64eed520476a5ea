//! What the responder says of our own certificate, for cars that ask in TLS: fetched anew long before it runs out.

use std::sync::Arc;
use std::time::Duration;

use pki::chain::Position;
use pki::revocation::{Answer, OcspResponse, Query, Status, Window, fetches};
use pki::{Certificate, Chain, Verified};
use v2g_tls::Staple;

use super::Revocation;
use super::fetch::{self, Wanted};

/// Keeps a staple fresh. Never returns; drop it to stop.
///
/// The response is fetched again when half of its time is over, at least weekly [V2G2-649] [V2G2-876]. As long as it has not
/// run out it is shown, whether or not the responder can be reached. Only one that says good is.
pub async fn keep(revocation: Revocation, chain: Arc<Verified<Chain>>, staple: Staple) {
    let Some((_, leaf, issuer)) = chain.issued().next() else { return };
    let mut pause = FIRST_PAUSE;
    loop {
        let due = due(&show(&revocation, leaf, issuer, &staple));
        if due > crate::time::unix() {
            pause = FIRST_PAUSE;
            wait_until(due).await;
            continue;
        }
        fetch(&revocation, &chain).await;
        let answer = show(&revocation, leaf, issuer, &staple);
        if self::due(&answer) <= crate::time::unix() {
            log::warn!("no fresh response about our own certificate {}", leaf.subject());
            // What runs out is not shown beyond that.
            let left = answer.map(|answer| end(&answer).saturating_sub(crate::time::unix()) + 1);
            let left = left.map(|left| Duration::from_secs(left.max(1).unsigned_abs()));
            tokio::time::sleep(left.map_or(pause, |left| left.min(pause))).await;
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }
}

/// Shows what is at hand; gives back what it says.
fn show(
    revocation: &Revocation,
    leaf: &Certificate,
    issuer: &Certificate,
    staple: &Staple,
) -> Option<Answer> {
    let now = crate::time::unix();
    let cache = revocation.known().cache;
    let found = cache.find(leaf, issuer, now).and_then(|response| {
        let answer = response.answer(leaf, issuer, now).ok()?;
        answer.is_current(now, Window { tolerance: 0, ..Window::WEEK }).ok()?;
        Some((response.der().to_vec(), answer))
    });
    match found {
        Some((der, answer)) if answer.status() == Status::Good => {
            staple.set(Some(der));
            Some(answer)
        }
        Some((_, answer)) => {
            log::error!(
                "our own certificate {} is not good: {:?}",
                leaf.subject(),
                answer.status()
            );
            staple.set(None);
            None
        }
        None => {
            staple.set(None);
            None
        }
    }
}

async fn fetch(revocation: &Revocation, chain: &Verified<Chain>) {
    let Some(client) = &revocation.0.client else { return };
    let now = crate::time::unix();
    let wanted = fetches(chain, None, now)
        .into_iter()
        .filter(|fetch| fetch.at == Position::Leaf && matches!(fetch.query, Query::Ocsp { .. }));
    let got = fetch::all(client, Wanted::of(chain, wanted), revocation.0.budget).await;
    let _: Vec<OcspResponse> = revocation.learn(chain, got, now).await;
}

/// When half of its time is over, in Unix seconds; now if there is none.
fn due(answer: &Option<Answer>) -> i64 {
    let Some(answer) = answer else { return i64::MIN };
    let half = end(answer).saturating_sub(answer.this_update()) / 2;
    answer.this_update().saturating_add(half)
}

/// The last second at which it is shown.
fn end(answer: &Answer) -> i64 {
    let week = answer.this_update().saturating_add(Window::WEEK.max_age);
    answer.next_update().map_or(week, |next| next.min(week))
}

/// Looks at the clock again now and then, which may have been set.
async fn wait_until(due: i64) {
    let seconds = due.saturating_sub(crate::time::unix()).clamp(1, LONGEST_SLEEP);
    tokio::time::sleep(Duration::from_secs(seconds.unsigned_abs())).await;
}

const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LAST_PAUSE: Duration = Duration::from_secs(3600);
const LONGEST_SLEEP: i64 = 3600;
