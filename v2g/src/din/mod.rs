//! DIN SPEC 70121.

pub mod msg;

pub use msg::Grammar;
