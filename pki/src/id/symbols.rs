//! Splits a text into upper-case letters and digits, remembering where each stood and where separators were.

use super::{Element, IdError, IdErrorKind};

pub(super) struct Symbols {
    /// Upper-case letters and digits.
    pub(super) text: String,
    /// Place of each symbol in the original text; one entry more than `text`, the last is the text's length.
    places: Vec<usize>,
    /// Separators: the number of symbols in front, and the place in the text.
    breaks: Vec<(usize, usize)>,
}

impl Symbols {
    pub(super) fn split(text: &str, separators: &[char], max: usize) -> Result<Self, IdError> {
        let whole = |at, kind| IdError { at, element: Element::Whole, kind };
        if text.is_empty() {
            return Err(whole(0, IdErrorKind::Empty));
        }
        let mut symbols = Self { text: String::new(), places: Vec::new(), breaks: Vec::new() };
        let mut end = 0;
        for (at, found) in text.chars().enumerate() {
            if at >= max {
                return Err(whole(at, IdErrorKind::TooLong { max }));
            }
            if found.is_ascii_alphanumeric() {
                symbols.text.push(found.to_ascii_uppercase());
                symbols.places.push(at);
            } else if separators.contains(&found) {
                symbols.breaks.push((symbols.text.len(), at));
            } else {
                return Err(whole(
                    at,
                    IdErrorKind::Character { found, wanted: "a letter or digit" },
                ));
            }
            end = at + 1;
        }
        symbols.places.push(end);
        Ok(symbols)
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Number of separators.
    pub(super) fn breaks(&self) -> usize {
        self.breaks.len()
    }

    pub(super) fn has_break_before(&self, symbol: usize) -> bool {
        self.breaks.iter().any(|&(before, _)| before == symbol)
    }

    /// Separators may stand before the given symbols only, once each.
    pub(super) fn separators_only_before(&self, allowed: &[usize]) -> Result<(), IdError> {
        let mut last = None;
        for &(before, at) in &self.breaks {
            if !allowed.contains(&before) || last == Some(before) {
                return Err(IdError { at, element: Element::Whole, kind: IdErrorKind::Separator });
            }
            last = Some(before);
        }
        Ok(())
    }

    /// Every symbol of a range must please `accept`.
    pub(super) fn all(
        &self,
        range: core::ops::Range<usize>,
        element: Element,
        wanted: &'static str,
        accept: fn(char) -> bool,
    ) -> Result<(), IdError> {
        for (i, found) in self.text.char_indices() {
            if range.contains(&i) && !accept(found) {
                return Err(IdError {
                    at: self.place(i),
                    element,
                    kind: IdErrorKind::Character { found, wanted },
                });
            }
        }
        Ok(())
    }

    pub(super) fn length_error(&self, wanted: &'static str) -> IdError {
        let kind = IdErrorKind::Length { found: self.len(), wanted };
        IdError { at: self.place(self.len()), element: Element::Whole, kind }
    }

    /// Place of a symbol in the original text.
    pub(super) fn place(&self, symbol: usize) -> usize {
        self.places.get(symbol).or(self.places.last()).copied().unwrap_or(0)
    }
}

pub(super) fn is_letter(c: char) -> bool {
    c.is_ascii_uppercase()
}

pub(super) fn is_letter_or_digit(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

/// Letters and digits without those that people mistake for others.
pub(super) fn is_unmistakable(c: char) -> bool {
    is_letter_or_digit(c) && !matches!(c, 'I' | 'O' | 'Q')
}
