//! Sockets: SECC discovery, the TCP listener and connector, TLS; HTTP to back ends.

pub mod discovery;
mod filtered;
pub mod http;
mod interface;
pub mod sdp;
mod tcp;
mod tls;

pub use filtered::{Side, Tap, Wiretap};
pub use interface::Interface;
pub use tcp::{connect, listen};
pub use tls::{TlsError, accept_tls, connect_tls, load_chain, tls_client, tls_server};

pub use v2g_tls::{Need, Negotiated, SeccChain, Staple, Strictness};

use tokio::io::{AsyncRead, AsyncWrite};

/// A TCP or TLS connection.
pub trait Connection: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Connection for S {}
