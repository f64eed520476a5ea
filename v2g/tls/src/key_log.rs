//! Key logs that cannot harm the connection.

use core::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rustls::KeyLog;

/// A key log that hands each line of the SSLKEYLOGFILE format, without line end, to `sink`.
///
/// Who has these lines can read the connections: for debugging alone.
pub fn key_lines(sink: impl Fn(&str) + Send + Sync + 'static) -> Arc<dyn KeyLog> {
    Arc::new(Lines(sink))
}

struct Lines<F>(F);

impl<F> fmt::Debug for Lines<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lines")
    }
}

impl<F: Fn(&str) + Send + Sync> KeyLog for Lines<F> {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let mut line = label.to_string();
        for bytes in [client_random, secret] {
            line.push(' ');
            for b in bytes {
                let _ = write!(line, "{b:02x}"); // writing to a string cannot fail
            }
        }
        (self.0)(&line);
    }
}

/// A panic of the caller's log ends here.
#[derive(Debug)]
pub(crate) struct Quiet(pub(crate) Arc<dyn KeyLog>);

impl KeyLog for Quiet {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let _ = catch_unwind(AssertUnwindSafe(|| self.0.log(label, client_random, secret)));
    }

    fn will_log(&self, label: &str) -> bool {
        catch_unwind(AssertUnwindSafe(|| self.0.will_log(label))).unwrap_or(false)
    }
}
