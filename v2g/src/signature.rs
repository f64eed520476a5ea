//! Signatures in message headers: digests over EXI fragments, a signature over `SignedInfo`.
//!
//! The digest of an element is taken over its fragment in the message set's grammar, the signature
//! over the fragment of `SignedInfo`. Writers agree on the grammar of the XML Signature schema alone
//! for the latter; a few use the message set's, so both are tried. The key's algorithm decides on hash and signature. With
//! Ed448 the signature is over the fragment itself, without a hash before it; elements are digested by SHA-512 there too, for
//! which alone public descriptions of ISO 15118-20 have a name.

use crate::fixed;
use crate::iso2;
use crate::xmldsig::*;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use exi::{Bytes, Fragment, List, SchemaSet, Text};
use pki::key::{Algorithm, KeyError};
use pki::{PublicKey, Signer};
use ring::digest::{SHA256, SHA512, digest};
use ring::rand::SecureRandom;

const CANONICAL_EXI: &str = "http://www.w3.org/TR/canonical-exi/";
const XMLENC_SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const XMLENC_SHA512: &str = "http://www.w3.org/2001/04/xmlenc#sha512";
/// [V2G2-909]
const MOST_REFERENCES: usize = 4;

/// The grammar in which a `SignedInfo` was signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignedInfoGrammar {
    /// Of the XML Signature schema alone, as nearly everybody does.
    XmlSignature,
    /// Of the message set.
    MessageSet,
}

impl fmt::Display for SignedInfoGrammar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::XmlSignature => "XML Signature grammar",
            Self::MessageSet => "message set grammar",
        })
    }
}

/// A message set that has signatures.
pub trait SignatureSet: SchemaSet {
    /// Keys that may sign its messages.
    const ALGORITHMS: &'static [Algorithm];

    /// The fragment of `SignedInfo` in its grammar.
    fn signed_info(info: &SignedInfo) -> Result<Vec<u8>, exi::Error>;
}

impl SignatureSet for iso2::Grammar {
    /// [V2G2-007]
    const ALGORITHMS: &'static [Algorithm] = &[Algorithm::P256];

    fn signed_info(info: &SignedInfo) -> Result<Vec<u8>, exi::Error> {
        Fragment::<Self>::encode_fragment(info)
    }
}

/// Any key that signs: that of a test hierarchy may be on P-256, so it is the chain's check that refuses it.
#[cfg(feature = "iso20-common")]
impl SignatureSet for crate::iso20::msg::common::Grammar {
    const ALGORITHMS: &'static [Algorithm] = &Algorithm::SIGNING;

    fn signed_info(info: &SignedInfo) -> Result<Vec<u8>, exi::Error> {
        Fragment::<Self>::encode_fragment(info)
    }
}

/// An element as a signature refers to it: its `Id` and its fragment.
#[derive(Clone, Debug)]
pub struct Signed<'a> {
    id: &'a str,
    fragment: Vec<u8>,
    algorithms: &'static [Algorithm],
    signed_info: fn(&SignedInfo) -> Result<Vec<u8>, exi::Error>,
}

impl<'a> Signed<'a> {
    /// `element` as a fragment of the grammar `G`.
    pub fn element<G: SignatureSet, E: Fragment<G>>(
        id: &'a str,
        element: &E,
    ) -> Result<Self, exi::Error> {
        let fragment = element.encode_fragment()?;
        Ok(Self { id, fragment, algorithms: G::ALGORITHMS, signed_info: G::signed_info })
    }
}

/// Signs elements together: one reference each, one signature for all. [V2G2-767] [V2G2-771]
pub fn sign(
    elements: &[Signed<'_>],
    key: &dyn Signer,
    random: &dyn SecureRandom,
) -> Result<Signature, SignError> {
    if elements.is_empty() || elements.len() > MOST_REFERENCES {
        return Err(SignError::References(elements.len()));
    }
    let algorithm = key.public_key().algorithm();
    if elements.iter().any(|signed| !signed.algorithms.contains(&algorithm)) {
        return Err(SignError::Key);
    }
    let suite = Suite::of(algorithm).ok_or(SignError::Key)?;
    let reference = |signed: &Signed<'_>| -> Result<Reference, SignError> {
        let mut uri = String::from("#");
        uri.push_str(signed.id);
        let transform = Transform { algorithm: fixed(CANONICAL_EXI), content: List::default() };
        Ok(Reference {
            id: None,
            kind: None,
            uri: Some(Text::new(uri).map_err(|_| SignError::Id)?),
            transforms: Some(Transforms {
                transform: List::new(alloc::vec![transform]).unwrap_or_default(),
            }),
            digest_method: DigestMethod { algorithm: fixed(suite.digest), any: List::default() },
            digest_value: Bytes::new(suite.hash(&signed.fragment).as_ref()).unwrap_or_default(),
        })
    };
    let references = elements.iter().map(reference).collect::<Result<Vec<_>, _>>()?;
    let signed_info = SignedInfo {
        id: None,
        canonicalization_method: CanonicalizationMethod {
            algorithm: fixed(CANONICAL_EXI),
            any: List::default(),
        },
        signature_method: SignatureMethod {
            algorithm: fixed(suite.signature),
            hmac_output_length: None,
            any: List::default(),
        },
        reference: List::new(references).unwrap_or_default(),
    };
    let octets = Fragment::<Grammar>::encode_fragment(&signed_info)?;
    let value = key.sign_raw(&octets, random).map_err(|_| SignError::Key)?;
    Ok(Signature {
        id: None,
        signed_info,
        signature_value: SignatureValue {
            id: None,
            value: Bytes::new(value.as_slice()).unwrap_or_default(),
        },
        key_info: None,
        object: List::default(),
    })
}

