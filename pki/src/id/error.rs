use core::fmt;

/// Why a text is no identifier of the kind asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdError {
    /// Place of the first offending character, in characters from 0; the length where the text ends too early.
    pub at: usize,
    /// Part of the identifier that could not be read.
    pub element: Element,
    /// What is wrong there.
    pub kind: IdErrorKind,
}

/// Part of an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// The identifier as a whole.
    Whole,
    /// Country code.
    Country,
    /// Provider (contracts) or operator (charging points).
    Provider,
    /// Instance of a contract, outlet of a charging point, a car maker's own part.
    Instance,
    /// Letter that names the type of the identifier.
    Type,
    /// World manufacturer identifier.
    Manufacturer,
    /// Check digit.
    CheckDigit,
}

/// What is wrong with one character or with the length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdErrorKind {
    /// Nothing to read.
    Empty,
    /// More characters than any identifier of this kind has.
    TooLong {
        /// Longest text that is read.
        max: usize,
    },
    /// The number of letters and digits fits no form.
    Length {
        /// Letters and digits found.
        found: usize,
        /// Numbers that fit.
        wanted: &'static str,
    },
    /// A character that may not stand here.
    Character {
        /// The character found.
        found: char,
        /// What may stand here.
        wanted: &'static str,
    },
    /// A separator inside an element, at an end, or doubled.
    Separator,
}

impl core::error::Error for IdError {}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            IdErrorKind::Empty => write!(f, "empty identifier")?,
            IdErrorKind::TooLong { max } => write!(f, "more than {max} characters")?,
            IdErrorKind::Length { found, wanted } => {
                write!(f, "{found} letters and digits where {wanted} are wanted")?;
            }
            IdErrorKind::Character { found, wanted } => {
                write!(f, "{found:?} where {wanted} is wanted")?
            }
            IdErrorKind::Separator => write!(f, "misplaced separator")?,
        }
        write!(f, " (character {}, {})", self.at, self.element)
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole => "whole identifier",
            Self::Country => "country code",
            Self::Provider => "provider",
            Self::Instance => "instance",
            Self::Type => "type letter",
            Self::Manufacturer => "manufacturer",
            Self::CheckDigit => "check digit",
        })
    }
}

/// Why an identifier has no counterpart in another form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConversionError {
    /// The instance does not carry what the other form needs.
    #[error("this identifier has no counterpart in the form asked for")]
    NoCounterpart,
    /// The check digit is wrong, so the conversion would carry the error on.
    #[error("check digit {given} is wrong, {expected} is right")]
    WrongCheckDigit {
        /// Digit that the identifier carries.
        given: char,
        /// Digit that belongs there.
        expected: char,
    },
}
