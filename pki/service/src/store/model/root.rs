use ring::digest::{SHA256, digest};

use super::{Entity, named};
use crate::store::database::{Row, Value};
use crate::store::error::{StoreError, What};

/// A root of the root pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// SHA-256 of the certificate in hexadecimal.
    pub id: String,
    /// Whose root it is.
    pub kind: RootKind,
    /// Subject, for people.
    pub subject: String,
    /// The certificate in DER.
    pub der: Vec<u8>,
    /// Last second of its validity.
    pub not_after: i64,
    /// Who put it there.
    pub owner: Option<String>,
}

/// Whose root it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootKind {
    /// Of the V2G hierarchy.
    V2g,
    /// Of a mobility operator.
    Mo,
    /// Of a car maker.
    Oem,
    /// Of a charging point operator's private environment.
    PrivateEnvironment,
}

impl Root {
    /// The identifier of a certificate in DER.
    pub fn id_of(der: &[u8]) -> String {
        hex::encode(digest(&SHA256, der))
    }
}

impl RootKind {
    /// Its name in the database and in the interfaces of operators.
    pub fn name(self) -> &'static str {
        match self {
            Self::V2g => "V2G",
            Self::Mo => "MO",
            Self::Oem => "OEM",
            Self::PrivateEnvironment => "PE",
        }
    }

    /// By its name.
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::V2g, Self::Mo, Self::Oem, Self::PrivateEnvironment]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

impl Entity for Root {
    const WHAT: What = What::Root;
    const TABLE: &'static str = "root";
    const COLUMNS: &'static [&'static str] =
        &["id", "kind", "subject", "der", "not_after", "owner"];

    fn key(&self) -> String {
        self.id.clone()
    }

    fn values(&self) -> Vec<Value> {
        vec![
            (&self.id).into(),
            Value::Text(Some(self.kind.name().to_owned())),
            (&self.subject).into(),
            self.der.as_slice().into(),
            self.not_after.into(),
            self.owner.as_ref().into(),
        ]
    }

    fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.text()?,
            kind: named(row, RootKind::by_name)?,
            subject: row.text()?,
            der: row.blob()?,
            not_after: row.integer()?,
            owner: row.maybe_text()?,
        })
    }
}
