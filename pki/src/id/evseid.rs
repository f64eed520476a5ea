use core::fmt;
use core::str::FromStr;

use super::{Element, IdError, IdErrorKind};

/// Identifier of a charging point, as `SessionSetupRes` carries it [V2G2-190].
///
/// The normal form of the ISO kind is upper case without the separators that are optional; `*` inside the outlet stays,
/// for it tells outlets apart. The DIN kind is kept as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Evseid {
    normal: String,
    kind: EvseidKind,
    /// End of the country code and of the operator in `normal`, separators excluded.
    country: usize,
    operator: usize,
}

/// Form of a charging point identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EvseidKind {
    /// ISO 15118-2 Annex H: country, operator, `E`, outlet.
    Iso,
    /// DIN SPEC 91286: telephone country code, operator, outlet, all digits, `*` between.
    Din,
}

impl Evseid {
    /// Longest text that is read: an outlet of 30 characters and both separators. The message schema takes 37.
    pub const MAX_TEXT: usize = 38;
    /// Shortest text that is read, as in the message schema.
    pub const MIN_TEXT: usize = 7;

    /// Reads either form, 7 to 38 characters.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let error = |at, element, kind| Err(IdError { at, element, kind });
        let len = text.chars().count();
        match text.chars().next() {
            None => error(0, Element::Whole, IdErrorKind::Empty),
            Some(_) if len > Self::MAX_TEXT => {
                error(Self::MAX_TEXT, Element::Whole, IdErrorKind::TooLong { max: Self::MAX_TEXT })
            }
            Some('+' | '0'..='9') => Self::parse_din(text),
            Some(_) => Self::parse_iso(text),
        }
        .and_then(|id| {
            let kind = IdErrorKind::Length { found: len, wanted: "7 to 38" };
            if len < Self::MIN_TEXT { error(len, Element::Whole, kind) } else { Ok(id) }
        })
    }

    /// Country, operator, `E` and an outlet of 30 characters.
    const MAX_NORMAL: usize = 36;

    fn parse_iso(text: &str) -> Result<Self, IdError> {
        let mut reader = Reader { rest: text, at: 0 };
        let mut normal = String::new();
        reader.take(&mut normal, 2, Element::Country, "a letter", |c| c.is_ascii_alphabetic())?;
        reader.skip_star();
        reader.take(&mut normal, 3, Element::Provider, "a letter or digit", |c| {
            c.is_ascii_alphanumeric()
        })?;
        reader.skip_star();
        reader.take(&mut normal, 1, Element::Type, "the letter E", |c| {
            c.eq_ignore_ascii_case(&'E')
        })?;
        reader.take(&mut normal, 1, Element::Instance, "a letter or digit", |c| {
            c.is_ascii_alphanumeric()
        })?;
        reader.finish(&mut normal, "a letter, digit or *", |c| {
            c.is_ascii_alphanumeric() || c == '*'
        })?;
        if normal.len() > Self::MAX_NORMAL {
            let kind = IdErrorKind::TooLong { max: Self::MAX_NORMAL };
            return Err(IdError { at: reader.at, element: Element::Instance, kind });
        }
        Ok(Self {
            normal: normal.to_ascii_uppercase(),
            kind: EvseidKind::Iso,
            country: 2,
            operator: 5,
        })
    }

    fn parse_din(text: &str) -> Result<Self, IdError> {
        let mut reader = Reader { rest: text, at: 0 };
        let mut normal = String::new();
        if text.starts_with('+') {
            reader.take(&mut normal, 1, Element::Country, "+", |c| c == '+')?;
        }
        reader.digits(&mut normal, 1..=3, Element::Country)?;
        let country = normal.len();
        reader.take(&mut normal, 1, Element::Country, "*", |c| c == '*')?;
        reader.digits(&mut normal, 3..=6, Element::Provider)?;
        let operator = normal.len();
        reader.take(&mut normal, 1, Element::Provider, "*", |c| c == '*')?;
        reader.take(&mut normal, 1, Element::Instance, "a digit or *", |c| {
            c.is_ascii_digit() || c == '*'
        })?;
        reader.finish(&mut normal, "a digit or *", |c| c.is_ascii_digit() || c == '*')?;
        Ok(Self { normal, kind: EvseidKind::Din, country, operator })
    }

    /// Form of this identifier.
    pub fn kind(&self) -> EvseidKind {
        self.kind
    }

    /// The normal form.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// Country code.
    pub fn country(&self) -> &str {
        self.normal.get(..self.country).unwrap_or_default()
    }

    /// Operator.
    pub fn operator(&self) -> &str {
        self.normal.get(self.country..self.operator).unwrap_or_default().trim_start_matches('*')
    }

    /// Outlet; the ISO kind without its type letter.
    pub fn outlet(&self) -> &str {
        let rest = self.normal.get(self.operator..).unwrap_or_default();
        rest.get(1..).unwrap_or_default()
    }

    /// With `*` between the elements, as people read it.
    pub fn separated(&self) -> String {
        match self.kind {
            EvseidKind::Iso => format!("{}*{}*E{}", self.country(), self.operator(), self.outlet()),
            EvseidKind::Din => self.normal.clone(),
        }
    }
}

/// Reads a text from the left, knowing the place.
struct Reader<'a> {
    rest: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn take(
        &mut self,
        into: &mut String,
        count: usize,
        element: Element,
        wanted: &'static str,
        accept: fn(char) -> bool,
    ) -> Result<(), IdError> {
        for _ in 0..count {
            match self.rest.chars().next() {
                Some(found) if accept(found) => self.advance(into, found),
                Some(found) => {
                    return Err(IdError {
                        at: self.at,
                        element,
                        kind: IdErrorKind::Character { found, wanted },
                    });
                }
                None => {
                    let kind = IdErrorKind::Length { found: self.at, wanted: "more characters" };
                    return Err(IdError { at: self.at, element, kind });
                }
            }
        }
        Ok(())
    }

    fn digits(
        &mut self,
        into: &mut String,
        count: core::ops::RangeInclusive<usize>,
        element: Element,
    ) -> Result<(), IdError> {
        self.take(into, *count.start(), element, "a digit", |c| c.is_ascii_digit())?;
        for _ in *count.start()..*count.end() {
            match self.rest.chars().next() {
                Some(digit) if digit.is_ascii_digit() => self.advance(into, digit),
                _ => break,
            }
        }
        Ok(())
    }

    fn finish(
        &mut self,
        into: &mut String,
        wanted: &'static str,
        accept: fn(char) -> bool,
    ) -> Result<(), IdError> {
        let left = self.rest.chars().count();
        self.take(into, left, Element::Instance, wanted, accept)
    }

    fn skip_star(&mut self) {
        if let Some(rest) = self.rest.strip_prefix('*') {
            (self.rest, self.at) = (rest, self.at + 1);
        }
    }

    fn advance(&mut self, into: &mut String, c: char) {
        into.push(c);
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
        self.at += 1;
    }
}

impl FromStr for Evseid {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl fmt::Display for Evseid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.normal)
    }
}
