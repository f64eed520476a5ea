use pki::chain::ChainError;
use pki::delivery::DeliveryError;
use pki::issue::IssueError;
use pki::profile::Edition;
use v2g::delivery::{BuildError, RequestError};
use v2g::iso2::msg::ResponseCode;

/// Why a car gets no contract certificate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The octets are no message of either edition.
    #[error("no request in EXI: not by ISO 15118-2 ({iso2}), not by ISO 15118-20 ({iso20})")]
    Exi {
        /// Why not of ISO 15118-2.
        iso2: exi::Error,
        /// Why no request of ISO 15118-20.
        iso20: exi::Error,
    },
    /// A request, certificate or wrapped key of the other edition.
    #[error("{0} alone is served here")]
    Edition(Edition),
    /// Another message.
    #[error("{0} is no request for a contract certificate")]
    Message(&'static str),
    /// The certificate in the request does not parse, or names no car or contract.
    #[error("the request's certificate: {0}")]
    Certificate(String),
    /// The chain, the signature or the identifier asked for.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A key cannot be wrapped for the certificate in the request.
    #[error(transparent)]
    Receiver(#[from] DeliveryError),
    /// Our authority cannot issue, a validity that does not nest for instance.
    #[error("the contract's certificate cannot be issued: {0}")]
    Issue(#[from] IssueError),
    /// Our own certificates or keys do not make a delivery.
    #[error("the delivery cannot be built: {0}")]
    Build(#[from] BuildError),
}

impl Refusal {
    /// The response code of ISO 15118-2 that tells the car the same.
    pub fn response_code(&self) -> ResponseCode {
        match self {
            Self::Request(RequestError::Unsigned | RequestError::Signature(_)) => {
                ResponseCode::FailedSignatureError
            }
            Self::Request(RequestError::Chain(ChainError::Expired { .. })) => {
                ResponseCode::FailedCertificateExpired
            }
            Self::Request(_) | Self::Certificate(_) | Self::Receiver(_) => {
                ResponseCode::FailedCertChainError
            }
            Self::Exi { .. }
            | Self::Message(_)
            | Self::Edition(_)
            | Self::Issue(_)
            | Self::Build(_) => ResponseCode::Failed,
        }
    }
}

impl From<v2g::signature::SignError> for Refusal {
    fn from(error: v2g::signature::SignError) -> Self {
        Self::Build(error.into())
    }
}
