//! Judges signatures by the certificates that the same connection shows.
//!
//! That the certificates lead to a root is not judged here: a capture says nothing of roots.

mod iso2;
mod iso20;

use exi::Fragment;
use pki::{Certificate, PublicKey};
use serde_json::Value;
use std::fmt;
use v2g::signature::{SignatureSet, Signed, SignedInfoGrammar, VerifyError, verify};
use v2g::xmldsig::{AnyText, Signature};

pub(super) use iso2::Judge as Iso2Judge;
pub(super) use iso20::Judge as Iso20Judge;

/// What is to be said of a message's signature.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// All digests and the signature fit.
    Good { references: usize, grammar: SignedInfoGrammar },
    /// They do not.
    Bad(VerifyError),
    /// An element that should be signed has no `Id`.
    NoId(&'static str),
    /// There should be a signature.
    Missing,
    /// The certificate with the key is not to be had.
    NoKey(String),
    /// A signature over something that is not in the message.
    Stray { references: usize },
}

impl Verdict {
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Good { .. })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good { references: 1, grammar } => write!(f, "signature good ({grammar})"),
            Self::Good { references, grammar } => {
                write!(f, "signature good ({grammar}, {references} references)")
            }
            Self::Bad(error) => write!(f, "signature bad: {error}"),
            Self::NoId(element) => write!(f, "signature bad: {element} has no Id"),
            Self::Missing => f.write_str("signature missing"),
            Self::NoKey(why) => write!(f, "signature not judged: {why}"),
            Self::Stray { references } => {
                write!(f, "signature over {references} elements of no message seen here")
            }
        }
    }
}

type Key = Result<PublicKey, String>;

/// The elements that a signature has to cover.
#[derive(Default)]
struct Sheet<'a>(Vec<Signed<'a>>);

impl<'a> Sheet<'a> {
    fn add<G: SignatureSet, E: Fragment<G>>(
        &mut self,
        name: &'static str,
        id: Option<&'a AnyText>,
        element: &E,
    ) -> Result<(), Verdict> {
        let id = id.ok_or(Verdict::NoId(name))?;
        let signed = Signed::element::<G, E>(id.as_str(), element);
        self.0.push(signed.map_err(|error| Verdict::Bad(error.into()))?);
        Ok(())
    }
}

fn judge<'m>(
    signature: Option<&Signature>,
    key: &Key,
    elements: impl FnOnce(&mut Sheet<'m>) -> Result<(), Verdict>,
) -> Verdict {
    let Some(signature) = signature else { return Verdict::Missing };
    let mut sheet = Sheet::default();
    if let Err(verdict) = elements(&mut sheet) {
        return verdict;
    }
    match key {
        Err(why) => Verdict::NoKey(why.clone()),
        Ok(key) => match verify(signature, &sheet.0, key) {
            Ok(grammar) => Verdict::Good { references: sheet.0.len(), grammar },
            // Algorithms that are not known here.
            Err(error @ VerifyError::Algorithm { .. }) => Verdict::NoKey(error.to_string()),
            Err(error) => Verdict::Bad(error),
        },
    }
}

pub(super) fn stray(signature: Option<&Signature>) -> Option<Verdict> {
    signature.map(|signature| Verdict::Stray { references: signature.signed_info.reference.len() })
}

/// Of a message of ISO 15118-20 that says nothing of its signer, such as schedules and their prices.
pub(super) fn nobodys(content: &Value, message: &str) -> Option<Verdict> {
    let header = &content[message]["Header"];
    header.get("Signature").map(|_| Verdict::NoKey("the message does not tell who signed".into()))
}

fn key_of(certificate: &[u8]) -> Key {
    let certificate = Certificate::parse(certificate).map_err(|error| error.to_string())?;
    certificate.public_key().cloned().map_err(|error| error.to_string())
}
