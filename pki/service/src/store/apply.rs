//! What each change does to the rows, and what the audit log says of it. No database here.

use pki::revocation::{Reason, Revocation};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::change::{Change, Submission};
use super::error::{Refusal, What};
use super::model::{
    Certificate, CertificateId, CertificateState, Contract, ContractData, ContractState, Parcel,
    Provisioning, ProvisioningState, Response,
};
use super::rows::{Rows, Stop, wrong_state};
use crate::audit::{ISSUED, SEALED};
use pki::Evcoid;

/// What the audit log says of one change.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) action: &'static str,
    pub(super) object: String,
    pub(super) detail: Value,
}

/// How a submission ended in memory.
#[derive(Debug, PartialEq)]
pub(super) enum Applied {
    Entries(Vec<Entry>),
    Replayed(Response),
}

/// Has the rows read that a submission will surely need.
pub(super) fn prefetch(submission: &Submission, rows: &mut Rows) {
    if let Some(reply) = &submission.reply {
        rows.replies.want(&reply.key);
    }
    for change in &submission.changes {
        match change {
            Change::PutAuthority(authority) => rows.authorities.want(&authority.name),
            Change::RetireAuthority { name } => rows.authorities.want(name),
            Change::IssueCertificate(certificate) => {
                rows.authorities.want(&certificate.id.authority);
                rows.certificates.want(certificate.id.to_string());
            }
            Change::DeliverCertificate(id)
            | Change::RevokeCertificate { id, .. }
            | Change::ReleaseCertificate(id)
            | Change::ExpireCertificate(id) => rows.certificates.want(id.to_string()),
            Change::PutProvisioning(Provisioning { pcid, .. })
            | Change::RevokeProvisioning { pcid, .. }
            | Change::RemoveProvisioning { pcid } => rows.provisionings.want(pcid),
            Change::CreateContract(contract) => want_all_forms(contract, rows),
            Change::ImportContracts(contracts) => {
                contracts.iter().for_each(|contract| want_all_forms(contract, rows));
            }
            Change::BindContract { evcoid, .. }
            | Change::SuspendContract { evcoid, .. }
            | Change::ResumeContract { evcoid }
            | Change::RevokeContract { evcoid, .. }
            | Change::RemoveContract { evcoid }
            | Change::PreferContract { evcoid }
            | Change::ExpireContract { evcoid } => rows.contracts.want(evcoid.stem()),
            Change::RenewContract { evcoid, certificate, .. } => {
                rows.contracts.want(evcoid.stem());
                rows.certificates.want(certificate.to_string());
            }
            Change::PutContractData(data) => {
                rows.contracts.want(data.evcoid.stem());
                rows.contract_data.want(ContractData::key_of(&data.evcoid, &data.pcid));
            }
            Change::RemoveContractData { evcoid, pcid } => {
                rows.contract_data.want(ContractData::key_of(evcoid, pcid));
            }
            Change::PutRoot(root) => rows.roots.want(&root.id),
            Change::RemoveRoot { id } => rows.roots.want(id),
            Change::PutEndpoint(endpoint) => rows.endpoints.want(&endpoint.id),
            Change::RemoveEndpoint { id } => rows.endpoints.want(id),
            Change::AddClient(client) => rows.clients.want(&client.id),
            Change::RevokeClient { id } => rows.clients.want(id),
            Change::PublishCrl(crl) => {
                rows.authorities.want(&crl.authority);
                rows.crls.want(&crl.authority);
            }
            Change::Seal(_) => {}
        }
    }
}

/// Does a submission; `seq` is the number that its first audit record will have.
pub(super) fn apply(submission: &Submission, seq: u64, rows: &mut Rows) -> Result<Applied, Stop> {
    if let Some(reply) = &submission.reply {
        if let Some(kept) = rows.replies.find(&reply.key)?
            && submission.now <= kept.expires
        {
            return if kept.digest == reply.digest {
                Ok(Applied::Replayed(kept.response.clone()))
            } else {
                Err(Refusal::ReplyConflict(reply.key.clone()).into())
            };
        }
        rows.replies.put(reply.clone())?;
    }
    let mut entries = Vec::new();
    for change in &submission.changes {
        let mut step = Step { now: submission.now, seq: seq + count(&entries), rows };
        entries.extend(step.change(change)?);
    }
    announce(submission, seq, rows)?;
    Ok(Applied::Entries(entries))
}

