//! The message sets of ISO 15118-20: a module for each, and the types they share.

#[cfg(feature = "iso20-ac")]
pub mod ac;
#[cfg(feature = "iso20-acdp")]
pub mod acdp;
#[cfg(feature = "iso20-common")]
pub mod common;
#[cfg(feature = "iso20-dc")]
pub mod dc;
pub mod types;
#[cfg(feature = "iso20-wpt")]
pub mod wpt;
