//! Which problem each failure is.

use pki::chain::ChainError;
use pki::issue::{CsrError, IssueError};
use v2g::delivery::RequestError;

use super::{Code, Problem};
use crate::operator::Refusal;
use crate::store::{self, StoreError, What};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Refused(refusal) => refused(refusal),
            StoreError::Busy => Code::Overloaded,
            StoreError::Full(_) => Code::StorageFull,
            StoreError::Unavailable(_) | StoreError::OutcomeUnknown | StoreError::Closed => {
                Code::Unavailable
            }
            _ => Code::Internal,
        };
        match code {
            // What exactly is wrong with the database is for the log, not for clients.
            Code::Internal | Code::Unavailable | Code::StorageFull => {
                log::error!("store: {error}");
                Self::new(code, error.code())
            }
            code => Self::new(code, error),
        }
    }
}

fn refused(refusal: &store::Refusal) -> Code {
    match refusal {
        store::Refusal::Taken { what: What::Contract, .. } => Code::ContractTaken,
        store::Refusal::Missing { what, .. } => match what {
            What::Provisioning => Code::UnknownPcid,
            What::Contract => Code::UnknownContract,
            What::Certificate => Code::UnknownCertificate,
            What::Authority => Code::UnknownAuthority,
            _ => Code::NotFound,
        },
        store::Refusal::ReplyConflict(_) => Code::KeyReused,
        store::Refusal::Unstorable { .. } => Code::MalformedRequest,
        _ => Code::Conflict,
    }
}

impl From<ChainError> for Problem {
    fn from(error: ChainError) -> Self {
        let code = match &error {
            ChainError::Expired { .. } | ChainError::NotYetValid { .. } => Code::CertificateExpired,
            ChainError::Unparsable { .. } => Code::MalformedDer,
            _ => Code::CertificateChain,
        };
        Self::new(code, error)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let response_code = refusal.response_code();
        let problem = match refusal {
            Refusal::Request(RequestError::Chain(error)) => error.into(),
            Refusal::Exi { .. } => Self::new(Code::MalformedExi, refusal),
            Refusal::Edition(_) => Self::new(Code::UnsupportedEdition, refusal),
            Refusal::Message(_) => Self::new(Code::UnexpectedMessage, refusal),
            Refusal::Certificate(_) => Self::new(Code::MalformedDer, refusal),
            Refusal::Request(RequestError::Claim(_)) => Self::new(Code::WrongRole, refusal),
            Refusal::Request(_) => Self::new(Code::BadSignature, refusal),
            Refusal::Receiver(_) => Self::new(Code::Profile, refusal),
            Refusal::Issue(_) | Refusal::Build(_) => {
                log::error!("{refusal}");
                Self::new(Code::Internal, refusal)
            }
        };
        problem.answering(response_code)
    }
}

impl From<CsrError> for Problem {
    fn from(error: CsrError) -> Self {
        let code = match &error {
            CsrError::BadSignature | CsrError::SignatureAlgorithm { .. } => Code::BadSignature,
            CsrError::Key(_) => Code::UnsupportedKey,
            _ => Code::MalformedDer,
        };
        Self::new(code, error)
    }
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        let code = match &error {
            IssueError::Key(_) | IssueError::Validity | IssueError::AuthorityNotValid => {
                log::error!("issuing: {error}");
                Code::Internal
            }
            IssueError::Algorithm { .. } => Code::UnsupportedKey,
            IssueError::Kind(_) | IssueError::Powers | IssueError::Domain { .. } => Code::WrongRole,
            _ => Code::Profile,
        };
        Self::new(code, error)
    }
}
