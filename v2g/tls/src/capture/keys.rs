//! From secrets to record keys, and the opening of one record.

use aes::Aes128;
use ring::{aead, digest, hmac};
use rustls::{CipherSuite, ContentType, ProtocolVersion};
use zeroize::Zeroizing;

use super::secrets::Secret;
use crate::cbc::mac::{MAC, MacThenEncrypt};
use crate::cbc::record::{self, BLOCK, aes128, pseudo_header};

/// The protection of a suite that can be undone.
#[derive(Clone, Copy)]
pub(super) enum Protection {
    /// TLS 1.2 CBC with HMAC-SHA256.
    Cbc,
    /// TLS 1.2, explicit nonce of 8 bytes.
    Gcm(&'static aead::Algorithm, hmac::Algorithm),
    /// TLS 1.2, nonce from the sequence number.
    ChaCha,
    /// TLS 1.3.
    Tls13(&'static aead::Algorithm, hmac::Algorithm),
}

impl Protection {
    pub(super) fn of(version: ProtocolVersion, suite: CipherSuite) -> Option<Self> {
        use CipherSuite as S;
        use aead::{AES_128_GCM, AES_256_GCM, CHACHA20_POLY1305};
        use hmac::{HMAC_SHA256, HMAC_SHA384};
        Some(match (version, suite) {
            (
                ProtocolVersion::TLSv1_2,
                S::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256
                | S::TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA256,
            ) => Self::Cbc,
            (ProtocolVersion::TLSv1_2, S::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256) => {
                Self::Gcm(&AES_128_GCM, HMAC_SHA256)
            }
            (ProtocolVersion::TLSv1_2, S::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384) => {
                Self::Gcm(&AES_256_GCM, HMAC_SHA384)
            }
            (ProtocolVersion::TLSv1_2, S::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256) => {
                Self::ChaCha
            }
            (ProtocolVersion::TLSv1_3, S::TLS13_AES_128_GCM_SHA256) => {
                Self::Tls13(&AES_128_GCM, HMAC_SHA256)
            }
            (ProtocolVersion::TLSv1_3, S::TLS13_AES_256_GCM_SHA384) => {
                Self::Tls13(&AES_256_GCM, HMAC_SHA384)
            }
            (ProtocolVersion::TLSv1_3, S::TLS13_CHACHA20_POLY1305_SHA256) => {
                Self::Tls13(&CHACHA20_POLY1305, HMAC_SHA256)
            }
            _ => return None,
        })
    }

    /// The record keys of both directions of a TLS 1.2 connection, client first; `None` for TLS 1.3.
    pub(super) fn tls12(
        self,
        master: &Secret,
        client_random: &[u8; 32],
        server_random: &[u8; 32],
        encrypt_then_mac: bool,
    ) -> Option<[RecordKey; 2]> {
        let (hash, mac_len, key_len, iv_len) = match self {
            Self::Cbc => (hmac::HMAC_SHA256, MAC, BLOCK, 0),
            Self::Gcm(aead, hash) => (hash, 0, aead.key_len(), 4),
            Self::ChaCha => (hmac::HMAC_SHA256, 0, 32, 12),
            Self::Tls13(..) => return None,
        };
        let seed = [&b"key expansion"[..], server_random, client_random].concat();
        let block = prf(hash, master, &seed, 2 * (mac_len + key_len + iv_len));
        let cut = |at: usize, len: usize, side: usize| block.get(at + side * len..)?.get(..len);
        let key = |side| {
            let mac_key = cut(0, mac_len, side)?;
            let key = cut(2 * mac_len, key_len, side)?;
            let iv = cut(2 * (mac_len + key_len), iv_len, side)?;
            Some(match self {
                Self::Cbc if encrypt_then_mac => RecordKey::EncryptThenMac {
                    mac: hmac::Key::new(hmac::HMAC_SHA256, mac_key),
                    aes: aes128(key),
                },
                Self::Cbc => RecordKey::MacThenEncrypt {
                    mac: MacThenEncrypt::new(mac_key),
                    aes: aes128(key),
                },
                Self::Gcm(aead, _) => {
                    RecordKey::Gcm { key: aead_key(aead, key)?, salt: iv.try_into().ok()? }
                }
                _ => RecordKey::ChaCha {
                    key: aead_key(&aead::CHACHA20_POLY1305, key)?,
                    iv: iv.try_into().ok()?,
                },
            })
        };
        Some([key(0)?, key(1)?])
    }

    /// The record key of one direction of a TLS 1.3 connection.
    pub(super) fn tls13(self, secret: &Secret) -> Option<RecordKey> {
        let Self::Tls13(aead, hash) = self else { return None };
        let key = hkdf_expand_label(hash, secret, b"key", aead.key_len());
        let iv = hkdf_expand_label(hash, secret, b"iv", 12);
        Some(RecordKey::Tls13 { key: aead_key(aead, &key)?, iv: iv.as_slice().try_into().ok()? })
    }

    /// The traffic secret after a KeyUpdate.
    pub(super) fn next_secret(self, secret: &Secret) -> Option<Secret> {
        let Self::Tls13(_, hash) = self else { return None };
        Some(hkdf_expand_label(hash, secret, b"traffic upd", hash_len(hash)))
    }

    /// The length a traffic secret has in this suite.
    pub(super) fn secret_len(self) -> usize {
        match self {
            Self::Tls13(_, hash) => hash_len(hash),
            _ => 48,
        }
    }
}

/// What opens the records of one direction.
pub(super) enum RecordKey {
    MacThenEncrypt { mac: MacThenEncrypt, aes: Aes128 },
    EncryptThenMac { mac: hmac::Key, aes: Aes128 },
    Gcm { key: aead::LessSafeKey, salt: [u8; 4] },
    ChaCha { key: aead::LessSafeKey, iv: [u8; 12] },
    Tls13 { key: aead::LessSafeKey, iv: [u8; 12] },
}

impl RecordKey {
    /// Content type and plaintext; `None` if the record does not verify.
    pub(super) fn open(
        &self,
        seq: u64,
        typ: u8,
        version: [u8; 2],
        fragment: &[u8],
    ) -> Option<(u8, Vec<u8>)> {
        let version = u16::from_be_bytes(version);
        let header = pseudo_header(seq, ContentType::from(typ), ProtocolVersion::from(version));
        match self {
            Self::MacThenEncrypt { mac, aes } => {
                let mut payload = fragment.to_vec();
                let len = record::open(mac, aes, &header, &mut payload).ok()?;
                Some((typ, payload.get(BLOCK..BLOCK + len)?.to_vec()))
            }
            Self::EncryptThenMac { mac, aes } => {
                let (sealed, tag) = fragment.split_at_checked(fragment.len().checked_sub(MAC)?)?;
                let len = (sealed.len() as u16).to_be_bytes(); // a record length fits
                hmac::verify(mac, &[&header[..], &len, sealed].concat(), tag).ok()?;
                let mut payload = sealed.to_vec();
                let body = record::decrypt(aes, &mut payload)?;
                let pad = usize::from(*body.last()?);
                let data = body.get(..body.len().checked_sub(pad + 1)?)?;
                let padded = body.get(data.len()..)?.iter().all(|b| usize::from(*b) == pad);
                padded.then(|| (typ, data.to_vec()))
            }
            Self::Gcm { key, salt } => {
                let (explicit, sealed) = fragment.split_first_chunk::<8>()?;
                let mut nonce = [0; 12];
                nonce[..4].copy_from_slice(salt);
                nonce[4..].copy_from_slice(explicit);
                Some((typ, open_aead(key, nonce, &tls12_aad(&header, sealed)?, sealed)?))
            }
            Self::ChaCha { key, iv } => {
                let aad = tls12_aad(&header, fragment)?;
                Some((typ, open_aead(key, nonce(iv, seq), &aad, fragment)?))
            }
            Self::Tls13 { key, iv } => {
                let [hi, lo] = (fragment.len() as u16).to_be_bytes(); // a record length fits
                let aad = [typ, header[9], header[10], hi, lo];
                let mut inner = open_aead(key, nonce(iv, seq), &aad, fragment)?;
                let end = inner.iter().rposition(|b| *b != 0)?;
                let typ = inner[end]; // found just above
                inner.truncate(end);
                Some((typ, inner))
            }
        }
    }
}

fn tls12_aad(header: &[u8; 11], sealed: &[u8]) -> Option<Vec<u8>> {
    let len = u16::try_from(sealed.len().checked_sub(aead::MAX_TAG_LEN)?).ok()?;
    Some([&header[..], &len.to_be_bytes()].concat())
}

fn nonce(iv: &[u8; 12], seq: u64) -> [u8; 12] {
    let mut nonce = *iv;
    for (n, s) in nonce[4..].iter_mut().zip(seq.to_be_bytes()) {
        *n ^= s;
    }
    nonce
}

fn open_aead(
    key: &aead::LessSafeKey,
    nonce: [u8; 12],
    aad: &[u8],
    sealed: &[u8],
) -> Option<Vec<u8>> {
    let mut data = sealed.to_vec();
    let nonce = aead::Nonce::assume_unique_for_key(nonce);
    let len = key.open_in_place(nonce, aead::Aad::from(aad), &mut data).ok()?.len();
    data.truncate(len);
    Some(data)
}

fn aead_key(algorithm: &'static aead::Algorithm, key: &[u8]) -> Option<aead::LessSafeKey> {
    aead::UnboundKey::new(algorithm, key).ok().map(aead::LessSafeKey::new)
}

/// P_hash of RFC 5246 5; `seed` includes the label.
fn prf(hash: hmac::Algorithm, secret: &Secret, seed: &[u8], len: usize) -> Secret {
    let key = hmac::Key::new(hash, secret);
    let mut out = Zeroizing::new(Vec::with_capacity(len + 48));
    let mut a = hmac::sign(&key, seed);
    while out.len() < len {
        out.extend(hmac::sign(&key, &[a.as_ref(), seed].concat()).as_ref());
        a = hmac::sign(&key, a.as_ref());
    }
    out.truncate(len);
    out
}

/// RFC 8446 7.1 with an empty context; `len` is at most one hash output.
fn hkdf_expand_label(hash: hmac::Algorithm, secret: &Secret, label: &[u8], len: usize) -> Secret {
    debug_assert!(len <= hash_len(hash));
    let full = [b"tls13 ", label].concat();
    let mut info = (len as u16).to_be_bytes().to_vec();
    info.push(full.len() as u8); // labels are constants of this file
    info.extend(full);
    info.extend([0, 1]); // no context; the first block
    let block = hmac::sign(&hmac::Key::new(hash, secret), &info);
    Zeroizing::new(block.as_ref().iter().take(len).copied().collect())
}

fn hash_len(hash: hmac::Algorithm) -> usize {
    let algorithm: &digest::Algorithm = hash.digest_algorithm();
    algorithm.output_len()
}
