//! The service over HTTP. One table of routes (`routes::table`) is what the server serves and what its description says.

mod access;
mod call;
mod credentials;
mod dispatch;
pub mod documents;
mod failures;
mod limits;
mod lists;
mod metrics;
mod openapi;
mod problem;
mod reply;
mod request_id;
mod route;
mod routes;
mod server;
mod service;
mod tls;
mod upkeep;

pub use access::{Access, NoRole, Principal, Role};
pub use call::Call;
pub use credentials::Token;
pub use dispatch::router;
pub use problem::{Code, Problem};
pub use reply::Reply;
pub use route::{Answer, Base, Content, Form, Handler, Parameter, Route, SchemaOf};
pub use server::{Peer, serve};
pub use service::{Authority, Clock, Desk, DeskError, Limits, Paths, Service, Terms};
pub use tls::{TlsError, tls};
pub use upkeep::upkeep;
