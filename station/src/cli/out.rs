//! Standard output, without panics when it is closed.

use std::io::{self, Write};

/// Writes a line to standard output; a reader that has gone needs none.
pub(crate) fn line(text: impl AsRef<str>) {
    let _ = writeln!(io::stdout().lock(), "{}", text.as_ref());
}

/// Writes a line to standard error.
pub(crate) fn complain(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr().lock(), "pnc: {}", text.as_ref());
}

/// Writes a line for people to standard error, where output for machines goes to the other.
pub(crate) fn note(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
}

/// Writes text as it is to standard output.
pub(crate) fn text(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

/// Writes a line to standard error, without the program's name.
#[cfg(feature = "operator")]
pub(crate) fn error_line(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
}
