//! Contract certificates on their way through a station.
//!
//! A car's request leaves a station's engine as a typed [`Question`] with the octets that came; what a back end makes of
//! it goes back as an [`Answer`], and its octets to the car as they are.

use crate::iso2::dialog::RequestKind;
use crate::iso2::msg::ResponseCode;
use alloc::{string::String, vec::Vec};
use core::fmt;
use core::time::Duration;

/// What a car asks for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Service {
    /// A first contract certificate (CertificateInstallation).
    Installation,
    /// A fresh certificate for the contract that the car has (CertificateUpdate).
    Update,
}

impl Service {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Installation, Self::Update];

    /// The number of its parameter set.
    pub const fn parameter_set(self) -> i16 {
        match self {
            Self::Installation => 1,
            Self::Update => 2,
        }
    }

    /// The value of its parameter [`PARAMETER`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Installation => "Installation",
            Self::Update => "Update",
        }
    }

    /// The request for it.
    pub const fn request(self) -> RequestKind {
        match self {
            Self::Installation => RequestKind::CertificateInstallation,
            Self::Update => RequestKind::CertificateUpdate,
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Installation => "installation",
            Self::Update => "update",
        })
    }
}

/// The number of the certificate service.
pub const SERVICE_ID: u16 = 2;
/// The parameter that tells its sets apart.
pub const PARAMETER: &str = "Service";

/// Somebody with contracts has to answer a car. Give it back by [`answer`](Self::answer) or [`refuse`](Self::refuse).
pub struct Question {
    number: u64,
    service: Service,
    exi: Vec<u8>,
    until: Duration,
}

impl Question {
    pub(crate) fn new(number: u64, service: Service, exi: Vec<u8>, until: Duration) -> Self {
        Self { number, service, exi, until }
    }

    /// What is asked for.
    pub fn service(&self) -> Service {
        self.service
    }

    /// The message of the car as it came, in EXI and without V2GTP header.
    pub fn exi(&self) -> &[u8] {
        &self.exi
    }

    /// When the car gets a refusal instead, on the engine's time. [V2G2-917]
    pub fn until(&self) -> Duration {
        self.until
    }

    /// The message for the car, in EXI and without V2GTP header: of this session, and the response to this request.
    pub fn answer(self, exi: Vec<u8>) -> Answer {
        Answer { number: self.number, outcome: Ok(exi) }
    }

    /// There is no message. `why` goes into the station's records alone.
    pub fn refuse(self, denial: Denial, why: impl Into<String>) -> Answer {
        Answer { number: self.number, outcome: Err((denial, why.into())) }
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, exi, until, .. } = self;
        write!(f, "Question({service}, {} octets, until {until:?})", exi.len())
    }
}

/// The answer to one [`Question`].
pub struct Answer {
    number: u64,
    outcome: Result<Vec<u8>, (Denial, String)>,
}

impl Answer {
    /// The outcome, if it answers the question of that number.
    pub(crate) fn redeem(self, number: u64) -> Option<Result<Vec<u8>, (Denial, String)>> {
        (self.number == number).then_some(self.outcome)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Ok(exi) => write!(f, "Answer({} octets)", exi.len()),
            Err((denial, why)) => write!(f, "Answer({denial}: {why})"),
        }
    }
}

/// Why a car gets no contract certificate.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Denial {
    /// Nobody has a contract for this car.
    NoContract,
    /// The contract has ended or is blocked.
    Canceled,
    /// The request's signature is not the car's.
    Signature,
    /// The car's certificate leads to no trusted root.
    Chain,
    /// The car's certificate has run out.
    Expired,
    /// The car's certificate was revoked.
    Revoked,
    /// Nobody could be asked, or what came back is no answer.
    Unavailable,
}

impl Denial {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::NoContract,
        Self::Canceled,
        Self::Signature,
        Self::Chain,
        Self::Expired,
        Self::Revoked,
        Self::Unavailable,
    ];

    /// How it is told to the car.
    pub const fn response_code(self) -> ResponseCode {
        match self {
            Self::NoContract => ResponseCode::FailedNoCertificateAvailable,
            Self::Canceled => ResponseCode::FailedContractCanceled,
            Self::Signature => ResponseCode::FailedSignatureError,
            Self::Chain => ResponseCode::FailedCertChainError,
            Self::Expired => ResponseCode::FailedCertificateExpired,
            Self::Revoked => ResponseCode::FailedCertificateRevoked,
            Self::Unavailable => ResponseCode::Failed,
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoContract => "no contract",
            Self::Canceled => "contract canceled",
            Self::Signature => "bad signature",
            Self::Chain => "untrusted certificate",
            Self::Expired => "expired certificate",
            Self::Revoked => "revoked certificate",
            Self::Unavailable => "unavailable",
        })
    }
}
