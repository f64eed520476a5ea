use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Token buckets, one for each key, in bounded memory.
///
/// Keys that were not seen for long are forgotten; a forgotten key starts with a full bucket.
#[derive(Debug)]
pub(super) struct Buckets<K> {
    rate: f64,
    burst: f64,
    capacity: usize,
    generations: Mutex<Generations<K>>,
}

#[derive(Debug)]
struct Generations<K> {
    young: HashMap<K, Bucket>,
    old: HashMap<K, Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl<K: Eq + Hash + Clone> Buckets<K> {
    /// Lets `burst` through at once and `rate` a second in the long run; a rate of zero lets everything through.
    /// Remembers at most `capacity` keys.
    pub(super) fn new(rate: f64, burst: f64, capacity: usize) -> Self {
        let generations = Generations { young: HashMap::new(), old: HashMap::new() };
        let (burst, capacity) = (burst.max(1.0), capacity.max(2));
        Self { rate, burst, capacity, generations: Mutex::new(generations) }
    }

    /// Takes a token of a key, or tells how long to wait for one.
    pub(super) fn take(&self, key: &K, now: Instant) -> Result<(), Duration> {
        if self.rate <= 0.0 {
            return Ok(());
        }
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let full = Bucket { tokens: self.burst, at: now };
        let Generations { young, old } = &mut *generations;
        let bucket = young.get(key).or_else(|| old.get(key)).copied().unwrap_or(full);
        let gained = now.saturating_duration_since(bucket.at).as_secs_f64() * self.rate;
        let tokens = (bucket.tokens + gained).min(self.burst);
        let verdict = if tokens >= 1.0 {
            Ok(tokens - 1.0)
        } else {
            Err(Duration::from_secs_f64((1.0 - tokens) / self.rate))
        };
        let tokens = verdict.unwrap_or(tokens);
        if young.len() >= self.capacity / 2 && !young.contains_key(key) {
            *old = std::mem::take(young);
        }
        young.insert(key.clone(), Bucket { tokens, at: now });
        verdict.map(drop)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        let generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.young.len() + generations.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_gets_its_burst_and_then_its_rate() {
        let buckets = Buckets::new(10.0, 3.0, 100);
        let begin = Instant::now();
        let at = |millis| begin + Duration::from_millis(millis);
        for _ in 0..3 {
            assert_eq!(buckets.take(&"a", at(0)), Ok(()));
        }
        let wait = buckets.take(&"a", at(0)).unwrap_err();
        assert!((wait.as_secs_f64() - 0.1).abs() < 1e-6, "{wait:?}");
        assert_eq!(buckets.take(&"b", at(0)), Ok(()));
        assert!(buckets.take(&"a", at(99)).is_err());
        assert_eq!(buckets.take(&"a", at(200)), Ok(()));
    }

    #[test]
    fn keys_without_end_take_no_memory_without_end() {
        let buckets = Buckets::new(1.0, 1.0, 100);
        let now = Instant::now();
        for key in 0..10_000 {
            assert_eq!(buckets.take(&key, now), Ok(()));
        }
        assert!(buckets.len() <= 100, "{}", buckets.len());
        // The last ones are known still.
        assert!(buckets.take(&9_999, now).is_err());
    }

    #[test]
    fn a_rate_of_zero_is_no_limit() {
        let buckets = Buckets::new(0.0, 1.0, 100);
        let now = Instant::now();
        assert!((0..100).all(|_| buckets.take(&1, now).is_ok()));
        assert_eq!(buckets.len(), 0);
    }
}
