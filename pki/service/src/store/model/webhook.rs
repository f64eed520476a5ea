use super::{Entity, read_texts, texts, unsigned};
use crate::store::database::{Row, Value};
use crate::store::error::{StoreError, What};

/// Where somebody wants to be told of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name.
    pub id: String,
    /// Where messages go.
    pub url: String,
    /// Key of the HMAC over each message.
    pub secret: Vec<u8>,
    /// Kinds of events; a `*` at the end stands for any rest.
    pub events: Vec<String>,
    /// Whose endpoint it is.
    pub owner: Option<String>,
    /// When it was made.
    pub created: i64,
}

/// Something that endpoints may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its kind, `mo.contract.created` for instance.
    pub kind: String,
    /// What is sent.
    pub body: String,
    /// Whom it concerns: only their endpoints and those without owner are told; all, if none.
    pub owner: Option<String>,
}

/// A message to an endpoint, kept until it has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Its number; grows.
    pub id: String,
    /// The endpoint.
    pub endpoint: String,
    /// Kind of the event.
    pub kind: String,
    /// What is sent.
    pub body: String,
    /// When it came about: seconds since 1970.
    pub created: i64,
    /// How often it was tried.
    pub attempts: u64,
    /// When it may be tried next: seconds since 1970.
    pub due: i64,
    /// What became of the last attempt.
    pub trouble: Option<String>,
}

impl Endpoint {
    /// Whether it wants to know of this.
    pub fn wants(&self, event: &Event) -> bool {
        let concerned = event.owner.is_none() || self.owner.is_none() || event.owner == self.owner;
        concerned
            && self.events.iter().any(|pattern| match pattern.strip_suffix('*') {
                Some(front) => event.kind.starts_with(front),
                None => event.kind == *pattern,
            })
    }
}

impl Entity for Endpoint {
    const WHAT: What = What::Endpoint;
    const TABLE: &'static str = "endpoint";
    const COLUMNS: &'static [&'static str] = &["id", "url", "secret", "events", "owner", "created"];

    fn key(&self) -> String {
        self.id.clone()
    }

    fn values(&self) -> Vec<Value> {
        vec![
            (&self.id).into(),
            (&self.url).into(),
            self.secret.as_slice().into(),
            texts(&self.events),
            self.owner.as_ref().into(),
            self.created.into(),
        ]
    }

    fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.text()?,
            url: row.text()?,
            secret: row.blob()?,
            events: read_texts(row)?,
            owner: row.maybe_text()?,
            created: row.integer()?,
        })
    }
}

impl Entity for Parcel {
    const WHAT: What = What::Parcel;
    const TABLE: &'static str = "outbox";
    const COLUMNS: &'static [&'static str] =
        &["id", "endpoint", "kind", "body", "created", "attempts", "due", "trouble"];

    fn key(&self) -> String {
        self.id.clone()
    }

    fn values(&self) -> Vec<Value> {
        vec![
            (&self.id).into(),
            (&self.endpoint).into(),
            (&self.kind).into(),
            (&self.body).into(),
            self.created.into(),
            self.attempts.into(),
            self.due.into(),
            self.trouble.as_ref().into(),
        ]
    }

    fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.text()?,
            endpoint: row.text()?,
            kind: row.text()?,
            body: row.text()?,
            created: row.integer()?,
            attempts: unsigned(row)?,
            due: row.integer()?,
            trouble: row.maybe_text()?,
        })
    }
}
