//! The pool of cars' provisioning certificates.

use pki::chain::Role as ChainRole;
use pki::revocation::{Reason, Revocation};
use pki::{Certificate, Pcid};

use super::editions::{edition, namespace};
use super::*;
use crate::operator;
use crate::store::{CertificateState, Change, Event, Provisioning, ProvisioningState};

/// `PUT provCerts`
pub(super) async fn put(call: Call) -> Result<Reply, Problem> {
    let upload: VehicleUpload = call.json()?;
    let edition = edition(upload.xsd_msg_def_namespace.as_deref())?;
    call.serves(edition)?;
    let leaf = certificate(&upload.vehicle_certificate.0)?;
    let pcid = operator::pcid(&leaf)?;
    call.principal()?.owns(pcid.normal())?;
    let owner = call.principal()?.owner();
    let previous = upload.previous_pcid.as_deref().map(car).transpose()?;
    // The issuer first.
    let subs = [upload.sub_ca2_certificate, upload.sub_ca1_certificate];
    let subs: Vec<_> = subs.into_iter().flatten().map(|sub| sub.0).collect();
    let chain = call.verify(edition, ChainRole::OemProvisioning, leaf.der(), &subs)?;
    operator::receiver(edition, &leaf).map_err(|error| Problem::new(Code::Profile, error))?;
    if let Some(id) = call.issued_here(&leaf)
        && let Some(issued) = call.service.store.certificate(&id).await?
        && let CertificateState::Revoked(revocation) = issued.state
    {
        return Err(Problem::new(Code::CertificateRevoked, revocation));
    }
    let known = call.service.store.provisioning(pcid.normal()).await?;
    if known.as_ref().is_some_and(|known| namespace(&known.leaf) != namespace(leaf.der())) {
        let why = format!("{pcid} is in the pool with a certificate of the other edition");
        return Err(Problem::new(Code::ProvisioningTaken, why));
    }
    let record = Provisioning {
        pcid: pcid.normal().to_owned(),
        leaf: leaf.der().to_vec(),
        subs,
        roots: upload.v2g_root_authority_key_identifiers,
        owner: known.as_ref().map_or_else(|| owner, |known| known.owner.clone()),
        previous_pcid: previous.map(|pcid| pcid.normal().to_owned()),
        not_after: chain.not_after(),
        state: ProvisioningState::Active,
        changed: call.now,
        reason: None,
    };
    let (status, kind) = match known {
        None => (StatusCode::CREATED, "oem.prov.cert.created"),
        Some(_) => (StatusCode::OK, "oem.prov.cert.updated"),
    };
    let reply = Reply::json(status, &document(&record))?;
    let event = event(kind, pcid.normal());
    call.commit([Change::PutProvisioning(record)], [event], reply).await
}

/// `GET provCerts/{pcid}`
pub(super) async fn get(call: Call) -> Result<Reply, Problem> {
    Reply::json(StatusCode::OK, &document(&known(&call).await?))
}

/// `GET lookupVehicle/{pcid}`
pub(super) async fn look_up(call: Call) -> Result<Reply, Problem> {
    let pcid = car(call.parameter("pcid")?)?;
    let found = call.service.store.provisioning(pcid.normal()).await?;
    let found = found.ok_or_else(|| unknown(&pcid))?;
    let state = found.state.name().to_owned();
    Reply::json(StatusCode::OK, &VehicleFound { pcid: found.pcid, state })
}

/// `DELETE provCerts/{pcid}`
pub(super) async fn delete(call: Call) -> Result<Reply, Problem> {
    let vehicle = known(&call).await?;
    call.principal()?.owns(&vehicle.pcid)?;
    let event = event("oem.prov.cert.deleted", &vehicle.pcid);
    let change = Change::RemoveProvisioning { pcid: vehicle.pcid };
    call.commit([change], [event], Reply::empty()).await
}

/// `POST provCerts/{pcid}/revoke`
pub(super) async fn revoke(call: Call) -> Result<Reply, Problem> {
    let vehicle = known(&call).await?;
    call.principal()?.owns(&vehicle.pcid)?;
    let mut changes = Vec::new();
    let issued = Certificate::parse(&vehicle.leaf).ok().and_then(|leaf| call.issued_here(&leaf));
    if let Some(id) = issued
        && let Some(issued) = call.service.store.certificate(&id).await?
        && !matches!(issued.state, CertificateState::Revoked(_))
    {
        let revocation = Revocation { at: call.now, reason: Some(Reason::CessationOfOperation) };
        changes.push(Change::RevokeCertificate { id, revocation });
    }
    let event = event("oem.prov.cert.revoked", &vehicle.pcid);
    let reason = "by the car maker".to_owned();
    changes.push(Change::RevokeProvisioning { pcid: vehicle.pcid, reason });
    call.commit(changes, [event], Reply::empty()).await
}

async fn known(call: &Call) -> Result<Provisioning, Problem> {
    let pcid = car(call.parameter("pcid")?)?;
    let found = call.service.store.provisioning(pcid.normal()).await?;
    found.ok_or_else(|| unknown(&pcid))
}

fn unknown(pcid: &Pcid) -> Problem {
    Problem::new(Code::UnknownPcid, format!("{pcid} is not in the pool"))
}

/// The identifier of a car.
pub(super) fn car(text: &str) -> Result<Pcid, Problem> {
    Pcid::parse(text).map_err(|error| Problem::new(Code::MalformedId, format!("{text:?}: {error}")))
}

/// A certificate of a client.
pub(super) fn certificate(der: &[u8]) -> Result<Certificate, Problem> {
    Certificate::parse(der).map_err(|error| Problem::new(Code::MalformedDer, error))
}

fn event(kind: &str, pcid: &str) -> Event {
    let body = serde_json::json!({"event": kind, "pcid": pcid}).to_string();
    Event { kind: kind.to_owned(), body, owner: None }
}

fn document(record: &Provisioning) -> Vehicle {
    Vehicle {
        pcid: record.pcid.clone(),
        vehicle_certificate: Base64(record.leaf.clone()),
        xsd_msg_def_namespace: namespace(&record.leaf).to_owned(),
        sub_ca_certificates: record.subs.iter().map(|sub| Base64(sub.clone())).collect(),
        v2g_root_authority_key_identifiers: record.roots.clone(),
        not_after: Moment(record.not_after),
        state: record.state.name().to_owned(),
    }
}
