//! Whole documents and fragments.

use crate::codec::{Reader, Result, Seen, Writer, name};
use crate::set::{fragment_bits, fragment_end, relaxed};
use crate::{Error, Exi, Kind, SchemaSet, content};
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

    /// Encodes into `out` and says how many octets that took; what is behind them may be overwritten.
    fn encode(&self, out: &mut [u8]) -> core::result::Result<usize, Error> {
        let mut w = Writer::new(out);
        w.here(self, put_document).map_err(|kind| w.error(kind))?;
        w.finish()
    }

    /// Encodes into a vector of the size it takes.
    fn to_vec(&self) -> core::result::Result<Vec<u8>, Error> {
        sized(&|out| self.encode(out))
    }
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
        fragment(bytes, &mut |r| get_fragment::<S, Self>(&mut v, r))?;
        Ok(v)
    }

    /// Encodes a fragment that holds just this element.
    fn encode_fragment(&self) -> core::result::Result<Vec<u8>, Error> {
        sized(&|out| self.encode_fragment_into(out))
    }

    /// The same into `out`; says how many octets that took. What is behind them may be overwritten.
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

/// Reads a fragment by `get`. What every type would repeat is here once.
fn fragment(
    bytes: &[u8],
    get: &mut dyn FnMut(&mut Reader<'_, '_>) -> Result<()>,
) -> core::result::Result<(), Error> {
    let mut seen = Seen::default();
    let mut r = Reader::new(bytes, &mut seen);
    get(&mut r).map_err(|kind| r.error(kind))
}

/// The whole header: final version 1, no options.
const HEADER: u64 = 0x80;

fn get_document<D: Document>(v: &mut D, r: &mut Reader<'_, '_>) -> Result<()> {
    // A reader that lives in registers, and no other element in between.
    let mut local = r.fork()?;
    let done = get_root(v, &mut local);
    let place = local.place();
    r.join(place)?;
    done?;
    r.finish()
}

#[inline(always)]
fn get_root<D: Document>(v: &mut D, r: &mut Reader<'_, '_>) -> Result<()> {
    r.need(8 + D::CODE_BITS)?;
    r.expect(HEADER, 8);
    r.expect(D::CODE, D::CODE_BITS);
    let name = const { name(D::NS, D::NAME) };
    if const { D::SIMPLE } { content::value::<D, false>(v, r, 0, name) } else { v.get(r, 0, name) }
}

#[inline(always)]
fn put_document<D: Document>(v: &D, w: &mut Writer<'_>) -> Result<()> {
    w.need(8 + D::CODE_BITS);
    w.bits(HEADER, 8);
    w.bits(D::CODE, D::CODE_BITS);
    if const { D::SIMPLE } { content::write::<D, false>(v, w) } else { v.put(w) }
}

fn get_fragment<S: SchemaSet, F: Fragment<S>>(v: &mut F, r: &mut Reader<'_, '_>) -> Result<()> {
    let width = const { fragment_bits::<S>() };
    let name = const { name(F::NS, F::NAME) };
    r.need(8 + width)?;
    r.expect(HEADER, 8);
    r.expect(F::CODE, width);
    if const { F::RELAXED } {
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
    if const { F::RELAXED } {
        w.apart(v, |v, w| v.put_relaxed(w, &relaxed::<S>()))?;
    } else {
        content::write::<F, false>(v, w)?;
    }
    w.need(width);
    w.bits(fragment_end::<S>(), width);
    Ok(())
}

/// Encodes into a buffer that fits most messages, or else into one of the size that is asked for.
fn sized(
    encode: &dyn Fn(&mut [u8]) -> core::result::Result<usize, Error>,
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
