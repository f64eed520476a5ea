//! Issuing: one certificate from a [`Plan`], or a complete test [`Hierarchy`] in memory, sound or with a chosen [`Defect`].

mod defect;
mod hierarchy;
mod plan;

pub use defect::{Damaged, Defect};
pub use hierarchy::{Hierarchy, Identity, Options};
pub use plan::{IssueError, Issuer, Plan};
