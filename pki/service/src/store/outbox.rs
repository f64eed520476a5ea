//! Messages to webhooks: each is sent at least once.

use ring::hmac;

use super::Store;
use super::database::Value;
use super::error::StoreError;
use super::model::{Entity, Parcel};

/// What a receiver checks a message by: `sha256=` and the HMAC of the body in hexadecimal.
pub fn signature(secret: &[u8], body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), body);
    format!("sha256={}", hex::encode(tag))
}

impl Store {
    /// Takes messages that are due, oldest first. Whoever took one has `lease` seconds to say what became of it; then it is
    /// due again.
    pub async fn take_parcels(
        &self,
        now: i64,
        lease: i64,
        limit: u32,
    ) -> Result<Vec<Parcel>, StoreError> {
        // The outer condition is asked again where another node was quicker.
        let sql = format!(
            "UPDATE outbox SET due = $1, attempts = attempts + 1 WHERE due <= $2 AND id IN \
             (SELECT id FROM outbox WHERE due <= $2 ORDER BY id LIMIT $3) RETURNING {}",
            Parcel::COLUMNS.join(",")
        );
        let values = [(now + lease).into(), now.into(), i64::from(limit).into()];
        let mut parcels = self.database.writer().await?.rows(&sql, values, Parcel::read).await?;
        parcels.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(parcels)
    }

    /// A message has arrived.
    pub async fn parcel_done(&self, id: &str) -> Result<(), StoreError> {
        self.change_parcel("DELETE FROM outbox WHERE id = $1", [id.into()]).await
    }

    /// A message is to be tried again at a moment.
    pub async fn parcel_retry(&self, id: &str, at: i64, trouble: &str) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET due = $2, trouble = $3 WHERE id = $1";
        self.change_parcel(sql, [id.into(), at.into(), trouble.into()]).await
    }

    /// A message is given up; it stays on file with the trouble.
    pub async fn parcel_dropped(&self, id: &str, trouble: &str) -> Result<(), StoreError> {
        self.parcel_retry(id, i64::MAX, trouble).await
    }

    /// Messages that have not arrived, oldest first.
    pub async fn parcels(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Parcel>, StoreError> {
        self.page(after, limit).await
    }

    async fn change_parcel(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<(), StoreError> {
        self.database.writer().await?.execute(sql, values).await.map(drop)
    }
}
