use crate::iso2::msg::ResponseCode;
use crate::signature::{SignError, VerifyError};
use pki::ChainError;
use pki::chain::Claim;
use pki::delivery::DeliveryError;

/// Why a request or a delivery cannot be made.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BuildError {
    /// A certificate that the message has no room for: at most 800 octets in ISO 15118-2 [V2G2-010], 1600 in ISO 15118-20.
    #[error("a certificate of {found} octets, at most {room} fit")]
    CertificateLength {
        /// Octets of the certificate.
        found: usize,
        /// Octets that fit.
        room: usize,
    },
    /// More authorities than the message has room for: at most 4 in ISO 15118-2, 1 to 3 above a contract in ISO 15118-20.
    #[error("{found} authorities, at most {room} fit")]
    Authorities {
        /// Authorities given.
        found: usize,
        /// Authorities that fit.
        room: usize,
    },
    /// More contracts to ask for first than the message has room for.
    #[error("{0} contracts are asked for first, at most 8 fit")]
    Evcoids(usize),
    /// The contract certificate names no contract identifier of 14 or 15 characters.
    #[error("the contract certificate's common name is no contract identifier that fits")]
    Evcoid,
    /// The private key does not belong to the certificate.
    #[error("the private key does not belong to the certificate")]
    ForeignKey,
    /// The private key cannot be wrapped.
    #[error(transparent)]
    Wrap(#[from] DeliveryError),
    /// No roots, or one whose name or number does not fit: a request names what the car can verify.
    #[error("the request has no roots to name, or one that does not fit")]
    Roots,
    /// The message cannot be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The message does not encode.
    #[error("the request does not encode: {0}")]
    Element(#[from] exi::Error),
}

/// Why a car's request for a contract certificate is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RequestError {
    /// The car's certificate or those above it.
    #[error("the car's certificates: {0}")]
    Chain(#[from] ChainError),
    /// Another certificate than the one that was verified.
    #[error("the request's certificate is not the one that was verified")]
    ForeignCertificate,
    /// No signature.
    #[error("the request is not signed")]
    Unsigned,
    /// A signature that is not the car's, or not over this request.
    #[error("the request's signature: {0}")]
    Signature(#[from] VerifyError),
    /// The contract asked for is not the one of the certificate.
    #[error("the request's eMAID is not the certificate's: {0:?}")]
    Claim(Claim),
}

/// Why a car keeps nothing of a delivery.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AcceptError {
    /// Nothing is delivered.
    #[error("the request was refused: {0:?}")]
    Refused(ResponseCode),
    /// The provisioning service's certificates.
    #[error("the provisioning service's certificates: {0}")]
    Service(ChainError),
    /// No signature.
    #[error("the delivery is not signed")]
    Unsigned,
    /// A signature that is not the provisioning service's, or not over these four parts.
    #[error("the delivery's signature: {0}")]
    Signature(VerifyError),
    /// The contract's certificates.
    #[error("the contract's certificates: {0}")]
    Contract(ChainError),
    /// The contract certificate names no contract.
    #[error("the contract certificate's common name is no contract identifier")]
    NoEvcoid,
    /// The contract named beside the certificate is another.
    #[error("the delivery's eMAID is not the certificate's: {0:?}")]
    Claim(Claim),
    /// The private key: not for this car, or not the certificate's [V2G2-823].
    #[error(transparent)]
    Key(DeliveryError),
}
