use super::super::msg::*;
use super::super::timing::Timer;
use super::parameters::{Paid, Parameters};
use super::session_setup::random;
use super::{Context, Refusal, State};
use crate::authorization::{Answer, Authorized, Denial, Identity, Question};
use crate::iso2::Grammar;
use crate::secc::Event;
use crate::signature::{self, Signed};
use crate::xmldsig::Signature;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::time::Duration;
use pki::{Chain, Verified};

/// Somebody has to say yes.
pub(crate) enum Authorizing {
    /// Somebody outside the car will be asked.
    External,
    /// The car is to sign the challenge first.
    Challenged(Challenged),
    /// The question is out.
    Asked(Asked),
    /// The answer was yes; the car does not know yet.
    Accepted { authorized: Authorized, contract: Option<Arc<Verified<Chain>>> },
    /// The answer was no; the car does not know yet.
    Denied { denial: Denial, by: String },
}

/// A contract whose chain is good, and what the car has to sign.
pub(crate) struct Challenged {
    pub(super) chain: Arc<Verified<Chain>>,
    pub(super) identity: Identity,
    pub(super) challenge: [u8; 16],
}

/// A question that waits for its answer.
pub(crate) struct Asked {
    number: u64,
    since: Duration,
    /// `None` with external identification.
    contract: Option<Arc<Verified<Chain>>>,
}

impl Authorizing {
    pub(super) fn handle(
        self,
        request: &AuthorizationReq,
        signature: Option<&Signature>,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        match self {
            Self::External => ask(Identity::External, None, cx),
            Self::Challenged(challenged) => challenged.check(request, signature, cx),
            Self::Asked(asked) => asked.wait(cx),
            Self::Accepted { authorized, contract } => {
                cx.reply(answer(EvseProcessing::Finished));
                cx.emit(Event::Authorized {
                    identity: authorized.identity().clone(),
                    by: authorized.by().into(),
                    token: authorized.token().map(Into::into),
                });
                Ok(State::Parameters(Parameters::first(Paid { authorized, contract })))
            }
            Self::Denied { denial, by } => Err(Refusal::new(
                code(denial),
                alloc::format!("the contract is {denial}, says {by}"),
            )),
        }
    }

    pub(super) fn answer(self, answer: Answer, cx: &mut Context<'_>) -> Self {
        let Self::Asked(asked) = self else { return self };
        match answer.redeem(asked.number) {
            Some(Ok(authorized)) => Self::Accepted { authorized, contract: asked.contract },
            Some(Err((denial, by))) => {
                cx.emit(Event::Denied { by: by.clone(), denial });
                match asked.contract {
                    Some(_) => Self::Denied { denial, by },
                    // [V2G2-854]: without a yes the car is kept waiting for the next card.
                    None => Self::External,
                }
            }
            None => Self::Asked(asked),
        }
    }
}

impl Challenged {
    /// The challenge must come back, signed with the contract's key. [V2G2-475] [V2G2-684]
    fn check(
        self,
        request: &AuthorizationReq,
        signature: Option<&Signature>,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        let returned = request.gen_challenge.as_ref().map(|c| c.as_slice());
        if returned != Some(&self.challenge) {
            return Err(Refusal::new(
                ResponseCode::FailedChallengeInvalid,
                "the challenge is not the one that was given",
            ));
        }
        let unsigned = |why| Refusal::new(ResponseCode::FailedSignatureError, why);
        let signature = signature.ok_or_else(|| unsigned("the request is not signed"))?;
        let id = request.id.as_ref().ok_or_else(|| unsigned("the request has no Id"))?;
        let signed = Signed::element::<Grammar, _>(id.as_str(), request)
            .map_err(|error| Refusal::new(ResponseCode::FailedSignatureError, error.to_string()))?;
        let key =
            self.chain.leaf().public_key().map_err(|_| unsigned("the key is not on P-256"))?;
        let grammar = signature::verify(signature, &[signed], key)
            .map_err(|error| Refusal::new(ResponseCode::FailedSignatureError, error.to_string()))?;
        cx.emit(Event::SignatureVerified(grammar));
        ask(self.identity, Some(self.chain), cx)
    }
}

impl Asked {
    fn wait(self, cx: &mut Context<'_>) -> Result<State, Refusal> {
        // [V2G2-712]; people take as long as they take. [V2G2-845]
        if self.contract.is_some() && cx.now.saturating_sub(self.since) >= Timer::Ongoing.limit() {
            return Err(Refusal::new(ResponseCode::Failed, "nobody answered in time"));
        }
        cx.reply(answer(processing(self.contract.is_some())));
        Ok(State::Authorizing(Authorizing::Asked(self)))
    }
}

fn ask(
    identity: Identity,
    contract: Option<Arc<Verified<Chain>>>,
    cx: &mut Context<'_>,
) -> Result<State, Refusal> {
    let number = u64::from_be_bytes(random::<8>(cx)?);
    cx.reply(answer(processing(contract.is_some())));
    cx.emit(Event::Authorize(Question::new(number, identity)));
    Ok(State::Authorizing(Authorizing::Asked(Asked { number, since: cx.now, contract })))
}

/// [V2G2-854]
fn processing(contract: bool) -> EvseProcessing {
    if contract {
        EvseProcessing::Ongoing
    } else {
        EvseProcessing::OngoingWaitingForCustomerInteraction
    }
}

fn answer(evse_processing: EvseProcessing) -> AuthorizationRes {
    AuthorizationRes { response_code: ResponseCode::Ok, evse_processing }
}

fn code(denial: Denial) -> ResponseCode {
    match denial {
        Denial::Blocked => ResponseCode::FailedContractCanceled,
        Denial::Expired => ResponseCode::FailedCertificateExpired,
        Denial::Revoked => ResponseCode::FailedCertificateRevoked,
        // [V2G2-885]: a chain that cannot be checked is no good chain.
        Denial::Unproven => ResponseCode::FailedCertChainError,
        Denial::Unknown => ResponseCode::FailedCertificateNotAllowedAtThisEvse,
        Denial::Unavailable => ResponseCode::Failed,
    }
}
