//! What has to be done from time to time.

use super::Store;
use super::change::{Actor, Change, Submission};
use super::error::StoreError;
use super::model::{Certificate, Contract};

impl Store {
    /// Puts on record which contracts and certificates are over, up to `limit` of each; tells how many.
    ///
    /// Nothing depends on it but records and events: whether something is over shows by its time.
    pub async fn expire_due(&self, now: i64, limit: u32) -> Result<usize, StoreError> {
        let values = || [now.into(), i64::from(limit).into()];
        let contracts: Vec<Contract> = self
            .many(
                " WHERE not_after < $1 AND not_after IS NOT NULL \
                 AND state IN ('active', 'suspended') ORDER BY not_after LIMIT $2",
                values(),
            )
            .await?;
        let certificates: Vec<Certificate> = self
            .many(
                " WHERE not_after < $1 AND state IN ('issued', 'delivered') \
                 ORDER BY not_after LIMIT $2",
                values(),
            )
            .await?;
        let contracts = contracts
            .into_iter()
            .map(|contract| Change::ExpireContract { evcoid: contract.evcoid });
        let certificates =
            certificates.into_iter().map(|certificate| Change::ExpireCertificate(certificate.id));
        let mut expired = 0;
        for change in contracts.chain(certificates) {
            let actor = Actor { client: "expiry".to_owned(), request: String::new() };
            match self.commit(Submission::new(now, actor).with(change)).await {
                Ok(_) => expired += 1,
                // Another node was quicker, or it was renewed or revoked meanwhile.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(expired)
    }

    /// Forgets replies whose time is over; tells how many.
    pub async fn purge_replies(&self, now: i64) -> Result<u64, StoreError> {
        let sql = "DELETE FROM reply WHERE expires < $1";
        self.database.writer().await?.execute(sql, [now.into()]).await
    }

    /// Commits what waits, then closes every connection. Clones refuse from then on.
    pub async fn close(&self) {
        self.closing.notify_one();
        if let Some(task) = self.writer.lock().await.take() {
            // A writer that panicked has nothing left to commit.
            let _ = task.await;
        }
        self.database.close().await;
    }
}
