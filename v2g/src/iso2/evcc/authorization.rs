use super::super::msg::*;
use super::super::timing::Timer;
use super::parameters::Parameters;
use super::provisioning::Delivering;
use super::{Context, Failure, State};
use crate::evcc::{Contract, Ended, Event};
use crate::iso2::Grammar;
use crate::provisioning::Service;
use crate::signature::{self, Signed};
use alloc::string::ToString;
use alloc::vec::Vec;
use core::time::Duration;
use exi::{Bytes, List, Text};

/// The station is to confirm way to pay and services.
pub(crate) struct Selecting {
    pub(super) option: PaymentOption,
    pub(super) mode: EnergyTransferMode,
    /// A certificate to ask for first.
    pub(super) asked: Option<Service>,
}

/// The station is to check the contract and give a challenge.
pub(crate) struct PaymentDetails {
    mode: EnergyTransferMode,
}

/// The station is to say yes.
pub(crate) struct Authorization {
    mode: EnergyTransferMode,
    challenge: Option<GenChallenge>,
    since: Duration,
}

impl Selecting {
    pub(super) fn handle(self, cx: &mut Context<'_>) -> Result<State, Failure> {
        if self.option == PaymentOption::ExternalPayment {
            return Authorization { mode: self.mode, challenge: None, since: cx.now }.ask(cx);
        }
        match self.asked {
            Some(service) => Delivering::ask(self.mode, service, cx),
            None => show_contract(self.mode, cx),
        }
    }
}

/// The contract goes to the station.
pub(super) fn show_contract(
    mode: EnergyTransferMode,
    cx: &mut Context<'_>,
) -> Result<State, Failure> {
    let contract = contract(cx)?;
    cx.ask(PaymentDetailsReq {
        emaid: Text::new(contract.evcoid.normal())
            .map_err(|_| own("the EVCOID does not fit the message"))?,
        contract_signature_cert_chain: CertificateChain {
            id: None,
            certificate: certificate(&contract.leaf)?,
            sub_certificates: subs(contract)?,
        },
    });
    Ok(State::PaymentDetails(PaymentDetails { mode }))
}

impl PaymentDetails {
    pub(super) fn handle(
        self,
        response: &PaymentDetailsRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        let challenge = Some(response.gen_challenge);
        Authorization { mode: self.mode, challenge, since: cx.now }.ask(cx)
    }
}

impl Authorization {
    /// With a contract the challenge goes back signed. [V2G2-684]
    fn ask(self, cx: &mut Context<'_>) -> Result<State, Failure> {
        let Some(challenge) = &self.challenge else {
            cx.ask(AuthorizationReq { id: None, gen_challenge: None });
            return Ok(State::Authorization(self));
        };
        const ID: &str = "id1";
        let id = Text::new(ID).map_err(|_| own("the Id does not fit"))?;
        let request = AuthorizationReq { id: Some(id), gen_challenge: Some(*challenge) };
        let signed =
            Signed::element::<Grammar, _>(ID, &request).map_err(|e| own(&e.to_string()))?;
        let signature = signature::sign(&[signed], &*contract(cx)?.key, cx.random)
            .map_err(|e| own(&e.to_string()))?;
        cx.ask_signed(request, signature);
        Ok(State::Authorization(self))
    }

    pub(super) fn handle(
        self,
        response: &AuthorizationRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        match response.evse_processing {
            EvseProcessing::Finished => {
                cx.emit(Event::Authorized);
                Parameters::ask(self.mode, cx.now, cx)
            }
            // [V2G2-710]
            EvseProcessing::Ongoing
                if cx.now.saturating_sub(self.since) >= Timer::EvccOngoing.limit() =>
            {
                Err(Failure(Ended::Timeout))
            }
            // [V2G2-845]
            EvseProcessing::Ongoing | EvseProcessing::OngoingWaitingForCustomerInteraction => {
                let state = self.ask(cx)?;
                cx.later(cx.config.poll_interval);
                Ok(state)
            }
        }
    }
}

pub(super) fn contract<'a>(cx: &Context<'a>) -> Result<&'a Contract, Failure> {
    cx.contract.ok_or_else(|| own("there is no contract"))
}

fn certificate(der: &[u8]) -> Result<CertificateBytes, Failure> {
    Bytes::new(der).map_err(|_| own("a certificate of the contract is longer than 800 octets"))
}

fn subs(contract: &Contract) -> Result<Option<SubCertificates>, Failure> {
    if contract.subs.is_empty() {
        return Ok(None);
    }
    let subs = contract.subs.iter().map(|der| certificate(der)).collect::<Result<Vec<_>, _>>()?;
    let certificate = List::new(subs).map_err(|_| own("the contract has more than 4 sub-CAs"))?;
    Ok(Some(SubCertificates { certificate }))
}

/// What is wrong on our own side.
pub(super) fn own(why: &str) -> Failure {
    Failure(Ended::Malformed(alloc::format!("own request: {why}")))
}
