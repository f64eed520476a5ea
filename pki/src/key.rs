//! P-256 keys and signatures of ISO 15118-2 [V2G2-006] [V2G2-007].

use core::fmt;

use ring::rand::SecureRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair,
    KeyPair, UnparsedPublicKey,
};
use zeroize::Zeroizing;

use crate::der::{self, Malformed, Reader};
use crate::pem::{self, PemError};

/// Something that signs with a P-256 key it may keep to itself, a hardware module for instance.
pub trait Signer: Send + Sync {
    /// The public half.
    fn public_key(&self) -> &PublicKey;

    /// ECDSA over SHA-256 of `message`, as r and s, 32 octets each. `rng` is for signers that need one.
    fn sign_raw(&self, message: &[u8], rng: &dyn SecureRandom) -> Result<[u8; 64], KeyError>;
}

/// A P-256 private key in memory. Its octets are erased on drop where this type holds them.
pub struct PrivateKey {
    scalar: Zeroizing<[u8; 32]>,
    public: PublicKey,
    pair: EcdsaKeyPair,
}

/// A P-256 public key as an uncompressed point. Whether the point is on the curve shows at the first use.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey {
    point: [u8; 65],
}

/// Why a key cannot be read or used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is no PEM, or holds no private key.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// The private key is encrypted; it must be decrypted before it is handed over.
    #[error("the private key is encrypted")]
    Encrypted,
    /// The octets are no key in this form.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// A key of another algorithm or on another curve.
    #[error("not a key on the curve P-256")]
    NotP256,
    /// A private key that comes without its public half.
    #[error("the private key comes without its public key")]
    NoPublicKey,
    /// The private and the public half do not belong together, or one is out of range.
    #[error("private and public key do not belong together")]
    Inconsistent,
    /// The signature does not belong to this key and message.
    #[error("the signature does not verify")]
    BadSignature,
    /// The source of randomness or the signer failed.
    #[error("the signer failed")]
    Signer,
}

impl PrivateKey {
    /// A fresh key.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, KeyError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, rng);
        let document = Zeroizing::new(document.map_err(|_| KeyError::Signer)?.as_ref().to_vec());
        Self::from_pkcs8_der(&document, rng)
    }

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
                tag if tag.ends_with("PRIVATE KEY") => return Err(KeyError::NotP256),
                _ => {}
            }
        }
        Err(PemError::Missing { wanted: "private key" }.into())
    }

    /// Reads PKCS#8 (RFC 5958), unencrypted, with the public key inside.
    pub fn from_pkcs8_der(der: &[u8], rng: &dyn SecureRandom) -> Result<Self, KeyError> {
        let malformed = |Malformed| KeyError::Malformed("PKCS#8 key");
        let mut document = Reader::new(der);
        let mut info = document.enter(der::SEQUENCE).map_err(malformed)?;
        document.end().map_err(malformed)?;
        info.take(der::INTEGER).map_err(malformed)?;
        let algorithm = info.take(der::SEQUENCE).map_err(malformed)?;
        if algorithm != P256_ALGORITHM {
            return Err(KeyError::NotP256);
        }
        Self::from_sec1_der(info.take(der::OCTET_STRING).map_err(malformed)?, rng)
    }

    /// Reads `ECPrivateKey` (SEC 1, RFC 5915) with the public key inside.
    pub fn from_sec1_der(der: &[u8], rng: &dyn SecureRandom) -> Result<Self, KeyError> {
        let malformed = |Malformed| KeyError::Malformed("EC private key");
        let mut document = Reader::new(der);
        let mut key = document.enter(der::SEQUENCE).map_err(malformed)?;
        document.end().map_err(malformed)?;
        if key.take(der::INTEGER).map_err(malformed)? != [1] {
            return Err(KeyError::Malformed("EC private key"));
        }
        let scalar = key.take(der::OCTET_STRING).map_err(malformed)?;
        if key.next_is(der::explicit(0)) {
            let curve = key
                .enter(der::explicit(0))
                .map_err(malformed)?
                .take(der::OID)
                .map_err(malformed)?;
            if curve != P256_CURVE {
                return Err(KeyError::NotP256);
            }
        }
        let scalar: [u8; 32] = scalar.try_into().map_err(|_| KeyError::NotP256)?;
        let scalar = Zeroizing::new(scalar);
        if key.is_empty() {
            return Err(KeyError::NoPublicKey);
        }
        let point = key
            .enter(der::explicit(1))
            .map_err(malformed)?
            .take(der::BIT_STRING)
            .map_err(malformed)?;
        let public = PublicKey::from_point(point.strip_prefix(&[0]).unwrap_or_default())?;
        Self::new(scalar, public, rng)
    }

    fn new(
        scalar: Zeroizing<[u8; 32]>,
        public: PublicKey,
        rng: &dyn SecureRandom,
    ) -> Result<Self, KeyError> {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(algorithm, &*scalar, &public.point, rng)
                .map_err(|_| KeyError::Inconsistent)?;
        debug_assert_eq!(pair.public_key().as_ref(), public.point);
        Ok(Self { scalar, public, pair })
    }

    /// PKCS#8 with the public key inside.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        let public = der::element(der::explicit(1), &der::bit_string(&self.public.point));
        let scalar = Zeroizing::new(der::element(der::OCTET_STRING, &*self.scalar));
        let key = Zeroizing::new(der::sequence(&[&der::unsigned(&[1]), &scalar, &public]));
        let key = Zeroizing::new(der::element(der::OCTET_STRING, &key));
        let algorithm = der::element(der::SEQUENCE, P256_ALGORITHM);
        Zeroizing::new(der::sequence(&[&der::unsigned(&[0]), &algorithm, &key]))
    }

    /// PKCS#8 as PEM text.
    pub fn to_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem::encode(PKCS8, &self.to_pkcs8_der()))
    }

    /// The secret number, 32 octets big-endian: what a contract key delivery wraps.
    pub fn scalar(&self) -> &[u8; 32] {
        &self.scalar
    }
}

