//! Revocation: OCSP (RFC 6960), revocation lists (RFC 5280 section 5), and the check of a verified chain by either.
//!
//! What a chain needs is listed by [`fetches`]; the caller does the HTTP. What came back, what the peer stapled and what a
//! [`Cache`] holds are the [`Sources`] of [`check`], which names for each certificate what is known and how old that is.
//!
//! ```
//! use pki::chain::{Level, verify_contract};
//! use pki::issue::{Hierarchy, Options};
//! use pki::profile::CertificateKind;
//! use pki::revocation::{
//!     Need, Policy, Query, Reason, Responder, Revocation, Sources, Status, check, fetches,
//! };
//! use ring::rand::SystemRandom;
//!
//! let (rng, now) = (SystemRandom::new(), 1_800_000_000);
//! let options = Options { ocsp: Some("http://ocsp.example.com".to_owned()), ..Options::default() };
//! let pki = Hierarchy::generate(&rng, now, options)?;
//! let car = pki.contract();
//! let chain = verify_contract(car.leaf.der(), &car.sub_ders(), pki.anchors(), now, Level::Strict)?;
//!
//! // What to ask: here for the leaf alone.
//! let fetch = &fetches(&chain, None, now)[0];
//! let Query::Ocsp { request, .. } = &fetch.query else { panic!("it names a responder") };
//!
//! // The operator's side.
//! let issuer = pki.certificate(CertificateKind::MoSub2);
//! let key = pki.key(CertificateKind::MoSub2);
//! let responder = Responder::new(issuer, &**key);
//! let revoked = Revocation { at: now - 60, reason: Some(Reason::KeyCompromise) };
//! let reply = responder.reply(request, &|_: &[u8]| Status::Revoked(revoked), now, &rng);
//!
//! let sources = Sources { responses: &[&reply.der], ..Sources::default() };
//! let error = check(&chain, &sources, &Policy::new(Need::Prefer), now).unwrap_err();
//! assert_eq!(error.to_string(), "revoked on 2027-01-15T07:59:00Z, keyCompromise (leaf)");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cache;
mod cert_id;
mod check;
mod crl;
mod fetch;
mod ocsp;
mod request_data;
mod signed;
mod status;

pub use cache::{Cache, CacheError};
pub use cert_id::{CertId, HashAlgorithm};
pub use check::{
    Finding, Known, Need, Policy, Refusal, Rejected, Report, RevocationError, Source, Sources,
    check,
};
pub use crl::{Crl, CrlError, CrlPlan};
pub use fetch::{Fetch, Query, fetches};
pub use ocsp::{
    OcspError, OcspRequest, OcspResponse, Reply, Responder, ResponderName, ResponseStatus, States,
};
pub use request_data::OcspRequestData;
pub use status::{Answer, Reason, Revocation, Stale, Status, Window};
