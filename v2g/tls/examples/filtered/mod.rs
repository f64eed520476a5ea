//! A tokio stream with a `HelloFilter` inside: what tokio-rustls is to be given instead of the socket.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use v2g_tls::HelloFilter;

pub(crate) struct Filtered<S> {
    socket: S,
    pub(crate) filter: HelloFilter,
    /// From the peer, not yet taken by rustls.
    received: Vec<u8>,
    /// From rustls, not yet taken by the socket.
    unsent: Vec<u8>,
}

impl<S> Filtered<S> {
    pub(crate) fn new(socket: S) -> Self {
        let filter = HelloFilter::default();
        Self { socket, filter, received: Vec::new(), unsent: Vec::new() }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Filtered<S> {
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
            match self.filter.inbound(part.filled()) {
                Ok(bytes) => self.received = bytes,
                Err(error) => {
                    self.unsent.extend(error.alert());
                    let _ = self.poll_unsent(cx); // the error below is what counts
                    return Poll::Ready(Err(io::Error::other(error)));
                }
            }
        }
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
