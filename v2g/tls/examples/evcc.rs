//! A TLS client of ISO 15118-2 on tokio: `evcc PORT ROOT.pem BYTES`.
//!
//! Sends that many bytes to localhost, expects them back, and says what the connection was.

mod filtered;

use std::io::{Error, Result, Write};
use std::net::Ipv6Addr;
use std::sync::Arc;

use filtered::Filtered;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::time_provider::DefaultTimeProvider;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use v2g_tls::{Evcc, Negotiated, Roots};

#[tokio::main]
async fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [port, root, bytes] = &args[..] else { return Err(Error::other("PORT ROOT BYTES")) };
    let certificates = CertificateDer::pem_file_iter(root).map_err(Error::other)?;
    let certificates: Vec<_> =
        certificates.collect::<core::result::Result<_, _>>().map_err(Error::other)?;
    let roots = Roots::new(certificates).map_err(Error::other)?;
    let evcc = Evcc::new(roots, Arc::new(DefaultTimeProvider));
    let connector = TlsConnector::from(Arc::new(evcc.config().map_err(Error::other)?));

    let address = Ipv6Addr::LOCALHOST;
    let socket = TcpStream::connect((address, port.parse().map_err(Error::other)?)).await?;
    socket.set_nodelay(true)?;
    let name = ServerName::from(std::net::IpAddr::from(address));
    let mut stream = connector.connect(name, Filtered::new(socket)).await?;

    let negotiated =
        Negotiated::of(stream.get_ref().1).ok_or_else(|| Error::other("no handshake"))?;
    let total: usize = bytes.parse().map_err(Error::other)?;
    let data: Vec<u8> = (0..total).map(|i| b'a' + (i * 7 % 26) as u8).collect();
    let mut back = vec![0; total];
    for (sent, got) in data.chunks(1 << 14).zip(back.chunks_mut(1 << 14)) {
        stream.write_all(sent).await?;
        stream.flush().await?;
        stream.read_exact(got).await?;
    }
    if back != data {
        return Err(Error::other("other bytes came back"));
    }
    let _ = stream.shutdown().await; // the peer may be gone
    let chain = negotiated.peer_chain.len();
    writeln!(std::io::stdout(), "{negotiated}, chain of {chain}: {total} bytes came back")
}
