use std::sync::Arc;
use std::time::Duration;

use super::Service;
use crate::webhook::Courier;

/// What a node does beside answering, until it is dropped: takes over the root pool, sends to webhooks, puts on record what
/// is over, forgets old replies.
pub async fn upkeep(service: Arc<Service>, courier: Option<Courier>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for tick in 0_u64.. {
        ticks.tick().await;
        let now = (service.clock)();
        let told = |what: &str, error: &crate::store::StoreError| log::warn!("{what}: {error}");
        if let Some(courier) = &courier {
            let _ = courier.send_due(now).await.inspect_err(|error| told("webhooks", error));
        }
        if tick % ROOTS == 0 {
            let _ = service.reload_roots().await.inspect_err(|error| told("root pool", error));
        }
        if tick % RECORDS == 0 {
            let over = service.store.expire_due(now, AT_ONCE).await;
            let _ = over.inspect_err(|error| told("what is over", error));
            let old = service.store.purge_replies(now).await;
            let _ = old.inspect_err(|error| told("old replies", error));
        }
    }
}

const TICK: Duration = Duration::from_secs(1);
/// Ticks between two of a kind.
const ROOTS: u64 = 10;
const RECORDS: u64 = 60;
const AT_ONCE: u32 = 1000;
