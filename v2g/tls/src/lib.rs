//! rustls for ISO 15118-2.

#![forbid(unsafe_code)]

pub mod capture;
mod cbc;
mod hello;
mod negotiated;
mod provider;
mod transcript;

#[doc(hidden)]
pub use cbc::mac::MacThenEncrypt;
pub use hello::{Authority, ClientHelloInfo, HelloError, HelloFilter};
pub use negotiated::Negotiated;
pub use provider::provider;

#[cfg(test)]
mod tests;
