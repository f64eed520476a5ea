//! A car's signed request in, the signed answer out.

use exi::Document as _;
use pki::chain::{Chain, Role as ChainRole, Verified};
use pki::key::PublicKey;
use pki::profile::Edition;
use pki::{Certificate, Evcoid};
use v2g::iso2::msg::ResponseCode;
use v2g::iso20::msg::common::CertificateInstallationRes;

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
    Ok(match delivered(&reply.body) {
        Some((_, remaining)) => reply.with("remaining-contracts", remaining.to_string()),
        None => reply,
    })
}

/// `POST signedContractData`
pub(super) async fn by_document(call: Call) -> Result<Reply, Problem> {
    let document: CarRequestDocument = call.json()?;
    let edition = editions::edition(document.xsd_msg_def_namespace.as_deref())?;
    let octets = document.certificate_installation_req.0;
    if octets.len() > CarRequest::MAX_LEN {
        return Err(Problem::new(Code::MalformedExi, "longer than any request"));
    }
    let request = CarRequest::read(&octets)?;
    if request.edition() != edition {
        let why = format!("a request of {} said to be of {edition}", request.edition());
        return Err(Problem::new(Code::UnexpectedMessage, why));
    }
    let (emaid, reply) = deliver(&call, &request).await?;
    let remaining_contracts = delivered(&reply.body).map(|(_, remaining)| remaining);
    let certificate_installation_res = Base64(reply.body.to_vec());
    let message_def = MessageDef { certificate_installation_res, emaid };
    let emaid_content = vec![CarAnswer { message_def }];
    let answers = CarAnswers { emaid_content, remaining_contracts };
    Reply::json(StatusCode::OK, &answers)
}

/// Answers a car's request once: a repetition, on whatever node, gets the same octets.
async fn deliver(call: &Call, request: &CarRequest) -> Result<(String, Reply), Problem> {
    if request.edition() == Edition::Iso2 {
        return answer(call, request).await;
    }
    for _ in 0..TRIES {
        match answer(call, request).await {
            // Another request of the session was faster: this one gets the next contract.
            Err(problem) if problem.code == Code::KeyReused => {}
            done => return done.map_err(Problem::told_by_iso20),
        }
    }
    Err(Problem::new(Code::Overloaded, "too many requests of one session at once"))
}

async fn answer(call: &Call, request: &CarRequest) -> Result<(String, Reply), Problem> {
    let provisioner = call.provisioner_for(request)?;
    let car = request.receiver()?;
    let order = match &request.asked {
        Asked::Installation(_) | Asked::Installation20(_) => {
            installation(call, provisioner, request, &car).await?
        }
        Asked::Update(_) => update(call, provisioner, request).await?,
    };
    let Order { kept, contract, next } = order;
    let emaid = contract.evcoid.normal().to_owned();
    let (data, remaining) = match next {
        Next::Replay(response) => return Ok((emaid, replayed(response)?)),
        Next::Deliver(data, remaining) => (data, remaining),
    };
    if let Some(data) = data.filter(|data| is_good(call, &contract, data, &car))
        && let Some(delivery) = Delivery::read(&data.body)
    {
        let rng = &call.service.rng;
        let exi = provisioner.answer(request, &delivery, remaining, call.now, rng)?;
        let change = Change::DeliverCertificate(data.certificate);
        match submit(call, vec![change], Vec::new(), kept.clone(), exi).await {
            // Revoked since; the contract gets another certificate.
            Err(StoreError::Refused(store::Refusal::State { .. })) => {}
            done => return Ok((emaid, done?)),
        }
    }
    let reply = issue(call, provisioner, request, (&contract, remaining), &car, kept).await?;
    Ok((emaid, reply))
}

/// What is to be done for a request that is good.
struct Order {
    kept: Kept,
    contract: Contract,
    next: Next,
}

/// Under which an answer is kept, and of what request.
#[derive(Clone)]
struct Kept {
    key: String,
    digest: [u8; 32],
}

enum Next {
    /// It was answered before.
    Replay(store::Response),
    /// The contract is delivered; what was delivered before may do. So many wait behind it.
    Deliver(Option<ContractData>, u8),
}

async fn installation(
    call: &Call,
    provisioner: &Provisioner,
    request: &CarRequest,
    car: &Certificate,
) -> Result<Order, Problem> {
    let pcid = pcid(car)?;
    let kept = by_digest(request);
    let view = call.service.store.provision_view(pcid.normal(), &kept.key).await?;
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
    let chain = call.verify(request.edition(), role, &vehicle.leaf, subs)?;
    check(call, provisioner, request, &chain)?;
    let count = view.contracts.len();
    let active = view.contracts.into_iter().filter(|(contract, _)| is_active(contract, call.now));
    let active: Vec<_> = active.collect();
    let mut chosen = request.choose(&active, |(contract, _)| &contract.evcoid);
    if chosen.is_empty() {
        return Err(match count {
            0 => Problem::new(Code::NoContract, format!("{pcid} has no contract"))
                .answering(ResponseCode::FailedNoCertificateAvailable),
            _ if !active.is_empty() => {
                Problem::new(Code::NoContract, "the car can keep no contract")
                    .answering(ResponseCode::FailedNoCertificateAvailable)
            }
            _ => ended(format!("every contract of {pcid}")),
        });
    }
    let session = match request.edition() {
        Edition::Iso2 => Session { kept, delivered: Vec::new(), reply: view.reply },
        Edition::Iso20 => session(call, request, pcid.normal()).await?,
    };
    let is_new = |contract: &Contract| {
        session.delivered.iter().all(|delivered| delivered.stem() != contract.evcoid.stem())
    };
    // A car that asks on after the last one gets them all again.
    if chosen.iter().any(|(contract, _)| is_new(contract)) {
        chosen.retain(|(contract, _)| is_new(contract));
    }
    let remaining = u8::try_from(chosen.len().saturating_sub(1)).unwrap_or(u8::MAX);
    let (contract, data) = match chosen.first() {
        Some(first) => (*first).clone(),
        None => return Err(Problem::new(Code::Internal, "no contract is chosen")),
    };
    let next = match session.reply {
        Some(reply) => Next::Replay(reply.response),
        None => Next::Deliver(data, remaining),
    };
    Ok(Order { kept: session.kept, contract, next })
}

