use core::fmt;
use core::hash::{Hash, Hasher};

/// A distinguished name. Equality is that of the encoding; attributes are looked up by type, never by position.
#[derive(Clone, Debug)]
pub struct Name {
    pub(super) der: Vec<u8>,
    pub(super) attributes: Vec<Attribute>,
}

/// One attribute of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Type.
    pub kind: AttributeKind,
    /// Value as text; empty when it is no text.
    pub value: String,
    /// Tag of the value's string type: 12 for UTF8String, 19 for PrintableString, 22 for IA5String.
    pub tag: u32,
}

/// Type of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AttributeKind {
    /// CN
    CommonName,
    /// O
    Organization,
    /// OU
    OrganizationalUnit,
    /// C
    Country,
    /// DC
    DomainComponent,
    /// Any other, as a dotted object identifier.
    Other(String),
}

impl Name {
    /// The name in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// All attributes in the order of the encoding.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Values of one type.
    pub fn all<'a>(&'a self, kind: &'a AttributeKind) -> impl Iterator<Item = &'a str> {
        self.attributes
            .iter()
            .filter(move |attribute| attribute.kind == *kind)
            .map(|attribute| attribute.value.as_str())
    }

    /// The value of a type that is there exactly once.
    pub fn only(&self, kind: AttributeKind) -> Option<&str> {
        let mut values = self.attributes.iter().filter(|attribute| attribute.kind == kind);
        let first = values.next()?;
        values.next().is_none().then_some(first.value.as_str())
    }

    /// The common name, if there is exactly one.
    pub fn common_name(&self) -> Option<&str> {
        self.only(AttributeKind::CommonName)
    }

    /// The domain component, if there is exactly one.
    pub fn domain_component(&self) -> Option<&str> {
        self.only(AttributeKind::DomainComponent)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.der.hash(state);
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, attribute) in self.attributes.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{}={}", attribute.kind, attribute.value.escape_default())?;
        }
        Ok(())
    }
}

impl fmt::Display for AttributeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CommonName => "CN",
            Self::Organization => "O",
            Self::OrganizationalUnit => "OU",
            Self::Country => "C",
            Self::DomainComponent => "DC",
            Self::Other(oid) => oid,
        })
    }
}
