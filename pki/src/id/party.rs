use core::fmt;
use core::str::FromStr;
use std::collections::BTreeMap;

use super::symbols::{Symbols, is_letter, is_letter_or_digit};
use super::{Element, Evcoid, Evseid, EvseidKind, IdError};

/// Country and party, the five characters that name a mobility provider or an operator in every identifier and by which
/// back offices route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Party {
    symbols: [u8; 5],
}

impl Party {
    /// Reads two letters and three letters or digits in any case, with `-`, `*` or nothing between.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let symbols = Symbols::split(text, &['-', '*'], 6)?;
        symbols.all(0..2, Element::Country, "a letter", is_letter)?;
        symbols.all(2..5, Element::Provider, "a letter or digit", is_letter_or_digit)?;
        symbols.separators_only_before(&[2])?;
        let wrong = symbols.length_error("5");
        let symbols = symbols.normal().as_bytes().try_into().map_err(|_| wrong)?;
        Ok(Self { symbols })
    }

    /// Two-letter country code; not compared with ISO 3166, since real ones fall outside.
    pub fn country(&self) -> &str {
        self.text(0..2)
    }

    /// Three letters or digits.
    pub fn id(&self) -> &str {
        self.text(2..5)
    }

    fn text(&self, range: core::ops::Range<usize>) -> &str {
        self.symbols.get(range).and_then(|part| str::from_utf8(part).ok()).unwrap_or_default()
    }
}

impl From<&Evcoid> for Party {
    fn from(id: &Evcoid) -> Self {
        let mut symbols = *b"XX000";
        // Every form of a contract identifier has at least eleven ASCII characters.
        symbols.iter_mut().zip(id.normal().bytes()).for_each(|(to, from)| *to = from);
        Self { symbols }
    }
}

impl TryFrom<&Evseid> for Party {
    type Error = IdError;

    /// The ISO kind has one; the DIN kind names operators by number and gives the error of reading it.
    fn try_from(id: &Evseid) -> Result<Self, IdError> {
        match id.kind() {
            EvseidKind::Iso => Self::parse(id.normal().get(..5).unwrap_or_default()),
            EvseidKind::Din => Self::parse(id.country()),
        }
    }
}

impl FromStr for Party {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}*{}", self.country(), self.id())
    }
}

/// Where to send what concerns a party: by country and party, else by country, else the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routes<T> {
    parties: BTreeMap<Party, T>,
    countries: BTreeMap<String, T>,
    default: Option<T>,
}

impl<T> Routes<T> {
    /// No route.
    pub fn new() -> Self {
        Self { parties: BTreeMap::new(), countries: BTreeMap::new(), default: None }
    }

    /// Adds a route for `DE*ABC` (a party), `DE` (a country) or `*` (everybody else), and gives back the one it replaces.
    pub fn insert(&mut self, pattern: &str, target: T) -> Result<Option<T>, IdError> {
        if pattern == "*" {
            return Ok(self.default.replace(target));
        }
        if pattern.len() == 2 && pattern.bytes().all(|c| c.is_ascii_alphabetic()) {
            return Ok(self.countries.insert(pattern.to_ascii_uppercase(), target));
        }
        Ok(self.parties.insert(Party::parse(pattern)?, target))
    }

    /// The route of a party.
    pub fn route(&self, party: Party) -> Option<&T> {
        self.parties
            .get(&party)
            .or_else(|| self.countries.get(party.country()))
            .or(self.default.as_ref())
    }
}

impl<T> Default for Routes<T> {
    fn default() -> Self {
        Self::new()
    }
}
