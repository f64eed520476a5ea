//! What `#[exi(...)]` says.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Error, Expr, LitStr, Path, Result};

/// The marks of a type, field or variant.
#[derive(Default)]
pub(crate) struct Marks {
    pub(crate) name: Option<String>,
    /// The names of all variants.
    names: Option<LitStr>,
    pub(crate) ns: Option<TokenStream>,
    pub(crate) tail: Option<String>,
    pub(crate) home: Option<TokenStream>,
    words: Vec<(Path, &'static str)>,
}

impl Marks {
    /// Reads them; only `words` besides `name` (if `named`) and `ns` are allowed here.
    pub(crate) fn of(attrs: &[Attribute], named: bool, words: &[&'static str]) -> Result<Self> {
        let mut marks = Self::default();
        for attr in attrs.iter().filter(|a| a.path().is_ident("exi")) {
            attr.parse_nested_meta(|m| {
                if named && m.path.is_ident("name") {
                    marks.name = Some(m.value()?.parse::<LitStr>()?.value());
                } else if words.contains(&TAIL) && m.path.is_ident("tail") {
                    marks.tail = Some(m.value()?.parse::<LitStr>()?.value());
                } else if words.contains(&"names") && m.path.is_ident("names") {
                    marks.names = Some(m.value()?.parse()?);
                } else if words.contains(&HOME) && m.path.is_ident("home") {
                    marks.home = Some(m.value()?.parse::<Expr>()?.into_token_stream());
                } else if m.path.is_ident("ns") {
                    marks.ns = Some(m.value()?.parse::<Expr>()?.into_token_stream());
                } else if let Some(word) = words.iter().find(|w| m.path.is_ident(w)) {
                    marks.words.push((m.path, *word));
                } else {
                    let named = if named { &["name = \"...\""][..] } else { &[] };
                    let known = [words, named, &["ns = EXPR"]].concat().join(", ");
                    return Err(m.error(format!("unknown mark, here may stand: {known}")));
                }
                Ok(())
            })?;
        }
        Ok(marks)
    }

    /// Whether a word is among them.
    pub(crate) fn say(&self, word: &str) -> bool {
        self.words.iter().any(|(_, w)| *w == word)
    }

    /// Whether this word is all they say.
    pub(crate) fn only(&self, word: &str) -> bool {
        self.words.len() == 1 && self.say(word) && self.name.is_none() && self.ns.is_none()
    }

    /// The names of `n` variants, if they are given as a list.
    pub(crate) fn names(&self, n: usize) -> Result<Vec<String>> {
        let Some(list) = &self.names else { return Ok(Vec::new()) };
        let names: Vec<_> = list.value().split_whitespace().map(String::from).collect();
        if names.len() == n {
            return Ok(names);
        }
        Err(Error::new_spanned(list, format!("{} names for {n} variants", names.len())))
    }

    /// The namespace, or else the one of the type around, or else the one of the module.
    pub(crate) fn ns_or(&self, outer: &Self) -> TokenStream {
        match self.ns.as_ref().or(outer.ns.as_ref()) {
            Some(ns) => ns.clone(),
            None => quote!(NS),
        }
    }

    /// The namespace that all elements of this type have.
    pub(crate) fn home(&self) -> TokenStream {
        let home = self.home.iter();
        quote!(#(const HOME: Option<&'static str> = Some(#home);)*)
    }
}

/// The word that stands for the mark `tail` in lists of what is allowed.
pub(crate) const TAIL: &str = "tail = \"...\"";
/// The same for `home`.
pub(crate) const HOME: &str = "home = EXPR";
