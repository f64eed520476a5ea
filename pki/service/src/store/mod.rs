//! Authorities, certificates, contracts and pools of an operator, on SQLite or PostgreSQL.
//!
//! A [`Submission`] is made whole or not at all, and [`Store::commit`] answers when it is on the disk. Many submissions share a
//! commit; each has an answer of its own. Reads never wait for writes.
//!
//! Several processes may work on one database: whoever writes holds the end of the audit log, so there is one order of changes.

mod apply;
mod change;
mod database;
mod error;
mod log;
mod model;
mod options;
mod outbox;
mod read;
mod rows;
mod upkeep;
mod writer;

use std::sync::Arc;

use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use database::Database;
use writer::{Waiting, Writer};

pub use change::{Actor, Change, Committed, Submission};
pub use error::{Refusal, StoreError, What};
pub use log::{Entry, IssuedCertificate};
pub use model::{
    Authority, Certificate, CertificateId, CertificateState, Client, ClientKind, Contract,
    ContractData, ContractState, Crl, Endpoint, Event, Parcel, Provisioning, ProvisioningState,
    Reply, Response, Root, RootKind,
};
pub use options::Options;
pub use outbox::signature;
pub use read::ProvisionView;

/// An open store. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
    queue: mpsc::Sender<Waiting>,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
    closing: Arc<Notify>,
    options: Options,
}

impl Store {
    /// Opens a store at `sqlite:FILE` or `postgres://USER@HOST/DATABASE`. A file that is not there is created, and the
    /// tables are brought up to this version.
    pub async fn open(url: &str, options: Options) -> Result<Self, StoreError> {
        let database = Database::open(url, &options).await?;
        let (queue, receiver) = mpsc::channel(options.queue.max(1));
        let closing = Arc::new(Notify::new());
        let writer = Writer {
            database: database.clone(),
            options: options.clone(),
            queue: receiver,
            closing: closing.clone(),
        };
        let writer = Arc::new(Mutex::new(Some(tokio::spawn(writer.run()))));
        Ok(Self { database, queue, writer, closing, options })
    }

    /// Makes the changes of a submission, all or none; answers when they are on the disk.
    ///
    /// The changes may still be made after this future was dropped.
    pub async fn commit(&self, submission: Submission) -> Result<Committed, StoreError> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { submission, answer };
        self.queue.send_timeout(waiting, self.options.patience).await.map_err(
            |error| match error {
                mpsc::error::SendTimeoutError::Timeout(_) => StoreError::Busy,
                mpsc::error::SendTimeoutError::Closed(_) => StoreError::Closed,
            },
        )?;
        answered.await.unwrap_or(Err(StoreError::Closed))
    }
}
