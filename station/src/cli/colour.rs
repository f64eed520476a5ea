//! Colours on a terminal, and text that cannot steer one.

use std::fmt;
use std::io::{self, IsTerminal};

/// Escape codes of terminals.
#[derive(Clone, Copy)]
pub(super) enum Colour {
    Plain = 0,
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
}

/// Paints text, or leaves it as it is.
#[derive(Clone, Copy)]
pub(super) struct Painter {
    colours: bool,
}

impl Painter {
    /// Colours if standard output is a terminal and nobody asked for none.
    pub(super) fn stdout() -> Self {
        let colours = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { colours }
    }

    /// No colours.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self { colours: false }
    }

    pub(super) fn paint<'a>(&self, colour: Colour, text: &'a str) -> Painted<'a> {
        let colour = (self.colours && !matches!(colour, Colour::Plain)).then_some(colour);
        Painted { colour, text }
    }
}

pub(super) struct Painted<'a> {
    colour: Option<Colour>,
    text: &'a str,
}

/// Control characters of messages never reach the terminal.
impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = plain(self.text);
        match self.colour {
            Some(colour) => write!(f, "\x1b[{}m{text}\x1b[0m", colour as u8),
            None => f.write_str(&text),
        }
    }
}

/// The text without control characters.
pub(super) fn plain(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_steer_the_terminal() {
        let text = "FAILED\x1b[2J\u{9b}1m";
        let painted = |colours, colour| Painter { colours }.paint(colour, text).to_string();
        for colour in [Colour::Plain, Colour::Red] {
            assert_eq!(painted(false, colour), "FAILED\u{fffd}[2J\u{fffd}1m");
        }
        assert_eq!(painted(true, Colour::Plain), "FAILED\u{fffd}[2J\u{fffd}1m");
        assert_eq!(painted(true, Colour::Red), "\x1b[31mFAILED\u{fffd}[2J\u{fffd}1m\x1b[0m");
    }
}
