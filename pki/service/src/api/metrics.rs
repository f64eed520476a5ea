use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Counts of requests by operation and status, and how long they took, in the text form of Prometheus.
#[derive(Debug)]
pub(super) struct Metrics {
    start: Instant,
    in_flight: AtomicU64,
    operations: Mutex<BTreeMap<(&'static str, u16), Times>>,
}

#[derive(Debug, Default)]
struct Times {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let (start, operations) = (Instant::now(), Mutex::new(BTreeMap::new()));
        Self { start, in_flight: AtomicU64::new(0), operations }
    }

    /// Counts a request from now until what comes back is dropped.
    pub(super) fn begin(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(self)
    }

    pub(super) fn record(&self, operation: &'static str, status: u16, took: Duration) {
        let mut operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        let times = operations.entry((operation, status)).or_default();
        let seconds = took.as_secs_f64();
        times.count += 1;
        times.seconds += seconds;
        for (bucket, bound) in times.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(seconds <= bound);
        }
    }

    /// Every figure as text.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::from("# TYPE pnc_request_duration_seconds histogram\n");
        let operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        for ((operation, status), times) in operations.iter() {
            let labels = format!("operation=\"{operation}\",status=\"{status}\"");
            let name = "pnc_request_duration_seconds";
            // Writing to a string cannot fail.
            for (count, bound) in times.buckets.iter().zip(BOUNDS) {
                let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
            }
            let Times { count, seconds, .. } = times;
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
            let _ = writeln!(text, "{name}_sum{{{labels}}} {seconds}");
            let _ = writeln!(text, "{name}_count{{{labels}}} {count}");
        }
        let (in_flight, up) = (self.in_flight.load(Ordering::Relaxed), self.start.elapsed());
        let _ = writeln!(text, "# TYPE pnc_requests_in_flight gauge");
        let _ = writeln!(text, "pnc_requests_in_flight {in_flight}");
        let _ = writeln!(text, "# TYPE pnc_uptime_seconds gauge");
        let _ = writeln!(text, "pnc_uptime_seconds {:.0}", up.as_secs_f64());
        text
    }
}

pub(super) struct InFlight<'a>(&'a Metrics);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Upper bounds of durations, seconds.
const BOUNDS: [f64; 9] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 4.0];