fn count(entries: &[Entry]) -> u64 {
    u64::try_from(entries.len()).unwrap_or(u64::MAX)
}

/// Puts a message for every endpoint that wants to know into the outbox.
fn announce(submission: &Submission, seq: u64, rows: &mut Rows) -> Result<(), Stop> {
    let mut parcels = Vec::new();
    for event in &submission.events {
        for endpoint in rows.endpoints.all().into_iter().filter(|one| one.wants(event)) {
            parcels.push(Parcel {
                id: format!("{seq:015}.{:05}", parcels.len()),
                endpoint: endpoint.id.clone(),
                kind: event.kind.clone(),
                body: event.body.clone(),
                created: submission.now,
                attempts: 0,
                due: submission.now,
                trouble: None,
            });
        }
    }
    parcels.into_iter().try_for_each(|parcel| rows.parcels.put(parcel))
}

/// One change, at its place in the log.
struct Step<'a> {
    now: i64,
    seq: u64,
    rows: &'a mut Rows,
}

impl Step<'_> {
    /// What goes on record; nothing if nothing changed.
    fn change(&mut self, change: &Change) -> Result<Option<Entry>, Stop> {
        match change {
            Change::IssueCertificate(certificate) => self.issue(certificate),
            Change::DeliverCertificate(id) => self.deliver(id),
            Change::RevokeCertificate { id, revocation } => self.revoke(id, *revocation),
            Change::ReleaseCertificate(id) => self.release(id),
            Change::ExpireCertificate(id) => self.expire_certificate(id),
            Change::CreateContract(contract) => {
                self.create(contract)?;
                done("contract.created", contract.evcoid.to_string(), contract_detail(contract))
            }
            Change::ImportContracts(contracts) => self.import(contracts),
            Change::BindContract { evcoid, pcid } => self.contract(evcoid, |contract, seq| {
                contract.pcid.clone_from(pcid);
                contract.preferred = seq;
                Ok(("contract.bound", json!({ "pcid": pcid })))
            }),
            Change::RenewContract { evcoid, certificate, not_after } => {
                self.rows.certificates.require(&certificate.to_string())?;
                self.contract(evcoid, |contract, _| {
                    let detail =
                        json!({ "certificate": certificate.to_string(), "not_after": not_after });
                    contract.certificate = Some(certificate.clone());
                    contract.not_after = *not_after;
                    contract.state = match contract.state {
                        ContractState::Revoked => return Err(ContractState::Revoked),
                        ContractState::Suspended => ContractState::Suspended,
                        ContractState::Active | ContractState::Expired => ContractState::Active,
                    };
                    Ok(("contract.renewed", detail))
                })
            }
            Change::SuspendContract { evcoid, reason } => self.contract(evcoid, |contract, _| {
                contract.turn(&[ContractState::Active], ContractState::Suspended)?;
                contract.reason = Some(reason.clone());
                Ok(("contract.suspended", json!({ "reason": reason })))
            }),
            Change::ResumeContract { evcoid } => self.contract(evcoid, |contract, _| {
                contract.turn(&[ContractState::Suspended], ContractState::Active)?;
                contract.reason = None;
                Ok(("contract.resumed", Value::Null))
            }),
            Change::RevokeContract { evcoid, why, revocation } => {
                self.revoke_contract(evcoid, why, *revocation)
            }
            Change::ExpireContract { evcoid } => self.contract(evcoid, |contract, _| {
                let from = [ContractState::Active, ContractState::Suspended];
                contract.turn(&from, ContractState::Expired)?;
                Ok(("contract.expired", json!({ "not_after": contract.not_after })))
            }),
            Change::RemoveContract { evcoid } => {
                let contract = self.rows.contracts.require(evcoid.stem())?;
                self.rows.contracts.remove(evcoid.stem());
                done("contract.removed", contract.evcoid.to_string(), Value::Null)
            }
            Change::PreferContract { evcoid } => {
                if self.rows.contracts.require(evcoid.stem())?.pcid.is_none() {
                    return Err(Refusal::Unbound(evcoid.to_string()).into());
                }
                self.contract(evcoid, |contract, seq| {
                    contract.preferred = seq;
                    Ok(("contract.preferred", json!({ "pcid": contract.pcid })))
                })
            }
            Change::PutContractData(data) => self.put_contract_data(data),
            Change::RemoveContractData { evcoid, pcid } => {
                let key = ContractData::key_of(evcoid, pcid);
                self.rows.contract_data.require(&key)?;
                self.rows.contract_data.remove(&key);
                done("contract_data.removed", key, Value::Null)
            }
            Change::PutProvisioning(provisioning) => self.put_provisioning(provisioning),
            Change::RevokeProvisioning { pcid, reason } => {
                let mut provisioning = self.rows.provisionings.require(pcid)?;
                if provisioning.state == ProvisioningState::Revoked {
                    return Err(wrong_state(What::Provisioning, pcid, "revoked"));
                }
                provisioning.state = ProvisioningState::Revoked;
                provisioning.changed = self.now;
                provisioning.reason = Some(reason.clone());
                self.rows.provisionings.put(provisioning)?;
                done("provisioning.revoked", pcid, json!({ "reason": reason }))
            }
            Change::RemoveProvisioning { pcid } => {
                self.rows.provisionings.require(pcid)?;
                self.rows.provisionings.remove(pcid);
                done("provisioning.removed", pcid, Value::Null)
            }
            _ => self.administer(change),
        }
    }

    /// Changes of what stands around contracts and certificates.
    fn administer(&mut self, change: &Change) -> Result<Option<Entry>, Stop> {
        match change {
            Change::PutAuthority(authority) => {
                if self.rows.authorities.find(&authority.name)? == Some(authority) {
                    return Ok(None);
                }
                self.rows.authorities.put(authority.clone())?;
                let detail = json!({
                    "kind": authority.kind, "subject": authority.subject,
                    "not_before": authority.not_before, "not_after": authority.not_after,
                    "sha256": sha256(&authority.certificate),
                });
                done("authority.put", &authority.name, detail)
            }
            Change::RetireAuthority { name } => {
                let mut authority = self.rows.authorities.require(name)?;
                if authority.retired.is_some() {
                    return Err(wrong_state(What::Authority, name, "retired"));
                }
                authority.retired = Some(self.now);
                self.rows.authorities.put(authority)?;
                done("authority.retired", name, Value::Null)
            }
            Change::PublishCrl(crl) => {
                self.rows.authorities.require(&crl.authority)?;
                let current = self.rows.crls.find(&crl.authority)?.map_or(0, |last| last.number);
                if crl.number <= current {
                    return Err(Refusal::CrlNumber { current }.into());
                }
                self.rows.crls.put(crl.clone())?;
                let detail = json!({
                    "number": crl.number, "this_update": crl.this_update,
                    "next_update": crl.next_update, "sha256": sha256(&crl.der),
                });
                done("crl.published", &crl.authority, detail)
            }
            Change::PutRoot(root) => {
                if self.rows.roots.find(&root.id)? == Some(root) {
                    return Ok(None);
                }
                self.rows.roots.put(root.clone())?;
                let detail = json!({
                    "kind": root.kind.name(), "subject": root.subject, "not_after": root.not_after,
                    "owner": root.owner,
                });
                done("root.put", &root.id, detail)
            }
            Change::RemoveRoot { id } => {
                self.rows.roots.require(id)?;
                self.rows.roots.remove(id);
                done("root.removed", id, Value::Null)
            }
            Change::PutEndpoint(endpoint) => {
                self.rows.endpoints.put(endpoint.clone())?;
                let detail = json!({
                    "url": endpoint.url, "events": endpoint.events, "owner": endpoint.owner,
                });
                done("endpoint.put", &endpoint.id, detail)
            }
            Change::RemoveEndpoint { id } => {
                self.rows.endpoints.require(id)?;
                self.rows.endpoints.remove(id);
                done("endpoint.removed", id, Value::Null)
            }
            Change::AddClient(client) => {
                self.rows.clients.forbid(&client.id)?;
                self.rows.clients.put(client.clone())?;
                let detail = json!({
                    "name": client.name, "kind": client.kind.name(), "roles": client.roles,
                    "party": client.party, "expires": client.expires,
                });
                done("client.added", &client.id, detail)
            }
            Change::RevokeClient { id } => {
                let mut client = self.rows.clients.require(id)?;
                if client.revoked.is_some() {
                    return Err(wrong_state(What::Client, id, "revoked"));
                }
                client.revoked = Some(self.now);
                self.rows.clients.put(client)?;
                done("client.revoked", id, Value::Null)
            }
            Change::Seal(seal) => done(SEALED, seal.head.to_string(), seal.detail()),
            // Every other change is done above.
            _ => Ok(None),
        }
    }

    fn issue(&mut self, certificate: &Certificate) -> Result<Option<Entry>, Stop> {
        let authority = &certificate.id.authority;
        let issuer = self.rows.authorities.find(authority)?;
        match issuer.map(|issuer| issuer.retired) {
            None => {
                let key = authority.clone();
                return Err(Refusal::Missing { what: What::Authority, key }.into());
            }
            Some(Some(_)) => return Err(wrong_state(What::Authority, authority, "retired")),
            Some(None) => {}
        }
        let key = certificate.id.to_string();
        self.rows.certificates.forbid(&key)?;
        let filed = Certificate { changed: self.now, record: self.seq, ..certificate.clone() };
        self.rows.certificates.put(filed)?;
        let detail = json!({
            "kind": certificate.kind, "subject": certificate.subject,
            "evcoid": certificate.evcoid.as_ref().map(Evcoid::to_string), "pcid": certificate.pcid,
            "not_before": certificate.not_before, "not_after": certificate.not_after,
            "state": certificate.state.name(), "sha256": sha256(&certificate.der),
        });
        done(ISSUED, key, detail)
    }

    fn deliver(&mut self, id: &CertificateId) -> Result<Option<Entry>, Stop> {
        let mut certificate = self.rows.certificates.require(&id.to_string())?;
        match certificate.state {
            CertificateState::Issued | CertificateState::Delivered => {}
            state => return Err(wrong_state(What::Certificate, id.to_string(), state.name())),
        }
        certificate.state = CertificateState::Delivered;
        certificate.changed = self.now;
        self.rows.certificates.put(certificate)?;
        done("certificate.delivered", id.to_string(), Value::Null)
    }

    fn revoke(
        &mut self,
        id: &CertificateId,
        revocation: Revocation,
    ) -> Result<Option<Entry>, Stop> {
        let mut certificate = self.rows.certificates.require(&id.to_string())?;
        match certificate.state {
            CertificateState::Revoked(before) if before.is_final() => {
                return Err(wrong_state(What::Certificate, id.to_string(), "revoked"));
            }
            _ => {}
        }
        certificate.state = CertificateState::Revoked(revocation);
        certificate.changed = revocation.at;
        self.rows.certificates.put(certificate)?;
        done("certificate.revoked", id.to_string(), revocation_detail(revocation))
    }

    fn release(&mut self, id: &CertificateId) -> Result<Option<Entry>, Stop> {
        let mut certificate = self.rows.certificates.require(&id.to_string())?;
        match certificate.state {
            CertificateState::Revoked(revocation) if !revocation.is_final() => {}
            state => return Err(wrong_state(What::Certificate, id.to_string(), state.name())),
        }
        certificate.state = CertificateState::Delivered;
        certificate.changed = self.now;
        self.rows.certificates.put(certificate)?;
        done("certificate.released", id.to_string(), Value::Null)
    }

    fn expire_certificate(&mut self, id: &CertificateId) -> Result<Option<Entry>, Stop> {
        let mut certificate = self.rows.certificates.require(&id.to_string())?;
        match certificate.state {
            CertificateState::Issued | CertificateState::Delivered => {}
            state => return Err(wrong_state(What::Certificate, id.to_string(), state.name())),
        }
        certificate.state = CertificateState::Expired;
        certificate.changed = self.now;
        let detail = json!({ "not_after": certificate.not_after });
        self.rows.certificates.put(certificate)?;
        done("certificate.expired", id.to_string(), detail)
    }

    fn create(&mut self, contract: &Contract) -> Result<(), Stop> {
        self.rows.contracts.forbid(contract.evcoid.stem())?;
        for form in contract.evcoid.other_forms() {
            self.rows.contracts.forbid(form.stem())?;
        }
        let created = Contract { changed: self.now, preferred: self.seq, ..contract.clone() };
        self.rows.contracts.put(created)
    }

    fn import(&mut self, contracts: &[Contract]) -> Result<Option<Entry>, Stop> {
        let mut context = ring::digest::Context::new(&SHA256);
        for contract in contracts {
            self.create(contract)?;
            context.update(contract_detail(contract).to_string().as_bytes());
            context.update(b"\n");
        }
        let of = |contract: Option<&Contract>| contract.map(|one| one.evcoid.to_string());
        let detail = json!({
            "count": contracts.len(), "first": of(contracts.first()), "last": of(contracts.last()),
            "sha256": hex::encode(context.finish()),
        });
        done("contracts.imported", "", detail)
    }

    /// Changes one contract.
    fn contract(
        &mut self,
        evcoid: &Evcoid,
        change: impl FnOnce(&mut Contract, u64) -> Result<(&'static str, Value), ContractState>,
    ) -> Result<Option<Entry>, Stop> {
        let mut contract = self.rows.contracts.require(evcoid.stem())?;
        let name = contract.evcoid.to_string();
        let (action, detail) = change(&mut contract, self.seq)
            .map_err(|state| wrong_state(What::Contract, &name, state.name()))?;
        contract.changed = self.now;
        self.rows.contracts.put(contract)?;
        done(action, name, detail)
    }

    fn revoke_contract(
        &mut self,
        evcoid: &Evcoid,
        why: &str,
        revocation: Revocation,
    ) -> Result<Option<Entry>, Stop> {
        let certificate = self.rows.contracts.require(evcoid.stem())?.certificate;
        let mut revoked = None;
        if let Some(id) = certificate {
            let mut certificate = self.rows.certificates.require(&id.to_string())?;
            let is_final = matches!(
                certificate.state,
                CertificateState::Revoked(before) if before.is_final()
            );
            if !is_final {
                certificate.state = CertificateState::Revoked(revocation);
                certificate.changed = revocation.at;
                self.rows.certificates.put(certificate)?;
                revoked = Some(id.to_string());
            }
        }
        self.contract(evcoid, |contract, _| {
            if contract.state == ContractState::Revoked {
                return Err(contract.state);
            }
            contract.state = ContractState::Revoked;
            contract.reason = Some(why.to_owned());
            let mut detail = revocation_detail(revocation);
            if let Some(detail) = detail.as_object_mut() {
                detail.insert("why".to_owned(), why.into());
                detail.insert("certificate".to_owned(), revoked.into());
            }
            Ok(("contract.revoked", detail))
        })
    }

    fn put_contract_data(&mut self, data: &ContractData) -> Result<Option<Entry>, Stop> {
        let contract = self.rows.contracts.require(data.evcoid.stem())?;
        if contract.state == ContractState::Revoked {
            let name = data.evcoid.to_string();
            return Err(wrong_state(What::Contract, name, contract.state.name()));
        }
        self.rows.contract_data.put(data.clone())?;
        let detail = json!({
            "pcid": data.pcid, "certificate": data.certificate.to_string(),
            "receiver": hex::encode(data.receiver), "sha256": sha256(&data.body),
        });
        done("contract_data.put", data.evcoid.to_string(), detail)
    }

    fn put_provisioning(&mut self, provisioning: &Provisioning) -> Result<Option<Entry>, Stop> {
        let before = self.rows.provisionings.find(&provisioning.pcid)?;
        if before.is_some_and(|before| before.state == ProvisioningState::Revoked) {
            return Err(wrong_state(What::Provisioning, &provisioning.pcid, "revoked"));
        }
        let row = Provisioning { changed: self.now, ..provisioning.clone() };
        self.rows.provisionings.put(row)?;
        let detail = json!({
            "owner": provisioning.owner, "previous_pcid": provisioning.previous_pcid,
            "not_after": provisioning.not_after, "sha256": sha256(&provisioning.leaf),
        });
        done("provisioning.put", &provisioning.pcid, detail)
    }
}

