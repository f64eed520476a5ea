//! TLS for ISO 15118 on unmodified rustls: the profile of -2.
//!
//! - [`Secc`] and [`Evcc`] make the `ServerConfig` of a station and the `ClientConfig` of a car: TLS 1.2 with
//!   TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, chain choice by `trusted_ca_keys`, the car's verifier.
//! - [`HelloFilter`] belongs between socket and rustls on every connection; it repairs the ClientHellos
//!   that rustls would refuse and puts `trusted_ca_keys` on the wire.
//! - [`Negotiated`] and [`ClientHelloInfo`] say what came of it.
//! - [`capture`] decrypts recorded connections, TLS 1.2 and 1.3, with the secrets of a key log.
//!
//! The crate does no I/O and has no clock: bytes go through functions, the time is a `TimeProvider` of the
//! caller. `examples/filtered` wraps a tokio stream for tokio-rustls; `examples/secc.rs` and
//! `examples/evcc.rs` use it:
//!
//! ```
//! # use std::sync::Arc;
//! # use rustls::time_provider::TimeProvider;
//! # use v2g_tls::{Evcc, Roots, Secc, SeccChain};
//! # fn example(chain: SeccChain, roots: Roots, clock: Arc<dyn TimeProvider>)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! let station = Secc::new(vec![chain], clock.clone()).config()?;
//! // TlsAcceptor::from(Arc::new(station)).accept(Filtered::new(socket)).await?
//! let car = Evcc::new(roots, clock).config()?;
//! // TlsConnector::from(Arc::new(car)).connect(ServerName::from(address), Filtered::new(socket)).await?
//! # Ok(()) }
//! ```
//!
//! A hello that differs between wire and rustls is no gap in the handshake: the transcript hash of the
//! suites is over the wire form (`hello/rewrite.rs`), so a change on the way fails both ends' Finished.
//! encrypt_then_mac (RFC 7366) is never negotiated; records are MAC-then-encrypt, checked in constant time.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod capture;
mod cbc;
mod evcc;
mod hello;
mod key_log;
mod negotiated;
mod provider;
mod roots;
mod secc;
mod stapled;
mod transcript;
mod verify;

/// For the constant-time check alone.
#[doc(hidden)]
pub use cbc::mac::MacThenEncrypt;
pub use evcc::{Evcc, EvccError};
pub use hello::{Authority, ClientHelloInfo, HelloError, HelloFilter};
pub use key_log::key_lines;
pub use negotiated::Negotiated;
pub use pki::revocation::Need;
pub use provider::provider;
pub use roots::{RootError, Roots};
pub use secc::{Secc, SeccChain, Staple};
pub use stapled::{StapleError, check_staple};
pub use verify::{ChainError, Strictness, verify_secc_chain};

#[cfg(test)]
mod tests;
