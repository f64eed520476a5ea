//! TLS secrets in a file, for debugging.

use super::config::ConfigError;
use rustls::KeyLog;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Appends the secrets of every connection to a file in the SSLKEYLOGFILE format.
pub(super) fn open(path: &Path) -> Result<Arc<dyn KeyLog>, ConfigError> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    let file = Mutex::new(file.map_err(|error| ConfigError::file(path, error))?);
    log::warn!("TLS secrets go to {}", path.display());
    Ok(v2g_tls::key_lines(move |line| {
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = writeln!(file, "{line}") {
            log::error!("key log: {error}");
        }
    }))
}
