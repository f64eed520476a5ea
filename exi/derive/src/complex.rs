//! A struct: an element's attributes and content.

use crate::marks::Marks;
use crate::names;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Error, Field, Fields, Ident, Result, Type};

/// One field, as the schema sees it.
struct Part<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    role: Role,
    /// Empty for a wildcard and for a choice, whose members have names of their own.
    name: String,
    ns: TokenStream,
    choice: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Attribute,
    Element,
    Text,
}

pub(crate) fn expand(input: &DeriveInput, fields: &Fields) -> Result<TokenStream> {
    let outer = Marks::of(&input.attrs, false, &["mixed", "relaxed"])?;
    if let Fields::Unnamed(tuple) = fields {
        return Err(Error::new_spanned(tuple, "elements have names: use named fields"));
    }
    let parts = parts(fields, &outer)?;
    let (name, string) = (&input.ident, input.ident.to_string());
    let mixed = outer.say("mixed");
    let end = if mixed { quote!(MIXED_END) } else { quote!(END) };
    let (n, attributes) = (parts.len() + 1, role(&parts, Role::Attribute).len());
    let ty = parts.iter().map(|p| p.ty);
    let spans = parts.iter().map(|p| {
        let (ty, inline) = (p.ty, p.role != Role::Element);
        quote!(::exi::codec::span::<#ty>(#inline))
    });
    let id: Vec<_> = parts.iter().map(|p| p.ident).collect();
    let put = parts.iter().enumerate().map(|(i, p)| {
        let (id, inline) = (p.ident, p.role != Role::Element);
        quote!(::exi::codec::Field::put::<#inline>(&self.#id, w, &mut s, #i)?;)
    });
    let get = parts.iter().enumerate().map(get);
    // Text belongs to the element, so that its name is the one the parent knows.
    let named = if role(&parts, Role::Text).is_empty() { quote!(_) } else { quote!(name) };
    let reflection = reflection(&parts, mixed);
    let relaxed = if outer.say("relaxed") { relaxed(name, &parts)? } else { TokenStream::new() };
    Ok(quote! {
        const _: () = {
            const STATES: [::exi::codec::State; #n] =
                ::exi::codec::grammar([#(<#ty as ::exi::codec::Field>::ITEM,)* ::exi::codec::#end], #attributes);
            #[automatically_derived]
            impl ::exi::Exi for #name {
                const TYPE: &'static ::exi::schema::Type = &::exi::schema::Type {
                    name: #string,
                    shape: ::exi::schema::Shape::Complex(#reflection),
                };
                const MAX: u32 = ::exi::codec::total(&STATES, &[#(#spans),*]);
                #[cfg_attr(not(debug_assertions), inline(always))]
                fn put(&self, w: &mut ::exi::codec::Writer<'_>) -> ::exi::codec::Result<()> {
                    let mut s = ::exi::codec::WriteSeq::new(&STATES);
                    #(#put)*
                    s.end(w)
                }
                #[cfg_attr(not(debug_assertions), inline(always))]
                fn blank() -> Self {
                    Self { #(#id: ::exi::codec::Field::empty()),* }
                }
                #[cfg_attr(not(debug_assertions), inline(always))]
                fn get(&mut self, r: &mut ::exi::codec::Reader<'_, '_>, _: u16, #named: u32) -> ::exi::codec::Result<()> {
                    let mut s = ::exi::codec::ReadSeq::new(&STATES);
                    #(#get)*
                    s.end(r)
                }
                #relaxed
            }
            let _: &::exi::schema::Type = <#name as ::exi::Exi>::TYPE;
            let _: u32 = <#name as ::exi::Exi>::MAX;
        };
    })
}

/// Reads the marks of the fields and checks their order.
fn parts<'a>(fields: &'a Fields, outer: &Marks) -> Result<Vec<Part<'a>>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for field in fields {
        let part = part(field, outer)?;
        if let Some(last) = parts.last() {
            let wrong = match (last.role, part.role) {
                (Role::Attribute, Role::Attribute) if last.name >= part.name => {
                    "attributes are sorted by name"
                }
                (Role::Element, Role::Attribute) => "an attribute stands before the elements",
                (Role::Text, _) => "text stands last",
                (Role::Element, Role::Text) => "text and elements do not go together",
                _ => "",
            };
            if !wrong.is_empty() {
                return Err(Error::new_spanned(field, wrong));
            }
        }
        parts.push(part);
    }
    Ok(parts)
}

fn part<'a>(field: &'a Field, outer: &Marks) -> Result<Part<'a>> {
    let Some(ident) = &field.ident else {
        return Err(Error::new_spanned(field, "elements have names: use named fields"));
    };
    let marks = Marks::of(&field.attrs, true, &["attr", "text", "any", "choice", "unqualified"])?;
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
    let name = match &marks.name {
        _ if choice || marks.say("any") || role == Role::Text => String::new(),
        Some(name) => name.clone(),
        None if attr => names::attribute(ident),
        None => names::element(ident),
    };
    let ns = if marks.say("unqualified") { quote!("") } else { marks.ns_or(outer) };
    Ok(Part { ident, ty: &field.ty, role, name, ns, choice })
}

fn get((i, part): (usize, &Part<'_>)) -> TokenStream {
    let Part { ident, role, name, ns, .. } = part;
    let attribute = *role == Role::Attribute;
    match role {
        Role::Text => quote!(::exi::codec::read_text(&mut self.#ident, r, &mut s, #i, name)?;),
        _ => quote! {
            ::exi::codec::Field::get::<#attribute>(&mut self.#ident, r, &mut s, #i, const { ::exi::codec::name(#ns, #name) })?;
        },
    }
}

fn role<'p, 'a>(parts: &'p [Part<'a>], role: Role) -> Vec<&'p Part<'a>> {
    parts.iter().filter(|p| p.role == role).collect()
}

/// The type as data.
fn reflection(parts: &[Part<'_>], mixed: bool) -> TokenStream {
    let list = |of: Role| {
        let particles = role(parts, of).into_iter().map(|p| {
            let Part { ty, name, ns, choice, .. } = p;
            quote! {
                ::exi::schema::Particle {
                    name: #name,
                    ns: #ns,
                    min: <#ty as ::exi::codec::Field>::ITEM.min,
                    max: <#ty as ::exi::codec::Field>::ITEM.max,
                    ty: <<#ty as ::exi::codec::Field>::Value as ::exi::Exi>::TYPE.choice(#choice),
                }
            }
        });
        quote!(&[#(#particles),*])
    };
    let (attributes, particles) = (list(Role::Attribute), list(Role::Element));
    let text = match role(parts, Role::Text).first() {
        Some(Part { ty, .. }) => quote!(Some(<#ty as ::exi::Exi>::TYPE)),
        None => quote!(None),
    };
    quote! {
        ::exi::schema::Complex {
            attributes: #attributes,
            particles: #particles,
            text: #text,
            mixed: #mixed,
        }
    }
}

/// The type in the relaxed element-fragment grammar.
fn relaxed(name: &Ident, parts: &[Part<'_>]) -> Result<TokenStream> {
    let [attributes @ .., Part { ident: text, role: Role::Text, .. }] = parts else {
        return Err(Error::new_spanned(name, "`relaxed` is for attributes and text"));
    };
    let id: Vec<_> = attributes.iter().map(|p| p.ident).collect();
    let local: Vec<_> = attributes.iter().map(|p| &p.name).collect();
    let ns: Vec<_> = attributes.iter().map(|p| &p.ns).collect();
    Ok(quote! {
        fn put_relaxed(&self, w: &mut ::exi::codec::Writer<'_>, g: &::exi::codec::Relaxed) -> ::exi::codec::Result<()> {
            g.put(w, &[#((#ns, #local, &self.#id)),*], &self.#text)
        }
        fn get_relaxed(&mut self, r: &mut ::exi::codec::Reader<'_, '_>, g: &::exi::codec::Relaxed, name: u32) -> ::exi::codec::Result<()> {
            g.get(r, &mut [#((#ns, #local, &mut self.#id)),*], &mut self.#text, name)
        }
    })
}
