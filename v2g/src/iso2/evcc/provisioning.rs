//! A contract certificate is asked for, before the contract is shown.

use super::super::dialog::Request;
use super::super::msg::*;
use super::super::timing::Timer;
use super::authorization::{own, show_contract};
use super::discovery::Offer;
use super::stopping::Leaving;
use super::{Context, Failure, State};
use crate::delivery::{
    AcceptError, BuildError, Delivered, NewContract, Trust, accept, installation_request, root_ids,
    update_request,
};
use crate::evcc::{
    Contract, ContractKey, Event, NoDelivery, Provisioning, ProvisioningIdentity, Store, Stored,
    When,
};
use crate::provisioning::{PARAMETER, SERVICE_ID, Service as Wanted};
use crate::xmldsig::Signature;
use alloc::sync::Arc;
use pki::Certificate;

/// The station is to say which certificates can be had.
pub(crate) struct Detail {
    pub(super) offer: Offer,
    pub(super) wanted: Wanted,
}

/// The station is to bring an answer from who has contracts.
pub(crate) struct Delivering {
    mode: EnergyTransferMode,
    wanted: Wanted,
}

/// The car is to put the contract in its place.
pub(crate) struct Storing {
    mode: EnergyTransferMode,
    number: u64,
    contract: Arc<NewContract>,
}

/// What the car wants of the certificate service.
pub(super) fn wanted(cx: &Context<'_>) -> Option<Result<Wanted, NoDelivery>> {
    let provisioning = cx.config.provisioning.as_ref()?;
    let installation = || match &provisioning.identity {
        Some(_) => Ok(Wanted::Installation),
        None => Err(NoDelivery::Unable("it has no provisioning certificate")),
    };
    let update = || match cx.contract {
        Some(_) => Ok(Wanted::Update),
        None => Err(NoDelivery::Unable("it has no contract to update")),
    };
    Some(match (provisioning.when, cx.contract) {
        (When::Installation, _) | (When::Needed { .. }, None) => installation(),
        (When::Update, _) => update(),
        (When::Needed { soon }, Some(contract)) => {
            let now = clock(provisioning, cx);
            let end = Certificate::parse(&contract.leaf).map_or(i64::MIN, |leaf| leaf.not_after());
            match end {
                end if end < now => installation(),
                end if end <= now.saturating_add(soon) => update(),
                _ => return None,
            }
        }
    })
}

/// The certificate service in a station's list.
pub(super) fn service(response: &ServiceDiscoveryRes) -> Option<u16> {
    let services = response.service_list.iter().flat_map(|list| list.service.iter());
    let certificates = |s: &&Service| {
        s.service_id == SERVICE_ID || s.service_category == ServiceCategory::ContractCertificate
    };
    services.into_iter().find(certificates).map(|service| service.service_id)
}

/// Nothing is delivered: the car goes on with what it has, or leaves.
pub(super) fn without(
    why: NoDelivery,
    offer: &Offer,
    cx: &mut Context<'_>,
) -> Result<State, Failure> {
    cx.emit(Event::NotDelivered(why));
    match required(cx) {
        true => Leaving::early(cx),
        false => offer.select(None, cx),
    }
}

impl Detail {
    /// [V2G2-422]
    pub(super) fn ask(
        offer: Offer,
        wanted: Wanted,
        service_id: u16,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        cx.ask(ServiceDetailReq { service_id });
        Ok(State::Detail(Self { offer, wanted }))
    }

    pub(super) fn handle(
        self,
        response: &ServiceDetailRes,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        let sets = response.service_parameter_list.iter();
        let mut sets = sets.flat_map(|list| list.parameter_set.iter());
        let Some(set) = sets.find(|set| names(set) == Some(self.wanted)) else {
            return without(NoDelivery::NotOffered, &self.offer, cx);
        };
        let selected = SelectedService {
            service_id: response.service_id,
            parameter_set_id: Some(set.parameter_set_id),
        };
        self.offer.select(Some((self.wanted, selected)), cx)
    }
}

/// Which service a parameter set is: by its parameter, without one by its number.
fn names(set: &ParameterSet) -> Option<Wanted> {
    let named = set.parameter.iter().find_map(|parameter| match &parameter.value {
        ParameterValue::String(value) if parameter.name.as_str() == PARAMETER => Some(value),
        _ => None,
    });
    Wanted::ALL.into_iter().find(|wanted| match named {
        Some(name) => name.as_str().eq_ignore_ascii_case(wanted.name()),
        None => set.parameter_set_id == wanted.parameter_set(),
    })
}

impl Delivering {
    pub(super) fn ask(
        mode: EnergyTransferMode,
        wanted: Wanted,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        match request(wanted, cx)? {
            Ok((request, signature)) => {
                cx.ask_signed(request, signature);
                Ok(State::Delivering(Self { mode, wanted }))
            }
            Err(error) => show(NoDelivery::Request(error), mode, cx),
        }
    }