impl Signer for PrivateKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign_raw(&self, message: &[u8], rng: &dyn SecureRandom) -> Result<[u8; 64], KeyError> {
        let signature = self.pair.sign(rng, message).map_err(|_| KeyError::Signer)?;
        signature.as_ref().try_into().map_err(|_| KeyError::Signer)
    }
}

impl PublicKey {
    /// From an uncompressed point: 0x04, x, y.
    pub fn from_point(point: &[u8]) -> Result<Self, KeyError> {
        match <[u8; 65]>::try_from(point) {
            Ok(point) if point.first() == Some(&4) => Ok(Self { point }),
            _ => Err(KeyError::Malformed("uncompressed P-256 point")),
        }
    }

    /// From a `SubjectPublicKeyInfo` in DER.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let malformed = |Malformed| KeyError::Malformed("public key");
        let mut document = Reader::new(der);
        let mut info = document.enter(der::SEQUENCE).map_err(malformed)?;
        document.end().map_err(malformed)?;
        if info.take(der::SEQUENCE).map_err(malformed)? != P256_ALGORITHM {
            return Err(KeyError::NotP256);
        }
        let point = info.take(der::BIT_STRING).map_err(malformed)?;
        info.end().map_err(malformed)?;
        Self::from_point(point.strip_prefix(&[0]).unwrap_or_default())
    }

    /// The uncompressed point: 0x04, x, y.
    pub fn point(&self) -> &[u8; 65] {
        &self.point
    }

    /// `SubjectPublicKeyInfo` in DER.
    pub fn to_spki(&self) -> Vec<u8> {
        der::sequence(&[
            &der::element(der::SEQUENCE, P256_ALGORITHM),
            &der::bit_string(&self.point),
        ])
    }

    /// Verifies ECDSA over SHA-256, given as r and s.
    pub fn verify_raw(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.point)
            .verify(message, signature)
            .map_err(|_| KeyError::BadSignature)
    }

    /// Verifies ECDSA over SHA-256, given as the DER sequence that certificates carry.
    pub fn verify_der(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.point)
            .verify(message, signature)
            .map_err(|_| KeyError::BadSignature)
    }
}

/// The DER sequence of a raw signature, as certificates carry it.
pub fn signature_to_der(raw: &[u8; 64]) -> Vec<u8> {
    let (r, s) = raw.split_at(32);
    der::sequence(&[&der::unsigned(r), &der::unsigned(s)])
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("public", &self.public).finish_non_exhaustive()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(")?;
        self.point.iter().skip(1).take(8).try_for_each(|b| write!(f, "{b:02x}"))?;
        f.write_str("..)")
    }
}

const PKCS8: &str = "PRIVATE KEY";
const SEC1: &str = "EC PRIVATE KEY";

