//! An echoing TLS server of ISO 15118-2 on tokio: `secc PORT CHAIN.pem KEY.pem ROOT.pem [CHAIN KEY ROOT]...`.
//!
//! The chain holds the leaf and its sub-CAs. Serves one connection after the other and says what each was.

mod filtered;

use std::io::{Error, Result, Write};
use std::sync::Arc;

use filtered::Filtered;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::time_provider::DefaultTimeProvider;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use v2g_tls::{Negotiated, Secc, SeccChain};

#[tokio::main]
async fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [port, files @ ..] = &args[..] else { return Err(Error::other("no port")) };
    let chains = files.as_chunks().0.iter().map(chain).collect::<Result<_>>()?;
    let secc = Secc::new(chains, Arc::new(DefaultTimeProvider));
    let secc = match std::env::var_os("SSLKEYLOGFILE") {
        Some(_) => secc.key_log(Arc::new(rustls::KeyLogFile::new())),
        None => secc,
    };
    let acceptor = TlsAcceptor::from(Arc::new(secc.config().map_err(Error::other)?));
    let listener = TcpListener::bind(("::", port.parse().map_err(Error::other)?)).await?;
    loop {
        let (socket, _) = listener.accept().await?;
        let said = match serve(&acceptor, socket).await {
            Ok(said) => said,
            Err(error) => format!("failed: {error}"),
        };
        writeln!(std::io::stdout(), "{said}")?;
    }
}

async fn serve(acceptor: &TlsAcceptor, socket: TcpStream) -> Result<String> {
    socket.set_nodelay(true)?;
    let mut stream = acceptor.accept(Filtered::new(socket)).await?;
    let (filtered, connection) = stream.get_ref();
    let said = match (filtered.filter.client_hello(), Negotiated::of(connection)) {
        (Some(hello), Some(negotiated)) => format!("{negotiated} ({hello})"),
        _ => return Err(Error::other("no handshake")),
    };
    let (mut buf, mut total) = (vec![0; 1 << 16], 0);
    loop {
        match stream.read(&mut buf).await {
            Ok(0) => break,
            Ok(n) => {
                stream.write_all(&buf[..n]).await?;
                stream.flush().await?;
                total += n;
            }
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
    }
    let _ = stream.shutdown().await; // the peer may be gone
    Ok(format!("{said}: {total} bytes echoed"))
}

fn chain([chain, key, root]: &[String; 3]) -> Result<SeccChain> {
    let certificates = CertificateDer::pem_file_iter(chain).map_err(Error::other)?;
    let chain = certificates.collect::<core::result::Result<_, _>>().map_err(Error::other)?;
    let root = CertificateDer::from_pem_file(root).map_err(Error::other)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(Error::other)?;
    SeccChain::new(chain, root, key).map_err(Error::other)
}
