//! The contract pool.

use pki::Evcoid;
use pki::id::EvcoidKind;
use pki::revocation::{Reason, Revocation};
use serde::Deserialize;

use super::provision::{event, is_active};
use super::signing;
use super::vehicles::car;
use super::*;
use crate::store::{self, Change, ContractState};

/// `POST contracts`
pub(super) async fn create(call: Call) -> Result<Reply, Problem> {
    let order: ContractOrder = call.json()?;
    let evcoid = deliverable(&order.emaid)?;
    call.principal()?.owns(evcoid.normal())?;
    let pcid = order.pcid.as_deref().map(car).transpose()?;
    let ends = order.contract_ends.map(|ends| ends.0);
    if ends.is_some_and(|ends| ends <= call.now) {
        return Err(Problem::new(Code::ContractEnded, "it would be over already"));
    }
    if order.default && pcid.is_none() {
        return Err(Problem::new(Code::Conflict, "the default of no car"));
    }
    let mut contract = store::Contract::new(evcoid.clone());
    contract.pcid = pcid.map(|pcid| pcid.normal().to_owned());
    contract.owner = call.principal()?.owner();
    contract.not_after = ends;
    let reply = Reply::json(StatusCode::CREATED, &document(&contract, call.now))?;
    let event = event("mo.contract.created", &contract);
    let mut changes = vec![Change::CreateContract(contract)];
    if order.default {
        changes.push(Change::PreferContract { evcoid });
    }
    call.commit(changes, [event], reply).await
}

/// `GET contracts`
pub(super) async fn list(call: Call) -> Result<Reply, Problem> {
    let Page { after, limit } = call.query()?;
    let limit = limit.unwrap_or(100).clamp(1, 1000);
    let found = call.service.store.contracts(after.as_deref(), limit).await?;
    let full = found.len() == limit as usize;
    let next = found.last().filter(|_| full).map(|last| last.evcoid.stem().to_owned());
    let principal = call.principal()?;
    let own = found.iter().filter(|contract| principal.may_touch(contract.evcoid.normal()));
    let contracts = own.map(|contract| document(contract, call.now)).collect();
    Reply::json(StatusCode::OK, &Contracts { contracts, next })
}

/// A page of a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    after: Option<String>,
    limit: Option<u32>,
}

/// `GET contracts/{emaid}`, `GET lookupContract/{emaid}`
pub(super) async fn get(call: Call) -> Result<Reply, Problem> {
    Reply::json(StatusCode::OK, &document(&own(&call).await?, call.now))
}

/// `GET contractData/pcid/{pcid}`
pub(super) async fn of_car(call: Call) -> Result<Reply, Problem> {
    let pcid = car(call.parameter("pcid")?)?;
    let found = call.service.store.contracts_of(pcid.normal()).await?;
    let principal = call.principal()?;
    let own = found.iter().filter(|contract| principal.may_touch(contract.evcoid.normal()));
    let contracts = own.map(|contract| document(contract, call.now)).collect();
    Reply::json(StatusCode::OK, &Contracts { contracts, next: None })
}

/// `PATCH contracts/{emaid}`
pub(super) async fn change(call: Call) -> Result<Reply, Problem> {
    let order: ContractChange = call.json()?;
    let mut contract = own(&call).await?;
    let mut changes = Vec::new();
    let evcoid = contract.evcoid.clone();
    if let Some(pcid) = order.pcid.as_deref().map(car).transpose()? {
        let pcid = Some(pcid.normal().to_owned());
        contract.pcid.clone_from(&pcid);
        changes.push(Change::BindContract { evcoid: evcoid.clone(), pcid });
    }
    let reason = order.reason.unwrap_or_else(|| "by its operator".to_owned());
    match order.suspended {
        Some(true) => {
            contract.state = ContractState::Suspended;
            contract.reason = Some(reason.clone());
            changes.push(Change::SuspendContract { evcoid, reason });
        }
        Some(false) => {
            contract.state = ContractState::Active;
            contract.reason = None;
            changes.push(Change::ResumeContract { evcoid });
        }
        None => {}
    }
    let reply = Reply::json(StatusCode::OK, &document(&contract, call.now))?;
    let event = event("mo.contract.updated", &contract);
    call.commit(changes, [event], reply).await
}

