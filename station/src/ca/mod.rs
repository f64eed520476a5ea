//! A directory of certificate authorities, as `pnc pki init` makes it and the other commands use it.
//!
//! ```text
//! roots/NAME.pem            every root, to be given to those who check
//! ca/NAME/cert.pem          an authority's certificate
//! ca/NAME/chain.pem         the same and those above it, without the root; none for a root
//! ca/NAME/key.pem           its private key, PKCS#8, for its owner only
//! ca/NAME/ca.toml           what it is, where its key is, and what it writes into certificates
//! ca/NAME/register.jsonl    what it issued and revoked, one event a line, only ever longer
//! ca/NAME/crl.pem           its newest revocation list
//! leaf/NAME/{cert,chain,key}.pem
//! ```
//!
//! NAME of an authority is that of its kind ([`pki::profile::CertificateKind::name`]). What is issued is in the register, on
//! disk, before anybody gets it.

mod authority;
mod error;
mod file;
mod import;
mod init;
mod keys;
mod register;
mod settings;

pub use authority::{Ca, Directory, Issued};
pub use error::CaError;
pub use file::{replace, write_key, write_new};
pub use import::{Import, Imported};
pub use init::{Operator, Role, write_leaf};
pub use keys::{is_token, signer, token_signer};
pub use register::{Event, Register, reason};