impl Contract {
    /// Changes the state, if it is one of these.
    fn turn(&mut self, from: &[ContractState], to: ContractState) -> Result<(), ContractState> {
        if !from.contains(&self.state) {
            return Err(self.state);
        }
        self.state = to;
        Ok(())
    }
}

fn want_all_forms(contract: &Contract, rows: &mut Rows) {
    rows.contracts.want(contract.evcoid.stem());
    contract.evcoid.other_forms().for_each(|form| rows.contracts.want(form.stem()));
}

fn done(
    action: &'static str,
    object: impl Into<String>,
    detail: Value,
) -> Result<Option<Entry>, Stop> {
    Ok(Some(Entry { action, object: object.into(), detail }))
}

fn contract_detail(contract: &Contract) -> Value {
    json!({
        "evcoid": contract.evcoid.to_string(), "pcid": contract.pcid, "owner": contract.owner,
        "state": contract.state.name(), "not_after": contract.not_after,
        "certificate": contract.certificate.as_ref().map(CertificateId::to_string),
    })
}

fn revocation_detail(revocation: Revocation) -> Value {
    json!({ "at": revocation.at, "reason": revocation.reason.map(Reason::code) })
}

fn sha256(octets: &[u8]) -> String {
    hex::encode(digest(&SHA256, octets))
}
