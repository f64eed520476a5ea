//! The process that serves, and that may be killed at any time.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use pki::chain::{Anchors, RootKind};
use pki::issue::CertificateAuthority;
use pki::profile::{CertificateKind, Edition};
use pki::{Certificate, PrivateKey, pem};
use pki_service::api::{Authority, Desk, Limits, Paths, Service, Terms, serve};
use pki_service::operator::Signatory;
use pki_service::store::{Options, Store};
use ring::rand::SystemRandom;
use tokio::net::TcpListener;

use crate::Failure;

/// A running node.
pub(crate) struct Node {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Node {
    /// Starts one on the keys in a directory.
    pub(crate) fn start(keys: &Path, url: &str) -> Result<Self, Failure> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["--node".as_ref(), keys.as_os_str(), url.as_ref()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let out = process.stdout.take().ok_or("the node says nothing")?;
        BufReader::new(out).read_line(&mut line)?;
        Ok(Self { process, address: line.trim().parse()? })
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn kill(mut self) -> Result<(), Failure> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Lets it end in its own time.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        drop(self.process.stdin.take());
        let status = self.process.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the node ended with {status}").into()) }
    }
}

/// Serves until its standard input ends.
pub(crate) async fn run(keys: &Path, url: &str) -> Result<(), Failure> {
    let store = Store::open(url, Options::default()).await?;
    let limits = Limits { client_rate: (0.0, 1.0), address_rate: (0.0, 1.0), ..Limits::default() };
    let service = Arc::new(Service::new(store.clone(), desk(keys)?, limits, Paths::default()));
    service.prepare().await?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    writeln!(std::io::stdout(), "{address}")?;
    let input = tokio::task::spawn_blocking(|| {
        std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())
    });
    let stop = async {
        let _ = input.await;
    };
    serve(service, listener, None, stop).await;
    store.close().await;
    Ok(())
}

/// The authority for contracts and the provisioning service, as [`pki::issue::Hierarchy::files`] wrote them.
fn desk(keys: &Path) -> Result<Desk, Failure> {
    let certificate = |kind: CertificateKind| {
        let text = std::fs::read_to_string(keys.join(format!("certs/{}.pem", kind.name())))?;
        let ders = pem::certificates(&text)?;
        Ok::<_, Failure>(Certificate::parse(ders.first().ok_or("no certificate in a file")?)?)
    };
    let key = |kind: CertificateKind| {
        let text = std::fs::read_to_string(keys.join(format!("keys/{}.pem", kind.name())))?;
        Ok::<_, Failure>(Arc::new(PrivateKey::from_pem(&text, &SystemRandom::new())?))
    };
    let mut anchors = Anchors::new();
    for root in [RootKind::V2g, RootKind::Mo, RootKind::Oem] {
        anchors.add(root, certificate(root.certificate_kind())?.der())?;
    }
    let kind = CertificateKind::MoSub2;
    let signer = key(kind)?;
    let issuer = CertificateAuthority::new(certificate(kind)?, Edition::Iso2, kind, signer)?;
    let contracts = Authority {
        name: kind.name().to_owned(),
        issuer,
        above: vec![certificate(CertificateKind::MoSub1)?],
        root: Some(certificate(CertificateKind::MoRoot)?),
        responder: None,
    };
    let subs = [CertificateKind::CpsSub2, CertificateKind::CpsSub1];
    let subs = subs.into_iter().map(certificate).collect::<Result<_, _>>()?;
    let leaf = CertificateKind::CpsLeaf;
    let service = Signatory::new(certificate(leaf)?, subs, key(leaf)?)?;
    let (authorities, terms) = (vec![contracts], Terms::default());
    let desk = Desk { provisioners: Vec::new(), authorities, anchors, terms };
    Ok(desk.with_service(Edition::Iso2, service, None)?)
}
