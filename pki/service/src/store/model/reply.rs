use super::{Entity, octets};
use crate::store::database::{Row, Value};
use crate::store::error::{StoreError, What};

/// The answer to a request, kept so that a repetition gets the same one and does nothing again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What the request is recognised by: client and idempotency key, for instance.
    pub key: String,
    /// SHA-256 of the request: another request may not use the key.
    pub digest: [u8; 32],
    /// Last second for which it is kept.
    pub expires: i64,
    /// The answer.
    pub response: Response,
}

/// An HTTP response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Media type of the body.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Entity for Reply {
    const WHAT: What = What::Reply;
    const TABLE: &'static str = "reply";
    const COLUMNS: &'static [&'static str] =
        &["id", "digest", "expires", "status", "content_type", "body"];

    fn key(&self) -> String {
        self.key.clone()
    }

    fn values(&self) -> Vec<Value> {
        vec![
            (&self.key).into(),
            self.digest.as_slice().into(),
            self.expires.into(),
            i64::from(self.response.status).into(),
            (&self.response.content_type).into(),
            self.response.body.as_slice().into(),
        ]
    }

    fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            key: row.text()?,
            digest: octets(row)?,
            expires: row.integer()?,
            response: Response {
                status: u16::try_from(row.integer()?)
                    .map_err(|error| StoreError::Corrupt(error.to_string()))?,
                content_type: row.text()?,
                body: row.blob()?,
            },
        })
    }
}
