//! What happened when, readable.

use crate::cli::out;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Prints what happens as it happens. Clones print to the same.
#[derive(Clone, Debug)]
pub(crate) struct Timeline(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    start: Instant,
    /// The same moment since 1970.
    epoch: Duration,
    quiet: bool,
    colours: bool,
    last_sample: Mutex<Option<Instant>>,
}

impl Timeline {
    pub(crate) fn start(quiet: bool) -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(Arc::new(Inner {
            start: Instant::now(),
            epoch,
            quiet,
            colours: std::io::stdout().is_terminal(),
            last_sample: Mutex::new(None),
        }))
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.start.elapsed()
    }

    /// Nanoseconds since 1970 of an offset.
    pub(crate) fn stamp(&self, offset: Duration) -> u64 {
        u64::try_from((self.0.epoch + offset).as_nanos()).unwrap_or(u64::MAX)
    }

    pub(crate) fn say(&self, layer: &str, what: impl AsRef<str>) {
        self.say_at(self.elapsed(), layer, what);
    }

    pub(crate) fn say_at(&self, at: Duration, layer: &str, what: impl AsRef<str>) {
        if self.0.quiet {
            return;
        }
        let (offset, what) = (at.as_secs_f64(), what.as_ref());
        out::line(match self.0.colours {
            true => format!(
                "\x1b[2m{offset:7.3} s\x1b[0m  \x1b[1;{}m{layer:<8}\x1b[0m {what}",
                colour(layer)
            ),
            false => format!("{offset:7.3} s  {layer:<8} {what}"),
        });
    }

    /// Whether it is time for another sample of something that changes all the time.
    pub(crate) fn is_sample_due(&self, every: Duration) -> bool {
        let mut last = self.0.last_sample.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| last.elapsed() >= every);
        if due {
            *last = Some(Instant::now());
        }
        due
    }

    /// A heading and the lines below it.
    pub(crate) fn block(&self, heading: &str, lines: &[(&str, String)]) {
        if self.0.quiet {
            return;
        }
        out::line(match self.0.colours {
            true => format!("\n\x1b[1m{heading}\x1b[0m"),
            false => format!("\n{heading}"),
        });
        for (name, value) in lines {
            out::line(format!("  {name:<14} {value}"));
        }
    }
}

fn colour(layer: &str) -> u8 {
    match layer {
        "SLAC" => 35,
        "SDP" | "TCP" => 34,
        "TLS" | "PKI" => 33,
        "energy" => 32,
        _ => 36,
    }
}
