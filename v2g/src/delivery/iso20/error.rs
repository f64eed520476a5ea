use crate::iso20::msg::types::ResponseCode;
use crate::signature::VerifyError;
use pki::ChainError;
use pki::delivery::DeliveryError;

/// Why a car keeps nothing of a delivery.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AcceptError {
    /// Nothing is delivered.
    #[error("the request was refused: {0:?}")]
    Refused(ResponseCode),
    /// Nothing is delivered yet: the car asks again.
    #[error("the station is still waiting for the delivery")]
    Ongoing,
    /// The provisioning service's certificates.
    #[error("the provisioning service's certificates: {0}")]
    Service(ChainError),
    /// No signature.
    #[error("the delivery is not signed")]
    Unsigned,
    /// A signature that is not the provisioning service's, or not over this delivery.
    #[error("the delivery's signature: {0}")]
    Signature(VerifyError),
    /// The contract's certificates.
    #[error("the contract's certificates: {0}")]
    Contract(ChainError),
    /// The contract certificate names no contract.
    #[error("the contract certificate's common name is no contract identifier")]
    NoEvcoid,
    /// The private key is encrypted for a TPM, which is not supported.
    #[error("the private key is encrypted for a TPM")]
    ForTpm,
    /// The curve that is named, the kind of the encrypted private key and the contract's public key do not belong together.
    #[error("curve, encrypted private key and contract certificate do not belong together")]
    Curve,
    /// The private key: not for this car, or not the certificate's.
    #[error(transparent)]
    Key(DeliveryError),
}
