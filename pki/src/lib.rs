//! Public keys of ISO 15118 Plug & Charge: identifiers, certificate profiles, chain checks, revocation, issuing, contract
//! pools, key delivery.
//!
//! No I/O, no clock: time comes in as seconds since 1970 (UTC), randomness as a [`ring::rand::SecureRandom`] of the caller.
//!
//! ```
//! use pki::chain::{Level, compare_claim, verify_contract};
//! use pki::issue::{Hierarchy, Options};
//! use pki::key::Signer;
//! use ring::rand::SystemRandom;
//!
//! let (rng, now) = (SystemRandom::new(), 1_800_000_000);
//! let hierarchy = Hierarchy::generate(&rng, now, Options::default())?;
//! let car = hierarchy.contract();
//!
//! let chain = verify_contract(car.leaf.der(), &car.sub_ders(), hierarchy.anchors(), now, Level::Strict)?;
//! let evcoid = chain.evcoid().expect("every contract chain has one");
//! assert!(compare_claim("DE-PNC-C00000001", evcoid, Level::Field).is_accepted());
//!
//! let signature = car.key.sign_raw(b"challenge", &rng)?;
//! chain.public_key().verify_raw(b"challenge", &signature)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod cert;
pub mod chain;
pub mod cms;
pub mod delivery;
mod der;
#[doc(hidden)]
pub mod drive;
pub mod id;
pub mod issue;
pub mod key;
pub mod pem;
pub mod pool;
pub mod profile;
pub mod revocation;
pub mod specimen;
pub mod time;

pub use cert::Certificate;
pub use chain::{Anchors, Chain, ChainError, Level, Role, Verified};
pub use id::{Evccid, Evcoid, Evseid, Party, Pcid, Seccid, Vin};
pub use issue::Hierarchy;
pub use key::{KeyAgreement, PrivateKey, PublicKey, Signer};
pub use pool::ContractPool;
