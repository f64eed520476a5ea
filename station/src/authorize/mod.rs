//! Who may have energy: a chain of [`Authorizer`]s, asked one after the other until one decides.

mod contracts;
mod free;
mod tokens;

pub use contracts::KnownContracts;
pub use free::Free;
pub use tokens::{HOLD, TokenDesk, TokenError, TokenList};
pub use v2g::authorization::{Denial, Identity, Question};

use std::pin::Pin;
use std::sync::Arc;
use v2g::authorization::Answer;

/// Decides about one kind of identity and passes on the others.
pub trait Authorizer: Send + Sync {
    /// Who decides, as records say it.
    fn name(&self) -> &str;

    /// Takes as long as it takes: the car is kept waiting. Dropped when the session ends before.
    fn decide<'a>(
        &'a self,
        identity: &'a Identity,
    ) -> Pin<Box<dyn Future<Output = Decision> + Send + 'a>>;
}

/// What an authorizer says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decision {
    /// `token`: what was shown, with external identification.
    Accept {
        token: Option<String>,
        reason: String,
    },
    Deny {
        denial: Denial,
        reason: String,
    },
    /// Not mine to decide.
    Pass,
}

/// A decision with its author.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict {
    pub accepted: bool,
    pub by: String,
    pub reason: String,
}

/// Asks one after the other; if nobody decides, the answer is no.
pub(crate) async fn decide(chain: &[Arc<dyn Authorizer>], question: Question) -> (Answer, Verdict) {
    for authorizer in chain {
        let by = authorizer.name().to_owned();
        match authorizer.decide(question.identity()).await {
            Decision::Accept { token, reason } => {
                let verdict = Verdict { accepted: true, by: by.clone(), reason };
                return (question.accept(by, token), verdict);
            }
            Decision::Deny { denial, reason } => {
                let verdict = Verdict { accepted: false, by: by.clone(), reason };
                return (question.deny(by, denial), verdict);
            }
            Decision::Pass => {}
        }
    }
    let reason = format!("nobody here decides about {}", question.identity());
    refuse(question, "station", Denial::Unknown, reason)
}

/// Says no without asking anybody.
pub(crate) fn refuse(
    question: Question,
    by: &str,
    denial: Denial,
    reason: String,
) -> (Answer, Verdict) {
    let verdict = Verdict { accepted: false, by: by.into(), reason };
    (question.deny(by, denial), verdict)
}
