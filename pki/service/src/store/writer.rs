//! Group commit: one task makes all changes of this process, as many as are waiting with each commit.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::{sleep, timeout_at};

use super::apply::{self, Applied, Entry};
use super::change::{Committed, Submission};
use super::database::{Connection, Database, OnConflict, Value};
use super::error::{Refusal, StoreError};
use super::options::Options;
use super::rows::{Rows, Stop};
use crate::audit::{Hash, Head, Record};

/// A submission that waits for its commit.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) submission: Submission,
    pub(super) answer: oneshot::Sender<Result<Committed, StoreError>>,
}

pub(super) struct Writer {
    pub(super) database: Database,
    pub(super) options: Options,
    pub(super) queue: mpsc::Receiver<Waiting>,
    pub(super) closing: Arc<Notify>,
}

/// What each submission of a commit came to.
type Outcomes = Vec<Result<Committed, Refusal>>;

/// Why a commit did not come about.
enum Failure {
    /// Surely nothing was done.
    Undone(StoreError),
    /// The connection broke during the commit that would have led to this head.
    InDoubt(StoreError, Head, Outcomes),
}

impl Writer {
    /// Works until the store is closed or every clone of it is gone, and the queue is empty.
    pub(super) async fn run(mut self) {
        while let Some(first) = self.next().await {
            let until = tokio::time::Instant::now() + self.options.linger;
            let mut batch = vec![first];
            while batch.len() < self.options.batch {
                match timeout_at(until, self.queue.recv()).await {
                    Ok(Some(next)) => batch.push(next),
                    Ok(None) | Err(_) => break,
                }
            }
            // Whoever does not wait any more was told so; better not to do it at all.
            batch.retain(|waiting| !waiting.answer.is_closed());
            self.settle(batch).await;
        }
    }

    async fn next(&mut self) -> Option<Waiting> {
        tokio::select! {
            next = self.queue.recv() => next,
            () = self.closing.notified() => {
                self.queue.close();
                self.queue.recv().await
            }
        }
    }

    /// Commits a batch and answers everybody in it.
    async fn settle(&self, batch: Vec<Waiting>) {
        let mut batches = vec![batch];
        while let Some(mut batch) = batches.pop() {
            let submissions: Vec<&Submission> =
                batch.iter().map(|waiting| &waiting.submission).collect();
            match self.persist(&submissions).await {
                Ok(outcomes) => {
                    for (waiting, outcome) in batch.into_iter().zip(outcomes) {
                        // Nobody waits any more: the repetition will be told.
                        let _ = waiting.answer.send(outcome.map_err(StoreError::from));
                    }
                }
                // One of them spoils it: halve until that one is alone.
                Err(StoreError::Database(_) | StoreError::Refused(_)) if batch.len() > 1 => {
                    let second = batch.split_off(batch.len() / 2);
                    batches.push(second);
                    batches.push(batch);
                }
                Err(error) => {
                    for waiting in batch {
                        let _ = waiting.answer.send(Err(error.clone()));
                    }
                }
            }
        }
    }

    /// Commits, as long as it takes or patience lasts.
    async fn persist(&self, submissions: &[&Submission]) -> Result<Outcomes, StoreError> {
        let until = Instant::now() + self.options.patience;
        let mut pause = self.options.linger;
        loop {
            let error = match self.attempt(submissions).await {
                Ok(outcomes) => return Ok(outcomes),
                Err(Failure::Undone(error)) => error,
                Err(Failure::InDoubt(error, head, outcomes)) => {
                    if self.is_committed(head, until).await? {
                        return Ok(outcomes);
                    }
                    error
                }
            };
            let retry = matches!(error, StoreError::Busy | StoreError::Unavailable(_));
            if !retry || Instant::now() + pause > until {
                return Err(error);
            }
            log::warn!("store: {error}; trying again");
            sleep(pause).await;
            pause = (pause * 2).min(self.options.patience / 8);
        }
    }

    async fn attempt(&self, submissions: &[&Submission]) -> Result<Outcomes, Failure> {
        let mut connection = self.database.writer().await.map_err(Failure::Undone)?;
        let done = self.work(&mut connection, submissions).await;
        let (before, head, outcomes) = match done {
            Ok(done) => done,
            Err(error) => {
                undo(connection).await;
                return Err(Failure::Undone(error));
            }
        };
        match connection.execute("COMMIT", []).await {
            Ok(_) => Ok(outcomes),
            Err(error) => {
                undo(connection).await;
                // Nothing was to be written, so there is nothing to doubt.
                if head == before {
                    return Err(Failure::Undone(error));
                }
                Err(Failure::InDoubt(error, head, outcomes))
            }
        }
    }

