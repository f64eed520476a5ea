use crate::cert::{AttributeKind, CertError};
use crate::key::{Algorithm, KeyError};
use crate::profile::{Broken, CertificateKind};

/// Why a certificate cannot be issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// Keys, signatures or randomness failed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A moment that certificates cannot express.
    #[error("validity outside the years 1950 to 9999")]
    Validity,
    /// A subject's attribute that cannot be written: no object identifier, too long, or characters its type does not have.
    #[error("the subject's {kind} cannot be written")]
    Attribute {
        /// Its type.
        kind: AttributeKind,
    },
    /// An address or a policy that cannot be written.
    #[error("{0:?} cannot be written into a certificate")]
    Unwritable(String),
    /// A purpose that is no object identifier.
    #[error("extended key usage {0:?} is no object identifier")]
    Purpose(String),
    /// What was built does not parse; a further extension holds no DER, for instance.
    #[error("the certificate does not parse: {0}")]
    Unparsable(#[from] CertError),
    /// The authority does not issue certificates of this kind.
    #[error("this authority issues no {0}")]
    Kind(CertificateKind),
    /// The subject's key is of another algorithm than the authority's.
    #[error("the key is on {found}, the authority's on {wanted}")]
    Algorithm {
        /// The subject's.
        found: Algorithm,
        /// The authority's.
        wanted: Algorithm,
    },
    /// The authority's own certificate is not valid at the moment of issue.
    #[error("the authority's certificate is not valid now")]
    AuthorityNotValid,
    /// A request for a leaf asks for the powers of an authority.
    #[error("the request asks for the powers of an authority")]
    Powers,
    /// A request names another role's domain.
    #[error("the request's domain component is {found:?}, not {wanted:?}")]
    Domain {
        /// What the request has.
        found: String,
        /// What the kind has.
        wanted: String,
    },
    /// The certificate would break rules of its profile.
    #[error("the certificate would break its profile: {}", list(.0))]
    Profile(Vec<Broken>),
}

fn list(broken: &[Broken]) -> String {
    broken.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
