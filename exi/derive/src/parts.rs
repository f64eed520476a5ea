//! The fields of a struct, as the schema sees them.

use crate::marks::Marks;
use crate::names;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Field, Fields, Ident, Result, Type};

/// An attribute, an element or a text.
pub(crate) struct Part {
    /// Where its value is, behind `self.`.
    pub(crate) place: TokenStream,
    pub(crate) ty: TokenStream,
    pub(crate) role: Role,
    /// Empty for a wildcard and for a choice, whose members have names of their own.
    pub(crate) name: String,
    pub(crate) ns: TokenStream,
    pub(crate) choice: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Role {
    Attribute,
    Element,
    Text,
}

/// What the fields say together.
pub(crate) struct Parts {
    /// The field and type of the content that stands in front.
    pub(crate) base: Option<(Ident, Type)>,
    pub(crate) own: Vec<Part>,
    /// `field: value` for an empty value of each field.
    pub(crate) blank: Vec<TokenStream>,
}

impl Parts {
    /// Reads the marks of the fields and checks their order.
    pub(crate) fn of(fields: &Fields, outer: &Marks) -> Result<Self> {
        let mut parts = Self { base: None, own: Vec::new(), blank: Vec::new() };
        for (place, field) in fields.iter().enumerate() {
            let Some(ident) = &field.ident else {
                return Err(Error::new_spanned(field, "elements have names: use named fields"));
            };
            let marks = Marks::of(&field.attrs, true, MARKS)?;
            let empty = quote!(::exi::codec::Field::empty());
            if marks.say("base") {
                if !marks.only("base") {
                    return Err(Error::new_spanned(field, "`base` needs no other mark"));
                }
                if place > 0 {
                    return Err(Error::new_spanned(field, "what is extended stands in front"));
                }
                parts.base = Some((ident.clone(), field.ty.clone()));
                parts.blank.push(quote!(#ident: #empty));
            } else if marks.say("phases") {
                let ty = &field.ty;
                for (at, suffix, of) in
                    [("l1", "", "One"), ("l2", "_L2", "More"), ("l3", "_L3", "More")]
                {
                    let [at, of] = [at, of].map(|s| Ident::new(s, ident.span()));
                    let mut part = part(field, ident, &marks, outer)?;
                    part.place = quote!(#ident.#at);
                    part.ty = quote!(<#ty as ::exi::codec::PerPhase>::#of);
                    part.name += suffix;
                    parts.ordered(field, &part)?;
                    parts.own.push(part);
                }
                parts
                    .blank
                    .push(quote!(#ident: ::exi::Phases { l1: #empty, l2: #empty, l3: #empty }));
            } else {
                let part = part(field, ident, &marks, outer)?;
                parts.ordered(field, &part)?;
                parts.own.push(part);
                parts.blank.push(quote!(#ident: #empty));
            }
        }
        Ok(parts)
    }

    fn ordered(&self, field: &Field, part: &Part) -> Result<()> {
        let Some(last) = self.own.last() else { return Ok(()) };
        let wrong = match (last.role, part.role) {
            (Role::Attribute, Role::Attribute) if last.name >= part.name => {
                "attributes are sorted by name"
            }
            (Role::Element, Role::Attribute) => "an attribute stands before the elements",
            (Role::Text, _) => "text stands last",
            (Role::Element, Role::Text) => "text and elements do not go together",
            _ => return Ok(()),
        };
        Err(Error::new_spanned(field, wrong))
    }

    pub(crate) fn role(&self, role: Role) -> Vec<&Part> {
        self.own.iter().filter(|p| p.role == role).collect()
    }
}

const MARKS: &[&str] = &["attr", "text", "any", "choice", "unqualified", "base", "phases"];

fn part(field: &Field, ident: &Ident, marks: &Marks, outer: &Marks) -> Result<Part> {
    let (attr, choice) = (marks.say("attr"), marks.say("choice"));
    let role = match (attr, marks.say("text")) {
        (true, true) => return Err(Error::new_spanned(field, "an attribute is no text")),
        (true, _) => Role::Attribute,
        (_, true) => Role::Text,
        _ => Role::Element,
    };
    if marks.say("unqualified") && !attr {
        return Err(Error::new_spanned(field, "`unqualified` is for attributes; use `ns = \"\"`"));
    }
    if marks.say("phases") && (choice || marks.say("any") || role != Role::Element) {
        return Err(Error::new_spanned(field, "phases are elements"));
    }
    let nameless = choice || marks.say("any") || role == Role::Text;
    if nameless && marks.name.is_some() {
        return Err(Error::new_spanned(field, "choices, wildcards and text have no name"));
    }
    let name = match &marks.name {
        _ if nameless => String::new(),
        Some(name) => name.clone(),
        None if attr => names::attribute(ident),
        None => names::element(ident),
    };
    let (ty, around) = (&field.ty, marks.ns_or(outer));
    let ns = if marks.say("unqualified") {
        quote!("")
    } else if marks.ns.is_some() || attr || choice || marks.say("phases") {
        around
    } else {
        quote!(::exi::codec::home::<#ty>(#around))
    };
    Ok(Part { place: quote!(#ident), ty: quote!(#ty), role, name, ns, choice })
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn refused(fields: syn::FieldsNamed) -> bool {
        Parts::of(&Fields::Named(fields), &Marks::default()).is_err()
    }

    #[test]
    fn attributes_elements_and_text_keep_their_order_and_do_not_mix() {
        let attribute = quote!(#[exi(attr)] id: u8);
        let [element, phases, text] = [
            quote!(value: u8),
            quote!(#[exi(phases)] power: Phases<u8, u8>),
            quote!(#[exi(text)] text: Text<0, 8>),
        ];
        for elements in [&element, &phases] {
            assert!(!refused(parse_quote!({ #attribute, #elements })));
            assert!(refused(parse_quote!({ #elements, #attribute })));
            assert!(refused(parse_quote!({ #elements, #text })));
            assert!(refused(parse_quote!({ #text, #elements })));
        }
        assert!(!refused(parse_quote!({ #attribute, #text })));
        assert!(refused(parse_quote!({ #text, #attribute })));
    }

    #[test]
    fn marks_that_would_say_nothing_are_refused() {
        assert!(!refused(parse_quote!({ #[exi(base)] base: Front })));
        assert!(refused(parse_quote!({ #[exi(base, name = "Base")] base: Front })));
        assert!(refused(parse_quote!({ #[exi(base, choice)] base: Front })));
        assert!(!refused(parse_quote!({ #[exi(choice)] body: Body })));
        assert!(refused(parse_quote!({ #[exi(choice, name = "Body")] body: Body })));
        assert!(refused(parse_quote!({ #[exi(text, name = "Text")] text: Text<0, 8> })));
    }
}
