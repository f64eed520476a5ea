use crate::cert::KeyUsage;
use crate::key::{Algorithm, KeyError};

/// Why a contract's private key cannot be wrapped or unwrapped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// A key that is not of this delivery: on P-256 in ISO 15118-2 [V2G2-007], in ISO 15118-20 on P-521, or of Ed448 for both.
    #[error("the {whose} is not on {wanted}")]
    Curve {
        /// Whose key.
        whose: &'static str,
        /// The curve wanted.
        wanted: Algorithm,
    },
    /// The receiver's certificate does not allow to agree on keys [V2G2-822].
    #[error("the receiver's key usage {found} lacks keyAgreement")]
    NotForAgreement {
        /// What it allows.
        found: KeyUsage,
    },
    /// The receiver's key stays in a TPM, for which a key is wrapped in another way that is not supported.
    #[error("the receiver's key stays in a TPM")]
    ForTpm,
    /// The receiver's certificate names no provisioning certificate identifier, to which a delivery of ISO 15118-20 is bound.
    #[error("the receiver's certificate names no PCID")]
    NoPcid,
    /// The contract certificate has no subject key identifier, to which a delivery of ISO 15118-20 is bound.
    #[error("the contract certificate has no subject key identifier")]
    NoKeyId,
    /// A contract's key of Ed448 has an octet more than a delivery has room for.
    #[error("the contract's key of Ed448 does not end with a zero octet, as a delivery needs it")]
    TooLong,
    /// The encrypted key has another length: 48 octets in ISO 15118-2 [V2G2-817]; in ISO 15118-20 94 on P-521, 84 for Ed448.
    #[error("an encrypted private key of {found} octets, {wanted} wanted")]
    Length {
        /// Octets found.
        found: usize,
        /// Octets wanted.
        wanted: usize,
    },
    /// The sender's public key is no uncompressed point of the curve [V2G2-819], or of low order.
    #[error("the sender's public key is unusable: {0}")]
    DhPublicKey(KeyError),
    /// The receiver's key, or the module that holds it, does not agree on a secret.
    #[error("no agreement on a secret: {0}")]
    Agreement(KeyError),
    /// The encrypted key does not authenticate: another receiver's or contract's delivery, another derivation of the key,
    /// or forgery. Only deliveries of ISO 15118-20 tell.
    #[error("the encrypted private key does not authenticate")]
    NotAuthentic,
    /// The number that came out is out of range or does not belong to the contract certificate [V2G2-823]: another
    /// receiver's delivery, another derivation of the key, or forgery.
    #[error("what was unwrapped is not the contract's private key")]
    NotOfContract,
    /// The source of randomness failed.
    #[error("no randomness")]
    Random,
}
