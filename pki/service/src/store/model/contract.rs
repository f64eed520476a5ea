use pki::Evcoid;

use super::{CertificateId, Entity, named, octets, unsigned};
use crate::store::database::{Row, Value};
use crate::store::error::{StoreError, What};

/// A contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Its identifier; kept under the form without check digit.
    pub evcoid: Evcoid,
    /// Car that it is for.
    pub pcid: Option<String>,
    /// Mobility operator that it belongs to.
    pub owner: Option<String>,
    /// Whether it may be delivered and used.
    pub state: ContractState,
    /// Since when: seconds since 1970; set by the store.
    pub changed: i64,
    /// Why it is in this state.
    pub reason: Option<String>,
    /// Last second of the contract.
    pub not_after: Option<i64>,
    /// Its newest certificate.
    pub certificate: Option<CertificateId>,
    /// Among the contracts of a car that with the greatest is the default; set by the store.
    pub preferred: u64,
}

/// Whether a contract may be delivered and used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContractState {
    /// It may.
    Active,
    /// Not now.
    Suspended,
    /// Never again.
    Revoked,
    /// Its time is over, and that is on record.
    Expired,
}

/// What a car needs to use a contract, ready to be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractData {
    /// The contract.
    pub evcoid: Evcoid,
    /// The car.
    pub pcid: String,
    /// SHA-256 of the receiver's public key.
    pub receiver: [u8; 32],
    /// The data; private keys stand in it only as wrapped for the receiver.
    pub body: Vec<u8>,
    /// The contract's certificate.
    pub certificate: CertificateId,
    /// When it was made.
    pub created: i64,
}

impl Contract {
    /// An active contract, otherwise blank.
    pub fn new(evcoid: Evcoid) -> Self {
        Self {
            evcoid,
            pcid: None,
            owner: None,
            state: ContractState::Active,
            changed: 0,
            reason: None,
            not_after: None,
            certificate: None,
            preferred: 0,
        }
    }

    /// Its state at a second: one whose time is over is expired, whether that is on record or not.
    pub fn state_at(&self, now: i64) -> ContractState {
        match self.state {
            ContractState::Active | ContractState::Suspended
                if self.not_after.is_some_and(|last| now > last) =>
            {
                ContractState::Expired
            }
            state => state,
        }
    }
}

impl ContractState {
    /// Its name in the database and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Revoked, Self::Expired]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

impl ContractData {
    pub(in crate::store) fn key_of(evcoid: &Evcoid, pcid: &str) -> String {
        format!("{}/{pcid}", evcoid.stem())
    }
}

impl Entity for Contract {
    const WHAT: What = What::Contract;
    const TABLE: &'static str = "contract";
    const COLUMNS: &'static [&'static str] = &[
        "stem",
        "evcoid",
        "pcid",
        "owner",
        "state",
        "changed",
        "reason",
        "not_after",
        "certificate",
        "preferred",
    ];

    fn key(&self) -> String {
        self.evcoid.stem().to_owned()
    }

    fn values(&self) -> Vec<Value> {
        vec![
            Value::Text(Some(self.key())),
            evcoid_value(Some(&self.evcoid)),
            self.pcid.as_ref().into(),
            self.owner.as_ref().into(),
            Value::Text(Some(self.state.name().to_owned())),
            self.changed.into(),
            self.reason.as_ref().into(),
            self.not_after.into(),
            Value::Text(self.certificate.as_ref().map(CertificateId::to_string)),
            self.preferred.into(),
        ]
    }

    fn read(row: &mut Row) -> Result<Self, StoreError> {
        row.skip(1);
        Ok(Self {
            evcoid: read_evcoid(&row.text()?)?,
            pcid: row.maybe_text()?,
            owner: row.maybe_text()?,
            state: named(row, ContractState::by_name)?,
            changed: row.integer()?,
            reason: row.maybe_text()?,
            not_after: row.maybe_integer()?,
            certificate: CertificateId::read_maybe(row)?,
            preferred: unsigned(row)?,
        })
    }
}

impl Entity for ContractData {
    const WHAT: What = What::ContractData;
    const TABLE: &'static str = "contract_data";
    const COLUMNS: &'static [&'static str] =
        &["id", "evcoid", "pcid", "receiver", "body", "certificate", "created"];

    fn key(&self) -> String {
        Self::key_of(&self.evcoid, &self.pcid)
    }

    fn values(&self) -> Vec<Value> {
        vec![
            Value::Text(Some(self.key())),
            evcoid_value(Some(&self.evcoid)),
            (&self.pcid).into(),
            self.receiver.as_slice().into(),
            self.body.as_slice().into(),
            Value::Text(Some(self.certificate.to_string())),
            self.created.into(),
        ]
    }

    fn read(row: &mut Row) -> Result<Self, StoreError> {
        row.skip(1);
        Ok(Self {
            evcoid: read_evcoid(&row.text()?)?,
            pcid: row.text()?,
            receiver: octets(row)?,
            body: row.blob()?,
            certificate: CertificateId::read_maybe(row)?.ok_or_else(|| {
                StoreError::Corrupt("contract data without certificate".to_owned())
            })?,
            created: row.integer()?,
        })
    }
}

/// With separators: without them, those of long identifiers lose where the check digit begins.
pub(super) fn evcoid_value(evcoid: Option<&Evcoid>) -> Value {
    Value::Text(evcoid.map(|evcoid| evcoid.separated('-')))
}

pub(super) fn maybe_evcoid(row: &mut Row) -> Result<Option<Evcoid>, StoreError> {
    row.maybe_text()?.as_deref().map(read_evcoid).transpose()
}

fn read_evcoid(text: &str) -> Result<Evcoid, StoreError> {
    Evcoid::parse(text).map_err(|error| StoreError::Corrupt(format!("contract {text:?}: {error}")))
}
