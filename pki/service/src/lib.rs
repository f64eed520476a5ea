//! What a PKI operator of ISO 15118 Plug & Charge runs: [`store`] keeps issued certificates, contracts and pools on SQLite or
//! PostgreSQL, and every change in the [`audit`] log, committed together. [`operator`] makes and delivers contract
//! certificates, [`api`] offers all of it over HTTP.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod api;
pub mod audit;
pub mod operator;
pub mod store;
pub mod webhook;
