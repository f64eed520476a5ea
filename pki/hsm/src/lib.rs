//! Private keys that stay in a hardware module: [`pki::Signer`] and [`pki::KeyAgreement`] by PKCS#11.
//!
//! A [`Token`] keeps a few sessions, so that several threads sign at once, and opens them anew when the module has lost
//! them. The PIN is never printed and not kept anywhere but in memory, which is erased on drop.
//!
//! ```no_run
//! use pki::issue::CsrPlan;
//! use pki::key::Algorithm;
//! use pki::profile::{CertificateKind, Edition};
//! use pki_hsm::{Pin, Token, Uri, Use};
//!
//! let uri = Uri::parse("pkcs11:token=operator;object=mo_sub2?module-path=/usr/lib/softhsm/libsofthsm2.so")?;
//! let token = Token::open(&uri, Pin::new("1234"), 4)?;
//! let key = token.generate("mo_sub2", &[1], Algorithm::P256, Use::Sign)?;
//! let plan = CsrPlan::new(Edition::Iso2, CertificateKind::MoSub2, "MO Sub-CA 2");
//! let request = plan.sign(&key, &ring::rand::SystemRandom::new())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod error;
mod key;
mod pool;
mod token;
mod uri;

pub use error::HsmError;
pub use key::TokenKey;
pub use token::{Pin, Token, Use};
pub use uri::{Uri, UriError};
