//! What is accepted although this codec would write it otherwise, by name.

use super::Form;
use super::trace::{Event, Step, Stop, What, trace};
use crate::set::Schema;
use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// How a message or fragment deviates from what this codec would write for it, and from what its
/// standard asks of every message. None of it keeps the message from being decoded.
///
/// A message with more than [`MOST_DEVIATIONS`] has the first so many told.
pub fn deviations(schema: &Schema, form: Form, octets: &[u8]) -> Result<Vec<Deviation>, Stop> {
    trace(schema, form, octets, &mut |_| ())
}

/// The most deviations told of one message.
pub const MOST_DEVIATIONS: usize = 256;

/// One deviation and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// What deviates.
    pub rule: Rule,
    /// The elements around it, and the attribute, each behind a slash.
    pub path: String,
    /// The first of its bits.
    pub bit: usize,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, path, bit } = self;
        let path = if path.is_empty() { "/" } else { path };
        write!(f, "bit {bit}, {path}: {}: {rule}", rule.name())
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $text:literal),+ $(,)?) => {
        /// What deviations there are.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[$doc])* $variant,)+
        }

        impl Rule {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name by which programs know it. It stays the same.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl fmt::Display for Rule {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $text),+ })
            }
        }
    };
}

rules! {
    /// A string is a reference to an earlier one; many readers know no string table.
    StringTable = "string-table" "a reference to an earlier string",
    /// Empty content is an end of its element that the schema does not declare.
    UndeclaredEnd = "undeclared-end" "empty content as an undeclared end",
    /// Octets behind the message.
    TrailingOctets = "trailing-octets" "octets behind the message",
    /// The bits that fill up the last octet are not all 0.
    PaddingBits = "padding-bits" "the last octet is not filled up with 0",
    /// A number is longer than it need be.
    PaddedNumber = "padded-number" "zeros above a number",
    /// Attributes are not in the order of their names.
    AttributeOrder = "attribute-order" "attributes out of order",
    /// The abstract head of a substitution group, which no document may hold.
    AbstractElement = "abstract-element" "the abstract head of a substitution group",
    /// A session identifier that is not 8 octets long.
    SessionIdLength = "session-id-length" "a session identifier that is not 8 octets long",
    /// Text beyond ASCII, which some readers refuse.
    NonAsciiText = "non-ascii-text" "characters beyond ASCII",
    /// Characters that XML cannot hold.
    ControlCharacter = "control-character" "characters that XML cannot hold",
    /// A signature refers to an element that is not in the message.
    DanglingReference = "dangling-reference" "a signature over an element that is not here",
}

fn is_session_id(step: &Step<'_>) -> bool {
    step.path.last() == Some(&"SessionID")
}

/// A local name and a namespace.
type Name = (&'static str, &'static str);

/// Collects deviations on the way through a message.
#[derive(Default)]
pub(super) struct Finder {
    found: Vec<Deviation>,
    /// The last attribute, and the depth of its element.
    attribute: Option<(usize, Name)>,
    ids: BTreeSet<String>,
    /// The identifiers that signatures refer to, and where.
    references: Vec<(String, String, usize)>,
}

impl Finder {
    pub(super) fn look(&mut self, step: &Step<'_>) {
        if step.padded {
            self.add(Rule::PaddedNumber, step);
        }
        match step.what {
            What::Event { event: Event::Start { head, .. }, .. } => {
                self.attribute = None;
                if head {
                    self.add(Rule::AbstractElement, step);
                }
            }
            What::Event { event: Event::Attribute { ns, name }, .. } => {
                let here = (step.path.len(), (name, ns));
                let late = |(depth, last)| depth == here.0 && last > here.1;
                if self.attribute.is_some_and(late) {
                    self.add(Rule::AttributeOrder, step);
                }
                self.attribute = Some(here);
            }
            What::UndeclaredEnd => {
                self.add(Rule::UndeclaredEnd, step);
                if is_session_id(step) {
                    self.add(Rule::SessionIdLength, step);
                }
            }
            What::Reference { text, .. } => {
                self.add(Rule::StringTable, step);
                self.text(text, step);
            }
            What::Text(text) => self.text(text, step),
            What::Length(n, _) if n != 8 && is_session_id(step) => {
                self.add(Rule::SessionIdLength, step);
            }
            What::Padding { zero: false } => self.add(Rule::PaddingBits, step),
            What::Trailing(_) => self.add(Rule::TrailingOctets, step),
            _ => {}
        }
    }

    /// All that was found. What a fragment refers to is elsewhere.
    pub(super) fn finish(mut self, form: Form) -> Vec<Deviation> {
        for (id, path, bit) in core::mem::take(&mut self.references) {
            if form == Form::Document
                && !self.ids.contains(&id)
                && self.found.len() < MOST_DEVIATIONS
            {
                self.found.push(Deviation { rule: Rule::DanglingReference, path, bit });
            }
        }
        self.found.sort_by_key(|found| found.bit);
        self.found
    }

    fn add(&mut self, rule: Rule, step: &Step<'_>) {
        if self.found.len() < MOST_DEVIATIONS {
            self.found.push(Deviation { rule, path: step.place(), bit: step.bit });
        }
    }

    fn text(&mut self, text: &str, step: &Step<'_>) {
        if !text.is_ascii() {
            self.add(Rule::NonAsciiText, step);
        }
        if text.chars().any(super::print::is_foreign) {
            self.add(Rule::ControlCharacter, step);
        }
        match (step.attribute, step.path) {
            (Some("URI"), [.., "Reference"]) => {
                let id = text.strip_prefix('#').unwrap_or(text);
                if self.references.len() < MOST_DEVIATIONS {
                    self.references.push((id.to_owned(), step.place(), step.bit));
                }
            }
            // An element that is signed has one, and parts of signatures may.
            (Some("Id"), _) => {
                self.ids.insert(text.to_owned());
            }
            _ => {}
        }
    }
}
