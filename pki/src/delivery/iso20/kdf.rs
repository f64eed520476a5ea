use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

/// How the key that wraps follows from the agreed secret.
pub trait Kdf: Send + Sync {
    /// The 256 bits of AES for a secret of 66 octets from P-521, or of 56 from X448.
    fn derive(&self, secret: &[u8]) -> Zeroizing<[u8; 32]>;
}

/// One round of the concatenation key derivation of NIST SP 800-56A with SHA-512, cut to 256 bits.
///
/// The default is the derivation of ISO 15118-2 with the longer hash. It is **unverified**: what is publicly said about
/// ISO 15118-20 contradicts itself (this one, the same with empty other information, HKDF with SHA-256), and nothing public
/// opens by any. Whoever holds the standard or meets a peer that differs puts another [`Kdf`] in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConcatKdf {
    /// What is hashed behind counter and secret.
    pub other_info: &'static [u8],
}

impl Default for ConcatKdf {
    /// Algorithm, sender ("U"), receiver ("V").
    fn default() -> Self {
        Self { other_info: &[0x01, 0x55, 0x56] }
    }
}

impl Kdf for ConcatKdf {
    fn derive(&self, secret: &[u8]) -> Zeroizing<[u8; 32]> {
        let hash = Sha512::new().chain_update(1_u32.to_be_bytes()).chain_update(secret);
        let mut digest = Zeroizing::new([0; 64]);
        hash.chain_update(self.other_info).finalize_into((&mut *digest).into());
        let mut key = Zeroizing::new([0; 32]);
        key.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
        key
    }
}
