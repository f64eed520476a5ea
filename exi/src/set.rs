//! Sets of schemas, and the tables of their documents and fragments.

use crate::codec::{Relaxed, bits};
use crate::schema::Type;
use crate::{Document, Error, Fragment};
use alloc::vec::Vec;

/// A family of schemas that share their grammars; a type stands for each, such as `Iso2`.
pub trait SchemaSet {
    /// Its short name.
    const NAME: &'static str;
    /// How many global elements it declares.
    const GLOBALS: u32;
    /// How many element names it declares anywhere.
    const ELEMENTS: u32;
    /// Its attributes as namespace and name, sorted by name, then namespace.
    const ATTRIBUTES: &'static [(&'static str, &'static str)];
}

// The codes besides the elements: one for any other element, and in a fragment one for its end.

/// Bits of a document code of the set `S`.
pub const fn document_bits<S: SchemaSet>() -> u32 {
    bits(S::GLOBALS + 1) as u32
}

pub(crate) const fn fragment_bits<S: SchemaSet>() -> u32 {
    bits(S::ELEMENTS + 2) as u32
}

pub(crate) const fn fragment_end<S: SchemaSet>() -> u64 {
    S::ELEMENTS as u64 + 1
}

pub(crate) const fn relaxed<S: SchemaSet>() -> Relaxed {
    Relaxed { attributes: S::ATTRIBUTES, elements: S::ELEMENTS }
}

/// A schema set as data: its documents and fragments, as far as they are known as types.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Its short name.
    pub name: &'static str,
    /// How many elements its schemas declare globally; each has a document code.
    pub globals: u32,
    /// Bits of a document code.
    pub document_bits: u32,
    /// Elements that start a document.
    pub documents: &'static [Root],
    /// Bits of a fragment code.
    pub fragment_bits: u32,
    /// The code that ends a fragment.
    pub fragment_end: u64,
    /// Elements that can be a fragment.
    pub fragments: &'static [Root],
    /// The grammar of fragments whose name has several types.
    pub relaxed: Relaxed,
}

impl Schema {
    /// The table of the set `S`.
    pub const fn new<S: SchemaSet>(documents: &'static [Root], fragments: &'static [Root]) -> Self {
        Self {
            name: S::NAME,
            globals: S::GLOBALS,
            document_bits: document_bits::<S>(),
            documents,
            fragment_bits: fragment_bits::<S>(),
            fragment_end: fragment_end::<S>(),
            fragments,
            relaxed: relaxed::<S>(),
        }
    }
}

/// An element that starts a document or is a fragment.
#[derive(Debug, Clone, Copy)]
pub struct Root {
    /// Its local name.
    pub name: &'static str,
    /// Its namespace.
    pub ns: &'static str,
    /// Its code in the document or fragment grammar.
    pub code: u64,
    /// Its type.
    pub ty: &'static Type,
    /// As a fragment it has the relaxed grammar.
    pub relaxed: bool,
    /// Decodes it as its Rust type and encodes it again.
    pub recode: fn(&[u8]) -> Result<Vec<u8>, Error>,
    /// Decodes it as its Rust type and drops it.
    pub check: fn(&[u8]) -> Result<(), Error>,
}

impl Root {
    /// A document of type `D`.
    pub const fn document<D: Document>() -> Self {
        Self {
            name: D::NAME,
            ns: D::NS,
            code: D::CODE,
            ty: D::TYPE,
            relaxed: false,
            recode: |bytes| {
                let mut v = D::blank();
                fill(&mut v, bytes)?;
                v.to_vec()
            },
            check: |bytes| fill(&mut D::blank(), bytes),
        }
    }

    /// A fragment of type `F`.
    pub const fn fragment<S: SchemaSet, F: Fragment<S>>() -> Self {
        Self {
            name: F::NAME,
            ns: F::NS,
            code: F::CODE,
            ty: F::TYPE,
            relaxed: F::RELAXED,
            recode: |bytes| F::decode_fragment(bytes)?.encode_fragment(),
            check: |bytes| F::decode_fragment(bytes).map(drop),
        }
    }
}

/// Decodes in one place for both functions of a [`Root`].
#[inline(never)]
fn fill<D: Document>(v: &mut D, bytes: &[u8]) -> Result<(), Error> {
    v.decode_into(bytes)
}

/// Declares the documents and fragments of a [`SchemaSet`] with their codes, and the table of them.
///
/// ```text
/// exi::roots! {
///     /// The message set as data.
///     pub static SCHEMA: Grammar;
///     documents { 76 = "V2G_Message" in DEF => V2gMessage; }
///     fragments {
///         4 = "AuthorizationReq" in BODY => AuthorizationReq;
///         236 = "eMAID" in BODY => Emaid, relaxed: true;
///     }
/// }
/// ```
#[macro_export]
macro_rules! roots {
    (
        $(#[$doc:meta])* $vis:vis static $table:ident: $set:ty;
        documents { $($dcode:literal = $dname:literal in $dns:expr => $d:ty;)* }
        fragments { $($fcode:literal = $fname:literal in $fns:expr => $f:ty $(, relaxed: $relaxed:literal)?;)* }
    ) => {
        $(impl $crate::Document for $d {
            const NAME: &'static str = $dname;
            const NS: &'static str = $dns;
            const CODE: u64 = $dcode;
            const CODE_BITS: u32 = $crate::codec::document_bits::<$set>();
        })*
        $(impl $crate::Fragment<$set> for $f {
            const NAME: &'static str = $fname;
            const NS: &'static str = $fns;
            const CODE: u64 = $fcode;
            $(const RELAXED: bool = $relaxed;)?
        })*
        $(#[$doc])*
        $vis static $table: $crate::Schema = $crate::Schema::new::<$set>(
            &[$($crate::Root::document::<$d>()),*],
            &[$($crate::Root::fragment::<$set, $f>()),*],
        );
    };
}
