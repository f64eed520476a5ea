//! Public keys of ISO 15118 Plug & Charge: identifiers, certificate profiles, chain checks, issuing, contract pools.
//!
//! No I/O, no clock: time comes in as seconds since 1970 (UTC), randomness as a [`ring::rand::SecureRandom`] of the caller.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod cert;
pub mod chain;
mod der;
#[doc(hidden)]
pub mod drive;
pub mod id;
pub mod issue;
pub mod key;
pub mod pem;
pub mod pool;
pub mod profile;
mod time;

pub use cert::Certificate;
pub use chain::{Anchors, Chain, ChainError, Level, Role, Verified};
pub use id::{Evcoid, Evseid, Pcid};
pub use issue::Hierarchy;
pub use key::{PrivateKey, PublicKey, Signer};
pub use pool::ContractPool;
