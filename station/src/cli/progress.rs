//! A line on a terminal that says how far long work has come.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

const INTERVAL: Duration = Duration::from_millis(100);
const WIDTH: usize = 24;

/// Shown on standard error if that is a terminal, ten times a second.
pub(super) struct Progress {
    shown: bool,
    /// The whole work, in octets or items, if that is known.
    total: Option<u64>,
    begin: Instant,
    last: Instant,
}

impl Progress {
    pub(super) fn new(total: Option<u64>) -> Self {
        let now = Instant::now();
        Self { shown: io::stderr().is_terminal(), total, begin: now, last: now }
    }

    /// `done`: how much of the work; `items` and what they are called.
    pub(super) fn update(&mut self, done: u64, items: u64, name: &str) {
        let now = Instant::now();
        if self.shown && now.duration_since(self.last) >= INTERVAL {
            self.last = now;
            let line = line(self.total, done, items, name, now.duration_since(self.begin));
            let _ = write!(io::stderr().lock(), "\r\x1b[2K{line}");
        }
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        if self.shown {
            let _ = write!(io::stderr().lock(), "\r\x1b[2K");
        }
    }
}

fn line(total: Option<u64>, done: u64, items: u64, name: &str, elapsed: Duration) -> String {
    let rate = items as f64 / elapsed.as_secs_f64().max(0.001);
    let count = format!("{items} {name}, {rate:.0}/s");
    let Some(total) = total.filter(|total| *total > 0) else { return count };
    let part = (done as f64 / total as f64).clamp(0.0, 1.0);
    let full = (part * WIDTH as f64) as usize;
    let left = elapsed.as_secs_f64() * (1.0 - part) / part.max(0.001);
    format!(
        "[{}{}] {:3.0} %  {count}, {left:.0} s left",
        "#".repeat(full),
        ".".repeat(WIDTH.saturating_sub(full)),
        part * 100.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_part_rate_and_time_left() {
        let ten = Duration::from_secs(10);
        assert_eq!(line(None, 5, 100, "lines", ten), "100 lines, 10/s");
        let half = "[############............]  50 %  100 lines, 10/s, 10 s left";
        assert_eq!(line(Some(200), 100, 100, "lines", ten), half);
        // A file that grew.
        assert!(line(Some(1), 5, 1, "lines", ten).contains("] 100 %"));
    }
}
