//! A small HTTP client: one connection for each request, no redirects, answers of bounded length.
//!
//! Bound it in time from outside: dropping a call closes its connection.

use std::fmt;
use std::io;
use std::str::FromStr;
use std::sync::Arc;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::{Method, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::Connection;

/// Where a request goes: `http://` or `https://` with a host.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Url {
    uri: Uri,
    secure: bool,
    host: String,
    port: u16,
}

/// A text that names no place a request could go to.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0:?} is no URL with http or https, a host and no user")]
pub struct UrlError(String);

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let error = || UrlError(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| error())?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(error()),
        };
        let authority = uri.authority().ok_or_else(error)?;
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        if host.is_empty() || authority.as_str().contains('@') {
            return Err(error());
        }
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(Self { uri, secure, host, port })
    }
}

impl Url {
    /// Whether it names more than a host.
    pub fn has_path(&self) -> bool {
        self.uri.path() != "/" || self.uri.query().is_some()
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri.fmt(f)
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    url: Url,
    accept: Option<HeaderValue>,
    authorization: Option<HeaderValue>,
    body: Option<(HeaderValue, Vec<u8>)>,
}

impl Request {
    /// Asks for what is there.
    pub fn get(url: Url) -> Self {
        Self { url, accept: None, authorization: None, body: None }
    }

    /// Sends octets of a media type.
    pub fn post(url: Url, content_type: &'static str, octets: Vec<u8>) -> Self {
        let body = Some((HeaderValue::from_static(content_type), octets));
        Self { body, ..Self::get(url) }
    }

    /// The media type wanted.
    pub fn accept(mut self, media_type: &'static str) -> Self {
        self.accept = Some(HeaderValue::from_static(media_type));
        self
    }

    /// Who asks; never shown.
    pub fn bearer(mut self, token: &Token) -> Self {
        self.authorization = Some(token.0.clone());
        self
    }
}

/// A bearer token (RFC 6750); never shown.
#[derive(Clone, Debug)]
pub struct Token(HeaderValue);

/// A token that does not fit into a header.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a token has printable characters of ASCII alone, and no blanks")]
pub struct TokenError;

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        if text.is_empty() || !text.bytes().all(|octet| octet.is_ascii_graphic()) {
            return Err(TokenError);
        }
        let mut value = HeaderValue::from_str(&format!("Bearer {text}")).map_err(|_| TokenError)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }
}

/// What came back, whatever its status.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// 100 to 999.
    pub status: u16,
    /// Without parameters; empty if none was given.
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Reply {
    /// Whether the request was done (2xx).
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// Nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("{0} cannot be reached: {1}")]
    Connect(Url, io::Error),
    #[error("TLS with {0}: {1}")]
    Tls(Url, io::Error),
    #[error("{0} wants TLS, and no roots are set for it")]
    NoTls(Url),
    #[error("HTTP with {0}: {1}")]
    Exchange(Url, String),
    #[error("{url} answers with more than {limit} octets")]
    TooLong { url: Url, limit: usize },
}

/// Sends requests.
#[derive(Clone, Debug)]
pub struct Client {
    tls: Option<Arc<ClientConfig>>,
    limit: usize,
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Client {
    /// Speaks plain HTTP alone, until told otherwise; answers may have 1 MiB.
    pub fn new() -> Self {
        Self { tls: None, limit: 1 << 20 }
    }

    /// Speaks HTTPS, too: see [`tls`].
    pub fn tls(mut self, config: Arc<ClientConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// The longest answer taken, in octets.
    pub fn limit(mut self, octets: usize) -> Self {
        self.limit = octets;
        self
    }

    /// Asks, and gives back what comes with any status.
    pub async fn send(&self, request: Request) -> Result<Reply, HttpError> {
        let url = request.url.clone();
        let address = (&*url.host, url.port);
        let unreachable = |error| HttpError::Connect(url.clone(), error);
        let socket = TcpStream::connect(address).await.map_err(unreachable)?;
        socket.set_nodelay(true).map_err(unreachable)?;
        let stream: Box<dyn Connection> = match (&self.tls, url.secure) {
            (_, false) => Box::new(socket),
            (None, true) => return Err(HttpError::NoTls(url)),
            (Some(config), true) => {
                let failed = |error| HttpError::Tls(url.clone(), error);
                let name = ServerName::try_from(url.host.clone())
                    .map_err(|error| failed(io::Error::other(error)))?;
                let connector = TlsConnector::from(config.clone());
                Box::new(connector.connect(name, socket).await.map_err(failed)?)
            }
        };
        self.exchange(stream, request).await
    }

    async fn exchange(
        &self,
        stream: Box<dyn Connection>,
        request: Request,
    ) -> Result<Reply, HttpError> {
        let url = request.url.clone();
        let failed = |error: hyper::Error| HttpError::Exchange(url.clone(), error.to_string());
        let message = message(request).map_err(|why| HttpError::Exchange(url.clone(), why))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
        let exchange = async {
            let response = sender.send_request(message).await.map_err(failed)?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, self.limit).collect().await.map_err(|error| {
                match error.is::<LengthLimitError>() {
                    true => HttpError::TooLong { url: url.clone(), limit: self.limit },
                    false => HttpError::Exchange(url.clone(), error.to_string()),
                }
            })?;
            let content_type = head.headers.get(CONTENT_TYPE).and_then(|t| t.to_str().ok());
            let content_type = content_type.unwrap_or_default().split(';').next();
            Ok(Reply {
                status: head.status.as_u16(),
                content_type: content_type.unwrap_or_default().trim().to_ascii_lowercase(),
                body: body.to_bytes().into(),
            })
        };
        tokio::pin!(exchange);
        tokio::select! {
            biased;
            reply = &mut exchange => reply,
            // What the connection has brought before its end is still there.
            _ = connection => exchange.await,
        }
    }
}

fn message(request: Request) -> Result<hyper::Request<Full<Bytes>>, String> {
    let Request { url, accept, authorization, body } = request;
    let target = url.uri.path_and_query().map_or("/", |target| target.as_str());
    let host = url.uri.authority().map_or("", |authority| authority.as_str());
    let mut message = hyper::Request::builder()
        .uri(target)
        .method(if body.is_some() { Method::POST } else { Method::GET })
        .header(HOST, host)
        .header(USER_AGENT, concat!("pnc/", env!("CARGO_PKG_VERSION")));
    for (name, value) in [(ACCEPT, accept), (AUTHORIZATION, authorization)] {
        if let Some(value) = value {
            message = message.header(name, value);
        }
    }
    let (content_type, octets) = body.unzip();
    if let Some(content_type) = content_type {
        message = message.header(CONTENT_TYPE, content_type);
    }
    let body = Full::new(Bytes::from(octets.unwrap_or_default()));
    message.body(body).map_err(|error| error.to_string())
}

/// TLS 1.2 and 1.3 to servers below these roots, in DER; with a chain and its key, in PKCS#8, the client shows itself.
pub fn tls(
    roots: &[impl AsRef<[u8]>],
    identity: Option<(Vec<Vec<u8>>, Vec<u8>)>,
) -> Result<Arc<ClientConfig>, rustls::Error> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(CertificateDer::from(root.as_ref().to_vec()))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(store);
    Ok(Arc::new(match identity {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let chain = chain.into_iter().map(CertificateDer::from).collect();
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
            builder.with_client_auth_cert(chain, key)?
        }
    }))
}

#[cfg(test)]
mod tests;
