//! The audit log as stored, for [`crate::audit`].

use super::Store;
use super::database::Row;
use super::error::StoreError;
use super::writer::read_head;
use crate::audit::Head;

/// A record of the audit log as stored, possibly by somebody else than this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub seq: u64,
    /// The record, a JSON object.
    pub record: String,
    /// What the log says its hash is.
    pub hash: Vec<u8>,
}

/// A certificate as stored, and the record that says it was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// Authority and serial number.
    pub id: String,
    /// The certificate in DER.
    pub der: Vec<u8>,
    /// Number of the record.
    pub record: i64,
}

impl Store {
    /// The end of the audit log.
    pub async fn audit_head(&self) -> Result<Head, StoreError> {
        let head = self.database.reader().await?.row(HEAD, [], read_head).await?;
        head.ok_or_else(|| StoreError::Corrupt("the audit log has no head".to_owned()))
    }

    /// Records of the audit log behind a number, in order.
    pub async fn audit_entries(&self, after: u64, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let sql = "SELECT seq, record, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
        let values = [after.into(), i64::from(limit).into()];
        self.database.reader().await?.rows(sql, values, read_entry).await
    }

    /// Certificates whose records have numbers behind one and up to another, in the order of these.
    pub async fn issued_between(
        &self,
        after: i64,
        last: i64,
    ) -> Result<Vec<IssuedCertificate>, StoreError> {
        let sql = "SELECT id, der, record FROM certificate WHERE record > $1 AND record <= $2 ORDER BY record";
        let values = [after.into(), last.into()];
        self.database.reader().await?.rows(sql, values, read_issued).await
    }
}

const HEAD: &str = "SELECT seq, hash FROM audit_head";

fn read_entry(row: &mut Row) -> Result<Entry, StoreError> {
    let seq = row.integer()?;
    let seq = u64::try_from(seq).map_err(|_| StoreError::Corrupt(format!("record {seq}")))?;
    Ok(Entry { seq, record: row.text()?, hash: row.blob()? })
}

fn read_issued(row: &mut Row) -> Result<IssuedCertificate, StoreError> {
    Ok(IssuedCertificate { id: row.text()?, der: row.blob()?, record: row.integer()? })
}
