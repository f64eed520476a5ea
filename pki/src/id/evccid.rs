use core::fmt;
use core::str::FromStr;

use super::check::{self, CheckDigit};
use super::symbols::{Symbols, is_unmistakable};
use super::{Element, IdError, IdErrorKind};

/// Identifier of a car's communication controller. It says who talks, not who pays: neither form is proof of identity,
/// and cars are known that make up a new one for every session.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Evccid {
    normal: String,
    kind: EvccidKind,
}

/// Form of a car's controller identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EvccidKind {
    /// DIN SPEC 70121 and ISO 15118-2: the MAC address, six octets in hexadecimal [V2G2-879].
    Mac,
    /// ISO 15118-20, and the CN of vehicle certificates [V2G20-2598]: world manufacturer identifier (3), `V`, the car maker's
    /// own 15 or more letters and digits, and a check digit.
    Iso20,
}

impl Evccid {
    /// Fewest letters and digits of the -20 form.
    pub const MIN: usize = 20;
    /// Most letters and digits of the -20 form: what a common name holds.
    pub const MAX: usize = 64;

    /// Reads either form in any case. A MAC address may have `:` or `-` between all its octets; in the -20 form
    /// `-` may stand between the elements, and `I`, `O` and `Q` may not be used.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        Self::read(text).map(|(symbols, kind)| Self { normal: symbols.normal(), kind })
    }

    /// The form in which [`Self::parse`] reads a text, if it does; allocates nothing.
    pub fn kind_of(text: &str) -> Option<EvccidKind> {
        Self::read(text).ok().map(|(_, kind)| kind)
    }

    fn read(text: &str) -> Result<(Symbols<'_>, EvccidKind), IdError> {
        let symbols = Symbols::split(text, &['-', ':'], Self::MAX + 3)?;
        if symbols.len() == 12 {
            Self::mac(&symbols)?;
            Ok((symbols, EvccidKind::Mac))
        } else {
            Self::iso20(&symbols)?;
            Ok((symbols, EvccidKind::Iso20))
        }
    }

    fn mac(symbols: &Symbols<'_>) -> Result<(), IdError> {
        let hex = |c: char| c.is_ascii_hexdigit();
        symbols.all(0..12, Element::Whole, "a hexadecimal digit", hex)?;
        symbols.separators_only_before(&[2, 4, 6, 8, 10])?;
        if !matches!(symbols.breaks(), 0 | 5) {
            let kind = IdErrorKind::Separator;
            return Err(IdError { at: symbols.end(), element: Element::Whole, kind });
        }
        Ok(())
    }

    fn iso20(symbols: &Symbols<'_>) -> Result<(), IdError> {
        let len = symbols.len();
        if !(Self::MIN..=Self::MAX).contains(&len) {
            return Err(symbols.length_error("12 or 20 to 64"));
        }
        let wanted = "a letter or digit other than I, O and Q";
        symbols.all(0..3, Element::Manufacturer, wanted, is_unmistakable)?;
        symbols.all(3..4, Element::Type, "the letter V", |c| c == 'V')?;
        symbols.all(4..len - 1, Element::Instance, wanted, is_unmistakable)?;
        let digit = |c: char| c.is_ascii_digit() || c == 'X';
        symbols.all(len - 1..len, Element::CheckDigit, "a digit or X", digit)?;
        symbols.separators_only_before(&[3, 4, len - 1])
    }

    /// Form of this identifier.
    pub fn kind(&self) -> EvccidKind {
        self.kind
    }

    /// Upper case, no separators, check digit as given.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// World manufacturer identifier; a MAC address has none.
    pub fn manufacturer(&self) -> Option<&str> {
        (self.kind == EvccidKind::Iso20).then(|| self.normal.get(..3)).flatten()
    }

    /// The normal form without the check digit, which a MAC address does not have.
    pub fn stem(&self) -> &str {
        match self.kind {
            EvccidKind::Mac => &self.normal,
            EvccidKind::Iso20 => {
                self.normal.get(..self.normal.len().saturating_sub(1)).unwrap_or_default()
            }
        }
    }

    /// The check digit, judged by the sum of ISO 15118-20 Annex C.6. Car makers differ: inform, never refuse by it.
    pub fn check_digit(&self) -> CheckDigit {
        let Some(manufacturer) = self.manufacturer() else { return CheckDigit::Undefined };
        let own = self.stem().get(4..).unwrap_or_default();
        let expected = check::din_by_elements(&[manufacturer, "V", own]);
        CheckDigit::judge(self.normal.chars().last(), expected)
    }

    /// The same identifier with the computed check digit, whatever was given.
    #[must_use]
    pub fn with_check_digit(&self) -> Self {
        match self.check_digit().expected() {
            Some(digit) => Self { normal: format!("{}{digit}", self.stem()), kind: self.kind },
            None => self.clone(),
        }
    }

    /// With separators between the elements or octets, as people read it.
    pub fn separated(&self) -> String {
        let (normal, stem) = (&self.normal, self.stem());
        let part = |range: core::ops::Range<usize>| normal.get(range).unwrap_or_default();
        match self.kind {
            EvccidKind::Mac => {
                let octets: Vec<_> = (0..6).map(|i| part(2 * i..2 * i + 2)).collect();
                octets.join(":")
            }
            EvccidKind::Iso20 => format!(
                "{}-V-{}-{}",
                part(0..3),
                part(4..stem.len()),
                part(stem.len()..normal.len())
            ),
        }
    }
}

impl FromStr for Evccid {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl fmt::Display for Evccid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.normal)
    }
}
