//! A car's signed request in, the signed answer out.

use pki::chain::{Chain, Role as ChainRole, Verified};
use pki::delivery::WrappedKey;
use pki::key::PublicKey;
use pki::{Certificate, Evcoid};
use v2g::iso2::msg::ResponseCode;

use super::super::call::{KEYS_LAST, replayed, stored};
use super::super::credentials::sha256;
use super::*;
use crate::operator::{Asked, CarRequest, Delivery, Provisioner, pcid};
use crate::store::{
    self, CertificateId, CertificateState, Change, Committed, Contract, ContractData,
    ContractState, Event, ProvisioningState, StoreError, Submission,
};

/// `POST /v1/provision`
pub(super) async fn provision(call: Call) -> Result<Reply, Problem> {
    let request = CarRequest::read(&call.body)?;
    let (_, reply) = deliver(&call, &request).await?;
    Ok(reply)
}

/// `POST signedContractData`
pub(super) async fn by_document(call: Call) -> Result<Reply, Problem> {
    let document: CarRequestDocument = call.json()?;
    edition_2(document.xsd_msg_def_namespace.as_deref())?;
    let octets = document.certificate_installation_req.0;
    if octets.len() > CarRequest::MAX_LEN {
        return Err(Problem::new(Code::MalformedExi, "longer than any request"));
    }
    let request = CarRequest::read(&octets)?;
    let (emaid, reply) = deliver(&call, &request).await?;
    let certificate_installation_res = Base64(reply.body.to_vec());
    let message_def = MessageDef { certificate_installation_res, emaid };
    let answers = CarAnswers { emaid_content: vec![CarAnswer { message_def }] };
    Reply::json(StatusCode::OK, &answers)
}

/// Answers a car's request once: a repetition, on whatever node, gets the same octets.
async fn deliver(call: &Call, request: &CarRequest) -> Result<(String, Reply), Problem> {
    let provisioner = call.provisioner()?;
    let key = format!("provision:{}", hex::encode(request.digest));
    let car = request.receiver()?;
    let order = match &request.asked {
        Asked::Installation(_) => installation(call, provisioner, request, &car, &key).await?,
        Asked::Update(_) => update(call, provisioner, request, &key).await?,
    };
    let (contract, data) = match order {
        Order::Replay(contract, response) => {
            return Ok((contract.evcoid.normal().to_owned(), replayed(response)?));
        }
        Order::Deliver(contract, data) => (contract, data),
    };
    let emaid = contract.evcoid.normal().to_owned();
    if let Some(data) = data.filter(|data| is_good(call, &contract, data, &car))
        && let Some(delivery) = wrapped(&data)
    {
        let exi = provisioner.answer(request, &delivery, &call.service.rng)?;
        let change = Change::DeliverCertificate(data.certificate);
        match submit(call, vec![change], Vec::new(), key.clone(), request, exi).await {
            // Revoked since; the contract gets another certificate.
            Err(StoreError::Refused(store::Refusal::State { .. })) => {}
            done => return Ok((emaid, done?)),
        }
    }
    let reply = issue(call, provisioner, request, &contract, &car, key).await?;
    Ok((emaid, reply))
}

/// What is to be done for a request that is good.
enum Order {
    /// It was answered before.
    Replay(Contract, store::Response),
    /// A contract is delivered; what was delivered before may do.
    Deliver(Contract, Option<ContractData>),
}

async fn installation(
    call: &Call,
    provisioner: &Provisioner,
    request: &CarRequest,
    car: &Certificate,
    key: &str,
) -> Result<Order, Problem> {
    let pcid = pcid(car)?;
    let view = call.service.store.provision_view(pcid.normal(), key).await?;
    let unknown = || {
        Problem::new(Code::UnknownPcid, format!("{pcid} is not in the pool"))
            .answering(ResponseCode::FailedNoCertificateAvailable)
    };
    let vehicle = view.provisioning.ok_or_else(unknown)?;
    if vehicle.state == ProvisioningState::Revoked {
        return Err(Problem::new(Code::CertificateRevoked, format!("{pcid} is revoked"))
            .answering(ResponseCode::FailedCertificateRevoked));
    }
    if vehicle.leaf != car.der() {
        let detail = format!("another certificate of {pcid} is in the pool");
        return Err(Problem::new(Code::CertificateChain, detail)
            .answering(ResponseCode::FailedCertChainError));
    }
    let (role, subs) = (ChainRole::OemProvisioning, &vehicle.subs);
    check(call, provisioner, request, &*call.verify(role, &vehicle.leaf, subs)?)?;
    let count = view.contracts.len();
    let mut active =
        view.contracts.into_iter().filter(|(contract, _)| is_active(contract, call.now));
    let Some((contract, data)) = active.next() else {
        return Err(match count {
            0 => Problem::new(Code::NoContract, format!("{pcid} has no contract"))
                .answering(ResponseCode::FailedNoCertificateAvailable),
            _ => ended(format!("every contract of {pcid}")),
        });
    };
    Ok(match view.reply {
        Some(reply) => Order::Replay(contract, reply.response),
        None => Order::Deliver(contract, data),
    })
}

