//! The log on standard error.

use super::out;
use log::{LevelFilter, Log, Metadata, Record};
use std::time::Instant;

/// Shows warnings, with `-v` what happens, with `-vv` everything.
pub(super) fn start(verbosity: u8) {
    let level = match verbosity {
        0 => LevelFilter::Warn,
        1 => LevelFilter::Info,
        _ => LevelFilter::Trace,
    };
    // Only the first logger of a process counts.
    if log::set_boxed_logger(Box::new(Stderr(Instant::now()))).is_ok() {
        log::set_max_level(level);
    }
}

struct Stderr(Instant);

impl Log for Stderr {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let (offset, level) = (self.0.elapsed().as_secs_f64(), record.level());
            out::complain(format!("{offset:9.3} {level:<5} {}", record.args()));
        }
    }

    fn flush(&self) {}
}
