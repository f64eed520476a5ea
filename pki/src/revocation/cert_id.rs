use core::fmt;

use ring::digest::{self, digest};

use crate::cert::Certificate;
use crate::der::{self, Malformed, Reader};
use crate::key::{KeyError, PublicKey};

/// Names one certificate in OCSP: hashes of its issuer's name and key, and its serial number (RFC 6960 4.1.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertId {
    hash: HashAlgorithm,
    issuer_name_hash: Vec<u8>,
    issuer_key_hash: Vec<u8>,
    /// Content octets of the INTEGER.
    serial: Vec<u8>,
}

/// Hash in a [`CertId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HashAlgorithm {
    /// SHA-1: what every responder takes, and many nothing else. It protects nothing here.
    Sha1,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

impl CertId {
    /// Names a certificate by its issuer's. Whether that issued it is not looked at.
    pub fn new(
        hash: HashAlgorithm,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Result<Self, KeyError> {
        Self::of_serial(hash, certificate.serial(), issuer)
    }

    /// Names the certificate of an issuer that has this serial number, given as content octets of its INTEGER.
    pub fn of_serial(
        hash: HashAlgorithm,
        serial: &[u8],
        issuer: &Certificate,
    ) -> Result<Self, KeyError> {
        let [issuer_name_hash, issuer_key_hash] = issuer_hashes(hash, issuer)?;
        Ok(Self { hash, issuer_name_hash, issuer_key_hash, serial: serial.to_vec() })
    }

    /// The hash algorithm.
    pub fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// Hash of the issuer's name in DER.
    pub fn issuer_name_hash(&self) -> &[u8] {
        &self.issuer_name_hash
    }

    /// Hash of the issuer's public key, without what surrounds it in its certificate.
    pub fn issuer_key_hash(&self) -> &[u8] {
        &self.issuer_key_hash
    }

    /// Content octets of the serial number.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Whether this names a certificate of that issuer.
    pub fn is_of(&self, issuer: &Certificate) -> bool {
        issuer_hashes(self.hash, issuer)
            .is_ok_and(|[name, key]| name == self.issuer_name_hash && key == self.issuer_key_hash)
    }

    /// Whether this names that certificate of that issuer.
    pub fn names(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        self.serial == certificate.serial() && self.is_of(issuer)
    }

    pub(super) fn to_der(&self) -> Vec<u8> {
        der::sequence(&[
            &der::sequence(&[&der::oid(self.hash.oid()), &der::element(der::NULL, &[])]),
            &der::element(der::OCTET_STRING, &self.issuer_name_hash),
            &der::element(der::OCTET_STRING, &self.issuer_key_hash),
            &der::element(der::INTEGER, &self.serial),
        ])
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut id = reader.enter(der::SEQUENCE)?;
        let mut algorithm = id.enter(der::SEQUENCE)?;
        let oid = algorithm.take(der::OID)?;
        // The parameters are absent or NULL: both are in use.
        if algorithm.take_if(der::NULL)?.is_some_and(|content| !content.is_empty()) {
            return Err(Malformed);
        }
        algorithm.end()?;
        let hash = HashAlgorithm::ALL.into_iter().find(|hash| hash.oid() == oid);
        let hash = hash.ok_or(Malformed)?;
        let issuer_name_hash = id.take(der::OCTET_STRING)?.to_vec();
        let issuer_key_hash = id.take(der::OCTET_STRING)?.to_vec();
        let serial = id.integer()?;
        id.end()?;
        let len = hash.digest_len();
        if issuer_name_hash.len() != len
            || issuer_key_hash.len() != len
            || serial.len() > MAX_SERIAL
        {
            return Err(Malformed);
        }
        Ok(Self { hash, issuer_name_hash, issuer_key_hash, serial: serial.to_vec() })
    }
}

impl HashAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    pub(super) fn of(self, octets: &[u8]) -> Vec<u8> {
        digest(self.algorithm(), octets).as_ref().to_vec()
    }

    fn digest_len(self) -> usize {
        self.algorithm().output_len()
    }

    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        }
    }

    fn oid(self) -> &'static [u8] {
        match self {
            Self::Sha1 => &[0x2b, 14, 3, 2, 26],
            Self::Sha256 => &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1],
            Self::Sha384 => &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2],
            Self::Sha512 => &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3],
        }
    }
}

impl fmt::Display for CertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("serial ")?;
        self.serial.iter().try_for_each(|octet| write!(f, "{octet:02x}"))?;
        f.write_str(" of issuer ")?;
        self.issuer_key_hash.iter().take(8).try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// SHA-1 of a key, by which a responder names itself.
pub(super) fn key_hash(key: &PublicKey) -> Vec<u8> {
    HashAlgorithm::Sha1.of(key.point())
}

fn issuer_hashes(hash: HashAlgorithm, issuer: &Certificate) -> Result<[Vec<u8>; 2], KeyError> {
    Ok([hash.of(issuer.subject().der()), hash.of(issuer.public_key()?.point())])
}

/// Octets of the longest serial number read: RFC 5280 allows 20, and some sign octet too many.
const MAX_SERIAL: usize = 32;
