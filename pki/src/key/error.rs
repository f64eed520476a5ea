use super::Algorithm;
use crate::pem::PemError;

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
    /// A key of an algorithm or on a curve that ISO 15118 does not know.
    #[error("a key of neither P-256, P-521, Ed448 nor X448")]
    Unsupported,
    /// A key of an algorithm of ISO 15118-20 that this build does not have.
    #[error("{algorithm} needs the feature `ed448`, which this build does not have")]
    NotBuilt {
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// A key of X448 is to sign or to verify.
    #[error("a key of X448 signs nothing")]
    SignsNothing,
    /// A key or signature of another algorithm than the one it is used with.
    #[error("an algorithm other than {wanted}")]
    Mismatch {
        /// What the other side is.
        wanted: Algorithm,
    },
    /// A private key that comes without its public half.
    #[error("the private key comes without its public key")]
    NoPublicKey,
    /// The private and the public half do not belong together, or one is out of range.
    #[error("private and public key do not belong together")]
    Inconsistent,
    /// A public key that is no point of the curve, or the point at infinity.
    #[error("the public key is not on the curve")]
    NotOnCurve,
    /// A public key of low order, with which everybody shares the secret zero.
    #[error("the public key is of low order")]
    LowOrder,
    /// The signature does not belong to this key and message.
    #[error("the signature does not verify")]
    BadSignature,
    /// The source of randomness or the signer failed.
    #[error("the signer failed")]
    Signer,
}
