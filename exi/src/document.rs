//! Whole documents and fragments, and the tables that list them.

use crate::codec::{Reader, Relaxed, Result, Seen, Writer, bits, name};
use crate::schema::Type;
use crate::{Error, Exi, Kind, content};
use alloc::vec;
use alloc::vec::Vec;

/// A global element that can start a document, with its code in the document grammar.
pub trait Document: Exi {
    /// The element's local name.
    const NAME: &'static str;
    /// The element's namespace.
    const NS: &'static str;
    /// Its place among the global elements of the schema set, sorted by name, then namespace.
    const CODE: u64;
    /// Bits of that code.
    const CODE_BITS: u32;

    /// Decodes a document. Octets after its end are left alone: some cars send one too many.
    fn decode(bytes: &[u8]) -> core::result::Result<Self, Error> {
        let mut v = Self::blank();
        v.decode_into(bytes)?;
        Ok(v)
    }

    /// The same into a value that is there already. After an error it holds anything.
    fn decode_into(&mut self, bytes: &[u8]) -> core::result::Result<(), Error> {
        let mut seen = Seen::default();
        let mut r = Reader::new(bytes, &mut seen);
        get_document(self, &mut r).map_err(|kind| r.error(kind))
    }

    /// Decodes a document and says how much of `bytes` it took and what was tolerated.
    fn decode_reporting(bytes: &[u8]) -> core::result::Result<(Self, Report), Error> {
        let mut v = Self::blank();
        let mut seen = Seen::default();
        let mut r = Reader::new(bytes, &mut seen);
        get_document(&mut v, &mut r).map_err(|kind| r.error(kind))?;
        Ok((v, Report::of(&r)))
    }

    /// Encodes into `out` and says how many octets that took.
    fn encode(&self, out: &mut [u8]) -> core::result::Result<usize, Error> {
        let mut w = Writer::new(out);
        w.need(8 + Self::CODE_BITS);
        w.bits(HEADER, 8);
        w.bits(Self::CODE, Self::CODE_BITS);
        content::write::<Self, false>(self, &mut w).map_err(|kind| w.error(kind))?;
        w.finish()
    }

    /// Encodes into a vector of the size it takes.
    fn to_vec(&self) -> core::result::Result<Vec<u8>, Error> {
        sized(|out| self.encode(out))
    }
}

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

const fn fragment_bits<S: SchemaSet>() -> u32 {
    bits(S::ELEMENTS + 2) as u32
}

const fn fragment_end<S: SchemaSet>() -> u64 {
    S::ELEMENTS as u64 + 1
}

const fn relaxed<S: SchemaSet>() -> Relaxed {
    Relaxed { attributes: S::ATTRIBUTES, elements: S::ELEMENTS }
}

/// An element that can be a fragment of the schema set `S`: what is signed. The same type may have
/// one code in one set and another elsewhere.
pub trait Fragment<S: SchemaSet>: Exi {
    /// The element's local name.
    const NAME: &'static str;
    /// The element's namespace.
    const NS: &'static str;
    /// Its place among all element names of the schema set, sorted by name, then namespace.
    const CODE: u64;
    /// The name has several types in the schema set, so that its fragment has the relaxed grammar.
    /// The type must be marked `#[exi(relaxed)]`.
    const RELAXED: bool = false;

    /// Decodes a fragment that holds just this element. Octets after its end are left alone.
    fn decode_fragment(bytes: &[u8]) -> core::result::Result<Self, Error> {
        let mut v = Self::blank();
        let mut seen = Seen::default();
        let mut r = Reader::new(bytes, &mut seen);
        get_fragment::<S, Self>(&mut v, &mut r).map_err(|kind| r.error(kind))?;
        Ok(v)
    }

    /// Encodes a fragment that holds just this element.
    fn encode_fragment(&self) -> core::result::Result<Vec<u8>, Error> {
        sized(|out| self.encode_fragment_into(out))
    }

