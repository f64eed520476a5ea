//! An enum of plain variants: an enumeration, coded by its place in the schema.

use crate::marks::{HOME, Marks};
use crate::names;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Error, Result};

pub(crate) fn expand(input: &DeriveInput, e: &DataEnum) -> Result<TokenStream> {
    let (name, string) = (&input.ident, input.ident.to_string());
    let marks = Marks::of(&input.attrs, false, &["names", HOME])?;
    let (listed, home) = (marks.names(e.variants.len())?, marks.home());
    let variants: Vec<_> = e.variants.iter().map(|v| &v.ident).collect();
    let Some(first) = variants.first() else {
        return Err(Error::new_spanned(name, "an enumeration has at least one value"));
    };
    let mut values = Vec::new();
    for (at, v) in e.variants.iter().enumerate() {
        let marks = Marks::of(&v.attrs, true, &[])?;
        values
            .push(marks.name.or(listed.get(at).cloned()).unwrap_or_else(|| names::value(&v.ident)));
    }
    let place = 0..variants.len() as u64;
    let get = place.clone();
    let n = variants.len() as u32;
    Ok(quote! {
        #[automatically_derived]
        impl ::exi::Exi for #name {
            const TYPE: &'static ::exi::schema::Type = &::exi::schema::Type {
                name: #string,
                shape: ::exi::schema::Shape::Enumeration(&[#(#values),*]),
            };
            #home
            const SIMPLE: bool = true;
            const MAX: u32 = ::exi::codec::bits(#n) as u32;
            #[inline(always)]
            fn put(&self, w: &mut ::exi::codec::Writer<'_>) -> ::exi::codec::Result<()> {
                let place = match self { #(Self::#variants => #place),* };
                w.bits(place, <Self as ::exi::Exi>::MAX);
                Ok(())
            }
            #[inline(always)]
            fn blank() -> Self {
                Self::#first
            }
            #[inline(always)]
            fn get(&mut self, r: &mut ::exi::codec::Reader<'_, '_>, _: u16, _: u32) -> ::exi::codec::Result<()> {
                let start = r.bit();
                *self = match r.bits(<Self as ::exi::Exi>::MAX) {
                    #(#get => Self::#variants,)*
                    _ => return r.err(::exi::Kind::Range, start),
                };
                Ok(())
            }
        }
    })
}
