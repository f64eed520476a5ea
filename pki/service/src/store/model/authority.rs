use super::{Entity, blobs, read_blobs, unsigned};
use crate::store::database::{Row, Value};
use crate::store::error::{StoreError, What};

/// An authority that issues here. Its key is elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Its name here, `mo_sub2` for instance; certificates are filed under it.
    pub name: String,
    /// Kind of its certificate, as [`pki::profile::CertificateKind`] names it.
    pub kind: String,
    /// Subject, for people.
    pub subject: String,
    /// Its certificate in DER.
    pub certificate: Vec<u8>,
    /// Certificates above it in DER, without the root.
    pub chain: Vec<Vec<u8>>,
    /// First second of its validity.
    pub not_before: i64,
    /// Last second of its validity.
    pub not_after: i64,
    /// Since when it issues no more.
    pub retired: Option<i64>,
}

/// The newest revocation list of an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crl {
    /// Name of the authority.
    pub authority: String,
    /// Its number; grows with every list.
    pub number: u64,
    /// When it was made.
    pub this_update: i64,
    /// When the next one is due.
    pub next_update: i64,
    /// The list in DER.
    pub der: Vec<u8>,
}

impl Entity for Authority {
    const WHAT: What = What::Authority;
    const TABLE: &'static str = "authority";
    const COLUMNS: &'static [&'static str] =
        &["name", "kind", "subject", "certificate", "chain", "not_before", "not_after", "retired"];

    fn key(&self) -> String {
        self.name.clone()
    }

    fn values(&self) -> Vec<Value> {
        vec![
            (&self.name).into(),
            (&self.kind).into(),
            (&self.subject).into(),
            self.certificate.as_slice().into(),
            blobs(&self.chain),
            self.not_before.into(),
            self.not_after.into(),
            self.retired.into(),
        ]
    }

    fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            name: row.text()?,
            kind: row.text()?,
            subject: row.text()?,
            certificate: row.blob()?,
            chain: read_blobs(row)?,
            not_before: row.integer()?,
            not_after: row.integer()?,
            retired: row.maybe_integer()?,
        })
    }
}

impl Entity for Crl {
    const WHAT: What = What::Crl;
    const TABLE: &'static str = "crl";
    const COLUMNS: &'static [&'static str] =
        &["authority", "number", "this_update", "next_update", "der"];

    fn key(&self) -> String {
        self.authority.clone()
    }

    fn values(&self) -> Vec<Value> {
        vec![
            (&self.authority).into(),
            self.number.into(),
            self.this_update.into(),
            self.next_update.into(),
            self.der.as_slice().into(),
        ]
    }

    fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            authority: row.text()?,
            number: unsigned(row)?,
            this_update: row.integer()?,
            next_update: row.integer()?,
            der: row.blob()?,
        })
    }
}
