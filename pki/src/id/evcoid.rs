use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use super::check::{self, CheckDigit};
use super::symbols::{Symbols, is_letter, is_letter_or_digit};
use super::{ConversionError, Element, IdError, IdErrorKind};

/// Identifier of an electric vehicle contract; ISO 15118-2 calls it eMAID and carries it in the contract certificate's CN [V2G2-108].
///
/// Two are equal when their normal forms are: upper case, no separators, check digit as given. [`Evcoid::compare`] is
/// the tolerant comparison.
#[derive(Clone, Debug)]
pub struct Evcoid {
    normal: String,
    kind: EvcoidKind,
    /// Letters and digits in front of the check digit, or all when there is none.
    stem: usize,
}

/// Form of a contract identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EvcoidKind {
    /// ISO 15118-2 Annex H: 14 characters and an optional check digit.
    Iso,
    /// The ISO form whose instance starts with the type letter `C`, as eMI3, OICP and OCPI want it.
    Emi3,
    /// DIN SPEC 91286: 11 characters and an optional check digit.
    Din,
    /// A longer instance (10 to 28 characters) as ISO 15118-20 allows; no check digit can be computed.
    Extended,
}

/// Outcome of comparing two contract identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Same normal form.
    Same,
    /// Same contract; only one side carries a check digit.
    CheckDigitOnOneSide,
    /// Same contract, written once in the DIN and once in the ISO form.
    OtherForm,
    /// Same characters in front, but two different check digits: at least one side is mistyped.
    CheckDigitsDiffer,
    /// Two contracts.
    Different,
}

impl Evcoid {
    /// Longest text that is read: 34 letters and digits and three separators.
    pub const MAX_TEXT: usize = 37;

    const SEPARATORS: [char; 2] = ['-', '*'];

