//! What can go wrong, and who is to do something about it.

use sqlx::error::ErrorKind;

/// Why the store did not do what it was asked.
///
/// Only [`StoreError::Refused`] says for sure that nothing was done; after any other error, asking again with the same
/// [`Reply`](super::Reply) key is safe and tells.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The change does not fit what is stored.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Others hold the database, or too many changes wait.
    #[error("the database is busy")]
    Busy,
    /// No space is left for the database.
    #[error("no space is left for the database: {0}")]
    Full(String),
    /// The database cannot be reached.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The connection broke during the commit, and nobody could be asked how it ended.
    #[error("the database went away during the commit: the outcome is unknown")]
    OutcomeUnknown,
    /// The database file is damaged, or holds what this version cannot have written.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// Its tables are not of this version and cannot be brought up to it.
    #[error("the tables are of another version: {0}")]
    Schema(String),
    /// No address of a database.
    #[error("{0:?} is neither sqlite:FILE nor postgres://USER@HOST/DATABASE")]
    Url(String),
    /// The database refused a statement.
    #[error("the database refused a statement: {0}")]
    Database(String),
    /// The store is being closed.
    #[error("the store is closed")]
    Closed,
}

/// Why a change does not fit what is stored. [`Refusal::code`] is stable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Such a thing is there already.
    #[error("{what} {key} is there already")]
    Taken {
        /// What it is.
        what: What,
        /// Its name.
        key: String,
    },
    /// There is no such thing.
    #[error("there is no {what} {key}")]
    Missing {
        /// What it is.
        what: What,
        /// Its name.
        key: String,
    },
    /// It is in a state that does not allow this.
    #[error("{what} {key} is {state}")]
    State {
        /// What it is.
        what: What,
        /// Its name.
        key: String,
        /// Its state.
        state: &'static str,
    },
    /// A contract without a provisioning certificate identifier cannot be anybody's default.
    #[error("contract {0} is bound to no car")]
    Unbound(String),
    /// Revocation lists of an authority are numbered upwards.
    #[error("the last revocation list has number {current}")]
    CrlNumber {
        /// Number of the last list.
        current: u64,
    },
    /// The same key came with another request.
    #[error("the key {0} was used for another request")]
    ReplyConflict(String),
    /// A value that no database here can hold: too long, or a text with a NUL.
    #[error("{column} of a {what} is too long or holds a NUL")]
    Unstorable {
        /// What it belongs to.
        what: What,
        /// Which of its fields.
        column: &'static str,
    },
}

/// What the store keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// Issuing authority.
    Authority,
    /// Issued certificate.
    Certificate,
    /// Provisioning certificate of a car.
    Provisioning,
    /// Contract.
    Contract,
    /// Signed contract data for a car.
    ContractData,
    /// Root of the root pool.
    Root,
    /// Revocation list.
    Crl,
    /// Address of a webhook.
    Endpoint,
    /// Message to a webhook.
    Parcel,
    /// Client with its roles.
    Client,
    /// Reply kept for repetitions.
    Reply,
}

impl StoreError {
    /// Whether asking again later may help.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Busy | Self::Full(_) | Self::Unavailable(_) | Self::OutcomeUnknown)
    }

    /// A name for machines that stays.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Busy => "database-busy",
            Self::Full(_) => "database-full",
            Self::Unavailable(_) => "database-unavailable",
            Self::OutcomeUnknown => "outcome-unknown",
            Self::Corrupt(_) => "database-corrupt",
            Self::Schema(_) => "database-version",
            Self::Url(_) => "database-url",
            Self::Database(_) => "database-error",
            Self::Closed => "closed",
        }
    }
}

impl Refusal {
    /// A name for machines that stays.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Taken { what: What::Certificate, .. } => "serial-taken",
            Self::Taken { .. } => "taken",
            Self::Missing { what, .. } => match what {
                What::Authority => "unknown-authority",
                What::Certificate => "unknown-certificate",
                What::Provisioning => "unknown-pcid",
                What::Contract => "unknown-contract",
                _ => "not-found",
            },
            Self::State { .. } => "wrong-state",
            Self::Unbound(_) => "contract-unbound",
            Self::CrlNumber { .. } => "crl-number",
            Self::ReplyConflict(_) => "idempotency-conflict",
            Self::Unstorable { .. } => "unstorable",
        }
    }
}

impl What {
    /// Its name in messages and in the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Certificate => "certificate",
            Self::Provisioning => "provisioning certificate",
            Self::Contract => "contract",
            Self::ContractData => "contract data",
            Self::Root => "root",
            Self::Crl => "revocation list",
            Self::Endpoint => "webhook endpoint",
            Self::Parcel => "webhook message",
            Self::Client => "client",
            Self::Reply => "reply",
        }
    }
}

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(ref refused) => {
                let code = refused.code();
                let code = code.as_deref().unwrap_or_default();
                // PostgreSQL's codes have five characters, SQLite's are numbers of fewer digits.
                let named = if code.len() == 5 { postgres(code) } else { sqlite(code) };
                match (named, refused.kind()) {
                    (Some(named), _) => named(refused.message().to_owned()),
                    (None, ErrorKind::UniqueViolation) => {
                        Refusal::Taken { what: What::Client, key: "with this secret".to_owned() }
                            .into()
                    }
                    _ => Self::Database(error.to_string()),
                }
            }
            sqlx::Error::PoolTimedOut => Self::Unavailable("no connection in time".to_owned()),
            sqlx::Error::PoolClosed => Self::Closed,
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. } => Self::Corrupt(error.to_string()),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error.to_string()),
            _ => Self::Database(error.to_string()),
        }
    }
}

const IOERR_WRITE: u32 = 10 | 3 << 8;
const IOERR_SHMSIZE: u32 = 10 | 19 << 8;

type Named = fn(String) -> StoreError;

fn postgres(code: &str) -> Option<Named> {
    Some(match (code.get(..2)?, code) {
        (_, "53100") => StoreError::Full,
        // Lock or statement timeout, serialization failure, deadlock.
        (_, "55P03" | "57014" | "40001" | "40P01") => |_| StoreError::Busy,
        // Connection lost, resources short, shutting down or starting up, standby that only reads, input or output failed.
        (_, "25006") | ("08" | "53" | "57" | "58", _) => StoreError::Unavailable,
        (_, "3D000" | "28P01" | "28000") => StoreError::Unavailable,
        ("XX", "XX001" | "XX002") => StoreError::Corrupt,
        _ => return None,
    })
}

/// The lower octet of SQLite's codes is the kind, the rest tells more.
fn sqlite(code: &str) -> Option<Named> {
    let code = code.parse::<u32>().ok()?;
    Some(match code & 0xff {
        // A file that could not grow, whether by a quota, a limit or for space.
        _ if matches!(code, IOERR_WRITE | IOERR_SHMSIZE) => StoreError::Full,
        5 | 6 => |_| StoreError::Busy,
        13 => StoreError::Full,
        8 | 10 | 14 => StoreError::Unavailable,
        11 | 26 => StoreError::Corrupt,
        _ => return None,
    })
}