async fn update(
    call: &Call,
    provisioner: &Provisioner,
    request: &CarRequest,
    key: &str,
) -> Result<Order, Problem> {
    let Asked::Update(asked) = &request.asked else {
        return Err(Problem::new(Code::Internal, "no update"));
    };
    let chain = &asked.contract_signature_cert_chain;
    let subs = chain.sub_certificates.iter().flat_map(|subs| subs.certificate.iter());
    let subs: Vec<_> = subs.map(|sub| sub.as_slice()).collect();
    let chain = call.verify(ChainRole::Contract, &chain.certificate, &subs)?;
    check(call, provisioner, request, &chain)?;
    let store = &call.service.store;
    let unknown = || {
        Problem::new(Code::UnknownContract, "the contract is not in the pool")
            .answering(ResponseCode::FailedNoCertificateAvailable)
    };
    let evcoid = chain.evcoid().ok_or_else(unknown)?;
    let contract = store.contract(evcoid).await?.ok_or_else(unknown)?;
    if !is_active(&contract, call.now) {
        return Err(ended(contract.evcoid.normal().to_owned()));
    }
    let id = call.issued_here(chain.leaf()).ok_or_else(unknown)?;
    let certificate = store.certificate(&id).await?.ok_or_else(unknown)?;
    if let CertificateState::Revoked(revocation) = certificate.state {
        return Err(Problem::new(Code::CertificateRevoked, revocation)
            .answering(ResponseCode::FailedCertificateRevoked));
    }
    Ok(match store.reply(key).await? {
        Some(reply) => Order::Replay(contract, reply.response),
        None => Order::Deliver(contract, None),
    })
}

fn check(
    call: &Call,
    provisioner: &Provisioner,
    request: &CarRequest,
    chain: &Verified<Chain>,
) -> Result<(), Problem> {
    provisioner.check(request, chain).inspect_err(|refusal| {
        log::debug!("request {}: {refusal}", call.request_id);
    })?;
    Ok(())
}

/// Whether what was delivered before can be delivered again: for the same key, of the contract's newest certificate, and
/// for long enough.
fn is_good(call: &Call, contract: &Contract, data: &ContractData, car: &Certificate) -> bool {
    let lasts = wrapped(data).is_some_and(|delivery| {
        let left = delivery.certificate.not_after().saturating_sub(call.now);
        left > call.service.desk.terms.renew_before
    });
    lasts
        && contract.certificate.as_ref() == Some(&data.certificate)
        && car.public_key().is_ok_and(|key| data.receiver == receiver(key))
}

async fn issue(
    call: &Call,
    provisioner: &Provisioner,
    request: &CarRequest,
    contract: &Contract,
    car: &Certificate,
    key: String,
) -> Result<Reply, Problem> {
    let delivery = provisioner.issue(
        &contract.evcoid,
        car,
        contract.not_after,
        call.now,
        &call.service.rng,
    )?;
    let exi = provisioner.answer(request, &delivery, &call.service.rng)?;
    let id = id_of(call, provisioner, &delivery.certificate)?;
    let mut changes = issued(call, contract, car, &delivery, &id)?;
    if let Asked::Update(_) = request.asked
        && let Some(pcid) = &contract.pcid
    {
        // What was wrapped for the provisioning certificate is older now.
        changes.pop();
        let (evcoid, pcid) = (contract.evcoid.clone(), pcid.clone());
        if call.service.store.contract_data(&evcoid, &pcid).await?.is_some() {
            changes.push(Change::RemoveContractData { evcoid, pcid });
        }
    }
    changes.push(Change::DeliverCertificate(id));
    let event = event("mo.contract.updated", contract);
    Ok(submit(call, changes, vec![event], key, request, exi).await?)
}

