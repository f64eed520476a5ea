//! Keeps the record of an open session on disk, without ever holding up the session.

use std::io;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::cdr::{Entry, Ledger, Record};

/// The journal of one session; without a ledger it keeps nothing.
pub(super) struct Journal {
    ledger: Option<Ledger>,
    writer: Option<(mpsc::UnboundedSender<Step>, JoinHandle<io::Result<()>>)>,
    begun: bool,
}

enum Step {
    Note(Record),
    Close(Record),
}

impl Journal {
    pub(super) fn new(ledger: Option<Ledger>) -> Self {
        Self { ledger, writer: None, begun: false }
    }

    pub(super) fn begin(&mut self, record: &Record) {
        self.begun = true;
        let Some(ledger) = self.ledger.clone() else { return };
        let (steps, queue) = mpsc::unbounded_channel();
        let record = record.clone();
        let task = tokio::task::spawn_blocking(move || write(&ledger, &record, queue));
        self.writer = Some((steps, task));
    }

    pub(super) fn note(&self, record: &Record) {
        if let Some((steps, _)) = &self.writer {
            let _ = steps.send(Step::Note(record.clone()));
        }
    }

    /// Returns once the record is on disk, or cannot be; whether there is one.
    ///
    /// After an error the journal holds what it could: [`Ledger::open`] tries again at the next start.
    pub(super) async fn close(&mut self, record: &Record) -> io::Result<bool> {
        if let Some((steps, task)) = self.writer.take() {
            // A writer that has panicked says so when it is joined.
            let _ = steps.send(Step::Close(record.clone()));
            drop(steps);
            task.await.map_err(io::Error::other)??;
        }
        Ok(self.begun)
    }
}

/// Errors are said: what could not be noted now is tried with the next step. Gives what became of the close.
fn write(
    ledger: &Ledger,
    record: &Record,
    mut queue: mpsc::UnboundedReceiver<Step>,
) -> io::Result<()> {
    let say = |error: io::Error| log::error!("record: {error}");
    let mut entry: Option<Entry> = ledger.begin(record).map_err(say).ok();
    while let Some(step) = queue.blocking_recv() {
        match (step, entry.take()) {
            (Step::Note(record), Some(open)) => {
                if let Err(error) = open.note(&record) {
                    say(error);
                }
                entry = Some(open);
            }
            (Step::Note(record), None) => entry = ledger.begin(&record).map_err(say).ok(),
            (Step::Close(record), Some(open)) => return open.close(&record),
            (Step::Close(record), None) => return ledger.begin(&record)?.close(&record),
        }
    }
    // The session was dropped in the middle; the journal stays for the next start.
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn record() -> Record {
        Record {
            session_id: "0000000000000001".into(),
            start: "2026-11-22T17:00:00.000Z".into(),
            ..Record::default()
        }
    }

    #[tokio::test]
    async fn a_disk_that_fails_at_the_close_is_told_and_the_next_start_closes_the_record() {
        let directory = tempfile::tempdir().unwrap();
        let (ledger, _) = Ledger::open(directory.path()).unwrap();
        let mut journal = Journal::new(Some(ledger));
        journal.begin(&record());
        let closed = directory.path().join("20261122T170000000Z-0000000000000001.json");
        // Nothing can be renamed to a directory.
        fs::create_dir(&closed).unwrap();
        let end = Record { stop_reason: Some("terminated".into()), energy_wh: 7, ..record() };
        journal.close(&end).await.unwrap_err();
        fs::remove_dir(&closed).unwrap();
        let (ledger, left) = Ledger::open(directory.path()).unwrap();
        assert_eq!(left, [end]);
        assert_eq!(ledger.records().unwrap(), left);
    }

    #[tokio::test]
    async fn a_disk_that_fails_all_the_time_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let (ledger, _) = Ledger::open(directory.path().join("records")).unwrap();
        fs::remove_dir(directory.path().join("records")).unwrap();
        let mut journal = Journal::new(Some(ledger));
        journal.begin(&record());
        journal.note(&record());
        journal.close(&record()).await.unwrap_err();
        assert!(!Journal::new(None).close(&record()).await.unwrap());
    }
}
