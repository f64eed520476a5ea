//! Who brings contract certificates to cars: a [`Provisioner`] answers what cars ask the station for.

mod files;
mod remote;

pub use files::{ContractFiles, FilesError};
pub use remote::Remote;
pub use v2g::provisioning::{Denial, Question, Service};
pub use v2g::secc::{CertificateService, RequestCheck};

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use v2g::provisioning::Answer;

/// Answers requests for contract certificates.
pub trait Provisioner: Send + Sync {
    /// Who answers, as logs say it.
    fn name(&self) -> &str;

    /// Gives the message for the car, in EXI: the response to this request, under the same session. It goes to the car
    /// as it is.
    ///
    /// Dropped when the car has got a refusal, 4.5 s after its request, and when the session ends before.
    fn provision<'a>(
        &'a self,
        question: &'a Question,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, NoCertificate>> + Send + 'a>>;
}

impl<P: Provisioner + ?Sized> Provisioner for Box<P> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn provision<'a>(
        &'a self,
        question: &'a Question,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, NoCertificate>> + Send + 'a>> {
        (**self).provision(question)
    }
}

/// Why there is no message for a car.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{denial}: {why}")]
pub struct NoCertificate {
    /// What the car is told.
    pub denial: Denial,
    /// For people.
    pub why: String,
}

impl NoCertificate {
    pub fn new(denial: Denial, why: impl fmt::Display) -> Self {
        Self { denial, why: why.to_string() }
    }
}

/// How a request was answered.
#[derive(Clone, Debug)]
pub struct Provided {
    pub service: Service,
    /// Who answered.
    pub by: String,
    /// Octets of the answer.
    pub outcome: Result<usize, NoCertificate>,
    pub elapsed: Duration,
}

pub(crate) async fn provide(
    provisioner: Arc<dyn Provisioner>,
    question: Question,
) -> (Answer, Provided) {
    let begin = Instant::now();
    let (service, by) = (question.service(), provisioner.name().to_owned());
    let outcome = provisioner.provision(&question).await;
    let told = outcome.as_ref().map(Vec::len).map_err(Clone::clone);
    let answer = match outcome {
        Ok(exi) => question.answer(exi),
        Err(NoCertificate { denial, why }) => question.refuse(denial, format!("{by}: {why}")),
    };
    (answer, Provided { service, by, outcome: told, elapsed: begin.elapsed() })
}
