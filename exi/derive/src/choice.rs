//! An enum of variants with a value: a choice of elements, or the members of a substitution group.

use crate::marks::{Marks, TAIL};
use crate::names;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DataEnum, DeriveInput, Error, Fields, Result};

pub(crate) fn expand(input: &DeriveInput, e: &DataEnum) -> Result<TokenStream> {
    let (name, string) = (&input.ident, input.ident.to_string());
    let outer = Marks::of(&input.attrs, false, &["rare", "substitution", "names", TAIL])?;
    let tail = outer.tail.clone().unwrap_or_default();
    let listed = outer.names(e.variants.len())?;
    let (mut variant, mut ty, mut element, mut ns) = (vec![], vec![], vec![], vec![]);
    let mut head = vec![];
    for (at, v) in e.variants.iter().enumerate() {
        let Fields::Unnamed(fields) = &v.fields else {
            return Err(Error::new_spanned(
                v,
                "a member of a choice holds one value: `Name(Type)`",
            ));
        };
        let (Some(field), 1) = (fields.unnamed.first(), fields.unnamed.len()) else {
            return Err(Error::new_spanned(
                v,
                "a member of a choice holds one value: `Name(Type)`",
            ));
        };
        let marks = Marks::of(&v.attrs, true, &["any", "head"])?;
        let any = marks.say("any");
        let local = match (any, marks.name.as_ref().or(listed.get(at))) {
            (true, _) => String::new(),
            (_, Some(name)) => name.clone(),
            _ => names::element(&format_ident!("{}{tail}", v.ident)),
        };
        if outer.say("substitution") && element.last().is_some_and(|last| *last >= local) {
            let last = element.last().map(String::as_str).unwrap_or_default();
            let wrong =
                format!("a substitution group is sorted by name, and {local} comes before {last}");
            return Err(Error::new_spanned(v, wrong));
        }
        variant.push(&v.ident);
        ty.push(&field.ty);
        element.push(local);
        ns.push(marks.ns_or(&outer));
        head.push(marks.say("head") || v.ident == "Abstract");
    }
    let place: Vec<_> = (0..variant.len() as u16).collect();
    let (n, rare) = (variant.len() as u16, outer.say("rare"));
    let first = variant.first();
    Ok(quote! {
        #[automatically_derived]
        impl ::exi::Exi for #name {
            const TYPE: &'static ::exi::schema::Type = &::exi::schema::Type {
                name: #string,
                shape: ::exi::schema::Shape::Choice(&[#(::exi::schema::Member {
                    name: #element,
                    ns: #ns,
                    ty: <#ty as ::exi::Exi>::TYPE.choice(false),
                    head: #head,
                }),*]),
            };
            const BRANCHES: u16 = #n;
            const RARE: bool = #rare;
            const MAX: u32 = if #rare { ::exi::codec::BIG } else { ::exi::codec::largest(&[#(::exi::codec::span::<#ty>(false)),*]) };
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn branch(&self) -> u16 {
                match self { #(Self::#variant(_) => #place),* }
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn put(&self, w: &mut ::exi::codec::Writer<'_>) -> ::exi::codec::Result<()> {
                match self { #(Self::#variant(v) => ::exi::codec::element::<_, #rare>(v, w)),* }
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn blank() -> Self {
                Self::#first(::exi::Exi::blank())
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn get(&mut self, r: &mut ::exi::codec::Reader<'_, '_>, branch: u16, _: u32) -> ::exi::codec::Result<()> {
                match branch {
                    #(#place => {
                        ::exi::codec::switch(self, Self::#variant);
                        if let Self::#variant(v) = self {
                            return ::exi::codec::read_element::<_, #rare>(v, r, const { ::exi::codec::name(#ns, #element) });
                        }
                    })*
                    _ => {}
                }
                let bit = r.bit();
                r.err(::exi::Kind::Event, bit)
            }
        }
        const _: &::exi::schema::Type = <#name as ::exi::Exi>::TYPE;
        const _: u32 = <#name as ::exi::Exi>::MAX;
    })
}
