//! Both codecs on a small schema that has one of everything.

mod codec;
mod extend;
mod schema;
mod tolerance;
#[cfg(feature = "xml")]
mod trace;
#[cfg(feature = "xml")]
mod xml;
