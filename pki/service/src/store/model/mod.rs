//! What is kept, and how each of it stands in a row.

mod authority;
mod certificate;
mod client;
mod contract;
mod provisioning;
mod reply;
mod root;
mod webhook;

use super::database::{Row, Value};
use super::error::{StoreError, What};

pub use authority::{Authority, Crl};
pub use certificate::{Certificate, CertificateId, CertificateState};
pub use client::{Client, ClientKind};
pub use contract::{Contract, ContractData, ContractState};
pub use provisioning::{Provisioning, ProvisioningState};
pub use reply::{Reply, Response};
pub use root::{Root, RootKind};
pub use webhook::{Endpoint, Event, Parcel};

/// Something with a table of its own; the first column is its key.
pub(super) trait Entity: Clone + Send + Sync + 'static {
    const WHAT: What;
    const TABLE: &'static str;
    const COLUMNS: &'static [&'static str];

    /// Its key, as in the first column.
    fn key(&self) -> String;

    /// All columns in order.
    fn values(&self) -> Vec<Value>;

    /// Reads all columns in order.
    fn read(row: &mut Row) -> Result<Self, StoreError>;
}

/// Texts as one column.
fn texts(texts: &[String]) -> Value {
    Value::Text(Some(serde_json::Value::from(texts).to_string()))
}

fn read_texts(row: &mut Row) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(&row.text()?).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Blobs as one column, each behind its length.
fn blobs(blobs: &[Vec<u8>]) -> Value {
    let mut all = Vec::with_capacity(blobs.iter().map(|blob| 4 + blob.len()).sum());
    for blob in blobs {
        // What is longer than this is refused as too long anyway.
        let len = u32::try_from(blob.len()).unwrap_or(u32::MAX);
        all.extend_from_slice(&len.to_be_bytes());
        all.extend_from_slice(blob);
    }
    Value::Blob(Some(all))
}

fn read_blobs(row: &mut Row) -> Result<Vec<Vec<u8>>, StoreError> {
    let all = row.blob()?;
    let mut rest = all.as_slice();
    let mut blobs = Vec::new();
    while let Some((len, behind)) = rest.split_first_chunk::<4>() {
        let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
        let (blob, behind) = behind.split_at_checked(len).ok_or_else(cut)?;
        blobs.push(blob.to_vec());
        rest = behind;
    }
    if rest.is_empty() { Ok(blobs) } else { Err(cut()) }
}

fn cut() -> StoreError {
    StoreError::Corrupt("a list of certificates is cut off".to_owned())
}

fn octets<const N: usize>(row: &mut Row) -> Result<[u8; N], StoreError> {
    let octets = row.blob()?;
    octets.try_into().map_err(|_| StoreError::Corrupt(format!("not {N} octets")))
}

fn unsigned(row: &mut Row) -> Result<u64, StoreError> {
    u64::try_from(row.integer()?).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Reads a text that stands for one of few values.
fn named<T>(row: &mut Row, of: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
    let name = row.text()?;
    of(&name).ok_or_else(|| StoreError::Corrupt(format!("unknown name {name:?}")))
}
