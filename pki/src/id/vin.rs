use core::fmt;
use core::str::FromStr;

use super::check::CheckDigit;
use super::symbols::{Symbols, is_unmistakable};
use super::{Element, IdError};

/// Vehicle identification number (ISO 3779): 17 letters and digits without `I`, `O` and `Q`.
///
/// A car maker may use it as the first 17 characters of a [`super::Pcid`]; only the maker knows whether it does, so neither
/// is ever derived from the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Vin {
    normal: String,
}

impl Vin {
    /// Reads 17 letters and digits in any case, without separators.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let symbols = Symbols::split(text, &[], 17)?;
        if symbols.len() != 17 {
            return Err(symbols.length_error("17"));
        }
        let wanted = "a letter or digit other than I, O and Q";
        symbols.all(0..3, Element::Manufacturer, wanted, is_unmistakable)?;
        symbols.all(3..17, Element::Instance, wanted, is_unmistakable)?;
        Ok(Self { normal: symbols.normal() })
    }

    /// Upper case.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// World manufacturer identifier.
    pub fn manufacturer(&self) -> &str {
        self.normal.get(..3).unwrap_or_default()
    }

    /// The ninth character, which is a check digit in North America alone: [`CheckDigit::Valid`] or
    /// [`CheckDigit::Undefined`], never wrong.
    pub fn check_digit(&self) -> CheckDigit {
        let sum: u32 = self.normal.bytes().zip(WEIGHTS).map(|(c, weight)| value(c) * weight).sum();
        let expected = char::from_digit(sum % 11, 10).unwrap_or('X');
        match self.normal.chars().nth(8) {
            Some(given) if given == expected => CheckDigit::Valid(given),
            _ => CheckDigit::Undefined,
        }
    }
}

/// Weights of the North American check digit, whose own place counts nothing.
const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/// Value of a symbol in that sum: three rows of the alphabet are counted from 1, the third from 2.
fn value(symbol: u8) -> u32 {
    u32::from(match symbol {
        b'0'..=b'9' => symbol - b'0',
        b'A'..=b'H' => symbol - b'A' + 1,
        b'J'..=b'R' => symbol - b'J' + 1,
        b'S'..=b'Z' => symbol - b'S' + 2,
        _ => 0,
    })
}

impl FromStr for Vin {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl fmt::Display for Vin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.normal)
    }
}
