use core::time::Duration;

/// How the store works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long a change waits for others to share its commit.
    pub linger: Duration,
    /// Greatest number of submissions in one commit.
    pub batch: usize,
    /// How long to try while the database is locked or away.
    pub patience: Duration,
    /// Greatest number of connections for readers.
    pub readers: u32,
    /// Submissions that may wait for a commit; more are told that the store is busy.
    pub queue: usize,
    /// Whether a missing file is created, and tables are brought up to this version.
    pub create: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            linger: Duration::from_millis(2),
            batch: 256,
            patience: Duration::from_secs(3),
            readers: 8,
            queue: 4096,
            create: true,
        }
    }
}