    /// Reads any form, in any case, with `-`, `*` or nothing between the elements. The check digit is not judged.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let (symbols, kind, stem) = Self::read(text)?;
        Ok(Self { normal: symbols.normal(), kind, stem })
    }

    /// Whether [`Self::parse`] reads a text; allocates nothing.
    pub fn is_valid(text: &str) -> bool {
        Self::read(text).is_ok()
    }

    fn read(text: &str) -> Result<(Symbols<'_>, EvcoidKind, usize), IdError> {
        let symbols = Symbols::split(text, &Self::SEPARATORS, Self::MAX_TEXT)?;
        let len = symbols.len();
        let before_last = len.saturating_sub(1);
        let (kind, stem) = match len {
            11 | 12 => (EvcoidKind::Din, 11),
            14 | 15 => (EvcoidKind::Iso, 14),
            16..=33 if symbols.has_break_before(before_last) => (EvcoidKind::Extended, before_last),
            16..=33 => (EvcoidKind::Extended, len),
            34 => (EvcoidKind::Extended, 33),
            _ => return Err(symbols.length_error("11, 12, 14, 15 or 16 to 34")),
        };
        symbols.all(0..2, Element::Country, "a letter", is_letter)?;
        if kind == EvcoidKind::Din {
            let accept = |c: char| c.is_ascii_digit() || c == 'X';
            symbols.all(stem..len, Element::CheckDigit, "a digit or X", accept)?;
        }
        let separators: &[usize] = if stem < len { &[2, 5, stem] } else { &[2, 5] };
        symbols.separators_only_before(separators)?;
        let kind = match kind {
            EvcoidKind::Iso if symbols.at(5) == Some('C') => EvcoidKind::Emi3,
            other => other,
        };
        Ok((symbols, kind, stem))
    }

    /// Builds the ISO form with its check digit from its elements: two letters, three and nine letters or digits.
    pub fn from_elements(country: &str, provider: &str, instance: &str) -> Result<Self, IdError> {
        for (element, text, len, at) in [
            (Element::Country, country, 2, 0),
            (Element::Provider, provider, 3, 2),
            (Element::Instance, instance, 9, 5),
        ] {
            if text.len() != len
                || !text.chars().all(|c| is_letter_or_digit(c.to_ascii_uppercase()))
            {
                let kind = IdErrorKind::Length {
                    found: text.len(),
                    wanted: "2 letters, 3 and 9 letters or digits",
                };
                return Err(IdError { at, element, kind });
            }
        }
        Self::parse(&format!("{country}{provider}{instance}")).map(|id| id.with_check_digit())
    }

    /// Form of this identifier.
    pub fn kind(&self) -> EvcoidKind {
        self.kind
    }

    /// Upper case, no separators, check digit as given: what goes on the wire and into ledgers.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// The normal form without the check digit.
    pub fn stem(&self) -> &str {
        self.normal.get(..self.stem).unwrap_or_default()
    }

    /// Two-letter country code; not compared with ISO 3166, since real ones fall outside.
    pub fn country(&self) -> &str {
        self.normal.get(..2).unwrap_or_default()
    }

    /// Provider: three letters or digits.
    pub fn provider(&self) -> &str {
        self.normal.get(2..5).unwrap_or_default()
    }

    /// Instance: six (DIN), nine (ISO) or up to 28 letters and digits.
    pub fn instance(&self) -> &str {
        self.normal.get(5..self.stem).unwrap_or_default()
    }

    /// The check digit, judged.
    pub fn check_digit(&self) -> CheckDigit {
        let given = self.normal.get(self.stem..).and_then(|digit| digit.chars().next());
        match self.kind {
            EvcoidKind::Iso | EvcoidKind::Emi3 => CheckDigit::judge(given, check::iso(self.stem())),
            EvcoidKind::Din => CheckDigit::judge(given, check::din(self.stem())),
            EvcoidKind::Extended => CheckDigit::Undefined,
        }
    }

    /// The same contract with the right check digit, whatever was given.
    #[must_use]
    pub fn with_check_digit(&self) -> Self {
        match self.check_digit().expected() {
            Some(digit) => Self { normal: format!("{}{digit}", self.stem()), ..*self },
            None => self.clone(),
        }
    }

    /// The same contract without check digit.
    #[must_use]
    pub fn without_check_digit(&self) -> Self {
        Self { normal: self.stem().to_owned(), ..*self }
    }

    /// With `separator` between the elements, as people read it.
    pub fn separated(&self, separator: char) -> String {
        let mut text = format!(
            "{}{separator}{}{separator}{}",
            self.country(),
            self.provider(),
            self.instance()
        );
        if let Some(digit) = self.normal.get(self.stem..).filter(|digit| !digit.is_empty()) {
            text.push(separator);
            text.push_str(digit);
        }
        text
    }

    /// The eMI3 form with its check digit: `C0`, the six DIN characters and the DIN check digit make the instance.
    pub fn to_emi3(&self) -> Result<Self, ConversionError> {
        match self.kind {
            EvcoidKind::Din => self.out_of_din("C0"),
            EvcoidKind::Emi3 => self.right().map(|()| self.with_check_digit()),
            EvcoidKind::Iso | EvcoidKind::Extended => Err(ConversionError::NoCounterpart),
        }
    }

    /// The ISO form with its check digit; a DIN identifier gets the older prefix `00`.
    pub fn to_iso(&self) -> Result<Self, ConversionError> {
        match self.kind {
            EvcoidKind::Din => self.out_of_din("00"),
            EvcoidKind::Iso | EvcoidKind::Emi3 => self.right().map(|()| self.with_check_digit()),
            EvcoidKind::Extended => Err(ConversionError::NoCounterpart),
        }
    }

    /// The DIN form with its check digit; exists when the instance is `C0` or `00`, six characters and their DIN check digit.
    pub fn to_din(&self) -> Result<Self, ConversionError> {
        self.right()?;
        if self.kind == EvcoidKind::Din {
            return Ok(self.with_check_digit());
        }
        let no = ConversionError::NoCounterpart;
        let instance = self.instance();
        if self.kind == EvcoidKind::Extended
            || !(instance.starts_with("C0") || instance.starts_with("00"))
        {
            return Err(no);
        }
        let rest = instance.get(2..).ok_or(no)?;
        let din =
            Self::parse(&format!("{}{}{rest}", self.country(), self.provider())).map_err(|_| no)?;
        if matches!(din.check_digit(), CheckDigit::Valid(_)) { Ok(din) } else { Err(no) }
    }

    /// Compares two contract identifiers, tolerating a missing check digit and the other form.
    pub fn compare(&self, other: &Self) -> Likeness {
        if self.normal == other.normal {
            Likeness::Same
        } else if self.stem() == other.stem() {
            match (self.check_digit().given(), other.check_digit().given()) {
                (Some(_), Some(_)) => Likeness::CheckDigitsDiffer,
                _ => Likeness::CheckDigitOnOneSide,
            }
        } else if self.other_forms().any(|form| form.stem() == other.stem())
            || other.other_forms().any(|form| form.stem() == self.stem())
        {
            Likeness::OtherForm
        } else {
            Likeness::Different
        }
    }

    /// The same contract in the forms that it can be converted to.
    pub fn other_forms(&self) -> impl Iterator<Item = Self> {
        [self.to_emi3(), self.to_iso(), self.to_din()]
            .into_iter()
            .flatten()
            .filter(|form| form.stem() != self.stem())
    }

    fn out_of_din(&self, prefix: &str) -> Result<Self, ConversionError> {
        self.right()?;
        let din = self.with_check_digit();
        let rest = din.normal.get(5..).unwrap_or_default();
        let text = format!("{}{}{prefix}{rest}", self.country(), self.provider());
        // Two letters, three, two, six and one letters or digits: always the ISO form.
        let iso = Self::parse(&text).map_err(|_| ConversionError::NoCounterpart)?;
        Ok(iso.with_check_digit())
    }

    fn right(&self) -> Result<(), ConversionError> {
        match self.check_digit() {
            CheckDigit::Wrong { given, expected } => {
                Err(ConversionError::WrongCheckDigit { given, expected })
            }
            _ => Ok(()),
        }
    }
}

impl FromStr for Evcoid {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl fmt::Display for Evcoid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.normal)
    }
}

impl PartialEq for Evcoid {
    fn eq(&self, other: &Self) -> bool {
        self.normal == other.normal
    }
}

impl Eq for Evcoid {}

impl Hash for Evcoid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normal.hash(state);
    }
}

impl PartialOrd for Evcoid {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Evcoid {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.normal.cmp(&other.normal)
    }
}
