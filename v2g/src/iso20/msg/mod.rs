//! The message sets of ISO 15118-20: a module for each, and the types they share.

pub mod types;
