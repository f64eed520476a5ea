//! The forms in which private keys are kept.

use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::{Algorithm, KeyError, PrivateKey, PublicKey, Signer};
use crate::der::{self, Malformed, Reader};
use crate::pem::{self, PemError};

impl PrivateKey {
    /// Reads the first private key of a PEM text: `PRIVATE KEY` (PKCS#8) or `EC PRIVATE KEY` (SEC 1).
    pub fn from_pem(text: &str, rng: &dyn SecureRandom) -> Result<Self, KeyError> {
        for block in pem::blocks(text)? {
            match block.tag() {
                "ENCRYPTED PRIVATE KEY" => return Err(KeyError::Encrypted),
                tag if tag.ends_with("PRIVATE KEY")
                    && block
                        .headers()
                        .get("Proc-Type")
                        .is_some_and(|value| value.contains("ENCRYPTED")) =>
                {
                    return Err(KeyError::Encrypted);
                }
                PKCS8 => return Self::from_pkcs8_der(&Zeroizing::new(block.into_contents()), rng),
                SEC1 => return Self::from_sec1_der(&Zeroizing::new(block.into_contents()), rng),
                tag if tag.ends_with("PRIVATE KEY") => return Err(KeyError::Unsupported),
                _ => {}
            }
        }
        Err(PemError::Missing { wanted: "private key" }.into())
    }

    /// Reads PKCS#8 (RFC 5958), unencrypted; keys on P-256 and P-521 with the public key inside.
    pub fn from_pkcs8_der(der: &[u8], rng: &dyn SecureRandom) -> Result<Self, KeyError> {
        let malformed = |Malformed| KeyError::Malformed("PKCS#8 key");
        let mut document = Reader::new(der);
        let mut info = document.enter(der::SEQUENCE).map_err(malformed)?;
        document.end().map_err(malformed)?;
        info.take(der::INTEGER).map_err(malformed)?;
        let algorithm = info.take(der::SEQUENCE).map_err(malformed)?;
        let algorithm = Algorithm::from_identifier(algorithm).ok_or(KeyError::Unsupported)?;
        let key = info.take(der::OCTET_STRING).map_err(malformed)?;
        match algorithm {
            Algorithm::P256 | Algorithm::P521 => sec1(key, Some(algorithm), rng),
            Algorithm::Ed448 | Algorithm::X448 => rfc8410(key, algorithm, &mut info),
        }
    }

    /// Reads `ECPrivateKey` (SEC 1, RFC 5915) with the public key inside.
    pub fn from_sec1_der(der: &[u8], rng: &dyn SecureRandom) -> Result<Self, KeyError> {
        sec1(der, None, rng)
    }

    /// PKCS#8; with the public key inside unless it follows from the secret, as with Ed448 and X448.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        let key = Zeroizing::new(match self.public_key() {
            PublicKey::P256(_) | PublicKey::P521(_) => self.to_sec1(),
            PublicKey::Ed448(_) | PublicKey::X448(_) => {
                der::element(der::OCTET_STRING, self.scalar())
            }
        });
        let key = Zeroizing::new(der::element(der::OCTET_STRING, &key));
        let identifier = self.public_key().algorithm().identifier();
        let algorithm = der::element(der::SEQUENCE, identifier);
        Zeroizing::new(der::sequence(&[&der::unsigned(&[0]), &algorithm, &key]))
    }

    fn to_sec1(&self) -> Vec<u8> {
        let public = self.public_key();
        let point = der::element(der::explicit(1), &der::bit_string(public.point()));
        let scalar = Zeroizing::new(der::element(der::OCTET_STRING, self.scalar()));
        der::sequence(&[&der::unsigned(&[1]), &scalar, &point])
    }

    /// PKCS#8 as PEM text.
    pub fn to_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem::encode(PKCS8, &self.to_pkcs8_der()))
    }
}

/// The secret in an octet string of its own (RFC 8410 7), and behind it, if it is there, the public key.
fn rfc8410(
    key: &[u8],
    algorithm: Algorithm,
    behind: &mut Reader<'_>,
) -> Result<PrivateKey, KeyError> {
    let malformed = |Malformed| KeyError::Malformed("PKCS#8 key");
    let mut document = Reader::new(key);
    let secret = document.take(der::OCTET_STRING).map_err(malformed)?;
    document.end().map_err(malformed)?;
    let key = PrivateKey::of_curve448(algorithm, secret)?;
    // Attributes say nothing that matters here.
    behind.take_if(der::explicit(0)).map_err(malformed)?;
    match behind.take_if(der::implicit(1)).map_err(malformed)? {
        Some(public) if public.strip_prefix(&[0]) != Some(key.public_key().point()) => {
            Err(KeyError::Inconsistent)
        }
        _ => Ok(key),
    }
}

/// `algorithm` is what the surrounding PKCS#8 says.
fn sec1(
    der: &[u8],
    algorithm: Option<Algorithm>,
    rng: &dyn SecureRandom,
) -> Result<PrivateKey, KeyError> {
    let malformed = |Malformed| KeyError::Malformed("EC private key");
    let mut document = Reader::new(der);
    let mut key = document.enter(der::SEQUENCE).map_err(malformed)?;
    document.end().map_err(malformed)?;
    if key.take(der::INTEGER).map_err(malformed)? != [1] {
        return Err(KeyError::Malformed("EC private key"));
    }
    let scalar = key.take(der::OCTET_STRING).map_err(malformed)?;
    let mut stated = algorithm;
    if key.next_is(der::explicit(0)) {
        let mut curve = key.enter(der::explicit(0)).map_err(malformed)?;
        let curve = Algorithm::from_curve(curve.take(der::OID).map_err(malformed)?);
        let curve = curve.ok_or(KeyError::Unsupported)?;
        if algorithm.is_some_and(|algorithm| algorithm != curve) {
            return Err(KeyError::Mismatch { wanted: curve });
        }
        stated = Some(curve);
    }
    let by_length = || ON_SEC1_CURVES.into_iter().find(|a| a.secret_len() == scalar.len());
    let algorithm = stated.or_else(by_length).ok_or(KeyError::Unsupported)?;
    if key.is_empty() {
        return Err(KeyError::NoPublicKey);
    }
    let point =
        key.enter(der::explicit(1)).map_err(malformed)?.take(der::BIT_STRING).map_err(malformed)?;
    let public = PublicKey::of(algorithm, point.strip_prefix(&[0]).unwrap_or_default())?;
    PrivateKey::from_scalar(scalar, &public, rng)
}

impl Algorithm {
    /// By the content of the curve's object identifier, with which the key's algorithm identifier ends.
    fn from_curve(oid: &[u8]) -> Option<Self> {
        ON_SEC1_CURVES.into_iter().find(|algorithm| {
            let mut elements = Reader::new(algorithm.identifier());
            elements.take(der::OID).and_then(|_| elements.take(der::OID)) == Ok(oid)
        })
    }
}

const ON_SEC1_CURVES: [Algorithm; 2] = [Algorithm::P256, Algorithm::P521];
const PKCS8: &str = "PRIVATE KEY";
const SEC1: &str = "EC PRIVATE KEY";