/// Checks that a signature covers exactly these elements and fits the key.
pub fn verify(
    signature: &Signature,
    elements: &[Signed<'_>],
    key: &PublicKey,
) -> Result<SignedInfoGrammar, VerifyError> {
    let info = &signature.signed_info;
    let Some(first) = elements.first() else {
        return Err(VerifyError::References(info.reference.len()));
    };
    let own = key.algorithm();
    let suite = Suite::of(own)
        .filter(|_| elements.iter().all(|signed| signed.algorithms.contains(&own)))
        .ok_or_else(|| VerifyError::Algorithm { what: "key", found: own.to_string() })?;
    algorithm("canonicalization", &info.canonicalization_method.algorithm, CANONICAL_EXI)?;
    algorithm("signature", &info.signature_method.algorithm, suite.signature)?;
    if info.reference.len() > MOST_REFERENCES || info.reference.len() != elements.len() {
        return Err(VerifyError::References(info.reference.len()));
    }
    // [V2G2-771]
    if info.signature_method.hmac_output_length.is_some() || !signature.object.is_empty() {
        return Err(VerifyError::Forbidden);
    }
    for reference in info.reference.iter() {
        algorithm("digest", &reference.digest_method.algorithm, suite.digest)?;
        for transform in reference.transforms.iter().flat_map(|t| t.transform.iter()) {
            algorithm("transform", &transform.algorithm, CANONICAL_EXI)?;
            if !transform.content.is_empty() {
                return Err(VerifyError::Forbidden);
            }
        }
    }
    for signed in elements {
        let named = |r: &&Reference| {
            r.uri.as_ref().and_then(|u| u.as_str().strip_prefix('#')) == Some(signed.id)
        };
        let reference = info
            .reference
            .iter()
            .find(named)
            .ok_or_else(|| VerifyError::Missing(signed.id.into()))?;
        if reference.digest_value.as_slice() != suite.hash(&signed.fragment).as_ref() {
            return Err(VerifyError::Digest(signed.id.into()));
        }
    }
    let value = signature.signature_value.value.as_slice();
    let forms = [
        (SignedInfoGrammar::XmlSignature, Fragment::<Grammar>::encode_fragment(info)),
        (SignedInfoGrammar::MessageSet, (first.signed_info)(info)),
    ];
    for (grammar, octets) in forms {
        match key.verify_raw(&octets?, value) {
            Ok(()) => return Ok(grammar),
            Err(error @ KeyError::NotBuilt { .. }) => return Err(VerifyError::Key(error)),
            Err(_) => {}
        }
    }
    Err(VerifyError::Value)
}

fn algorithm(what: &'static str, found: &AnyText, wanted: &str) -> Result<(), VerifyError> {
    if found.as_str() == wanted {
        Ok(())
    } else {
        Err(VerifyError::Algorithm { what, found: found.as_str().into() })
    }
}

/// What belongs together: a key, how its signatures are called, and the hash beside them.
struct Suite {
    signature: &'static str,
    digest: &'static str,
    hash: &'static ring::digest::Algorithm,
}

impl Suite {
    /// None for a key that signs nothing.
    fn of(algorithm: Algorithm) -> Option<Self> {
        let (signature, digest, hash) = match algorithm {
            Algorithm::P256 => {
                ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", XMLENC_SHA256, &SHA256)
            }
            Algorithm::P521 => {
                ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", XMLENC_SHA512, &SHA512)
            }
            // The pure form (RFC 9231 2.3.12).
            Algorithm::Ed448 => {
                ("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448", XMLENC_SHA512, &SHA512)
            }
            Algorithm::X448 => return None,
        };
        Some(Self { signature, digest, hash })
    }

    fn hash(&self, octets: &[u8]) -> ring::digest::Digest {
        digest(self.hash, octets)
    }
}

/// Why a signature could not be made.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignError {
    #[error("{0} references, where 1 to 4 are allowed")]
    References(usize),
    #[error("the Id is too long")]
    Id,
    #[error("the key could not sign")]
    Key,
    #[error("the element does not encode: {0}")]
    Element(#[from] exi::Error),
}

/// Why a signature is not good.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum VerifyError {
    #[error("unknown {what} algorithm {found:?}")]
    Algorithm { what: &'static str, found: String },
    #[error("a field that signatures of ISO 15118 must not have")]
    Forbidden,
    #[error("{0} references do not match what is signed here")]
    References(usize),
    #[error("no reference to element {0:?}")]
    Missing(String),
    #[error("the digest of element {0:?} does not match")]
    Digest(String),
    #[error("the signature does not fit the key")]
    Value,
    #[error(transparent)]
    Key(KeyError),
    #[error("the signed information does not encode: {0}")]
    Element(#[from] exi::Error),
}
