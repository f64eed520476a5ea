//! Revoking, and telling the world: OCSP and revocation lists.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pki::revocation::{
    CrlPlan, OcspRequest, Reason, Responder, ResponseStatus, Revocation, Status,
};

use super::super::service::{Authority, DAY};
use super::vehicles::certificate;
use super::*;
use crate::store::{self, CertificateId, CertificateState, Change, ProvisioningState, StoreError};

/// `POST certificates/revoke`
pub(super) async fn revoke(call: Call) -> Result<Reply, Problem> {
    let order: RevocationOrder = call.json()?;
    let id = match (order.certificate, order.authority, order.serial) {
        (Some(der), None, None) => {
            let certificate = certificate(&der.0)?;
            let unknown = || Problem::new(Code::UnknownCertificate, "it was not issued here");
            call.issued_here(&certificate).ok_or_else(unknown)?
        }
        (None, Some(authority), Some(serial)) => {
            let octets = serial_octets(&serial)?;
            if call.service.authority(&authority).is_none() {
                return Err(Problem::new(Code::UnknownAuthority, authority));
            }
            CertificateId::new(authority, &octets)
        }
        _ => {
            let detail = "either the certificate, or authority and serial, is wanted";
            return Err(Problem::new(Code::MalformedJson, detail));
        }
    };
    let found = call.service.store.certificate(&id).await?;
    let unknown = || Problem::new(Code::UnknownCertificate, format!("{id} was not issued here"));
    let found = found.ok_or_else(unknown)?;
    let identifier = found.evcoid.as_ref().map(|evcoid| evcoid.normal().to_owned());
    if let Some(identifier) = identifier.or_else(|| found.pcid.clone()) {
        call.principal()?.owns(&identifier)?;
    } else if !call.principal()?.has(Role::Admin) && call.principal()?.parties.is_some() {
        return Err(Problem::new(Code::ForeignParty, "the certificate is of no party"));
    }
    let revocation = Revocation { at: call.now, reason: reason(order.reason) };
    let mut changes = vec![Change::RevokeCertificate { id: id.clone(), revocation }];
    // A car whose certificate is revoked gets no contracts either.
    if found.evcoid.is_none()
        && let Some(pcid) = found.pcid
        && let Some(vehicle) = call.service.store.provisioning(&pcid).await?
        && vehicle.leaf == found.der
        && vehicle.state == ProvisioningState::Active
        && revocation.is_final()
    {
        let reason = "its certificate was revoked".to_owned();
        changes.push(Change::RevokeProvisioning { pcid, reason });
    }
    let body = serde_json::json!({
        "event": "certificate.revoked", "authority": id.authority, "serial": id.serial,
    });
    let kind = "certificate.revoked".to_owned();
    let event = store::Event { kind, body: body.to_string(), owner: None };
    let reply = call.commit(changes, [event], Reply::empty()).await?;
    call.service.lists.forget(&id.authority);
    Ok(reply)
}

fn serial_octets(text: &str) -> Result<Vec<u8>, Problem> {
    let padded = if text.len().is_multiple_of(2) { text.to_owned() } else { format!("0{text}") };
    let octets = hex::decode(padded).ok().filter(|octets| (1..=20).contains(&octets.len()));
    octets.ok_or_else(|| Problem::new(Code::MalformedJson, "serial: 1 to 40 hexadecimal digits"))
}

fn reason(reason: RevocationReason) -> Option<Reason> {
    Some(match reason {
        RevocationReason::Unspecified => return None,
        RevocationReason::KeyCompromise => Reason::KeyCompromise,
        RevocationReason::AffiliationChanged => Reason::AffiliationChanged,
        RevocationReason::Superseded => Reason::Superseded,
        RevocationReason::CessationOfOperation => Reason::CessationOfOperation,
        RevocationReason::CertificateHold => Reason::CertificateHold,
        RevocationReason::PrivilegeWithdrawn => Reason::PrivilegeWithdrawn,
    })
}

/// `POST /ocsp`
pub(super) async fn ocsp(call: Call) -> Result<Reply, Problem> {
    let body = call.body.clone();
    answer(&call, &body).await
}

/// `GET /ocsp/{request}` (RFC 6960 A.1)
pub(super) async fn ocsp_by_path(call: Call) -> Result<Reply, Problem> {
    let request = call.parameter("request")?;
    match STANDARD.decode(request) {
        Ok(request) => answer(&call, &request).await,
        Err(_) => Ok(said(pki::revocation::Reply::error(ResponseStatus::MalformedRequest))),
    }
}

