//! A struct: an element's attributes and content.

use crate::marks::{HOME, Marks};
use crate::parts::{Part, Parts, Role};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Error, Fields, Ident, Result};

pub(crate) fn expand(input: &DeriveInput, fields: &Fields) -> Result<TokenStream> {
    let words = &["base", "inline", "mixed", "rare", "relaxed", HOME];
    let outer = Marks::of(&input.attrs, false, words)?;
    if let Fields::Unnamed(tuple) = fields {
        return Err(Error::new_spanned(tuple, "elements have names: use named fields"));
    }
    let parts = Parts::of(fields, &outer)?;
    let (name, string) = (&input.ident, input.ident.to_string());
    let (mixed, extended) = (outer.say("mixed"), outer.say("base"));
    let (rare, inline, home) = (outer.say("rare"), outer.say("inline"), outer.home());
    let plain = !mixed && parts.own.iter().all(|p| p.role == Role::Element);
    if !plain && (extended || parts.base.is_some()) {
        return Err(Error::new_spanned(name, "only elements extend, and are extended"));
    }
    let end = if mixed { quote!(MIXED_END) } else { quote!(END) };
    let (n, attributes) = (parts.own.len(), parts.role(Role::Attribute).len());
    let ty = parts.own.iter().map(|p| &p.ty);
    let spans = parts.own.iter().map(|p| {
        let (ty, inline) = (&p.ty, p.role != Role::Element);
        quote!(::exi::codec::span::<#ty>(#inline))
    });
    let (front, front_span) = match &parts.base {
        Some((_, ty)) => {
            let base = quote!(<#ty as ::exi::codec::Base>);
            (quote!(#base::ITEMS), quote!(#base::SPAN,))
        }
        None => (quote!(&[]), TokenStream::new()),
    };
    let (put_all, get_all, base) = if extended {
        (
            quote!(::exi::codec::Base::put_front::<#rare>(self, w, s)?;),
            quote!(::exi::codec::Base::get_front::<#rare>(self, r, s)?;),
            base(name, &parts),
        )
    } else {
        (put(&parts, &quote!(#rare)), get(&parts, &quote!(#rare)), TokenStream::new())
    };
    // Text belongs to the element, so that its name is the one the parent knows.
    let named = if parts.role(Role::Text).is_empty() { quote!(_) } else { quote!(name) };
    let (blank, reflection) = (&parts.blank, reflection(&parts, mixed));
    let relaxed = if outer.say("relaxed") { relaxed(name, &parts.own)? } else { quote!() };
    let particles = particles(&parts);
    Ok(quote! {
        const _: () = {
            const FRONT: &[::exi::codec::Item] = #front;
            const ITEMS: [::exi::codec::Item; FRONT.len() + #n] = ::exi::codec::join(
                ::exi::codec::END, FRONT, &[#(<#ty as ::exi::codec::Field>::ITEM),*]
            );
            const STATES: [::exi::codec::State; ITEMS.len() + 1] = ::exi::codec::grammar(
                ::exi::codec::join(::exi::codec::END, &ITEMS, &[::exi::codec::#end]), #attributes
            );
            const SPANS: &[u32] = &[#front_span #(#spans),*];
            const PARTICLES: &[::exi::schema::Particle] = #particles;
            #[automatically_derived]
            impl ::exi::Exi for #name {
                const TYPE: &'static ::exi::schema::Type = &::exi::schema::Type {
                    name: #string,
                    shape: ::exi::schema::Shape::Complex(#reflection),
                };
                const INLINE: bool = #inline;
                #home
                const RARE: bool = #rare;
                const MAX: u32 = if #rare { ::exi::codec::BIG } else { ::exi::codec::total(&STATES, SPANS) };
                #[cfg_attr(not(debug_assertions), inline(always))]
                fn put(&self, w: &mut ::exi::codec::Writer<'_>) -> ::exi::codec::Result<()> {
                    let mut seq = ::exi::codec::WriteSeq::new(&STATES);
                    let s = &mut seq;
                    #put_all
                    seq.end::<#rare>(w)
                }
                #[cfg_attr(not(debug_assertions), inline(always))]
                fn blank() -> Self {
                    Self { #(#blank),* }
                }
                #[cfg_attr(not(debug_assertions), inline(always))]
                fn get(&mut self, r: &mut ::exi::codec::Reader<'_, '_>, _: u16, #named: u32) -> ::exi::codec::Result<()> {
                    let mut seq = ::exi::codec::ReadSeq::new(&STATES);
                    let s = &mut seq;
                    #get_all
                    seq.end::<#rare>(r)
                }
                #relaxed
            }
            #base
            let _: &::exi::schema::Type = <#name as ::exi::Exi>::TYPE;
            let _: u32 = <#name as ::exi::Exi>::MAX;
        };
    })
}

/// Writes every field.
fn put(parts: &Parts, rare: &TokenStream) -> TokenStream {
    let front = parts
        .base
        .iter()
        .map(|(field, _)| quote!(::exi::codec::Base::put_front::<#rare>(&self.#field, w, s)?;));
    let own = parts.own.iter().enumerate().map(|(i, p)| {
        let (place, inline) = (&p.place, p.role != Role::Element);
        quote!(::exi::codec::Field::put::<#inline, #rare>(&self.#place, w, s, FRONT.len() + #i)?;)
    });
    quote!(#(#front)* #(#own)*)
}

/// Reads every field.
fn get(parts: &Parts, rare: &TokenStream) -> TokenStream {
    let front = parts
        .base
        .iter()
        .map(|(field, _)| quote!(::exi::codec::Base::get_front::<#rare>(&mut self.#field, r, s)?;));
    let own = parts.own.iter().enumerate().map(|(i, p)| {
        let Part { place, role, name, ns, .. } = p;
        let attribute = *role == Role::Attribute;
        match role {
            Role::Text => quote!(::exi::codec::read_text::<_, #rare>(&mut self.#place, r, s, #i, name)?;),
            _ => quote! {
                ::exi::codec::Field::get::<#attribute, #rare>(
                    &mut self.#place, r, s, FRONT.len() + #i, const { ::exi::codec::name(#ns, #name) }
                )?;
            },
        }
    });
    quote!(#(#front)* #(#own)*)
}

/// The struct as the front of others, which may be rare or not.
fn base(name: &Ident, parts: &Parts) -> TokenStream {
    let (put, get) = (put(parts, &quote!(RARE)), get(parts, &quote!(RARE)));
    quote! {
        #[automatically_derived]
        impl ::exi::codec::Base for #name {
            const ITEMS: &'static [::exi::codec::Item] = &ITEMS;
            const SPAN: u32 = ::exi::codec::sum(SPANS);
            const PARTICLES: &'static [::exi::schema::Particle] = PARTICLES;
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn put_front<const RARE: bool>(&self, w: &mut ::exi::codec::Writer<'_>, s: &mut ::exi::codec::WriteSeq) -> ::exi::codec::Result<()> {
                #put
                Ok(())
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn get_front<const RARE: bool>(&mut self, r: &mut ::exi::codec::Reader<'_, '_>, s: &mut ::exi::codec::ReadSeq) -> ::exi::codec::Result<()> {
                #get
                Ok(())
            }
        }
    }
}

/// The type as data.
fn reflection(parts: &Parts, mixed: bool) -> TokenStream {
    let attributes = parts.role(Role::Attribute).into_iter().map(particle);
    let text = match parts.role(Role::Text).first() {
        Some(Part { ty, .. }) => quote!(Some(<#ty as ::exi::Exi>::TYPE)),
        None => quote!(None),
    };
    quote! {
        ::exi::schema::Complex {
            attributes: &[#(#attributes),*],
            particles: PARTICLES,
            text: #text,
            mixed: #mixed,
        }
    }
}

fn particles(parts: &Parts) -> TokenStream {
    let own = parts.role(Role::Element).into_iter().map(particle);
    let Some((_, base)) = &parts.base else { return quote!(&[#(#own),*]) };
    let base = quote!(<#base as ::exi::codec::Base>::PARTICLES);
    quote!(&::exi::codec::join::<_, { ITEMS.len() }>(#base[0], #base, &[#(#own),*]))
}

fn particle(part: &Part) -> TokenStream {
    let Part { ty, name, ns, choice, .. } = part;
    quote! {
        ::exi::schema::Particle {
            name: #name,
            ns: #ns,
            min: <#ty as ::exi::codec::Field>::ITEM.min,
            max: <#ty as ::exi::codec::Field>::ITEM.max,
            ty: <<#ty as ::exi::codec::Field>::Value as ::exi::Exi>::TYPE.choice(#choice),
        }
    }
}

/// The type in the relaxed element-fragment grammar.
fn relaxed(name: &Ident, parts: &[Part]) -> Result<TokenStream> {
    let [attributes @ .., Part { place: text, role: Role::Text, .. }] = parts else {
        return Err(Error::new_spanned(name, "`relaxed` is for attributes and text"));
    };
    let id: Vec<_> = attributes.iter().map(|p| &p.place).collect();
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
