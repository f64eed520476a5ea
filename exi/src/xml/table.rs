//! The string table.

use crate::strings::Budget;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// A namespace and a name.
type Name = (&'static str, &'static str);

/// The strings so far.
#[derive(Default)]
pub(super) struct Table {
    all: Vec<Literal>,
    /// Whose they are: places in `all`.
    of: BTreeMap<Name, Vec<usize>>,
    budget: Budget,
}

/// A string that was written out.
pub(super) struct Literal {
    pub(super) text: String,
    pub(super) characters: usize,
}

impl Table {
    pub(super) fn add(&mut self, name: Name, text: &str, characters: usize) {
        self.of.entry(name).or_default().push(self.all.len());
        self.all.push(Literal { text: text.into(), characters });
    }

    /// How many strings there are of a name, or of all names.
    pub(super) fn count(&self, name: Option<Name>) -> usize {
        match name {
            Some(name) => self.of.get(&name).map_or(0, Vec::len),
            None => self.all.len(),
        }
    }

    /// One of them.
    pub(super) fn find(&self, name: Option<Name>, index: usize) -> Option<&Literal> {
        match name {
            Some(name) => self.all.get(*self.of.get(&name)?.get(index)?),
            None => self.all.get(index),
        }
    }

    /// Counts a reference; false once all of them cost more than a message of `octets` may ask for.
    pub(super) fn afford(&mut self, characters: usize, octets: usize) -> bool {
        self.budget.afford(characters, octets)
    }
}
