//! Issuing: one certificate from a [`Plan`], or a complete test [`Hierarchy`] in memory, sound or with a chosen [`Defect`].

mod defect;
mod hierarchy;
mod plan;

pub use defect::{Damaged, Defect};
pub use hierarchy::{Hierarchy, Identity, Options};
pub(crate) use plan::{AUTHORITY_KEY_ID, key_id};
pub use plan::{IssueError, Issuer, Plan};