    /// Everything but the commit itself: the head before, the head after, and what each submission comes to.
    async fn work(
        &self,
        connection: &mut Connection,
        submissions: &[&Submission],
    ) -> Result<(Head, Head, Outcomes), StoreError> {
        connection.execute(self.database.begin(), []).await?;
        let before = self.lock_head(connection).await?;
        let mut rows = Rows::default();
        for submission in submissions {
            apply::prefetch(submission, &mut rows);
        }
        rows.read(connection).await?;
        if submissions.iter().any(|submission| !submission.events.is_empty()) {
            rows.read_endpoints(connection).await?;
        }
        let mut log = Log { head: before, records: Vec::new() };
        let mut outcomes = Vec::with_capacity(submissions.len());
        for submission in submissions {
            outcomes.push(log.apply(submission, &mut rows, connection).await?);
        }
        rows.write(connection).await?;
        if log.head != before {
            let columns = ["seq", "record", "hash"];
            connection.insert("audit", &columns, log.records, OnConflict::Fail).await?;
            let values = [log.head.seq.into(), log.head.hash.0.as_slice().into()];
            connection.execute("UPDATE audit_head SET seq = $1, hash = $2", values).await?;
        }
        Ok((before, log.head, outcomes))
    }

    /// The end of the log. Holding its row keeps every other node from writing.
    async fn lock_head(&self, connection: &mut Connection) -> Result<Head, StoreError> {
        let sql = format!("SELECT seq, hash FROM audit_head{}", self.database.for_update());
        let head = connection.row(&sql, [], read_head).await?;
        head.ok_or_else(|| StoreError::Corrupt("the audit log has no head".to_owned()))
    }

    /// How a commit in doubt ended: its last record stands in the log or it does not.
    async fn is_committed(&self, head: Head, until: Instant) -> Result<bool, StoreError> {
        loop {
            match self.holds(head).await {
                Ok(holds) => return Ok(holds),
                Err(error) => log::warn!("store: a commit is in doubt: {error}"),
            }
            if Instant::now() > until {
                return Err(StoreError::OutcomeUnknown);
            }
            sleep(self.options.patience / 16).await;
        }
    }

    async fn holds(&self, head: Head) -> Result<bool, StoreError> {
        let mut connection = self.database.writer().await?;
        let found = async {
            connection.execute(self.database.begin(), []).await?;
            // A commit that is still under way holds this row.
            self.lock_head(&mut connection).await?;
            let sql = "SELECT hash FROM audit WHERE seq = $1";
            connection.row(sql, [head.seq.into()], |row| row.blob()).await
        };
        let found = found.await;
        undo(connection).await;
        Ok(found? == Some(head.hash.0.to_vec()))
    }
}

/// The log as this commit will leave it.
struct Log {
    head: Head,
    records: Vec<Vec<Value>>,
}

impl Log {
    async fn apply(
        &mut self,
        submission: &Submission,
        rows: &mut Rows,
        connection: &mut Connection,
    ) -> Result<Result<Committed, Refusal>, StoreError> {
        let first = self.head.seq + 1;
        loop {
            return Ok(match apply::apply(submission, first, rows) {
                Ok(Applied::Entries(entries)) => {
                    rows.accept();
                    for entry in entries {
                        self.append(submission, entry)?;
                    }
                    Ok(Committed::Done { records: first..self.head.seq + 1 })
                }
                Ok(Applied::Replayed(response)) => {
                    rows.discard();
                    Ok(Committed::Replayed(response))
                }
                Err(Stop::Refused(refusal)) => {
                    rows.discard();
                    Err(refusal)
                }
                Err(Stop::Unread) => {
                    rows.discard();
                    rows.read(connection).await?;
                    continue;
                }
            });
        }
    }

    fn append(&mut self, submission: &Submission, entry: Entry) -> Result<(), StoreError> {
        let record = Record {
            seq: self.head.seq + 1,
            time: submission.now,
            client: submission.actor.client.clone(),
            request: submission.actor.request.clone(),
            action: entry.action.to_owned(),
            object: entry.object,
            detail: entry.detail,
        };
        let text = serde_json::to_string(&record)
            .map_err(|error| StoreError::Database(error.to_string()))?;
        self.head = self.head.then(&text);
        let hash = self.head.hash.0.as_slice().into();
        self.records.push(vec![self.head.seq.into(), text.into(), hash]);
        Ok(())
    }
}

/// Gives the connection back with nothing done; ends it if that is in doubt.
async fn undo(mut connection: Connection) {
    if connection.execute("ROLLBACK", []).await.is_err() {
        connection.abandon().await;
    }
}

pub(super) fn read_head(row: &mut super::database::Row) -> Result<Head, StoreError> {
    let seq = row.integer()?;
    let seq = u64::try_from(seq).map_err(|_| StoreError::Corrupt(format!("head {seq}")))?;
    let hash = row.blob()?;
    let hash = hash.try_into().map_err(|_| StoreError::Corrupt("hash of the head".to_owned()))?;
    Ok(Head { seq, hash: Hash(hash) })
}
