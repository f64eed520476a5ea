//! Who answers for every authority of a hierarchy, over HTTP on loopback.

use pki::Hierarchy;
use pki::issue::{Issuer, Options};
use pki::profile::CertificateKind as Kind;
use pki::revocation::{CertId, CrlPlan, OcspRequest, Reason, Responder, Revocation, Status};
use ring::rand::SystemRandom;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What is said, and how.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// Everything else is good.
    pub(crate) states: BTreeMap<Vec<u8>, Status>,
    /// Accepts connections and says nothing.
    pub(crate) hangs: bool,
    /// By how much its clock is behind, in seconds.
    pub(crate) behind: i64,
    /// How long an answer holds, in seconds; 0 is a day.
    pub(crate) lifetime: i64,
    /// Requests that came.
    pub(crate) asked: usize,
}

/// A hierarchy whose certificates name a responder, and the responder.
pub(crate) struct World {
    pub(crate) pki: Arc<Hierarchy>,
    pub(crate) words: Arc<Mutex<Words>>,
    pub(crate) url: String,
    serving: JoinHandle<()>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
        let options = Options { ocsp: Some(url.clone()), ..Options::default() };
        let pki = Hierarchy::generate(&SystemRandom::new(), pnc::time::unix(), options).unwrap();
        let (pki, words) = (Arc::new(pki), Arc::new(Mutex::new(Words::default())));
        let serving = tokio::spawn(serve(listener, pki.clone(), words.clone()));
        Self { pki, words, url, serving }
    }

    pub(crate) fn revoke(&self, kind: Kind) {
        self.say(kind, Status::Revoked(compromised()));
    }

    pub(crate) fn say(&self, kind: Kind, status: Status) {
        let serial = self.pki.certificate(kind).serial().to_vec();
        self.words.lock().unwrap().states.insert(serial, status);
    }

    pub(crate) fn asked(&self) -> usize {
        self.words.lock().unwrap().asked
    }

    /// From now on nobody listens.
    pub(crate) async fn go_down(&mut self) {
        self.serving.abort();
        let _ = (&mut self.serving).await;
    }

    /// The list of an authority.
    pub(crate) fn list(&self, issuer: Kind, revoked: &[Kind]) -> Vec<u8> {
        list(&self.pki, issuer, revoked)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, pki: Arc<Hierarchy>, words: Arc<Mutex<Words>>) {
    let mut silent = Vec::new();
    loop {
        let Ok((mut socket, _)) = listener.accept().await else { return };
        words.lock().unwrap().asked += 1;
        if words.lock().unwrap().hangs {
            silent.push(socket);
            continue;
        }
        let Some((target, body)) = request(&mut socket).await else { continue };
        let reply = match target.as_str() {
            "/mo_sub2.crl" => list(&pki, Kind::MoSub2, &[Kind::ContractLeaf]),
            _ => answer(&pki, &words.lock().unwrap(), &body),
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/ocsp-response\r\ncontent-length: {}\r\n\r\n",
            reply.len()
        );
        let _ = socket.write_all(&[head.as_bytes(), &reply].concat()).await;
    }
}

/// Target and body.
async fn request(socket: &mut tokio::net::TcpStream) -> Option<(String, Vec<u8>)> {
    let mut octets = Vec::new();
    loop {
        if let Some(end) = octets.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&octets[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if octets.len() >= end + 4 + length {
                let target = head.split(' ').nth(1)?.to_owned();
                return Some((target, octets.split_off(end + 4)));
            }
        }
        if socket.read_buf(&mut octets).await.ok()? == 0 {
            return None;
        }
    }
}

/// The first authority that knows a certificate asked about answers.
fn answer(pki: &Hierarchy, words: &Words, body: &[u8]) -> Vec<u8> {
    let ids: Vec<CertId> = OcspRequest::parse(body).unwrap().ids().to_vec();
    let issuer = Kind::ALL.into_iter().find(|kind| {
        let certificate = pki.certificate(*kind);
        certificate.is_ca() && ids.iter().any(|id| id.is_of(certificate))
    });
    let issuer = issuer.expect("an authority of the hierarchy is asked about");
    let lifetime = if words.lifetime == 0 { 86_400 } else { words.lifetime };
    let key = pki.key(issuer);
    let responder = Responder::new(pki.certificate(issuer), &**key).with_lifetime(lifetime);
    let states = |serial: &[u8]| words.states.get(serial).copied().unwrap_or(Status::Good);
    let now = pnc::time::unix() - words.behind;
    responder.reply(body, &states, now, &SystemRandom::new()).der
}

fn list(pki: &Hierarchy, issuer: Kind, revoked: &[Kind]) -> Vec<u8> {
    let now = pnc::time::unix();
    let revoked = revoked.iter().map(|kind| pki.certificate(*kind).serial().to_vec());
    let revoked = revoked.map(|serial| (serial, compromised())).collect();
    let plan = CrlPlan { number: 1, this_update: now - 60, next_update: now + 86_400, revoked };
    let signer = &**pki.key(issuer);
    let issuer = Issuer { certificate: pki.certificate(issuer), signer };
    plan.issue(issuer, &SystemRandom::new()).unwrap()
}

fn compromised() -> Revocation {
    Revocation { at: pnc::time::unix() - 60, reason: Some(Reason::KeyCompromise) }
}
