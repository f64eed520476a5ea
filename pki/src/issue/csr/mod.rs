//! Requests for certificates (PKCS#10, RFC 2986).

mod error;
mod parse;
mod plan;

pub use error::{CsrError, CsrPart};
pub use plan::CsrPlan;
pub(crate) use plan::signed;

use crate::cert::{Extensions, Name};
use crate::key::PublicKey;
use crate::pem::{self, PemError};

/// A request for a certificate. Its signature verified, so whoever made it has the key.
#[derive(Clone, Debug)]
pub struct Csr {
    der: Box<[u8]>,
    subject: Name,
    key: PublicKey,
    extensions: Extensions,
    attributes: Vec<String>,
}

impl Csr {
    /// Largest request that is read, in octets.
    pub const MAX_DER: usize = 8192;
    /// Media type of a request sent by HTTP.
    pub const MEDIA_TYPE: &str = "application/pkcs10";

    /// Reads a request in DER, which nothing may follow, and verifies its signature.
    pub fn parse(der: &[u8]) -> Result<Self, CsrError> {
        parse::request(der)
    }

    /// Reads the first request of a PEM text: `CERTIFICATE REQUEST` or `NEW CERTIFICATE REQUEST`.
    pub fn from_pem(text: &str) -> Result<Self, CsrError> {
        let wanted = |tag: &str| tag == PEM_TAG || tag == "NEW CERTIFICATE REQUEST";
        let block = pem::blocks(text)?.into_iter().find(|block| wanted(block.tag()));
        let block = block.ok_or(PemError::Missing { wanted: "certificate request" })?;
        Self::parse(block.contents())
    }

    /// Reads a request in base64 without a frame, as enrolment over HTTP has it (RFC 7030).
    pub fn from_base64(text: &[u8]) -> Result<Self, CsrError> {
        Self::parse(&pem::from_base64(text, Self::MAX_DER)?)
    }

    /// The request in DER, as read.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// PEM text.
    pub fn to_pem(&self) -> String {
        pem::encode(PEM_TAG, &self.der)
    }

    /// The name asked for.
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// The key to be certified.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// The extensions asked for. An authority follows its profiles, not these.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Dotted object identifiers of all attributes.
    pub fn attributes(&self) -> &[String] {
        &self.attributes
    }
}

const PEM_TAG: &str = "CERTIFICATE REQUEST";
/// 1.2.840.113549.1.9.14
const EXTENSION_REQUEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 14];
