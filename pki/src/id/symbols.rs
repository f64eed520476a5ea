//! A text as upper-case letters and digits, with where each stands and where separators are. Nothing is allocated.

use super::{Element, IdError, IdErrorKind};

pub(super) struct Symbols<'a> {
    /// ASCII letters and digits, and separators.
    text: &'a str,
    /// Number of letters and digits.
    len: usize,
}

impl<'a> Symbols<'a> {
    pub(super) fn split(text: &'a str, separators: &[char], max: usize) -> Result<Self, IdError> {
        let whole = |at, kind| IdError { at, element: Element::Whole, kind };
        if text.is_empty() {
            return Err(whole(0, IdErrorKind::Empty));
        }
        let mut len = 0;
        for (at, found) in text.chars().enumerate() {
            if at >= max {
                return Err(whole(at, IdErrorKind::TooLong { max }));
            }
            if found.is_ascii_alphanumeric() {
                len += 1;
            } else if !(found.is_ascii() && separators.contains(&found)) {
                let wanted = "a letter or digit";
                return Err(whole(at, IdErrorKind::Character { found, wanted }));
            }
        }
        Ok(Self { text, len })
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The letters and digits in upper case.
    pub(super) fn normal(&self) -> String {
        let mut normal = String::with_capacity(self.len);
        normal.extend(self.symbols().map(|(_, symbol)| symbol));
        normal
    }

    /// One of them.
    pub(super) fn at(&self, symbol: usize) -> Option<char> {
        self.symbols().nth(symbol).map(|(_, symbol)| symbol)
    }

    /// Number of separators.
    pub(super) fn breaks(&self) -> usize {
        self.text.len() - self.len
    }

    pub(super) fn has_break_before(&self, symbol: usize) -> bool {
        self.separators().any(|(before, _)| before == symbol)
    }

    /// Separators may stand before the given symbols only, once each.
    pub(super) fn separators_only_before(&self, allowed: &[usize]) -> Result<(), IdError> {
        let mut last = None;
        for (before, at) in self.separators() {
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
        let mut symbols = self.symbols().skip(range.start).take(range.len());
        match symbols.find(|(_, found)| !accept(*found)) {
            Some((at, found)) => {
                Err(IdError { at, element, kind: IdErrorKind::Character { found, wanted } })
            }
            None => Ok(()),
        }
    }

    pub(super) fn length_error(&self, wanted: &'static str) -> IdError {
        let kind = IdErrorKind::Length { found: self.len(), wanted };
        IdError { at: self.end(), element: Element::Whole, kind }
    }

    /// The text's length.
    pub(super) fn end(&self) -> usize {
        self.text.len()
    }

    /// Each with its place in the text.
    fn symbols(&self) -> impl Iterator<Item = (usize, char)> {
        let all = self.text.bytes().map(char::from).enumerate();
        all.filter(|(_, c)| c.is_ascii_alphanumeric()).map(|(at, c)| (at, c.to_ascii_uppercase()))
    }

    /// Separators: the number of symbols in front, and the place in the text.
    fn separators(&self) -> impl Iterator<Item = (usize, usize)> {
        let places = self.text.bytes().enumerate().filter(|(_, b)| !b.is_ascii_alphanumeric());
        places.enumerate().map(|(earlier, (at, _))| (at - earlier, at))
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
