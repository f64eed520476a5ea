//! The authorities of `trusted_ca_keys` (RFC 6066 6), by which a car names its roots.

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::reader::Reader;

/// One root certificate the client holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// The ends know which root; means none here.
    PreAgreed,
    /// SHA-1 of the public key.
    KeySha1([u8; 20]),
    /// The DER subject name.
    Name(Vec<u8>),
    /// SHA-1 of the certificate.
    CertSha1([u8; 20]),
}

impl Authority {
    /// The body of a `trusted_ca_keys` extension; `None` if it cannot be read.
    ///
    /// Cars in the field leave out the length of the list: a body that only reads without it is taken so.
    pub fn list(body: &[u8]) -> Option<Vec<Self>> {
        let mut r = Reader(body);
        match r.vec16() {
            Some(list) if r.is_empty() => Self::items(list),
            _ => Self::items(body),
        }
    }

    /// The authority by which a car names this root, as cars in the field do.
    pub fn of(root: &CertificateDer<'_>) -> Self {
        Self::CertSha1(sha1(root))
    }

    /// Every authority that means `root`.
    pub(crate) fn forms(root: &CertificateDer<'_>) -> Vec<Self> {
        let mut forms = vec![Self::of(root)];
        if let Ok((_, parsed)) = X509Certificate::from_der(root) {
            // RFC 6066 hashes the subjectPublicKey of EC keys; some hash the SubjectPublicKeyInfo.
            let key = parsed.public_key();
            forms.push(Self::KeySha1(sha1(&key.subject_public_key.data)));
            forms.push(Self::KeySha1(sha1(key.raw)));
            forms.push(Self::Name(parsed.subject().as_raw().to_vec()));
        }
        forms
    }

    /// Does this authority mean `root`?
    pub fn names(&self, root: &CertificateDer<'_>) -> bool {
        Self::forms(root).contains(self)
    }

    /// The body of a `trusted_ca_keys` extension; `None` above 16 KiB, which no hello should carry.
    pub(crate) fn encode(list: &[Self]) -> Option<Vec<u8>> {
        let mut items = Vec::new();
        for authority in list {
            match authority {
                Self::PreAgreed => items.push(0),
                Self::KeySha1(hash) => items.extend([&[1], &hash[..]].concat()),
                Self::Name(name) => {
                    items.push(2);
                    items.extend(u16::try_from(name.len()).ok()?.to_be_bytes());
                    items.extend(name);
                }
                Self::CertSha1(hash) => items.extend([&[3], &hash[..]].concat()),
            }
        }
        let len = u16::try_from(items.len()).ok().filter(|len| *len <= 1 << 14)?;
        Some([&len.to_be_bytes()[..], &items].concat())
    }

    fn items(list: &[u8]) -> Option<Vec<Self>> {
        let (mut r, mut out) = (Reader(list), Vec::new());
        while !r.is_empty() {
            out.push(match r.u8()? {
                0 => Self::PreAgreed,
                1 => Self::KeySha1(r.array()?),
                2 => Self::Name(r.vec16()?.to_vec()),
                3 => Self::CertSha1(r.array()?),
                _ => return None,
            });
        }
        Some(out)
    }
}

fn sha1(data: &[u8]) -> [u8; 20] {
    let mut out = [0; 20];
    out.copy_from_slice(digest(&SHA1_FOR_LEGACY_USE_ONLY, data).as_ref()); // 20 bytes by definition
    out
}
