use super::*;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Answers one request with these octets and closes; gives the request back.
async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, answer: &'static str) -> String {
    let (socket, _) = listener.accept().await.unwrap();
    let mut stream: Box<dyn Connection> = match tls {
        None => Box::new(socket),
        Some(acceptor) => match acceptor.accept(socket).await {
            Ok(stream) => Box::new(stream),
            Err(_) => return String::new(),
        },
    };
    let mut request = String::new();
    while !request.ends_with("\r\n\r\nquestion") && !request.ends_with("\r\n\r\n") {
        let mut buffer = [0; 1024];
        let n = stream.read(&mut buffer).await.unwrap();
        assert_ne!(n, 0, "{request:?}");
        request.push_str(std::str::from_utf8(&buffer[..n]).unwrap());
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    let _ = stream.shutdown().await;
    request
}

async fn ask(
    answer: &'static str,
    request: impl FnOnce(Url) -> Request,
) -> (Result<Reply, HttpError>, String) {
    let listener = TcpListener::bind("[::1]:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("http://[::1]:{port}/v1/x?y=1").parse().unwrap();
    let served = tokio::spawn(serve(listener, None, answer));
    let reply = Client::new().limit(16).send(request(url)).await;
    (reply, served.await.unwrap())
}

fn question(url: Url) -> Request {
    let token = "secret".parse().unwrap();
    Request::post(url, "application/octet-stream", b"question".to_vec()).bearer(&token)
}

#[tokio::test]
async fn a_request_names_its_host_and_kind_and_an_answer_comes_with_any_status() {
    let answer = "HTTP/1.1 404 Not Found\r\nContent-Type: Application/Problem+JSON; charset=utf-8\r\n\
                  Content-Length: 2\r\n\r\n{}";
    let (reply, request) = ask(answer, question).await;
    let content_type = "application/problem+json".into();
    assert_eq!(reply.unwrap(), Reply { status: 404, content_type, body: b"{}".to_vec() });
    let request = request.to_ascii_lowercase();
    assert!(request.starts_with("post /v1/x?y=1 http/1.1\r\n"), "{request}");
    for header in
        ["host: [::1]:", "authorization: bearer secret", "content-length: 8", "octet-stream"]
    {
        assert!(request.contains(header), "{request}");
    }
    let (reply, request) = ask("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", |url| {
        Request::get(url).accept("application/ocsp-response")
    })
    .await;
    assert!(reply.unwrap().is_success());
    let request = request.to_ascii_lowercase();
    assert!(request.starts_with("get ") && request.contains("accept: application/ocsp-response"));
}

#[tokio::test]
async fn an_answer_without_length_ends_with_the_connection() {
    let (reply, _) = ask("HTTP/1.0 200 OK\r\n\r\nanswer", question).await;
    assert_eq!(reply.unwrap().body, b"answer");
}

#[tokio::test]
async fn what_is_too_long_cut_short_or_no_http_is_told() {
    let (reply, _) =
        ask("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n01234567890123456", question).await;
    assert!(matches!(reply, Err(HttpError::TooLong { limit: 16, .. })), "{reply:?}");
    let (reply, _) = ask("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n0123", question).await;
    assert!(matches!(reply, Err(HttpError::Exchange(..))), "{reply:?}");
    let (reply, _) = ask("SSH-2.0-x\r\n", question).await;
    assert!(matches!(reply, Err(HttpError::Exchange(..))), "{reply:?}");
    let nobody: Url = "http://[::1]:9/".parse().unwrap();
    let reply = Client::new().send(question(nobody)).await;
    assert!(matches!(reply, Err(HttpError::Connect(..))), "{reply:?}");
}

#[tokio::test]
async fn https_needs_a_server_below_the_given_roots() {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf =
        CertificateParams::new(["localhost".into()]).unwrap().signed_by(&key, &root).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(server));
    let other =
        CertifiedIssuer::self_signed(CertificateParams::default(), KeyPair::generate().unwrap())
            .unwrap();
    for (trusted, roots) in [(true, root.der()), (false, other.der())] {
        let listener = TcpListener::bind("localhost:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url: Url = format!("https://localhost:{port}/").parse().unwrap();
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        tokio::spawn(serve(listener, Some(acceptor.clone()), answer));
        let client = Client::new().tls(tls(&[roots], None).unwrap());
        match (client.send(question(url)).await, trusted) {
            (Ok(reply), true) => assert_eq!(reply.body, b"ok"),
            (Err(HttpError::Tls(..)), false) => {}
            (reply, _) => panic!("{reply:?}"),
        }
    }
}

#[tokio::test]
async fn https_without_roots_is_refused_before_anything_is_sent() {
    let listener = TcpListener::bind("localhost:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url: Url = format!("https://localhost:{port}/").parse().unwrap();
    let reply = Client::new().send(question(url)).await;
    assert!(matches!(reply, Err(HttpError::NoTls(_))), "{reply:?}");
}

#[test]
fn urls_name_a_scheme_and_a_host_and_nothing_secret() {
    let url: Url = "https://cps.example/v1/provision".parse().unwrap();
    assert_eq!((url.secure, &*url.host, url.port), (true, "cps.example", 443));
    let has_path = |text: &str| text.parse::<Url>().unwrap().has_path();
    assert!(url.has_path() && has_path("http://x?y") && has_path("http://x/?y"));
    assert!(!has_path("http://x") && !has_path("http://[::1]:80/"));
    for text in ["cps.example", "/v1", "ftp://x/", "http://user:word@host/", "http://", ""] {
        assert_eq!(text.parse::<Url>(), Err(UrlError(text.into())));
    }
    let token: Token = "abc".parse().unwrap();
    assert!(!format!("{:?}", Request::get(url).bearer(&token)).contains("abc"));
    assert!("a b".parse::<Token>().is_err() && "".parse::<Token>().is_err());
}
