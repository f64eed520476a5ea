use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::{Service, router};

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// The certificate that it proved to have in the TLS handshake, in DER.
    pub certificate: Option<Vec<u8>>,
}

/// Serves connections until `stop` is ready, then lets requests end that are under way, for as long as the limits say.
///
/// With `tls` everything is HTTP over TLS; without it, plain HTTP.
pub async fn serve(
    service: Arc<Service>,
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    stop: impl Future<Output = ()>,
) {
    let (graceful, router) = (GracefulShutdown::new(), router(Arc::clone(&service)));
    let places = Arc::new(Semaphore::new(service.limits.connections));
    let tls = tls.map(TlsAcceptor::from);
    let mut stop = std::pin::pin!(stop);
    loop {
        // A place first: who finds none waits in the queue of the listener.
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                log::warn!("no connection accepted: {error}");
                // Out of file descriptors, most likely; others will end.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (router, service, tls) = (router.clone(), Arc::clone(&service), tls.clone());
        let watcher = graceful.watcher();
        tokio::spawn(async move {
            let _place = place;
            let header_timeout = service.limits.header_timeout;
            if let Err(error) =
                connection(stream, address, tls, router, header_timeout, watcher).await
            {
                log::debug!("connection of {address}: {error}");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(service.limits.shutdown, graceful.shutdown()).await.is_err() {
        log::warn!("requests were cut off after {:?}", service.limits.shutdown);
    }
}

async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    header_timeout: Duration,
    watcher: Watcher,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let Some(tls) = tls else {
        let peer = Peer { address, certificate: None };
        return requests(stream, peer, router, header_timeout, watcher).await;
    };
    let stream = tokio::time::timeout(header_timeout, tls.accept(stream)).await??;
    let certificates = stream.get_ref().1.peer_certificates();
    let certificate = certificates.and_then(|chain| chain.first()).map(|leaf| leaf.to_vec());
    requests(stream, Peer { address, certificate }, router, header_timeout, watcher).await
}

async fn requests(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    router: Router,
    header_timeout: Duration,
    watcher: Watcher,
) -> io::Result<()> {
    let peer = Arc::new(peer);
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Arc::clone(&peer));
        router.call(request)
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(header_timeout).max_buf_size(MAX_BUFFER);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    watcher.watch(connection).await.map_err(io::Error::other)
}

/// Most octets of a request's head.
const MAX_BUFFER: usize = 32 * 1024;