    /// The same into `out`; says how many octets that took.
    fn encode_fragment_into(&self, out: &mut [u8]) -> core::result::Result<usize, Error> {
        let mut w = Writer::new(out);
        put_fragment::<S, Self>(self, &mut w).map_err(|kind| w.error(kind))?;
        w.finish()
    }
}

/// What was noticed while decoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Octets the document takes.
    pub octets: usize,
    /// Octets behind it.
    pub trailing: usize,
    /// Unused bits of the last octet are not all 0.
    pub padding: bool,
    /// Strings that were references into the string table.
    pub table_hits: u32,
    /// Empty strings and binaries that were an undeclared end of their element.
    pub undeclared_ends: u32,
}

impl Report {
    fn of(r: &Reader<'_, '_>) -> Self {
        let (octets, clean) = r.used();
        Self {
            octets,
            trailing: r.size() - octets,
            padding: !clean,
            table_hits: r.seen.hits,
            undeclared_ends: r.seen.ends,
        }
    }
}

/// A schema set as data: its documents and fragments, as far as they are known as types.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Its short name.
    pub name: &'static str,
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
    pub recode: fn(&[u8]) -> core::result::Result<Vec<u8>, Error>,
}

impl Root {
    /// A document of type `D`.
    pub const fn document<D: Document>() -> Self {
        let recode = |bytes: &[u8]| D::decode(bytes)?.to_vec();
        Self { name: D::NAME, ns: D::NS, code: D::CODE, ty: D::TYPE, relaxed: false, recode }
    }

    /// A fragment of type `F`.
    pub const fn fragment<S: SchemaSet, F: Fragment<S>>() -> Self {
        let recode = |bytes: &[u8]| F::decode_fragment(bytes)?.encode_fragment();
        Self { name: F::NAME, ns: F::NS, code: F::CODE, ty: F::TYPE, relaxed: F::RELAXED, recode }
    }
}

/// The whole header: final version 1, no options.
const HEADER: u64 = 0x80;

fn get_document<D: Document>(v: &mut D, r: &mut Reader<'_, '_>) -> Result<()> {
    r.need(8 + D::CODE_BITS)?;
    r.expect(HEADER, 8);
    r.expect(D::CODE, D::CODE_BITS);
    content::value::<D, false>(v, r, 0, const { name(D::NS, D::NAME) })?;
    r.finish()
}

fn get_fragment<S: SchemaSet, F: Fragment<S>>(v: &mut F, r: &mut Reader<'_, '_>) -> Result<()> {
    let width = const { fragment_bits::<S>() };
    let name = const { name(F::NS, F::NAME) };
    r.need(8 + width)?;
    r.expect(HEADER, 8);
    r.expect(F::CODE, width);
    if F::RELAXED {
        r.apart(|r| v.get_relaxed(r, &relaxed::<S>(), name))?;
    } else {
        content::value::<F, false>(v, r, 0, name)?;
    }
    r.need(width)?;
    r.expect(fragment_end::<S>(), width);
    r.finish()
}

fn put_fragment<S: SchemaSet, F: Fragment<S>>(v: &F, w: &mut Writer<'_>) -> Result<()> {
    let width = const { fragment_bits::<S>() };
    w.need(8 + width);
    w.bits(HEADER, 8);
    w.bits(F::CODE, width);
    if F::RELAXED {
        w.apart(|w| v.put_relaxed(w, &relaxed::<S>()))?;
    } else {
        content::write::<F, false>(v, w)?;
    }
    w.need(width);
    w.bits(fragment_end::<S>(), width);
    Ok(())
}

/// Encodes into a buffer that fits most messages, or else into one of the size that is asked for.
fn sized(
    encode: impl Fn(&mut [u8]) -> core::result::Result<usize, Error>,
) -> core::result::Result<Vec<u8>, Error> {
    let mut out = vec![0; 256];
    let n = match encode(&mut out) {
        Err(Error { kind: Kind::Full, bit }) => {
            out = vec![0; bit / 8];
            encode(&mut out)?
        }
        other => other?,
    };
    out.truncate(n);
    Ok(out)
}

/// Declares the documents and fragments of a [`SchemaSet`] with their codes, and the table of them.
///
/// ```ignore
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