/// What a car got in a session, and under which key the next answer is kept.
struct Session {
    kept: Kept,
    delivered: Vec<Evcoid>,
    /// The answer, if this very request had one.
    reply: Option<store::Reply>,
}

/// Cars of ISO 15118-20 ask again until nothing remains, perhaps with the same octets. The answers are kept one by one, so
/// that any node knows what the car got in this session. A request is a repetition, and gets the same again, if it comes with
/// the idempotency key of the other; or with its octets, after which there was nothing left to ask for.
async fn session(call: &Call, request: &CarRequest, pcid: &str) -> Result<Session, Problem> {
    let (digest, named) = match call.idempotency_key()? {
        Some(key) => (sha256(key.as_bytes()), true),
        None => (request.digest, false),
    };
    let mut delivered = Vec::new();
    for step in 0..=u8::MAX {
        let session = hex::encode(request.session_id.as_slice());
        let kept = Kept { key: format!("provision:{pcid}:{session}:{step}"), digest };
        let Some(reply) = call.service.store.reply(&kept.key).await? else {
            return Ok(Session { kept, delivered, reply: None });
        };
        let content = self::delivered(&reply.response.body);
        let last = content.as_ref().is_some_and(|(_, remaining)| *remaining == 0);
        if reply.digest == digest && (named || last) {
            return Ok(Session { kept, delivered, reply: Some(reply) });
        }
        delivered.extend(content.map(|(evcoid, _)| evcoid));
    }
    Err(Problem::new(Code::TooManyRequests, "the session asked 256 times"))
}

/// The contract in an answer of ISO 15118-20, and how many there are behind it.
fn delivered(exi: &[u8]) -> Option<(Evcoid, u8)> {
    let answer = CertificateInstallationRes::decode(exi).ok()?;
    let leaf = &answer.signed_installation_data.contract_certificate_chain.certificate;
    let leaf = Certificate::parse(leaf).ok()?;
    let evcoid = Evcoid::parse(leaf.subject().common_name()?).ok()?;
    Some((evcoid, answer.remaining_contract_certificate_chains))
}

fn by_digest(request: &CarRequest) -> Kept {
    let digest = request.digest;
    Kept { key: format!("provision:{}", hex::encode(digest)), digest }
}

async fn update(
    call: &Call,
    provisioner: &Provisioner,
    request: &CarRequest,
) -> Result<Order, Problem> {
    let Asked::Update(asked) = &request.asked else {
        return Err(Problem::new(Code::Internal, "no update"));
    };
    let chain = &asked.contract_signature_cert_chain;
    let subs = chain.sub_certificates.iter().flat_map(|subs| subs.certificate.iter());
    let subs: Vec<_> = subs.map(|sub| sub.as_slice()).collect();
    let chain = call.verify(request.edition(), ChainRole::Contract, &chain.certificate, &subs)?;
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
    let kept = by_digest(request);
    let next = match store.reply(&kept.key).await? {
        Some(reply) => Next::Replay(reply.response),
        None => Next::Deliver(None, 0),
    };
    Ok(Order { kept, contract, next })
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
    let lasts = Delivery::read(&data.body).is_some_and(|delivery| {
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
    (contract, remaining): (&Contract, u8),
    car: &Certificate,
    kept: Kept,
) -> Result<Reply, Problem> {
    let delivery = provisioner.issue(
        &contract.evcoid,
        car,
        contract.not_after,
        call.now,
        &call.service.rng,
    )?;
    let exi = provisioner.answer(request, &delivery, remaining, call.now, &call.service.rng)?;
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
    Ok(submit(call, changes, vec![event], kept, exi).await?)
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
        let body = delivery.to_octets();
        let (receiver, created) = (receiver(key), call.now);
        let data = ContractData { evcoid, pcid, receiver, body, certificate: id.clone(), created };
        changes.push(Change::PutContractData(data));
    }
    Ok(changes)
}

async fn submit(
    call: &Call,
    changes: Vec<Change>,
    events: Vec<Event>,
    Kept { key, digest }: Kept,
    exi: Vec<u8>,
) -> Result<Reply, StoreError> {
    let reply = Reply::ok(EXI, exi);
    let expires = call.now.saturating_add(KEYS_LAST);
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

/// How often an answer is tried whose place another one took.
const TRIES: usize = 8;
