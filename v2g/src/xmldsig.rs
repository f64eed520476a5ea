//! XML Signature as far as ISO 15118 messages can carry it.
//!
//! Key values and foreign elements (`xs:any`) are refused: no profile of ISO 15118 has them.

use exi::{Bytes, Exi, Integer, List, Refused, SchemaSet, Text};

pub(crate) const NS: &str = "http://www.w3.org/2000/09/xmldsig#";

/// A string the schema does not bound.
pub type AnyText = Text<0, { usize::MAX }>;
/// Octets the schema does not bound.
pub type AnyBytes = Bytes<0, { usize::MAX }>;
/// Where the schema lets elements of other schemas in.
type Any = Refused<1>;
const MANY: u32 = u32::MAX;

/// A signature in a message header: what was signed, and the value. [V2G2-771]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(home = NS)]
pub struct Signature {
    #[exi(attr, unqualified)]
    pub id: Option<AnyText>,
    pub signed_info: SignedInfo,
    pub signature_value: SignatureValue,
    pub key_info: Option<KeyInfo>,
    pub object: List<Object, 0, MANY>,
}

/// The part of a signature that is signed: algorithms and digests.
#[derive(Debug, Clone, PartialEq, Exi)]
pub struct SignedInfo {
    #[exi(attr, unqualified)]
    pub id: Option<AnyText>,
    pub canonicalization_method: CanonicalizationMethod,
    pub signature_method: SignatureMethod,
    pub reference: List<Reference, 1, MANY>,
}

/// How `SignedInfo` is turned into octets.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(mixed, inline)]
pub struct CanonicalizationMethod {
    #[exi(attr, unqualified)]
    pub algorithm: AnyText,
    #[exi(any)]
    pub any: List<Any, 0, MANY>,
}

/// The signature algorithm.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(mixed, inline)]
pub struct SignatureMethod {
    #[exi(attr, unqualified)]
    pub algorithm: AnyText,
    pub hmac_output_length: Option<Integer>,
    #[exi(any)]
    pub any: List<Any, 0, MANY>,
}

/// A signed element by its `Id`, and the digest of its EXI fragment.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(inline)]
pub struct Reference {
    #[exi(attr, unqualified)]
    pub id: Option<AnyText>,
    #[exi(attr, unqualified, name = "Type")]
    pub kind: Option<AnyText>,
    #[exi(attr, unqualified, name = "URI")]
    pub uri: Option<AnyText>,
    pub transforms: Option<Transforms>,
    pub digest_method: DigestMethod,
    pub digest_value: AnyBytes,
}

/// What is done to an element before its digest is taken.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(inline)]
pub struct Transforms {
    pub transform: List<Transform, 1, MANY>,
}

/// One transform, in ISO 15118 always EXI canonicalisation. [V2G2-767]
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(mixed, inline)]
pub struct Transform {
    #[exi(attr, unqualified)]
    pub algorithm: AnyText,
    #[exi(choice)]
    pub content: List<TransformContent, 0, MANY>,
}

/// What a transform may hold.
#[derive(Debug, Clone, PartialEq, Exi)]
pub enum TransformContent {
    #[exi(name = "XPath")]
    XPath(AnyText),
    #[exi(any)]
    Any(Any),
}

/// The digest algorithm.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(mixed, inline)]
pub struct DigestMethod {
    #[exi(attr, unqualified)]
    pub algorithm: AnyText,
    #[exi(any)]
    pub any: List<Any, 0, MANY>,
}

/// The signature: `r` and `s`, 32 octets each with P-256.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(inline)]
pub struct SignatureValue {
    #[exi(attr, unqualified)]
    pub id: Option<AnyText>,
    #[exi(text)]
    pub value: AnyBytes,
}

/// A hint at the key. ISO 15118 does not use it.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(mixed, rare)]
pub struct KeyInfo {
    #[exi(attr, unqualified)]
    pub id: Option<AnyText>,
    #[exi(choice)]
    pub content: List<KeyInfoContent, 1, MANY>,
}

/// The forms of a hint at the key.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub enum KeyInfoContent {
    KeyName(AnyText),
    KeyValue(Refused<1>),
    RetrievalMethod(RetrievalMethod),
    #[exi(name = "X509Data")]
    X509Data(X509Data),
    #[exi(name = "PGPData")]
    PgpData(Refused<1>),
    #[exi(name = "SPKIData")]
    SpkiData(Refused<1>),
    MgmtData(AnyText),
    #[exi(any)]
    Any(Any),
}

/// Where the key may be had.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct RetrievalMethod {
    #[exi(attr, unqualified, name = "Type")]
    pub kind: Option<AnyText>,
    #[exi(attr, unqualified, name = "URI")]
    pub uri: Option<AnyText>,
    pub transforms: Option<Transforms>,
}

/// The key by its certificate.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct X509Data {
    #[exi(choice)]
    pub content: List<X509DataContent, 1, MANY>,
}

/// The ways to name a certificate.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub enum X509DataContent {
    #[exi(name = "X509IssuerSerial")]
    IssuerSerial(X509IssuerSerial),
    #[exi(name = "X509SKI")]
    Ski(AnyBytes),
    #[exi(name = "X509SubjectName")]
    SubjectName(AnyText),
    #[exi(name = "X509Certificate")]
    Certificate(AnyBytes),
    #[exi(name = "X509CRL")]
    Crl(AnyBytes),
    #[exi(any)]
    Any(Any),
}

/// A certificate by its issuer and serial number.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct X509IssuerSerial {
    #[exi(name = "X509IssuerName")]
    pub issuer_name: AnyText,
    #[exi(name = "X509SerialNumber")]
    pub serial_number: Integer,
}

/// Anything else in a signature. ISO 15118 does not use it.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(mixed, rare)]
pub struct Object {
    #[exi(attr, unqualified)]
    pub encoding: Option<AnyText>,
    #[exi(attr, unqualified)]
    pub id: Option<AnyText>,
    #[exi(attr, unqualified)]
    pub mime_type: Option<AnyText>,
    #[exi(any)]
    pub any: List<Any, 0, MANY>,
}

/// The XML Signature schema by itself: the grammar in which `SignedInfo` is signed.
#[derive(Debug, Clone, Copy)]
pub enum Grammar {}

impl SchemaSet for Grammar {
    const NAME: &'static str = "xmldsig";
    const GLOBALS: u32 = 24;
    const ELEMENTS: u32 = 45;
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[
        ("", "Algorithm"),
        ("", "Encoding"),
        ("", "Id"),
        ("", "MimeType"),
        ("", "Target"),
        ("", "Type"),
        ("", "URI"),
    ];
}

exi::roots! {
    /// The schema as data, as far as signatures need it.
    pub static SCHEMA: Grammar;
    documents {}
    fragments { 32 = "SignedInfo" in NS => SignedInfo; }
}
