//! Keeps the record of an open session on disk, without ever holding up the session.

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::cdr::{Entry, Ledger, Record};

/// The journal of one session; without a ledger it keeps nothing.
pub(super) struct Journal {
    ledger: Option<Ledger>,
    writer: Option<(mpsc::UnboundedSender<Step>, JoinHandle<()>)>,
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

    /// Returns once the record is on disk; whether there is one.
    pub(super) async fn close(&mut self, record: &Record) -> bool {
        if let Some((steps, task)) = self.writer.take() {
            let _ = steps.send(Step::Close(record.clone()));
            drop(steps);
            if let Err(error) = task.await {
                log::error!("record {}: {error}", record.session_id);
            }
        }
        self.begun
    }
}

/// Errors are said: what could not be noted now is tried with the next step.
fn write(ledger: &Ledger, record: &Record, mut queue: mpsc::UnboundedReceiver<Step>) {
    let say = |error: std::io::Error| log::error!("record: {error}");
    let mut entry: Option<Entry> = ledger.begin(record).map_err(say).ok();
    while let Some(step) = queue.blocking_recv() {
        let record = match &step {
            Step::Note(record) | Step::Close(record) => record,
        };
        if entry.is_none() {
            entry = ledger.begin(record).map_err(say).ok();
        }
        match (step, entry.take()) {
            (Step::Note(record), Some(open)) => {
                if let Err(error) = open.note(&record) {
                    say(error);
                }
                entry = Some(open);
            }
            (Step::Close(record), Some(open)) => {
                if let Err(error) = open.close(&record) {
                    say(error);
                }
                return;
            }
            (_, None) => {}
        }
    }
}
