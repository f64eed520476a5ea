//! Charging detail records: one for each session that was set up, safe against a crash in between.

mod ledger;
mod record;

pub(crate) use ledger::Entry;
pub use ledger::Ledger;
pub use record::{Authorization, Record};