/// `DELETE contracts/{emaid}`: revokes the contract and its certificate; the record stays.
pub(super) async fn revoke(call: Call) -> Result<Reply, Problem> {
    let contract = own(&call).await?;
    let event = event("mo.contract.deleted", &contract);
    let revocation = Revocation { at: call.now, reason: Some(Reason::CessationOfOperation) };
    let why = "ended by its operator".to_owned();
    let change = Change::RevokeContract { evcoid: contract.evcoid, why, revocation };
    call.commit([change], [event], Reply::empty()).await
}

/// `POST signedContractData/{pcid}/{emaid}/default`
pub(super) async fn prefer(call: Call) -> Result<Reply, Problem> {
    let (pcid, contract) = (car(call.parameter("pcid")?)?, own(&call).await?);
    if contract.pcid.as_deref() != Some(pcid.normal()) {
        return Err(Problem::new(Code::NoContract, format!("the contract is not for {pcid}")));
    }
    let event = event("mo.contract.updated", &contract);
    let change = Change::PreferContract { evcoid: contract.evcoid };
    call.commit([change], [event], Reply::empty()).await
}

/// `GET signedContractData/{pcid}`
pub(super) async fn signed_of_car(call: Call) -> Result<Reply, Problem> {
    let pcid = car(call.parameter("pcid")?)?;
    let view = call.service.store.provision_view(pcid.normal(), "").await?;
    let principal = call.principal()?;
    let mut signed_contract_data = Vec::new();
    for (contract, data) in view.contracts {
        if let Some(data) = data
            && is_active(&contract, call.now)
            && principal.may_touch(contract.evcoid.normal())
        {
            signed_contract_data.push(signing::signed(&call, &data)?);
        }
    }
    Reply::json(StatusCode::OK, &SignedContractDataList { signed_contract_data })
}

/// `GET provideSignedContractData/{emaid}/{pcid}`
pub(super) async fn signed(call: Call) -> Result<Reply, Problem> {
    let (pcid, contract) = (car(call.parameter("pcid")?)?, own(&call).await?);
    if !is_active(&contract, call.now) {
        return Err(Problem::new(Code::ContractEnded, "the contract is not active"));
    }
    let data = call.service.store.contract_data(&contract.evcoid, pcid.normal()).await?;
    let none = || Problem::new(Code::NoContract, format!("nothing was made for {pcid}"));
    Reply::json(StatusCode::OK, &signing::signed(&call, &data.ok_or_else(none)?)?)
}

/// The contract of the path, if it is of the client's party.
async fn own(call: &Call) -> Result<store::Contract, Problem> {
    let evcoid = contract_id(call.parameter("emaid")?)?;
    call.principal()?.owns(evcoid.normal())?;
    let unknown = || Problem::new(Code::UnknownContract, format!("{evcoid} is not in the pool"));
    call.service.store.contract(&evcoid).await?.ok_or_else(unknown)
}

/// The identifier of a contract.
pub(super) fn contract_id(text: &str) -> Result<Evcoid, Problem> {
    let bad = |error| Problem::new(Code::MalformedId, format!("{text:?}: {error}"));
    Evcoid::parse(text).map_err(bad)
}

/// The identifier of a contract that a car can get: the messages carry 14 or 15 characters, without separators.
pub(super) fn deliverable(text: &str) -> Result<Evcoid, Problem> {
    let evcoid = contract_id(text)?;
    match evcoid.kind() {
        EvcoidKind::Iso | EvcoidKind::Emi3 => Ok(evcoid),
        EvcoidKind::Din | EvcoidKind::Extended => {
            let length = evcoid.normal().len();
            let why = format!("{text:?}: ISO 15118-2 delivers 14 or 15 characters, not {length}");
            Err(Problem::new(Code::MalformedId, why))
        }
    }
}

fn document(contract: &store::Contract, now: i64) -> Contract {
    Contract {
        emaid: contract.evcoid.normal().to_owned(),
        pcid: contract.pcid.clone(),
        state: contract.state_at(now).name().to_owned(),
        reason: contract.reason.clone(),
        contract_ends: contract.not_after.map(Moment),
        certificate: contract.certificate.as_ref().map(|id| {
            let (authority, serial) = (id.authority.clone(), id.serial.clone());
            CertificateName { authority, serial }
        }),
    }
}
