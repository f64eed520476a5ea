use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Revocation lists that were sent a moment ago, by authority.
#[derive(Debug, Default)]
pub(super) struct Lists(Mutex<HashMap<String, (Instant, Vec<u8>)>>);

impl Lists {
    pub(super) fn recent(&self, authority: &str) -> Option<Vec<u8>> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, der) = lists.get(authority)?;
        (at.elapsed() < GOOD_FOR).then(|| der.clone())
    }

    pub(super) fn remember(&self, authority: &str, der: Vec<u8>) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.insert(authority.to_owned(), (Instant::now(), der));
    }

    pub(super) fn forget(&self, authority: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(authority);
    }
}

/// What a revocation at another node takes to show.
const GOOD_FOR: Duration = Duration::from_secs(60);