/// 1.2.840.10045.3.1.7
const P256_CURVE: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

/// The elements of the algorithm identifier: id-ecPublicKey, P-256.
const P256_ALGORITHM: &[u8] = &[
    0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, // 1.2.840.10045.2.1
    0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7,
];

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    #[test]
    fn a_signature_verifies_raw_and_as_der_and_under_no_other_key_or_message() {
        let rng = SystemRandom::new();
        let key = PrivateKey::generate(&rng).unwrap();
        let signature = key.sign_raw(b"message", &rng).unwrap();
        let public = key.public_key();
        assert_eq!(public.verify_raw(b"message", &signature), Ok(()));
        assert_eq!(public.verify_der(b"message", &signature_to_der(&signature)), Ok(()));
        assert_eq!(public.verify_raw(b"massage", &signature), Err(KeyError::BadSignature));
        assert_eq!(public.verify_raw(b"message", &signature[..63]), Err(KeyError::BadSignature));
        let other = PrivateKey::generate(&rng).unwrap();
        assert_eq!(
            other.public_key().verify_raw(b"message", &signature),
            Err(KeyError::BadSignature)
        );
    }

    #[test]
    fn keys_survive_every_form() {
        let rng = SystemRandom::new();
        let key = PrivateKey::generate(&rng).unwrap();
        for again in [
            PrivateKey::from_pem(&key.to_pem(), &rng).unwrap(),
            PrivateKey::from_pkcs8_der(&key.to_pkcs8_der(), &rng).unwrap(),
        ] {
            assert_eq!(again.scalar(), key.scalar());
            assert_eq!(again.public_key(), key.public_key());
        }
        assert_eq!(PublicKey::from_spki(&key.public_key().to_spki()), Ok(*key.public_key()));
        assert_eq!(PublicKey::from_point(key.public_key().point()), Ok(*key.public_key()));
        let secret: String =
            key.scalar().iter().take(4).map(|octet| format!("{octet:02x}")).collect();
        assert!(!format!("{key:?}").contains(&secret));
    }

    #[test]
    fn unusable_keys_are_refused_for_their_own_reason() {
        let rng = SystemRandom::new();
        let from = |text: &str| PrivateKey::from_pem(text, &rng).map(|_| ()).unwrap_err();
        let block = |tag: &str| pem::encode(tag, &[0x30, 0]);
        assert_eq!(from(&block("ENCRYPTED PRIVATE KEY")), KeyError::Encrypted);
        let legacy = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMAA=\n-----END EC PRIVATE KEY-----\n";
        assert_eq!(from(legacy), KeyError::Encrypted);
        assert_eq!(from(&block("RSA PRIVATE KEY")), KeyError::NotP256);
        assert_eq!(
            from(&block("CERTIFICATE")),
            KeyError::Pem(PemError::Missing { wanted: "private key" })
        );
        assert_eq!(from(&block("PRIVATE KEY")), KeyError::Malformed("PKCS#8 key"));
        assert_eq!(from(&block("EC PRIVATE KEY")), KeyError::Malformed("EC private key"));
        let (key, other) =
            (PrivateKey::generate(&rng).unwrap(), PrivateKey::generate(&rng).unwrap());
        let mixed = PrivateKey::new(Zeroizing::new(*key.scalar()), *other.public_key(), &rng);
        assert_eq!(mixed.unwrap_err(), KeyError::Inconsistent);
        let bare =
            der::sequence(&[&der::unsigned(&[1]), &der::element(der::OCTET_STRING, key.scalar())]);
        assert_eq!(PrivateKey::from_sec1_der(&bare, &rng).unwrap_err(), KeyError::NoPublicKey);
        let mut compressed = *key.public_key().point();
        compressed[0] = 2;
        assert!(PublicKey::from_point(&compressed).is_err());
    }

    #[test]
    fn mutated_keys_end_in_a_typed_error_or_the_same_key() {
        let rng = SystemRandom::new();
        let key = PrivateKey::generate(&rng).unwrap();
        let (der, text) = (key.to_pkcs8_der(), key.to_pem());
        let mut dice = crate::drive::Dice::new(3);
        for _ in 0..2_000 {
            crate::drive::key(&dice.mutate(&der), &rng);
            crate::drive::pem_text(&dice.mutate_text(&text), &rng);
        }
    }
}
