//! What each change does to the rows, and what the audit log says of it. No database here.

mod certificates;
mod contracts;
mod pools;
mod prefetch;

use pki::revocation::{Reason, Revocation};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::change::{Change, Submission};
use super::error::Refusal;
use super::model::{Parcel, Response};
use super::rows::{Rows, Stop};
use crate::audit::SEALED;

pub(super) use prefetch::prefetch;

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
            Change::CreateContract(contract) => self.create_contract(contract),
            Change::ImportContracts(contracts) => self.import_contracts(contracts),
            Change::BindContract { evcoid, pcid } => self.bind_contract(evcoid, pcid.as_ref()),
            Change::RenewContract { evcoid, certificate, not_after } => {
                self.renew_contract(evcoid, certificate, *not_after)
            }
            Change::SuspendContract { evcoid, reason } => self.suspend_contract(evcoid, reason),
            Change::ResumeContract { evcoid } => self.resume_contract(evcoid),
            Change::RevokeContract { evcoid, why, revocation } => {
                self.revoke_contract(evcoid, why, *revocation)
            }
            Change::ExpireContract { evcoid } => self.expire_contract(evcoid),
            Change::RemoveContract { evcoid } => self.remove_contract(evcoid),
            Change::PreferContract { evcoid } => self.prefer_contract(evcoid),
            Change::PutContractData(data) => self.put_contract_data(data),
            Change::RemoveContractData { evcoid, pcid } => self.remove_contract_data(evcoid, pcid),
            Change::PutAuthority(authority) => self.put_authority(authority),
            Change::RetireAuthority { name } => self.retire_authority(name),
            Change::PublishCrl(crl) => self.publish_crl(crl),
            Change::PutProvisioning(provisioning) => self.put_provisioning(provisioning),
            Change::RevokeProvisioning { pcid, reason } => self.revoke_provisioning(pcid, reason),
            Change::RemoveProvisioning { pcid } => self.remove_provisioning(pcid),
            Change::PutRoot(root) => self.put_root(root),
            Change::RemoveRoot { id } => self.remove_root(id),
            Change::PutEndpoint(endpoint) => self.put_endpoint(endpoint),
            Change::RemoveEndpoint { id } => self.remove_endpoint(id),
            Change::AddClient(client) => self.add_client(client),
            Change::RevokeClient { id } => self.revoke_client(id),
            Change::Seal(seal) => done(SEALED, seal.head.to_string(), seal.detail()),
        }
    }
}

fn done(
    action: &'static str,
    object: impl Into<String>,
    detail: Value,
) -> Result<Option<Entry>, Stop> {
    Ok(Some(Entry { action, object: object.into(), detail }))
}

fn revocation_detail(revocation: Revocation) -> Value {
    json!({ "at": revocation.at, "reason": revocation.reason.map(Reason::code) })
}

fn sha256(octets: &[u8]) -> String {
    hex::encode(digest(&SHA256, octets))
}
