use core::fmt;
use core::str::FromStr;

use super::check::{self, CheckDigit};
use super::symbols::{Symbols, is_letter, is_letter_or_digit};
use super::{Element, IdError, Party};

/// Identifier of a station's communication controller, carried in the CN of its ISO 15118-20 certificate: country (2),
/// operator (3), `S`, the operator's own 32 or more letters and digits, and a check digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seccid {
    normal: String,
}

impl Seccid {
    /// Fewest letters and digits.
    pub const MIN: usize = 39;
    /// Most letters and digits: what a common name holds.
    pub const MAX: usize = 64;

    /// Reads 39 to 64 letters and digits in any case; `-` or `*` may stand between the elements.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        Self::read(text).map(|symbols| Self { normal: symbols.normal() })
    }

    /// Whether [`Self::parse`] reads a text; allocates nothing.
    pub fn is_valid(text: &str) -> bool {
        Self::read(text).is_ok()
    }

    fn read(text: &str) -> Result<Symbols<'_>, IdError> {
        let symbols = Symbols::split(text, &['-', '*'], Self::MAX + 4)?;
        let len = symbols.len();
        if !(Self::MIN..=Self::MAX).contains(&len) {
            return Err(symbols.length_error("39 to 64"));
        }
        symbols.all(0..2, Element::Country, "a letter", is_letter)?;
        symbols.all(2..5, Element::Provider, "a letter or digit", is_letter_or_digit)?;
        symbols.all(5..6, Element::Type, "the letter S", |c| c == 'S')?;
        let digit = |c: char| c.is_ascii_digit() || c == 'X';
        symbols.all(len - 1..len, Element::CheckDigit, "a digit or X", digit)?;
        symbols.separators_only_before(&[2, 5, 6, len - 1])?;
        Ok(symbols)
    }

    /// Upper case, no separators, check digit as given.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// The normal form without the check digit.
    pub fn stem(&self) -> &str {
        self.normal.get(..self.normal.len().saturating_sub(1)).unwrap_or_default()
    }

    /// Two-letter country code.
    pub fn country(&self) -> &str {
        self.normal.get(..2).unwrap_or_default()
    }

    /// Operator: three letters or digits.
    pub fn operator(&self) -> &str {
        self.normal.get(2..5).unwrap_or_default()
    }

    /// The operator's own part.
    pub fn own(&self) -> &str {
        self.stem().get(6..).unwrap_or_default()
    }

    /// Country and operator.
    pub fn party(&self) -> Option<Party> {
        Party::parse(self.normal.get(..5)?).ok()
    }

    /// The check digit, judged by the sum of ISO 15118-20 Annex C.6 and, as published samples contradict each other,
    /// by the plain sum of DIN SPEC 91286: either makes it right. Inform, never refuse by it.
    pub fn check_digit(&self) -> CheckDigit {
        let by_elements =
            check::din_by_elements(&[self.country(), self.operator(), "S", self.own()]);
        let given = self.normal.chars().last();
        match given {
            Some(digit) if digit == check::din(self.stem()) => CheckDigit::Valid(digit),
            _ => CheckDigit::judge(given, by_elements),
        }
    }

    /// The same identifier with the check digit of Annex C.6 where the given one is wrong.
    #[must_use]
    pub fn with_check_digit(&self) -> Self {
        match self.check_digit() {
            CheckDigit::Wrong { expected, .. } => {
                Self { normal: format!("{}{expected}", self.stem()) }
            }
            _ => self.clone(),
        }
    }

    /// With `-` between the elements, as people read it.
    pub fn separated(&self) -> String {
        let digit = self.normal.get(self.stem().len()..).unwrap_or_default();
        format!("{}-{}-S-{}-{digit}", self.country(), self.operator(), self.own())
    }
}

impl FromStr for Seccid {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl fmt::Display for Seccid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.normal)
    }
}
