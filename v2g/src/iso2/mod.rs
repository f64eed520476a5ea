//! ISO 15118-2.

pub mod msg;
