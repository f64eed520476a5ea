//! The root pool.

use pki::Certificate;
use pki::chain::{Anchors, RootKind};

use super::vehicles::certificate;
use super::*;
use crate::store::{self, Change, Event};

/// `PUT rootCerts`
pub(super) async fn put(call: Call) -> Result<Reply, Problem> {
    let upload: RootUpload = call.json()?;
    let der = upload.certificate.0;
    let root = certificate(&der)?;
    let kind = match upload.root_type {
        RootType::Mo => (RootKind::Mo, store::RootKind::Mo),
        RootType::V2g => (RootKind::V2g, store::RootKind::V2g),
        RootType::Oem => (RootKind::Oem, store::RootKind::Oem),
        RootType::Pe => (RootKind::PrivateOperator, store::RootKind::PrivateEnvironment),
    };
    Anchors::new()
        .add(kind.0, &der)
        .map_err(|error| Problem::new(Code::CertificateChain, error))?;
    if root.not_after() < call.now {
        return Err(Problem::new(Code::CertificateExpired, "the root's time is over"));
    }
    let record = record(&root, kind.1, call.principal()?.owner());
    let known = call.service.store.root(&record.id).await?.is_some();
    let status = if known { StatusCode::OK } else { StatusCode::CREATED };
    let reply = Reply::json(status, &document(&record))?;
    let event = event("root.cert.added", &record.id);
    let reply = call.commit([Change::PutRoot(record)], [event], reply).await?;
    call.service.reload_roots().await?;
    Ok(reply)
}

/// `GET rootCerts`
pub(super) async fn list(call: Call) -> Result<Reply, Problem> {
    let roots = call.service.store.roots().await?;
    let root_certificates = roots.iter().map(document).collect();
    Reply::json(StatusCode::OK, &Roots { root_certificates })
}

/// `GET rootCerts/{id}`
pub(super) async fn get(call: Call) -> Result<Reply, Problem> {
    Reply::json(StatusCode::OK, &document(&known(&call).await?))
}

/// `DELETE rootCerts/{id}`
pub(super) async fn delete(call: Call) -> Result<Reply, Problem> {
    let id = known(&call).await?.id;
    let event = event("root.cert.revoked", &id);
    let reply = call.commit([Change::RemoveRoot { id }], [event], Reply::empty()).await?;
    call.service.reload_roots().await?;
    Ok(reply)
}

async fn known(call: &Call) -> Result<store::Root, Problem> {
    let id = call.parameter("id")?;
    let unknown = || Problem::new(Code::NotFound, format!("no root {id} is in the pool"));
    call.service.store.root(id).await?.ok_or_else(unknown)
}

fn record(root: &Certificate, kind: store::RootKind, owner: Option<String>) -> store::Root {
    store::Root {
        id: store::Root::id_of(root.der()),
        kind,
        subject: root.subject().to_string(),
        der: root.der().to_vec(),
        not_after: root.not_after(),
        owner,
    }
}

fn event(kind: &str, id: &str) -> Event {
    let body = serde_json::json!({"event": kind, "rootCertId": id}).to_string();
    Event { kind: kind.to_owned(), body, owner: None }
}

fn document(root: &store::Root) -> Root {
    Root {
        id: root.id.clone(),
        subject: root.subject.clone(),
        certificate: Base64(root.der.clone()),
        root_type: match root.kind {
            store::RootKind::V2g => RootType::V2g,
            store::RootKind::Mo => RootType::Mo,
            store::RootKind::Oem => RootType::Oem,
            store::RootKind::PrivateEnvironment => RootType::Pe,
        },
        not_after: Moment(root.not_after),
    }
}
