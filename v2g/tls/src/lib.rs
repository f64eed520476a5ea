//! rustls for ISO 15118-2.

#![forbid(unsafe_code)]

pub mod capture;
mod cbc;
mod evcc;
mod hello;
mod key_log;
mod negotiated;
mod provider;
mod roots;
mod secc;
mod transcript;
mod verify;

#[doc(hidden)]
pub use cbc::mac::MacThenEncrypt;
pub use evcc::{Evcc, EvccError};
pub use hello::{Authority, ClientHelloInfo, HelloError, HelloFilter};
pub use key_log::key_lines;
pub use negotiated::Negotiated;
pub use provider::{provider, provider_with_aead_suites};
pub use roots::{RootError, Roots};
pub use secc::{Secc, SeccChain};
pub use verify::{ChainError, Strictness, verify_secc_chain};

#[cfg(test)]
mod tests;
