use super::{Entity, named, octets, read_texts, texts};
use crate::store::database::{Row, Value};
use crate::store::error::{StoreError, What};

/// Somebody who may call the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its name for machines; stands in the audit log.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How it proves who it is.
    pub kind: ClientKind,
    /// SHA-256 of its token or certificate; the token itself is nowhere.
    pub hash: [u8; 32],
    /// What it may do.
    pub roles: Vec<String>,
    /// Operator or car maker that it belongs to.
    pub party: Option<String>,
    /// Last second of its validity.
    pub expires: Option<i64>,
    /// Since when it is revoked.
    pub revoked: Option<i64>,
}

/// How a client proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// By a bearer token.
    Token,
    /// By a TLS certificate.
    Certificate,
}

impl Client {
    /// Whether it may call at this second.
    pub fn is_valid(&self, now: i64) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|last| now <= last)
    }
}

impl ClientKind {
    /// Its name in the database and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Certificate => "certificate",
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        [Self::Token, Self::Certificate].into_iter().find(|kind| kind.name() == name)
    }
}

impl Entity for Client {
    const WHAT: What = What::Client;
    const TABLE: &'static str = "client";
    const COLUMNS: &'static [&'static str] =
        &["id", "name", "kind", "hash", "roles", "party", "expires", "revoked"];

    fn key(&self) -> String {
        self.id.clone()
    }

    fn values(&self) -> Vec<Value> {
        vec![
            (&self.id).into(),
            (&self.name).into(),
            Value::Text(Some(self.kind.name().to_owned())),
            self.hash.as_slice().into(),
            texts(&self.roles),
            self.party.as_ref().into(),
            self.expires.into(),
            self.revoked.into(),
        ]
    }

    fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.text()?,
            name: row.text()?,
            kind: named(row, ClientKind::by_name)?,
            hash: octets(row)?,
            roles: read_texts(row)?,
            party: row.maybe_text()?,
            expires: row.maybe_integer()?,
            revoked: row.maybe_integer()?,
        })
    }
}
