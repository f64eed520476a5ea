//! ISO 15118-20.

pub mod msg;
