//! Messages to those who want to be told of events: taken from the store's outbox, signed, posted, tried again.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::store::{Parcel, Store, StoreError, signature};

/// Sends messages to webhooks.
pub struct Courier {
    store: Store,
    hosts: Vec<String>,
    tls: Arc<ClientConfig>,
}

/// Whether messages may go to an address: `https` to a host of the list. Plain `http` goes to this machine only.
pub fn check(url: &str, hosts: &[String]) -> Result<(), String> {
    target(url, hosts).map(drop)
}

/// What is known of an address to which messages may go.
#[derive(Debug)]
struct Target {
    host: String,
    port: u16,
    tls: bool,
    uri: Uri,
}

fn target(url: &str, hosts: &[String]) -> Result<Target, String> {
    let uri: Uri = url.parse().map_err(|error| format!("no address: {error}"))?;
    let authority = uri.authority().ok_or("no host in the address")?;
    if authority.as_str().contains('@') {
        return Err("credentials have no place in the address".to_owned());
    }
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_lowercase();
    let near = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
    let tls = match uri.scheme_str() {
        Some("https") => true,
        Some("http") if near => false,
        _ => return Err("https is wanted".to_owned()),
    };
    if !hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(&host)) {
        return Err(format!("{host} is none of the hosts that the service allows"));
    }
    let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
    Ok(Target { host, port, tls, uri })
}

impl Courier {
    /// Sends to these hosts alone; `roots` in PEM are trusted instead of the system's.
    pub fn new(store: Store, hosts: Vec<String>, roots: Option<&str>) -> Result<Self, String> {
        let mut trusted = RootCertStore::empty();
        match roots {
            Some(pem) => {
                let ders = pki::pem::certificates(pem).map_err(|error| error.to_string())?;
                for der in ders {
                    trusted.add(der.into()).map_err(|error| error.to_string())?;
                }
            }
            None => {
                let system = rustls_native_certs::load_native_certs();
                let (_, ignored) = trusted.add_parsable_certificates(system.certs);
                if ignored > 0 {
                    log::debug!("{ignored} roots of the system cannot be used");
                }
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let tls = Arc::new(config.with_root_certificates(trusted).with_no_client_auth());
        Ok(Self { store, hosts, tls })
    }

    /// Sends what is due at `now` (seconds since 1970); tells how many messages were tried.
    pub async fn send_due(&self, now: i64) -> Result<usize, StoreError> {
        let parcels = self.store.take_parcels(now, LEASE, AT_ONCE).await?;
        let count = parcels.len();
        for parcel in parcels {
            self.send(parcel, now).await?;
        }
        Ok(count)
    }

    async fn send(&self, parcel: Parcel, now: i64) -> Result<(), StoreError> {
        let Some(endpoint) = self.store.endpoint(&parcel.endpoint).await? else {
            return self.store.parcel_done(&parcel.id).await;
        };
        let posted = self.post(&endpoint.url, &endpoint.secret, &parcel);
        let posted = tokio::time::timeout(PATIENCE, posted).await;
        let trouble = match posted.unwrap_or_else(|_| Err("no answer in time".to_owned())) {
            Ok(status) if status.is_success() => return self.store.parcel_done(&parcel.id).await,
            // It will not be taken later either.
            Ok(status) if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                return self.store.parcel_dropped(&parcel.id, status.as_str()).await;
            }
            Ok(status) => status.to_string(),
            Err(trouble) => trouble,
        };
        log::info!("message {} to endpoint {}: {trouble}", parcel.id, endpoint.id);
        // The attempt that was made counts already.
        let wait =
            usize::try_from(parcel.attempts).ok().and_then(|tries| WAITS.get(tries.max(1) - 1));
        match wait {
            Some(wait) => self.store.parcel_retry(&parcel.id, now + wait, &trouble).await,
            None => self.store.parcel_dropped(&parcel.id, &trouble).await,
        }
    }

    async fn post(&self, url: &str, secret: &[u8], parcel: &Parcel) -> Result<StatusCode, String> {
        // Checked again: the list of hosts may have become shorter.
        let target = target(url, &self.hosts)?;
        let address = (target.host.as_str(), target.port);
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        let path = target.uri.path_and_query().map_or("/", |path| path.as_str());
        let host = target.uri.authority().map_or("", |authority| authority.as_str());
        let request = Request::post(path)
            .header("host", host)
            .header("content-type", "application/json")
            .header("x-pnc-event", &parcel.kind)
            .header("x-pnc-delivery", &parcel.id)
            .header(SIGNATURE, signature(secret, parcel.body.as_bytes()))
            .header("x-hubject-signature", signature(secret, parcel.body.as_bytes()))
            .body(Full::new(Bytes::from(parcel.body.clone())))
            .map_err(|error| error.to_string())?;
        if !target.tls {
            return exchange(stream, request).await;
        }
        let name = ServerName::try_from(target.host).map_err(|error| error.to_string())?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        let stream = connector.connect(name, stream).await.map_err(|error| error.to_string())?;
        exchange(stream, request).await
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<StatusCode, String> {
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| error.to_string())?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request).await;
    // The body is nobody's interest.
    connection.abort();
    response.map(|response| response.status()).map_err(|error| error.to_string())
}

/// Header with the HMAC of the body.
pub const SIGNATURE: &str = "x-pnc-signature";

/// Seconds before another node may take over a message.
const LEASE: i64 = 120;
const AT_ONCE: u32 = 8;
const PATIENCE: Duration = Duration::from_secs(10);
/// Seconds between one attempt and the next.
const WAITS: [i64; 4] = [30, 600, 3600, 3600];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_go_only_where_the_service_allows() {
        let hosts = ["hooks.example.com".to_owned(), "127.0.0.1".to_owned()];
        for good in [
            "https://hooks.example.com/a?b=c",
            "https://HOOKS.example.com:8443",
            "http://127.0.0.1:9000/x",
        ] {
            assert_eq!(check(good, &hosts), Ok(()), "{good}");
        }
        for bad in [
            "http://hooks.example.com/",
            "https://hooks.example.com.evil.example/",
            "https://hooks.example.com@evil.example/",
            "https://localhost/",
            "ftp://127.0.0.1/",
            "/relative",
            "https://[::1]/",
            "no address",
        ] {
            assert!(check(bad, &hosts).is_err(), "{bad}");
        }
        assert!(check("https://hooks.example.com/", &[]).is_err());
    }
}
