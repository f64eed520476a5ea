use pki::issue::{AuthorityError, CsrError, IssueError};
use pki::key::KeyError;
use pki::profile::CertificateKind;
use pki::revocation::CrlError;
use std::io;
use std::path::{Path, PathBuf};

/// Why a directory of authorities cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file says something else than it should.
    #[error("{}: {why}", path.display())]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The directory to be made holds something already.
    #[error("{}: not empty; nothing was changed", .0.display())]
    NotEmpty(PathBuf),
    /// The directory has an authority of this name.
    #[error("{} is there already; nothing was changed", .0.display())]
    Exists(PathBuf),
    /// The certificate is no authority's, or nothing tells of which kind.
    #[error("what {0} is cannot be told: name its kind")]
    UnknownKind(String),
    /// Nobody among the certificates given issued this one.
    #[error("no issuer of {0} is among the certificates given, its root included")]
    NoIssuerAbove(String),
    /// A certificate above the authority does not verify, or is not valid.
    #[error("{subject}: {why}")]
    Above {
        /// Whose certificate.
        subject: String,
        /// What is wrong with it.
        why: String,
    },
    /// The revocation list to be continued is not the authority's.
    #[error("the revocation list: {0}")]
    List(#[from] CrlError),
    /// There is no such authority.
    #[error("no authority {0} in this directory")]
    NoAuthority(String),
    /// No authority of the directory issues this kind.
    #[error("no authority in this directory issues a {0}")]
    NoIssuer(CertificateKind),
    /// Several authorities of the directory issue this kind.
    #[error("several authorities issue a {kind}: name one of {names}")]
    Several {
        /// The kind.
        kind: CertificateKind,
        /// Their names.
        names: String,
    },
    /// The register knows no certificate with this serial number.
    #[error("the register has no certificate {0}")]
    Unknown(String),
    /// Already revoked for good.
    #[error("{0} is revoked already")]
    Revoked(String),
    /// Not suspended, so that nothing can be released.
    #[error("{0} is not on hold")]
    NotOnHold(String),
    /// The certificate and key are no authority.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A certificate cannot be issued.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// A request cannot be granted.
    #[error(transparent)]
    Request(#[from] CsrError),
    /// A key in a token cannot be used.
    #[error("the token: {0}")]
    Token(String),
    /// A key cannot be made or used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl CaError {
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { path, error }
    }

    pub(super) fn content(path: &Path, why: impl ToString) -> Self {
        Self::Content { path: path.to_owned(), why: why.to_string() }
    }
}
