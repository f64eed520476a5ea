//! The audit log: every change is one record, and each record's hash covers the one before, so that nothing can be altered,
//! inserted or taken out without breaking the chain.
//!
//! `hash(n) = SHA-256(hash(n-1) || record(n))`, where `record` is one JSON object as stored and `hash(0)` is 32 zero octets.
//! Records are committed together with the changes that they tell of, and hold no private key.

mod record;
mod seal;
mod verify;

pub use record::{Hash, Head, Record};
pub use seal::{Seal, SealError};
pub use verify::{Finding, Problem, Progress, Report, Verifier};
pub(crate) use verify::{ISSUED, SEALED};
