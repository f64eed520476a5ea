//! Strings.

use super::inline::{FEW, Inline};
use crate::Exi;
use crate::error::{Facet, Kind, Result, length};
use crate::grammar::{BIG, bits};
use crate::read::{ASCII, Reader};
use crate::schema::{Shape, Type};
use crate::strings::Literal;
use crate::write::Writer;
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::ops::Deref;

/// A string of `MIN..=MAX` characters; up to 39 octets of UTF-8 are kept without the heap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text<const MIN: usize, const MAX: usize>(Inline);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Takes the string if it is as long as the schema allows.
    pub fn new<'a>(s: impl Into<Cow<'a, str>>) -> core::result::Result<Self, Facet> {
        let s = s.into();
        length(characters(s.as_bytes()), MIN, MAX)?;
        Ok(Self(Inline::new(s)))
    }

    /// A string that is known when the program is written.
    ///
    /// # Panics
    /// If it is not as long as the schema allows.
    #[track_caller]
    pub fn literal(s: &'static str) -> Self {
        match Self::new(s) {
            Ok(text) => text,
            Err(facet) => panic!("{s:?}: {facet}"),
        }
    }

    /// The string.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The string.
    pub fn into_string(self) -> String {
        self.0.into_string()
    }
}

impl<const MIN: usize, const MAX: usize> Exi for Text<MIN, MAX> {
    const SIMPLE: bool = true;
    const TYPE: &'static Type = &Type { name: "Text", shape: Shape::Text { min: MIN, max: MAX } };
    const MAX: u32 = {
        assert!(MIN <= MAX, "a Text's MIN is above its MAX");
        BIG
    };
    #[inline(always)]
    fn put(&self, w: &mut Writer<'_>) -> Result<()> {
        w.apart_by(&self.0, const { &(MIN, MAX) }, put_text)
    }
    #[inline(always)]
    fn get(&mut self, r: &mut Reader<'_, '_>, _: u16, name: u32) -> Result<()> {
        r.apart(|r| text(&mut self.0, r, name, MIN, MAX))
    }
    #[inline(always)]
    fn blank() -> Self {
        Self(Inline::EMPTY)
    }
    fn clear(&mut self) -> bool {
        self.0 = Inline::EMPTY;
        MIN == 0
    }
}