    /// Nothing is kept that does not pass every check. [V2G2-891] [V2G2-823]
    pub(super) fn handle(
        self,
        delivered: &Delivered<'_>,
        signature: Option<&Signature>,
        cx: &mut Context<'_>,
    ) -> Result<State, Failure> {
        match self.check(delivered, signature, cx)? {
            Err(error) => show(NoDelivery::Rejected(error), self.mode, cx),
            Ok(contract) => {
                let contract = Arc::new(contract);
                let mut number = [0; 8];
                cx.random.fill(&mut number).map_err(|_| own("the random generator failed"))?;
                let number = u64::from_be_bytes(number);
                let question = Store { number, service: self.wanted, contract: contract.clone() };
                cx.emit(Event::Store(question));
                cx.wait(Timer::EvccStore.limit());
                Ok(State::Storing(Storing { mode: self.mode, number, contract }))
            }
        }
    }

    fn check(
        &self,
        delivered: &Delivered<'_>,
        signature: Option<&Signature>,
        cx: &Context<'_>,
    ) -> Result<Result<NewContract, AcceptError>, Failure> {
        let provisioning = cx.config.provisioning.as_ref().ok_or_else(nothing)?;
        let receiver = receiver(self.wanted, cx)?;
        let trust = Trust {
            anchors: &provisioning.anchors,
            now_unix: clock(provisioning, cx),
            level: provisioning.level,
        };
        Ok(accept(delivered, signature, receiver, &trust, cx.random))
    }
}

impl Storing {
    /// The contract to go on with, once this is about the one in hand: `None` if it was not kept.
    pub(super) fn redeem(&self, stored: Stored) -> Option<Option<Contract>> {
        stored.redeem(self.number, &self.contract)
    }

    /// The session has the contract, if it was kept.
    pub(super) fn go_on(self, kept: bool, cx: &mut Context<'_>) -> Result<State, Failure> {
        if !kept {
            return show(NoDelivery::NotStored, self.mode, cx);
        }
        match cx.stop {
            Some(_) => Leaving::early(cx),
            None => show_contract(self.mode, cx),
        }
    }
}

/// Contract is the way to pay by now, and all that may follow is the contract that the car has, or the end. [V2G2-554]
fn show(why: NoDelivery, mode: EnergyTransferMode, cx: &mut Context<'_>) -> Result<State, Failure> {
    cx.emit(Event::NotDelivered(why));
    match cx.contract {
        Some(_) if !required(cx) && cx.stop.is_none() => show_contract(mode, cx),
        _ => Leaving::early(cx),
    }
}

/// Signed by the car's maker's key, or by the contract's.
fn request(
    wanted: Wanted,
    cx: &Context<'_>,
) -> Result<Result<(Request, Signature), BuildError>, Failure> {
    let provisioning = cx.config.provisioning.as_ref().ok_or_else(nothing)?;
    let roots = match root_ids(&provisioning.anchors) {
        Ok(roots) => roots,
        Err(error) => return Ok(Err(error)),
    };
    Ok(match wanted {
        Wanted::Installation => {
            let ProvisioningIdentity { certificate, key } =
                provisioning.identity.as_ref().ok_or_else(nothing)?;
            installation_request(certificate, roots, &**key, cx.random)
                .map(|(request, signature)| (request.into(), signature))
        }
        Wanted::Update => {
            let contract = cx.contract.ok_or_else(nothing)?;
            let leaf = Certificate::parse(&contract.leaf)
                .map_err(|_| own("the contract certificate cannot be read"))?;
            update_request(&leaf, &contract.subs, roots, &*contract.key, cx.random)
                .map(|(request, signature)| (request.into(), signature))
        }
    })
}

/// The key that a delivery is for. [V2G2-820] [V2G2-821]
fn receiver<'a>(wanted: Wanted, cx: &Context<'a>) -> Result<&'a dyn ContractKey, Failure> {
    let key = match wanted {
        Wanted::Installation => {
            let provisioning = cx.config.provisioning.as_ref();
            provisioning.and_then(|p| p.identity.as_ref()).map(|identity| &identity.key)
        }
        Wanted::Update => cx.contract.map(|contract| &contract.key),
    };
    key.map(|key| &**key).ok_or_else(nothing)
}

fn nothing() -> Failure {
    own("nothing was asked for")
}

fn required(cx: &Context<'_>) -> bool {
    cx.config.provisioning.as_ref().is_some_and(|provisioning| provisioning.required)
}

/// Unix time in seconds.
fn clock(provisioning: &Provisioning, cx: &Context<'_>) -> i64 {
    provisioning.clock.saturating_add(i64::try_from(cx.now.as_secs()).unwrap_or(i64::MAX))
}