/// The changes that put a new certificate of a contract on record; the last of them keeps it for the car.
pub(super) fn issued(
    call: &Call,
    contract: &Contract,
    car: &Certificate,
    delivery: &Delivery,
    id: &CertificateId,
) -> Result<Vec<Change>, Problem> {
    let (evcoid, certificate) = (contract.evcoid.clone(), &delivery.certificate);
    let record = store::Certificate {
        id: id.clone(),
        kind: pki::profile::CertificateKind::ContractLeaf.name().to_owned(),
        subject: certificate.subject().to_string(),
        evcoid: Some(evcoid.clone()),
        pcid: contract.pcid.clone(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        der: certificate.der().to_vec(),
        state: CertificateState::Issued,
        changed: call.now,
        record: 0,
    };
    let not_after = contract.not_after;
    let renewed =
        Change::RenewContract { evcoid: evcoid.clone(), certificate: id.clone(), not_after };
    let mut changes = vec![Change::IssueCertificate(record), renewed];
    if let Some(pcid) = contract.pcid.clone() {
        let key = car.public_key().map_err(|error| Problem::new(Code::UnsupportedKey, error))?;
        let WrappedKey { encrypted, dh_public_key } = delivery.wrapped;
        let body = [&encrypted[..], &dh_public_key, certificate.der()].concat();
        let (receiver, created) = (receiver(key), call.now);
        let data = ContractData { evcoid, pcid, receiver, body, certificate: id.clone(), created };
        changes.push(Change::PutContractData(data));
    }
    Ok(changes)
}

/// What was made for a car before.
pub(super) fn wrapped(data: &ContractData) -> Option<Delivery> {
    let (encrypted, rest) = data.body.split_first_chunk()?;
    let (dh_public_key, der) = rest.split_first_chunk()?;
    let certificate = Certificate::parse(der).ok()?;
    let wrapped = WrappedKey { encrypted: *encrypted, dh_public_key: *dh_public_key };
    Some(Delivery { certificate, wrapped })
}

async fn submit(
    call: &Call,
    changes: Vec<Change>,
    events: Vec<Event>,
    key: String,
    request: &CarRequest,
    exi: Vec<u8>,
) -> Result<Reply, StoreError> {
    let reply = Reply::ok(EXI, exi);
    let (digest, expires) = (request.digest, call.now.saturating_add(KEYS_LAST));
    let kept = store::Reply { key, digest, expires, response: stored(&reply) };
    let submission = Submission::new(call.now, call.actor());
    let submission = changes.into_iter().fold(submission, Submission::with);
    let submission = events.into_iter().fold(submission, Submission::announce);
    match call.service.store.commit(submission.replying(kept)).await? {
        Committed::Done { .. } => Ok(reply),
        // Another node was faster.
        Committed::Replayed(response) => {
            let store::Response { body, .. } = response;
            Ok(Reply::ok(EXI, body).with("idempotency-replayed", "true"))
        }
    }
}

/// The name of a certificate that was made here just now.
pub(super) fn id_of(
    call: &Call,
    provisioner: &Provisioner,
    certificate: &Certificate,
) -> Result<CertificateId, Problem> {
    let issuer = provisioner.authority().certificate();
    let mut authorities = call.service.desk.authorities.iter();
    let authority = authorities.find(|authority| authority.issuer.certificate() == issuer);
    let foreign =
        || Problem::new(Code::Internal, "the contracts' authority is none of the service");
    Ok(CertificateId::new(&authority.ok_or_else(foreign)?.name, certificate.serial()))
}

/// What webhooks are told of a contract.
pub(super) fn event(kind: &str, contract: &Contract) -> Event {
    let evcoid: &Evcoid = &contract.evcoid;
    let body = serde_json::json!({
        "event": kind, "emaid": evcoid.normal(), "pcid": contract.pcid,
    });
    Event { kind: kind.to_owned(), body: body.to_string(), owner: contract.owner.clone() }
}

fn receiver(key: &PublicKey) -> [u8; 32] {
    sha256(&key.to_spki())
}

pub(super) fn is_active(contract: &Contract, now: i64) -> bool {
    contract.state_at(now) == ContractState::Active
}

fn ended(what: String) -> Problem {
    Problem::new(Code::ContractEnded, format!("{what} is suspended, revoked or over"))
        .answering(ResponseCode::FailedContractCanceled)
}

/// Refuses message sets other than that of ISO 15118-2, the default.
pub(super) fn edition_2(namespace: Option<&str>) -> Result<(), Problem> {
    match namespace {
        None | Some("urn:iso:15118:2:2013:MsgDef") => Ok(()),
        Some(other) => Err(Problem::new(Code::UnsupportedEdition, other)),
    }
}
