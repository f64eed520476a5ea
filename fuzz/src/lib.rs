//! One function for each fuzz target; `fuzz_targets/` hands them to libFuzzer, `tests/` runs them on the corpus.

mod bound;
mod documents;
mod keys;
mod tls;

pub use bound::{Bounded, LARGEST};
pub use documents::{chosen, exi, exi_xml};
pub use keys::{NOW, certificate, chain, enrolment, identifiers, key, pool, revocation};
pub use pnc::capture::inspect::fuzz as capture;
pub use slac::fuzz::{ev as slac_ev, evse as slac_evse, frame as mme};
pub use tls::{tls_hello, tls_session};
pub use v2g::fuzz::{delivery, delivery20, evcc, secc};
pub use v2g::{sdp::fuzz as sdp, v2gtp::fuzz as v2gtp};

/// A parser or an engine that takes any octets.
pub type Target = fn(&[u8]);

/// Every target under its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("capture", capture),
    ("certificate", certificate),
    ("chain", chain),
    ("delivery", delivery),
    ("delivery20", delivery20),
    ("enrolment", enrolment),
    ("evcc", evcc),
    ("exi", exi),
    ("exi_xml", exi_xml),
    ("identifiers", identifiers),
    ("key", key),
    ("mme", mme),
    ("pool", pool),
    ("revocation", revocation),
    ("sdp", sdp),
    ("secc", secc),
    ("slac_ev", slac_ev),
    ("slac_evse", slac_evse),
    ("tls_hello", tls_hello),
    ("tls_session", tls_session),
    ("v2gtp", v2gtp),
];
