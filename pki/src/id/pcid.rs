use core::fmt;
use core::str::FromStr;

use super::check::{self, CheckDigit};
use super::symbols::{Symbols, is_letter_or_digit};
use super::{Element, IdError};

/// Identifier of a car's OEM provisioning certificate, carried in its CN [V2G2-933]: world manufacturer identifier (3),
/// the car maker's own 14 letters or digits, and an optional check digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pcid {
    normal: String,
}

impl Pcid {
    /// Reads 17 or 18 letters and digits in any case; hyphens may stand after the manufacturer and before the check digit.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        Self::read(text).map(|symbols| Self { normal: symbols.normal() })
    }

    /// Whether [`Self::parse`] reads a text; allocates nothing.
    pub fn is_valid(text: &str) -> bool {
        Self::read(text).is_ok()
    }

    fn read(text: &str) -> Result<Symbols<'_>, IdError> {
        let symbols = Symbols::split(text, &['-'], 20)?;
        if !(17..=18).contains(&symbols.len()) {
            return Err(symbols.length_error("17 or 18"));
        }
        symbols.all(0..3, Element::Manufacturer, "a letter or digit", is_letter_or_digit)?;
        symbols.separators_only_before(if symbols.len() == 18 { &[3, 17] } else { &[3] })?;
        Ok(symbols)
    }

    /// Upper case, no separators, check digit as given.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// World manufacturer identifier.
    pub fn manufacturer(&self) -> &str {
        self.normal.get(..3).unwrap_or_default()
    }

    /// The normal form without the check digit.
    pub fn stem(&self) -> &str {
        self.normal.get(..17).unwrap_or_default()
    }

    /// The check digit, judged by the sum of ISO 15118-20 Annex C.6. Car makers differ: inform, never refuse by it.
    pub fn check_digit(&self) -> CheckDigit {
        let own = self.stem().get(3..).unwrap_or_default();
        let expected = match own.strip_prefix('P') {
            Some(rest) => check::din_by_elements(&[self.manufacturer(), "P", rest]),
            None => check::din_by_elements(&[self.manufacturer(), own]),
        };
        CheckDigit::judge(self.normal.chars().nth(17), expected)
    }

    /// The same identifier with the computed check digit, whatever was given.
    #[must_use]
    pub fn with_check_digit(&self) -> Self {
        match self.check_digit().expected() {
            Some(digit) => Self { normal: format!("{}{digit}", self.stem()) },
            None => self.clone(),
        }
    }
}

impl FromStr for Pcid {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl fmt::Display for Pcid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.normal)
    }
}
