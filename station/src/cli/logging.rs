//! The log on standard error.

use super::out;
use log::{LevelFilter, Log, Metadata, Record};
use std::time::Instant;

/// Shows warnings, with `-v` what happens, with `-vv` everything.
pub(super) fn start(verbosity: u8) {
    let level = level(verbosity);
    // Only the first logger of a process counts.
    if log::set_boxed_logger(Box::new(Stderr(Instant::now()))).is_ok() {
        log::set_max_level(level);
    }
}

fn level(verbosity: u8) -> LevelFilter {
    match verbosity {
        0 => LevelFilter::Warn,
        1 => LevelFilter::Info,
        _ => LevelFilter::Trace,
    }
}

/// As [`start`], one JSON object for each line: time (UTC), level, target, message.
#[cfg(feature = "operator")]
pub(super) fn start_json(verbosity: u8) {
    if log::set_boxed_logger(Box::new(JsonLines)).is_ok() {
        log::set_max_level(level(verbosity));
    }
}

#[cfg(feature = "operator")]
struct JsonLines;

#[cfg(feature = "operator")]
impl Log for JsonLines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = serde_json::json!({
                "time": ::pki::time::text(pnc::time::unix()),
                "level": record.level().as_str(),
                "target": record.target(),
                "message": record.args().to_string(),
            });
            out::error_line(line.to_string());
        }
    }

    fn flush(&self) {}
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
