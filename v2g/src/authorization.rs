//! Who wants energy, and the word that lets it flow.
//!
//! A station's engine asks one typed [`Question`]; only its holder can turn it into an [`Answer`],
//! and only an accepted answer becomes the [`Authorized`] value without which no state that
//! delivers energy can be built.

use alloc::{string::String, vec::Vec};
use core::fmt;
use pki::Evcoid;

/// Who is at the plug.
#[derive(Clone, Debug, PartialEq)]
pub enum Identity {
    /// A contract whose chain was verified and whose key signed this session's challenge.
    Contract(ContractIdentity),
    /// Nobody yet: a card, an app or a person outside the car has to vouch (EIM).
    External,
}

/// A contract that proved itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ContractIdentity {
    /// The contract's identifier, from the certificate.
    pub evcoid: Evcoid,
    /// Subjects from the leaf to the anchor.
    pub chain: Vec<String>,
    /// When the first certificate of the chain runs out, in Unix seconds.
    pub expires: i64,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contract(contract) => write!(f, "contract {}", contract.evcoid),
            Self::External => f.write_str("external identification"),
        }
    }
}

/// May this one have energy? Give it back by [`accept`](Self::accept) or [`deny`](Self::deny).
#[derive(Debug)]
pub struct Question {
    number: u64,
    identity: Identity,
}

impl Question {
    pub(crate) fn new(number: u64, identity: Identity) -> Self {
        Self { number, identity }
    }

    /// Who asks.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Yes. `by` names who decided; with external identification `token` is what was shown.
    pub fn accept(self, by: impl Into<String>, token: Option<String>) -> Answer {
        let authorized = Authorized { identity: self.identity, by: by.into(), token };
        Answer { number: self.number, verdict: Ok(authorized) }
    }

    /// No. `by` names who decided.
    pub fn deny(self, by: impl Into<String>, denial: Denial) -> Answer {
        Answer { number: self.number, verdict: Err((denial, by.into())) }
    }
}

/// The answer to one [`Question`].
#[derive(Debug)]
pub struct Answer {
    number: u64,
    verdict: Result<Authorized, (Denial, String)>,
}

impl Answer {
    /// The verdict, if it answers the question of that number.
    pub(crate) fn redeem(self, number: u64) -> Option<Result<Authorized, (Denial, String)>> {
        (self.number == number).then_some(self.verdict)
    }
}

/// Proof that somebody let this session have energy.
#[derive(Debug, PartialEq)]
pub struct Authorized {
    identity: Identity,
    by: String,
    token: Option<String>,
}

impl Authorized {
    /// Who gets the energy.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Who decided.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// What was shown with external identification: a card number, an app's reference.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

/// Why energy was denied.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Denial {
    /// The contract or token is known, and blocked.
    Blocked,
    /// The contract or token has run out.
    Expired,
    /// A certificate of the contract's chain is revoked.
    Revoked,
    /// Nobody vouches that the certificates of the contract's chain are not revoked, and somebody has to.
    Unproven,
    /// Nobody knows the contract or token.
    Unknown,
    /// Nobody could be asked.
    Unavailable,
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blocked => "blocked",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Unproven => "not proven to be unrevoked",
            Self::Unknown => "unknown",
            Self::Unavailable => "unavailable",
        })
    }
}
