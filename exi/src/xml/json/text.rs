//! JSON as it is written.

use super::super::parse::OCTETS;
use super::super::{Error, Problem, XmlError};
use alloc::string::String;
use alloc::vec::Vec;

/// A value and its line.
#[derive(Debug)]
pub(super) struct Json {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// No message nests deeper than this.
const DEPTH: usize = 96;

/// Reads a text that is one value.
pub(super) fn parse(text: &str) -> Result<Json, Error> {
    let mut p = Parser { rest: text, line: 1 };
    if text.len() > OCTETS {
        return Err(p.error(Problem::Size));
    }
    let json = p.value(0)?;
    p.space();
    if p.rest.is_empty() { Ok(json) } else { p.syntax("something behind the value") }
}

struct Parser<'a> {
    rest: &'a str,
    line: usize,
}

impl Parser<'_> {
    fn error(&self, problem: Problem) -> Error {
        Error::Xml(XmlError { path: String::new(), line: self.line, problem })
    }

    fn syntax<T>(&self, what: &str) -> Result<T, Error> {
        Err(self.error(Problem::Syntax(what.into())))
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(c)
    }

    fn space(&mut self) {
        while let Some(c @ (' ' | '\t' | '\n' | '\r')) = self.rest.chars().next() {
            self.line += usize::from(c == '\n');
            self.next();
        }
    }

    /// Whether this comes next, which is then behind.
    fn take(&mut self, what: &str) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(what);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self, depth: usize) -> Result<Json, Error> {
        if depth > DEPTH {
            return Err(self.error(Problem::Depth));
        }
        self.space();
        let line = self.line;
        let value = match self.rest.chars().next() {
            Some('{') => Value::Object(self.items("}", |p| {
                p.space();
                let name = p.string()?;
                if !p.take(":") {
                    return p.syntax("a colon is missing");
                }
                Ok((name, p.value(depth + 1)?))
            })?),
            Some('[') => Value::Array(self.items("]", |p| p.value(depth + 1))?),
            Some('"') => Value::Text(self.string()?),
            Some('-' | '0'..='9') => Value::Number(self.number()?),
            _ if self.take("true") => Value::Bool(true),
            _ if self.take("false") => Value::Bool(false),
            _ if self.take("null") => Value::Null,
            _ => return self.syntax("a value is missing"),
        };
        Ok(Json { line, value })
    }

    /// What stands between brackets, with commas between.
    fn items<T>(
        &mut self,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        self.next();
        let mut items = Vec::new();
        if self.take(close) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.take(close) {
                return Ok(items);
            }
            if !self.take(",") {
                return self.syntax("a comma or a bracket is missing");
            }
        }
    }

    fn number(&mut self) -> Result<String, Error> {
        let part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        let digits = number.strip_prefix('-').unwrap_or(number);
        let wrong = digits.len() > 1 && digits.starts_with("0") || digits.is_empty();
        // The schemas have whole numbers only.
        if wrong || digits.contains(|c: char| !c.is_ascii_digit()) {
            return self.syntax("not a whole number");
        }
        self.rest = rest;
        Ok(number.into())
    }

    fn string(&mut self) -> Result<String, Error> {
        if self.next() != Some('"') {
            return self.syntax("a string is missing");
        }
        let mut out = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(out),
                Some('\\') => out.push(self.escape()?),
                Some('\0'..' ') => return self.syntax("a control character in a string"),
                Some(c) => out.push(c),
                None => return self.syntax("a string does not end"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        Ok(match self.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let mut unit = self.unit()?;
                // A character beyond 16 bits is written as its two halves.
                if unit & 0xfc00 == 0xd800 && self.rest.starts_with("\\u") {
                    self.rest = self.rest.get(2..).unwrap_or_default();
                    let low = self.unit()?;
                    let whole = 0x1_0000 + ((unit & 0x3ff) << 10 | low & 0x3ff);
                    unit = if low & 0xfc00 == 0xdc00 { whole } else { unit };
                }
                match char::from_u32(unit) {
                    Some(c) => c,
                    None => return self.syntax("half a character"),
                }
            }
            _ => return self.syntax("an unknown escape"),
        })
    }

    fn unit(&mut self) -> Result<u32, Error> {
        let digits = self.rest.get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|d| u32::from_str_radix(d, 16).ok()) {
            Some(unit) => {
                self.rest = self.rest.get(4..).unwrap_or_default();
                Ok(unit)
            }
            None => self.syntax("four hexadecimal digits are missing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    fn shown(text: &str) -> String {
        match parse(text) {
            Ok(json) => format!("{json:?}"),
            Err(e) => e.to_string(),
        }
    }

    #[test]
    fn strings_hold_every_character_by_escape_or_by_itself() {
        let Ok(Json { value: Value::Text(text), .. }) =
            parse(" \"a\\u0041\\ud83d\\ude00\\n\\/\\\"é😀\" ")
        else {
            panic!("no string");
        };
        assert_eq!(text, "aA😀\n/\"é😀");
    }

    #[test]
    fn broken_json_is_told_with_its_line() {
        for (text, why) in [
            ("", "a value is missing"),
            ("\n[1,]", "line 2"),
            ("{\"a\" 1}", "a colon"),
            ("[1 2]", "a comma"),
            ("\"\\ud83d\"", "half a character"),
            ("\"\\ud83d\\u0041\"", "half a character"),
            ("\"\\u00g0\"", "hexadecimal"),
            ("\"\\u00", "hexadecimal"),
            ("\"\\x\"", "escape"),
            ("\"a\nb\"", "control character"),
            ("\"a", "does not end"),
            ("01", "whole number"),
            ("1.5", "whole number"),
            ("-", "whole number"),
            ("1 1", "behind"),
            ("{1:2}", "a string is missing"),
            ("nul", "a value is missing"),
        ] {
            assert!(shown(text).contains(why), "{text:?}: {}", shown(text));
        }
        assert!(shown(&"[".repeat(100_000)).contains("too many elements"));
    }
}
