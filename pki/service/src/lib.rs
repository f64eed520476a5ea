//! What a PKI operator of ISO 15118 Plug & Charge runs: [`store`] keeps issued certificates, contracts and pools on SQLite or
//! PostgreSQL, and every change in the [`audit`] log, committed together.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod audit;
pub mod store;
