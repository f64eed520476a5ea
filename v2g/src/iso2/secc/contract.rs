use super::super::msg::*;
use super::authorizing::{Authorizing, Challenged};
use super::certificate_service::Selected;
use super::session_setup::random;
use super::{Context, Refusal, State, refusal};
use crate::authorization::{ContractIdentity, Identity};
use crate::secc::Event;
use alloc::format;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use pki::chain::{Position, compare_claim};
use pki::{Chain, ChainError, Verified};

/// How long before its end a contract certificate counts as running out, in seconds: 21 days.
const SOON: i64 = 21 * 86_400;

/// The car is to show its contract, or asks for a certificate first.
pub(crate) struct Contract {
    pub(super) selected: Selected,
}

impl Contract {
    pub(super) fn payment_details(
        self,
        request: &PaymentDetailsReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        payment_details(request, cx)
    }
}

pub(super) fn payment_details(
    request: &PaymentDetailsReq,
    cx: &mut Context<'_>,
) -> Result<State, Refusal> {
    let shown = &request.contract_signature_cert_chain;
    let subs: Vec<&[u8]> = match &shown.sub_certificates {
        Some(subs) => subs.certificate.iter().map(|c| c.as_slice()).collect(),
        None => Vec::new(),
    };
    let contracts = &cx.config.contracts;
    let chain = pki::chain::verify_contract(
        shown.certificate.as_slice(),
        &subs,
        &contracts.anchors,
        cx.clock(),
        contracts.level,
    )
    .map(Arc::new)
    .map_err(|error| Refusal::new(code(&error), error.to_string()))?;
    unrevoked(&chain, cx)?;
    let Some(evcoid) = chain.evcoid() else {
        return Err(Refusal::new(ResponseCode::FailedCertChainError, "a contract without EVCOID"));
    };
    let claim = compare_claim(request.emaid.as_str(), evcoid, contracts.level);
    if !claim.is_accepted() {
        return Err(Refusal::new(
            ResponseCode::FailedCertChainError,
            format!("the car claims {}, the certificate proves {evcoid}", request.emaid.as_str()),
        ));
    }
    let identity = Identity::Contract(ContractIdentity {
        evcoid: evcoid.clone(),
        chain: chain.members().map(|(_, c, _)| c.subject().to_string()).collect(),
        expires: chain.not_after(),
    });
    cx.emit(Event::ContractVerified { identity: identity.clone(), chain: chain.clone() });
    // [V2G2-825]: fresh for every chain shown.
    let challenge = random::<16>(cx)?;
    cx.reply(PaymentDetailsRes {
        // [V2G2-690]
        response_code: if chain.expires_soon(cx.clock(), SOON) {
            ResponseCode::OkCertificateExpiresSoon
        } else {
            ResponseCode::Ok
        },
        gen_challenge: refusal::challenge(challenge),
        evse_time_stamp: cx.clock(),
    });
    Ok(State::Authorizing(Authorizing::Challenged(Challenged { chain, identity, challenge })))
}

/// What is known to be revoked now is refused now; what has to be asked for is asked while the car signs the challenge.
pub(super) fn unrevoked(chain: &Verified<Chain>, cx: &Context<'_>) -> Result<(), Refusal> {
    let known = cx.config.contracts.revocation.at_hand(chain, cx.clock());
    known.map_err(|error| Refusal::new(ResponseCode::FailedCertificateRevoked, error.to_string()))
}

/// [V2G2-824] for a contract out of its time; for authorities out of theirs and broken profiles the
/// certificate is not allowed here; [V2G2-885] for everything else.
fn code(error: &ChainError) -> ResponseCode {
    match error {
        ChainError::Expired { at, .. } | ChainError::NotYetValid { at, .. } => match at {
            Position::Leaf => ResponseCode::FailedCertificateExpired,
            _ => ResponseCode::FailedCertificateNotAllowedAtThisEvse,
        },
        ChainError::Profile { .. } => ResponseCode::FailedCertificateNotAllowedAtThisEvse,
        _ => ResponseCode::FailedCertChainError,
    }
}
