//! What a type looks like in the schema, as data: the derive writes one [`Type`] for each struct
//! and enum, and XML, JSON and checks are driven by it.

/// A type of the schema, under the name it has in Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Type {
    /// The name of the Rust type.
    pub name: &'static str,
    /// What kind of type it is.
    pub shape: Shape,
}

/// The kinds of type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `true` or `false`, in one bit.
    Bool,
    /// A number with both bounds. Up to 4096 values take as few bits as tell them apart; more are
    /// an unsigned integer, or a sign and one when `min` is negative.
    Number {
        /// The least value.
        min: i128,
        /// The greatest value.
        max: i128,
    },
    /// A number without bounds: a sign and an unsigned integer.
    Integer,
    /// Characters.
    Text {
        /// The fewest characters.
        min: usize,
        /// The most characters.
        max: usize,
    },
    /// Octets.
    Binary {
        /// The fewest octets.
        min: usize,
        /// The most octets.
        max: usize,
        /// How XML writes them.
        form: Form,
    },
    /// One of these strings, coded by its place.
    Enumeration(&'static [&'static str]),
    /// Attributes, elements, text.
    Complex(Complex),
    /// One of these elements: a choice or the members of a substitution group.
    Choice(&'static [Member]),
    /// Content this codec does not carry, with the event codes it takes.
    Refused(u16),
}

/// How XML writes octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `xs:hexBinary`
    Hex,
    /// `xs:base64Binary`
    Base64,
}

/// Attributes and content of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Complex {
    /// Attributes, sorted by name.
    pub attributes: &'static [Particle],
    /// Child elements in the order of the schema.
    pub particles: &'static [Particle],
    /// The type of the text, when there are no child elements but text.
    pub text: Option<&'static Type>,
    /// Text may stand between the child elements; this codec carries none.
    pub mixed: bool,
}

/// An attribute or child element and how often it occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Particle {
    /// Its local name, empty when its type is a choice.
    pub name: &'static str,
    /// Its namespace, empty for none.
    pub ns: &'static str,
    /// The fewest occurrences.
    pub min: u32,
    /// The most occurrences.
    pub max: u32,
    /// Its type.
    pub ty: &'static Type,
}

/// One alternative of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Its local name, empty for a wildcard.
    pub name: &'static str,
    /// Its namespace.
    pub ns: &'static str,
    /// Its type.
    pub ty: &'static Type,
    /// It is the abstract head of a substitution group: it takes an event code, but no document may
    /// hold it.
    pub head: bool,
}

impl Type {
    /// Whether the value stands between a CHARACTERS code and an END code when it is an element.
    pub const fn is_simple(&self) -> bool {
        !matches!(self.shape, Shape::Complex(_) | Shape::Choice(_) | Shape::Refused(_))
    }

    /// Checks at build time what the derive promises: a field is a choice exactly when it says so.
    pub const fn choice(&self, said: bool) -> &Self {
        let is = matches!(self.shape, Shape::Choice(_));
        assert!(is || !said, "a field marked #[exi(choice)] needs an enum of elements as its type");
        assert!(said || !is, "a field whose type is a choice of elements needs #[exi(choice)]");
        self
    }
}
