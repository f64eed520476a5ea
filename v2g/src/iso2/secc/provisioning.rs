//! A contract certificate is asked for.

use super::super::dialog::Response;
use super::super::msg::*;
use super::super::timing::Timer;
use super::context::Message;
use super::contract::{Contract, payment_details, unrevoked};
use super::session_setup::random;
use super::{Context, Refusal, State};
use crate::delivery::{RequestError, check_installation, check_update};
use crate::provisioning::{Answer, Denial, Question, Service};
use crate::secc::{Ended, Event, RequestCheck};
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::time::Duration;
use exi::Document;
use pki::ChainError;
use pki::chain::Position;

/// Somebody with contracts was asked; the request is not yet answered.
pub(crate) struct Provisioning {
    service: Service,
    number: u64,
    pub(super) until: Duration,
}

/// The request was answered; the car is to show what it has now. [V2G2-554] [V2G2-557]
pub(crate) struct Delivered;

impl Contract {
    /// [V2G2-553]
    pub(super) fn install(
        self,
        request: &CertificateInstallationReq,
        message: Message<'_>,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        self.ask(Service::Installation, message, cx, |check, cx| {
            let RequestCheck { anchors, subs, level } = check;
            check_installation(request, message.signature, subs, anchors, cx.clock(), *level)
                .map(drop)
                .map_err(|error| fault(&error))
        })
    }

    /// [V2G2-556]
    pub(super) fn update(
        self,
        request: &CertificateUpdateReq,
        message: Message<'_>,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        self.ask(Service::Update, message, cx, |_, cx| {
            let contracts = &cx.config.contracts;
            let (anchors, level) = (&contracts.anchors, contracts.level);
            let chain = check_update(request, message.signature, anchors, cx.clock(), level)
                .map_err(|error| fault(&error))?;
            unrevoked(&chain, cx)
        })
    }

    fn ask(
        self,
        service: Service,
        message: Message<'_>,
        cx: &mut Context<'_>,
        check: impl FnOnce(&RequestCheck, &Context<'_>) -> Result<(), Refusal>,
    ) -> Result<State, Refusal> {
        if !self.selected.has(service) {
            return Err(Refusal::new(
                ResponseCode::FailedServiceSelectionInvalid,
                format!("the {service} of certificates was not selected"),
            ));
        }
        let config = cx.config.certificate_service.as_ref();
        if let Some(settings) = config.and_then(|service| service.check.as_ref()) {
            check(settings, cx)?;
        }
        let number = u64::from_be_bytes(random::<8>(cx)?);
        let until = cx.now.saturating_add(Timer::Provisioning.limit());
        cx.emit(Event::Provision(Question::new(number, service, message.exi.to_vec(), until)));
        Ok(State::Provisioning(Provisioning { service, number, until }))
    }
}

impl Provisioning {
    pub(super) fn service(&self) -> Service {
        self.service
    }

    /// [V2G2-917] [V2G2-918]
    pub(super) fn advance(self, cx: &Context<'_>) -> Result<State, Refusal> {
        if cx.now < self.until {
            return Ok(State::Provisioning(self));
        }
        Err(refuse(Denial::Unavailable, "nobody answered in time"))
    }

    pub(super) fn answer(self, answer: Answer, cx: &mut Context<'_>) -> Result<State, Refusal> {
        let Some(outcome) = answer.redeem(self.number) else { return self.advance(cx) };
        if cx.now >= self.until {
            return self.advance(cx);
        }
        match outcome {
            Ok(exi) => self.deliver(exi, cx),
            Err((denial, why)) => Err(refuse(denial, why)),
        }
    }

    /// What goes to the car unaltered has to be an answer to it: of this session, to this request, and signed if it
    /// delivers something.
    fn deliver(self, exi: Vec<u8>, cx: &mut Context<'_>) -> Result<State, Refusal> {
        let wrong =
            |why: &str| refuse(Denial::Unavailable, format!("the back end's answer: {why}"));
        let message = V2gMessage::decode(&exi).map_err(|error| wrong(&error.to_string()))?;
        if message.header.session_id != cx.session_id {
            return Err(wrong("of another session"));
        }
        let response = message.body.element.and_then(Response::from_body);
        let response = response.ok_or_else(|| wrong("no response"))?;
        if response.kind() != self.service.request() {
            return Err(wrong(&format!("to {}", response.kind())));
        }
        let code = response.code();
        if !code.is_failed() && message.header.signature.is_none() {
            return Err(wrong("not signed"));
        }
        cx.emit(Event::Provisioned { service: self.service, code });
        cx.reply_exi(exi);
        if code.is_failed() {
            // [V2G2-539]
            cx.emit(Event::Refused {
                request: self.service.request().name().into(),
                code,
                why: "the back end refuses".into(),
            });
            cx.end(Ended::Refused);
            return Ok(State::Ended);
        }
        Ok(State::Delivered(Delivered))
    }
}

impl Delivered {
    /// [V2G2-558]
    pub(super) fn payment_details(
        self,
        request: &PaymentDetailsReq,
        cx: &mut Context<'_>,
    ) -> Result<State, Refusal> {
        payment_details(request, cx)
    }
}

fn refuse(denial: Denial, why: impl Into<alloc::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(denial.response_code(), why)
}

/// What a request's own fault is called.
fn fault(error: &RequestError) -> Refusal {
    let denial = match error {
        RequestError::Unsigned | RequestError::Signature(_) => Denial::Signature,
        RequestError::Chain(
            ChainError::Expired { at: Position::Leaf, .. }
            | ChainError::NotYetValid { at: Position::Leaf, .. },
        ) => Denial::Expired,
        RequestError::Chain(ChainError::Profile { .. }) | RequestError::Claim(_) => {
            Denial::NoContract
        }
        RequestError::Chain(_) | RequestError::ForeignCertificate => Denial::Chain,
    };
    refuse(denial, error.to_string())
}
