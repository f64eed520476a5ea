//! Issuing: a [`CertificateAuthority`] that follows the profiles, for requests ([`Csr`]) or keys; below it a [`Plan`] that
//! says anything; beside it a complete test [`Hierarchy`] in memory, sound or with a chosen [`Defect`].

mod authority;
mod csr;
mod defect;
mod encode;
mod error;
mod hierarchy;
mod plan;
mod terms;

pub use authority::{AuthorityError, CertificateAuthority};
pub(crate) use csr::signed as signed_request;
pub use csr::{Csr, CsrError, CsrPart, CsrPlan};
pub use defect::{Damaged, Defect, Ending};
pub(crate) use encode::AUTHORITY_KEY_ID;
pub use encode::KeyId;
pub use error::IssueError;
pub use hierarchy::{Hierarchy, Identity, Options};
pub use plan::{Issuer, Plan};
pub use terms::{Policy, Terms, issued_by, usual_days};
