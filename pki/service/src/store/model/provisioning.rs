use super::{Entity, blobs, named, read_blobs, read_texts, texts};
use crate::store::database::{Row, Value};
use crate::store::error::{StoreError, What};

/// Provisioning certificate of a car, as its maker registered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioning {
    /// Its identifier, in normal form.
    pub pcid: String,
    /// The certificate in DER.
    pub leaf: Vec<u8>,
    /// Certificates above it in DER, without the root.
    pub subs: Vec<Vec<u8>>,
    /// Key identifiers of the V2G roots that the car holds, in hexadecimal.
    pub roots: Vec<String>,
    /// Car maker that it belongs to.
    pub owner: Option<String>,
    /// Identifier of the certificate that it replaces.
    pub previous_pcid: Option<String>,
    /// Last second of its validity.
    pub not_after: i64,
    /// Whether contracts may be delivered to it.
    pub state: ProvisioningState,
    /// Since when: seconds since 1970; set by the store.
    pub changed: i64,
    /// Why it is in this state.
    pub reason: Option<String>,
}

/// Whether contracts may be delivered to a provisioning certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisioningState {
    /// They may.
    Active,
    /// Never again.
    Revoked,
}

impl ProvisioningState {
    /// Its name in the database and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Revoked => "revoked",
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Revoked].into_iter().find(|state| state.name() == name)
    }
}

impl Entity for Provisioning {
    const WHAT: What = What::Provisioning;
    const TABLE: &'static str = "provisioning";
    const COLUMNS: &'static [&'static str] = &[
        "pcid",
        "leaf",
        "subs",
        "roots",
        "owner",
        "previous_pcid",
        "not_after",
        "state",
        "changed",
        "reason",
    ];

    fn key(&self) -> String {
        self.pcid.clone()
    }

    fn values(&self) -> Vec<Value> {
        vec![
            (&self.pcid).into(),
            self.leaf.as_slice().into(),
            blobs(&self.subs),
            texts(&self.roots),
            self.owner.as_ref().into(),
            self.previous_pcid.as_ref().into(),
            self.not_after.into(),
            Value::Text(Some(self.state.name().to_owned())),
            self.changed.into(),
            self.reason.as_ref().into(),
        ]
    }

    fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            pcid: row.text()?,
            leaf: row.blob()?,
            subs: read_blobs(row)?,
            roots: read_texts(row)?,
            owner: row.maybe_text()?,
            previous_pcid: row.maybe_text()?,
            not_after: row.integer()?,
            state: named(row, ProvisioningState::by_name)?,
            changed: row.integer()?,
            reason: row.maybe_text()?,
        })
    }
}
