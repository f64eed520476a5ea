//! Who may have energy: a chain of [`Authorizer`]s, asked one after the other until one decides.

mod contracts;
mod free;
mod tokens;

pub use contracts::KnownContracts;
pub use free::Free;
pub use tokens::{HOLD, TokenDesk, TokenError, TokenList};
pub use v2g::authorization::{Denial, Identity, Question};

use serde::{Deserialize, Serialize};
use slac::Mac;
use std::fmt;
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

    /// Decides about a car that wants external identification by the address of its modem, before anything is shown: only where
    /// [autocharge](crate::Station::autocharge) is on. Passed on, the car waits for a token like any other.
    fn recognize<'a>(
        &'a self,
        car: &'a CarToken,
    ) -> Pin<Box<dyn Future<Output = Decision> + Send + 'a>> {
        let _ = car;
        Box::pin(std::future::ready(Decision::Pass))
    }
}

/// The MAC address of the car in this connector's network, as a token: reads `VID:` and twelve hexadecimal digits. No identity: anybody
/// can copy it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CarToken(pub Mac);

/// What tokens of this kind begin with; nobody can show one.
const VID: &str = "VID:";

impl fmt::Display for CarToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(VID)?;
        self.0.0.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

/// What kind of token let a car charge.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenKind {
    /// Somebody showed it: a card, an app's reference.
    Shown,
    /// The car's MAC address, which nobody had to show.
    Mac,
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
    /// Of the token that was accepted.
    pub token: Option<TokenKind>,
}

/// Asks one after the other; if nobody decides, the answer is no. A car whose address is to count is asked about by that first.
pub(crate) async fn decide(
    chain: &[Arc<dyn Authorizer>],
    question: Question,
    car: Option<CarToken>,
) -> (Answer, Verdict) {
    if let (Identity::External, Some(car)) = (question.identity(), car) {
        for authorizer in chain {
            let by = authorizer.name();
            match authorizer.recognize(&car).await {
                Decision::Accept { reason, .. } => {
                    let token = Some((car.to_string(), TokenKind::Mac));
                    return accept(question, by, token, reason);
                }
                Decision::Deny { denial, reason } => return refuse(question, by, denial, reason),
                Decision::Pass => {}
            }
        }
    }
    for authorizer in chain {
        let by = authorizer.name();
        match authorizer.decide(question.identity()).await {
            Decision::Accept { token, reason } => {
                let token = token.map(|token| (token, TokenKind::Shown));
                return accept(question, by, token, reason);
            }
            Decision::Deny { denial, reason } => return refuse(question, by, denial, reason),
            Decision::Pass => {}
        }
    }
    let reason = format!("nobody here decides about {}", question.identity());
    refuse(question, "station", Denial::Unknown, reason)
}

fn accept(
    question: Question,
    by: &str,
    token: Option<(String, TokenKind)>,
    reason: String,
) -> (Answer, Verdict) {
    let (token, kind) = token.unzip();
    let verdict = Verdict { accepted: true, by: by.into(), reason, token: kind };
    (question.accept(by, token), verdict)
}

/// Says no without asking anybody.
pub(crate) fn refuse(
    question: Question,
    by: &str,
    denial: Denial,
    reason: String,
) -> (Answer, Verdict) {
    let verdict = Verdict { accepted: false, by: by.into(), reason, token: None };
    (question.deny(by, denial), verdict)
}
