//! What stands between a socket and rustls: the hello filter, and a tap that sees the octets on the wire.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use v2g_tls::HelloFilter;

/// Who sent octets, seen from this end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    Ours,
    Theirs,
}

/// Sees the octets of a connection as they are on the wire.
#[derive(Clone)]
pub struct Tap(Arc<See>);

type See = dyn Fn(Side, &[u8]) + Send + Sync;

impl Tap {
    pub fn new(see: impl Fn(Side, &[u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(see))
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tap")
    }
}

/// A stream with a tap, if there is one.
#[derive(Debug)]
pub struct Wiretap<S> {
    pub(crate) socket: S,
    tap: Option<Tap>,
}

impl<S> Wiretap<S> {
    pub fn new(socket: S, tap: Option<Tap>) -> Self {
        Self { socket, tap }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wiretap<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(cx, buf))?;
        if let (Some(tap), Some(new @ [_, ..])) = (&self.tap, buf.filled().get(before..)) {
            (tap.0)(Side::Theirs, new);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wiretap<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let n = ready!(Pin::new(&mut self.socket).poll_write(cx, bytes))?;
        if let (Some(tap), Some(sent @ [_, ..])) = (&self.tap, bytes.get(..n)) {
            (tap.0)(Side::Ours, sent);
        }
        Poll::Ready(Ok(n))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

/// A stream with a [`HelloFilter`]: what tokio-rustls is given instead of the socket.
#[derive(Debug)]
pub(crate) struct Filtered<S> {
    socket: S,
    filter: HelloFilter,
    /// From the peer, not yet taken by rustls.
    received: Vec<u8>,
    /// From rustls, not yet taken by the socket.
    unsent: Vec<u8>,
}

impl<S> Filtered<S> {
    pub(crate) fn new(socket: S) -> Self {
        Self { socket, filter: HelloFilter::default(), received: Vec::new(), unsent: Vec::new() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Filtered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.received.is_empty() {
            if self.filter.inbound_is_through() {
                return Pin::new(&mut self.socket).poll_read(cx, buf);
            }
            let mut bytes = [0; 4096];
            let mut part = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut self.socket).poll_read(cx, &mut part))?;
            if part.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.received = self.filter.inbound(part.filled()).map_err(io::Error::other)?;
        }
        // At most as long as `received`.
        let n = self.received.len().min(buf.remaining());
        buf.put_slice(&self.received[..n]);
        self.received.drain(..n);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Filtered<S> {
    fn poll_unsent(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.unsent.is_empty() {
            let n = ready!(Pin::new(&mut self.socket).poll_write(cx, &self.unsent))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unsent.drain(..n);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Filtered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_unsent(cx))?;
        if self.filter.outbound_is_through() {
            return Pin::new(&mut self.socket).poll_write(cx, bytes);
        }
        self.unsent = self.filter.outbound(bytes).map_err(io::Error::other)?;
        match self.poll_unsent(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            // Taken; what the socket did not take goes out with the next write or flush.
            _ => Poll::Ready(Ok(bytes.len())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_unsent(cx))?;
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_unsent(cx))?;
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