async fn answer(call: &Call, octets: &[u8]) -> Result<Reply, Problem> {
    let error = |status| Ok(said(pki::revocation::Reply::error(status)));
    let Ok(request) = OcspRequest::parse(octets) else {
        return error(ResponseStatus::MalformedRequest);
    };
    let mut authorities = call.service.desk.authorities.iter();
    let authority = authorities
        .find(|authority| request.ids().iter().any(|id| id.is_of(authority.issuer.certificate())));
    let Some(authority) = authority else { return error(ResponseStatus::Unauthorized) };
    let issuer = authority.issuer.certificate();
    let mut states = HashMap::new();
    for id in request.ids().iter().filter(|id| id.is_of(issuer)).take(MOST_IDS) {
        let name = CertificateId::new(&authority.name, id.serial());
        let status = match call.service.store.certificate(&name).await {
            Ok(found) => found.map_or(Status::Unknown, |found| status(found.state)),
            Err(error_) => {
                log::error!("store: {error_}");
                return error(ResponseStatus::TryLater);
            }
        };
        states.insert(id.serial().to_vec(), status);
    }
    let states = |serial: &[u8]| states.get(serial).copied().unwrap_or(Status::Unknown);
    let lifetime = call.service.desk.terms.revocation_lifetime;
    let own = authority.issuer.issuer();
    let (reply, rng) = (&states, &call.service.rng);
    Ok(said(match &authority.responder {
        Some((certificate, signer)) => Responder::new(own.certificate, &**signer)
            .with_delegate(certificate)
            .with_lifetime(lifetime)
            .reply(octets, reply, call.now, rng),
        None => Responder::new(own.certificate, own.signer)
            .with_lifetime(lifetime)
            .reply(octets, reply, call.now, rng),
    }))
}

fn status(state: CertificateState) -> Status {
    match state {
        CertificateState::Revoked(revocation) => Status::Revoked(revocation),
        _ => Status::Good,
    }
}

fn said(reply: pki::revocation::Reply) -> Reply {
    Reply::ok(OCSP_RESPONSE, reply.der)
}

/// `GET /crl/{authority}`
pub(super) async fn list(call: Call) -> Result<Reply, Problem> {
    let name = call.parameter("authority")?;
    let name = name.strip_suffix(".crl").unwrap_or(name);
    let unknown = || Problem::new(Code::UnknownAuthority, name);
    let authority = call.service.authority(name).ok_or_else(unknown)?;
    let der = match call.service.lists.recent(name) {
        Some(der) => der,
        None => {
            let der = current(&call, authority).await?;
            call.service.lists.remember(name, der.clone());
            der
        }
    };
    Ok(Reply::ok(CRL, der))
}

/// The list as it should be now: the stored one if nothing was revoked since and it lasts, or else a new one.
async fn current(call: &Call, authority: &Authority) -> Result<Vec<u8>, Problem> {
    let (store, now) = (&call.service.store, call.now);
    let lifetime = call.service.desk.terms.revocation_lifetime.max(DAY / 24);
    for _ in 0..TRIES {
        let last = store.crl(&authority.name).await?;
        let revoked: Vec<_> = store.revoked(&authority.name, now).await?;
        let newest = revoked.iter().map(|certificate| certificate.changed).max();
        if let Some(last) = &last
            && last.next_update.saturating_sub(now) > lifetime / 2
            && newest.is_none_or(|newest| newest < last.this_update)
        {
            return Ok(last.der.clone());
        }
        let entry = |certificate: store::Certificate| match certificate.state {
            CertificateState::Revoked(revocation) => {
                let octets = hex::decode(padded(&certificate.id.serial)).ok()?;
                Some((content(octets), revocation))
            }
            _ => None,
        };
        let plan = CrlPlan {
            number: last.map_or(1, |last| last.number.saturating_add(1)),
            this_update: now,
            next_update: now.saturating_add(lifetime),
            revoked: revoked.into_iter().filter_map(entry).collect(),
        };
        let der = plan.issue(authority.issuer.issuer(), &call.service.rng)?;
        let record = store::Crl {
            authority: authority.name.clone(),
            number: plan.number,
            this_update: plan.this_update,
            next_update: plan.next_update,
            der: der.clone(),
        };
        let submission = store::Submission::new(now, call.actor());
        match store.commit(submission.with(Change::PublishCrl(record))).await {
            Ok(_) => return Ok(der),
            // Another node was faster.
            Err(StoreError::Refused(store::Refusal::CrlNumber { .. })) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::new(Code::Overloaded, "other nodes publish lists at the same time"))
}

fn padded(serial: &str) -> String {
    if serial.len().is_multiple_of(2) { serial.to_owned() } else { format!("0{serial}") }
}

/// The content of a positive INTEGER.
fn content(mut octets: Vec<u8>) -> Vec<u8> {
    if octets.first().is_none_or(|first| *first >= 0x80) {
        octets.insert(0, 0);
    }
    octets
}

/// Most certificates that one request is answered for.
const MOST_IDS: usize = 16;
const TRIES: usize = 3;
