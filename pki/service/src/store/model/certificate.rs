use core::fmt;

use pki::Evcoid;
use pki::revocation::{Reason, Revocation};

use super::contract::{evcoid_value, maybe_evcoid};
use super::{Entity, unsigned};
use crate::store::database::{Row, Value};
use crate::store::error::{StoreError, What};

/// Which certificate: unique for each authority.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateId {
    /// Name of the authority that issued it.
    pub authority: String,
    /// Serial number in lower-case hexadecimal without leading zeros.
    pub serial: String,
}

/// A certificate issued here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Issuer and serial number.
    pub id: CertificateId,
    /// Its kind, as [`pki::profile::CertificateKind`] names it.
    pub kind: String,
    /// Subject, for people.
    pub subject: String,
    /// Contract that it stands for.
    pub evcoid: Option<Evcoid>,
    /// Car that it was made for.
    pub pcid: Option<String>,
    /// First second of its validity.
    pub not_before: i64,
    /// Last second of its validity.
    pub not_after: i64,
    /// The certificate in DER.
    pub der: Vec<u8>,
    /// What has become of it.
    pub state: CertificateState,
    /// Since when: seconds since 1970.
    pub changed: i64,
    /// Number of the audit record of its issue; set by the store.
    pub record: u64,
}

/// What has become of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateState {
    /// Issued, nobody has it yet.
    Issued,
    /// Handed out.
    Delivered,
    /// Revoked or on hold.
    Revoked(Revocation),
    /// Its time is over, and that is on record.
    Expired,
}

impl CertificateId {
    /// From a serial number's octets, most significant first.
    pub fn new(authority: impl Into<String>, serial: &[u8]) -> Self {
        let hex = hex::encode(serial);
        let serial = match hex.trim_start_matches('0') {
            "" => "0",
            digits => digits,
        };
        Self { authority: authority.into(), serial: serial.to_owned() }
    }

    /// As it stands in keys and in the audit log.
    fn parse(text: &str) -> Option<Self> {
        let (authority, serial) = text.rsplit_once('/')?;
        Some(Self { authority: authority.to_owned(), serial: serial.to_owned() })
    }

    pub(super) fn read_maybe(row: &mut Row) -> Result<Option<Self>, StoreError> {
        row.maybe_text()?
            .map(|text| Self::parse(&text).ok_or(StoreError::Corrupt(text)))
            .transpose()
    }
}

impl fmt::Display for CertificateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.authority, self.serial)
    }
}

impl CertificateState {
    /// Its name in the database and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Delivered => "delivered",
            Self::Revoked(_) => "revoked",
            Self::Expired => "expired",
        }
    }
}

impl Entity for Certificate {
    const WHAT: What = What::Certificate;
    const TABLE: &'static str = "certificate";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "authority",
        "kind",
        "subject",
        "evcoid",
        "pcid",
        "not_before",
        "not_after",
        "der",
        "state",
        "changed",
        "reason",
        "record",
    ];

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn values(&self) -> Vec<Value> {
        let reason = match self.state {
            CertificateState::Revoked(revocation) => revocation.reason.map(Reason::code),
            _ => None,
        };
        vec![
            Value::Text(Some(self.key())),
            (&self.id.authority).into(),
            (&self.kind).into(),
            (&self.subject).into(),
            evcoid_value(self.evcoid.as_ref()),
            self.pcid.as_ref().into(),
            self.not_before.into(),
            self.not_after.into(),
            self.der.as_slice().into(),
            Value::Text(Some(self.state.name().to_owned())),
            self.changed.into(),
            reason.map(i64::from).into(),
            self.record.into(),
        ]
    }

    fn read(row: &mut Row) -> Result<Self, StoreError> {
        let id = row.text()?;
        let authority = row.text()?;
        let serial = id
            .strip_prefix(&authority)
            .and_then(|rest| rest.strip_prefix('/'))
            .ok_or_else(|| StoreError::Corrupt(format!("certificate {id} of {authority}")))?
            .to_owned();
        let mut certificate = Self {
            id: CertificateId { authority, serial },
            kind: row.text()?,
            subject: row.text()?,
            evcoid: maybe_evcoid(row)?,
            pcid: row.maybe_text()?,
            not_before: row.integer()?,
            not_after: row.integer()?,
            der: row.blob()?,
            state: CertificateState::Issued,
            changed: 0,
            record: 0,
        };
        let state = row.text()?;
        certificate.changed = row.integer()?;
        let reason = row.maybe_integer()?.and_then(|code| u8::try_from(code).ok());
        certificate.state = match state.as_str() {
            "issued" => CertificateState::Issued,
            "delivered" => CertificateState::Delivered,
            "expired" => CertificateState::Expired,
            "revoked" => CertificateState::Revoked(Revocation {
                at: certificate.changed,
                reason: reason.map(Reason::from_code),
            }),
            _ => return Err(StoreError::Corrupt(format!("certificate state {state:?}"))),
        };
        certificate.record = unsigned(row)?;
        Ok(certificate)
    }
}
