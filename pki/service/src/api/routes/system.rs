//! What operators of the service itself want to know.

use super::*;

/// `GET /health`: the process answers.
pub(super) async fn health(_: Call) -> Result<Reply, Problem> {
    let (status, version) = ("ok".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
    Reply::json(StatusCode::OK, &Health { status, version })
}

/// `GET /ready`: so does the database.
pub(super) async fn ready(call: Call) -> Result<Reply, Problem> {
    call.service.store.audit_head().await?;
    health(call).await
}

/// `GET /metrics`
pub(super) async fn metrics(call: Call) -> Result<Reply, Problem> {
    Ok(Reply::ok(TEXT, call.service.metrics.to_text()))
}

/// `GET /openapi.json`
pub(super) async fn description(call: Call) -> Result<Reply, Problem> {
    Ok(Reply::ok(JSON, call.service.description().to_owned()))
}