impl<const MIN: usize, const MAX: usize> Deref for Text<MIN, MAX> {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl<const MIN: usize, const MAX: usize> AsRef<str> for Text<MIN, MAX> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl<const MIN: usize, const MAX: usize> TryFrom<&str> for Text<MIN, MAX> {
    type Error = Facet;
    fn try_from(s: &str) -> core::result::Result<Self, Facet> {
        Self::new(s)
    }
}

impl<const MIN: usize, const MAX: usize> TryFrom<String> for Text<MIN, MAX> {
    type Error = Facet;
    fn try_from(s: String) -> core::result::Result<Self, Facet> {
        Self::new(s)
    }
}

impl<const MIN: usize, const MAX: usize> core::str::FromStr for Text<MIN, MAX> {
    type Err = Facet;
    fn from_str(s: &str) -> core::result::Result<Self, Facet> {
        Self::new(s)
    }
}

impl<const MIN: usize, const MAX: usize> PartialEq<str> for Text<MIN, MAX> {
    fn eq(&self, s: &str) -> bool {
        self.0.as_bytes() == s.as_bytes()
    }
}

impl<const MIN: usize, const MAX: usize> PartialEq<&str> for Text<MIN, MAX> {
    fn eq(&self, s: &&str) -> bool {
        self.0.as_bytes() == s.as_bytes()
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// How many characters the UTF-8 octets are: one for each that does not continue another.
fn characters(utf8: &[u8]) -> usize {
    if utf8.is_ascii() { utf8.len() } else { utf8.iter().filter(|b| **b & 0xc0 != 0x80).count() }
}

/// Deployed writers write every string out, so this one does too.
#[cfg_attr(feature = "small", inline(never))]
fn put_text(s: &Inline, &(min, max): &(usize, usize), w: &mut Writer<'_>) -> Result<()> {
    if !s.is_ascii() {
        return w.apart_by(s.as_str(), (min, max), put_characters);
    }
    // As many octets as characters.
    let octets = s.as_bytes();
    if octets.len() < min || octets.len() > max {
        return w.err(Kind::Range);
    }
    w.length(octets.len() + 2)?;
    w.octets(octets);
    Ok(())
}
/// The same for any string, a character at a time.
#[cfg_attr(feature = "small", inline(never))]
pub(crate) fn put_characters(
    s: &str,
    (min, max): (usize, usize),
    w: &mut Writer<'_>,
) -> Result<()> {
    let n = s.chars().count();
    if n < min || n > max {
        return w.err(Kind::Range);
    }
    w.uint(n as u64 + 2)?;
    s.chars().try_for_each(|c| w.uint(c as u64))
}

/// Length 0 and 1 refer to a string of the same name or of any name; others are 2 too high.
#[inline(never)]
pub(crate) fn text(
    s: &mut Inline,
    r: &mut Reader<'_, '_>,
    name: u32,
    min: usize,
    max: usize,
) -> Result<()> {
    let start = r.bit();
    let (n, bit) = match r.uint()? {
        0 => hit(r, start, Some(name))?,
        1 => hit(r, start, None)?,
        2 => (0, start),
        n => {
            if r.seen.push(Literal { name, bit: start }).is_err() {
                return r.err(Kind::Memory, start);
            }
            if n - 2 > max as u64 {
                return r.err(Kind::Range, start);
            }
            ((n - 2) as usize, start)
        }
    };
    if n < min || n > max {
        return r.err(Kind::Range, start);
    }
    if bit == start {
        return get_characters(s, r, n);
    }
    if !r.seen.afford(n, r.size()) {
        return r.err(Kind::Range, start);
    }
    let done = r.at(bit, |r| {
        r.uint()?;
        get_characters(s, r, n)
    });
    // An error is where the reference is, not where the literal was.
    done.or_else(|kind| r.err(kind, start))
}

/// A reference into the string table: the length and place of the literal.
#[cold]
fn hit(r: &mut Reader<'_, '_>, start: usize, of: Option<u32>) -> Result<(usize, usize)> {
    let Ok(n) = r.seen.count(of) else { return r.err(Kind::Memory, start) };
    if n == 0 {
        return r.err(Kind::Range, start);
    }
    r.need(32)?;
    let i = r.bits(bits(n as u32) as u32) as usize;
    let Some(bit) = r.seen.nth(of, i).map(|l| l.bit) else {
        return r.err(Kind::Range, start);
    };
    // The literal was read before, so its length is 3 or more.
    Ok(((r.at(bit, |r| r.uint())? as usize).saturating_sub(2), bit))
}

fn get_characters(s: &mut Inline, r: &mut Reader<'_, '_>, n: usize) -> Result<()> {
    if !r.has(n) {
        return r.eof();
    }
    if n > FEW && r.seen.heap.take(n).is_err() {
        let bit = r.bit();
        return r.err(Kind::Memory, bit);
    }
    let done = s.fill(n, |ascii| r.fill(ascii, ASCII))?;
    if done == n {
        return Ok(());
    }
    // In registers, for there may be many.
    let mut local = r.fork()?;
    let done = (done..n).try_for_each(|_| get_character(s, &mut local));
    let place = local.place();
    r.join(place)?;
    done
}

#[inline(always)]
fn get_character(s: &mut Inline, r: &mut Reader<'_, '_>) -> Result<()> {
    let start = r.bit();
    match u32::try_from(r.code_point()?).ok().and_then(char::from_u32) {
        Some(c) if s.push(c, &mut r.seen.heap).is_ok() => Ok(()),
        Some(_) => r.err(Kind::Memory, start),
        None => r.err(Kind::Utf8, start),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::strings::Seen;
    use alloc::vec;
    use alloc::vec::Vec;

    /// What `put` writes behind `bits` other bits.
    fn written(bits: u32, put: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Vec<u8> {
        let mut out = vec![0; 70_000];
        let mut w = Writer::new(&mut out);
        w.bits((1 << bits) - 1, bits);
        put(&mut w).unwrap();
        let octets = w.finish().unwrap();
        out.truncate(octets);
        out
    }

    #[test]
    fn strings_of_any_length_are_written_as_their_characters_one_by_one() {
        let lengths = [0, 1, 2, 3, 7, 8, 9, 17, 33, 38, 39, 40, 41, 64, 100, 127, 20_000];
        let ends = ["", "z", "\u{7f}", "\u{80}", "é", "€", "😀"];
        for (n, end) in lengths.iter().flat_map(|n| ends.map(|end| (*n, end))) {
            let s: String = ('!'..='~').cycle().take(n).chain(end.chars()).collect();
            let text = Text::<0, { usize::MAX }>::new(s.as_str()).unwrap();
            for bits in 0..8 {
                let slow = written(bits, |w| put_characters(&s, (0, usize::MAX), w));
                assert_eq!(written(bits, |w| text.put(w)), slow, "{s:?} behind {bits} bits");
            }
        }
    }

    #[test]
    fn a_string_of_a_wrong_length_is_not_written() {
        let mut out = [0; 40];
        let mut w = Writer::new(&mut out);
        assert_eq!(Text::<1, 3>::blank().put(&mut w), Err(Kind::Range));
        // Characters count, not octets.
        assert_eq!(Text::<1, 3>::new("é😀€").unwrap().put(&mut w), Ok(()));
        assert_eq!(Text::<1, 3>(Inline::new("é😀€!".into())).put(&mut w), Err(Kind::Range));
        assert_eq!(Text::<1, 3>(Inline::new("abcd".into())).put(&mut w), Err(Kind::Range));
    }

    #[test]
    fn a_reference_that_takes_too_much_memory_is_told_where_it_stands() {
        // 50 characters, then a reference to them.
        let mut octets = vec![b'a'; 52];
        octets[0] = 52;
        octets[51] = 1;
        let (mut s, mut seen) = (Inline::EMPTY, Seen::default());
        let mut r = Reader::new(&octets, &mut seen);
        text(&mut s, &mut r, 0, 0, 60).unwrap();
        while r.seen.heap.take(0).is_ok() {}
        let wrong = text(&mut s, &mut r, 0, 0, 60).map_err(|kind| r.error(kind));
        assert_eq!(wrong, Err(Error { kind: Kind::Memory, bit: 8 * 51 }));
    }
}
