//! Who is told of events.

use ring::rand::SecureRandom as _;

use super::*;
use crate::store::{self, Change};
use crate::webhook;

/// `POST endpoints`
pub(super) async fn create(call: Call) -> Result<Reply, Problem> {
    let order: EndpointOrder = call.json()?;
    webhook::check(&order.url, &call.service.desk.terms.webhook_hosts)
        .map_err(|why| Problem::new(Code::HostNotAllowed, why))?;
    let well_formed = |event: &String| (1..=64).contains(&event.len()) && event.is_ascii();
    if !(1..=32).contains(&order.events.len()) || !order.events.iter().all(well_formed) {
        return Err(Problem::new(Code::MalformedRequest, "1 to 32 kinds of events are wanted"));
    }
    let (mut id, mut secret) = ([0; 8], [0; 32]);
    let filled = call.service.rng.fill(&mut id).and_then(|()| call.service.rng.fill(&mut secret));
    filled.map_err(|_| Problem::new(Code::Internal, "no randomness"))?;
    let record = store::Endpoint {
        id: hex::encode(id),
        url: order.url,
        secret: hex::encode(secret).into_bytes(),
        events: order.events,
        owner: call.principal()?.owner(),
        created: call.now,
    };
    let secret = Some(hex::encode(secret));
    let reply = Reply::json(StatusCode::CREATED, &Endpoint { secret, ..document(&record) })?;
    call.commit([Change::PutEndpoint(record)], [], reply).await
}

/// `GET endpoints`
pub(super) async fn list(call: Call) -> Result<Reply, Problem> {
    let all = call.service.store.endpoints().await?;
    let own = all.iter().filter(|endpoint| is_own(&call, endpoint));
    Reply::json(StatusCode::OK, &Endpoints { endpoints: own.map(document).collect() })
}

/// `DELETE endpoints/{id}`
pub(super) async fn delete(call: Call) -> Result<Reply, Problem> {
    let id = call.parameter("id")?.to_owned();
    let found = call.service.store.endpoint(&id).await?;
    let found = found.filter(|endpoint| is_own(&call, endpoint));
    let found = found.ok_or_else(|| Problem::new(Code::NotFound, format!("no endpoint {id}")))?;
    call.commit([Change::RemoveEndpoint { id: found.id }], [], Reply::empty()).await
}

fn is_own(call: &Call, endpoint: &store::Endpoint) -> bool {
    let principal = call.principal.as_deref();
    principal.is_some_and(|own| own.has(Role::Admin) || own.owner() == endpoint.owner)
}

fn document(endpoint: &store::Endpoint) -> Endpoint {
    let store::Endpoint { id, url, events, .. } = endpoint.clone();
    Endpoint { id, url, events, secret: None }
}
