//! ISO 15118-2.

pub mod dialog;
#[cfg(feature = "engine")]
pub(crate) mod evcc;
pub mod msg;
pub mod order;
mod quantity;
#[cfg(feature = "engine")]
pub(crate) mod secc;
pub mod timing;

pub use msg::Grammar;
