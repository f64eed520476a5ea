//! Drives running nodes of the service as the whole market does at once: car makers enrol cars and register them, mobility
//! operators create and revoke contracts, stations ask for certificates and renewals. Nodes may stop and start meanwhile:
//! whatever is not answered is asked again elsewhere. At the end every count must be that of the service.
//!
//! ```text
//! soak TOKEN SECONDS WORKERS FIRST URL..      FIRST: number of the first car; a JSON object of counts comes out
//! ```
use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exi::{Document as _, Integer, List, Octets, Text};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use pki::delivery::unwrap;
use pki::issue::CsrPlan;
use pki::profile::{CertificateKind, Edition};
use pki::{Certificate, PrivateKey, cms, pem};
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use v2g::delivery::{installation_request, update_request};
use v2g::iso2::msg::{
    Body, BodyElement, CertificateChain, Header, ListOfRootCertificateIds, V2gMessage,
};
use v2g::xmldsig::{Signature, X509IssuerSerial};

type Failure = Box<dyn Error + Send + Sync>;

/// What was acknowledged.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    cars: u64,
    contracts: u64,
    installed: u64,
    again: u64,
    renewed: u64,
    revoked: u64,
    retries: u64,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [token, seconds, workers, first, urls @ ..] = arguments.as_slice() else {
        return Err("soak TOKEN SECONDS WORKERS FIRST URL..".into());
    };
    let nodes = urls.iter().map(|url| url.trim_start_matches("http://").to_owned()).collect();
    let market = Arc::new(Market { token: token.clone(), nodes });
    let (seconds, workers, first): (f64, u64, u64) =
        (seconds.parse()?, workers.parse()?, first.parse()?);
    let runtime = tokio::runtime::Runtime::new()?;
    let total = runtime.block_on(async {
        let until = Instant::now() + Duration::from_secs_f64(seconds);
        let work = |worker| tokio::spawn(work(Arc::clone(&market), worker, workers, first, until));
        let all: Vec<_> = (0..workers).map(work).collect();
        let mut total = Counts::default();
        for worker in all {
            let counts = worker.await??;
            total.cars += counts.cars;
            total.contracts += counts.contracts;
            total.installed += counts.installed;
            total.again += counts.again;
            total.renewed += counts.renewed;
            total.revoked += counts.revoked;
            total.retries += counts.retries;
        }
        let (contracts, revoked) = market.contracts().await?;
        if (contracts, revoked) != (total.contracts, total.revoked) {
            return Err(format!("{total:?}, but {contracts} contracts, {revoked} revoked").into());
        }
        Ok::<_, Failure>(total)
    })?;
    let counts = json!({
        "cars": total.cars, "contracts": total.contracts, "installed": total.installed,
        "again": total.again, "renewed": total.renewed, "revoked": total.revoked,
        "retries": total.retries,
        // One for each car's own certificate, each first contract certificate and each renewal.
        "certificates": total.cars + total.installed + total.renewed,
    });
    writeln!(std::io::stdout(), "{counts}")?;
    Ok(())
}

async fn work(
    market: Arc<Market>,
    worker: u64,
    workers: u64,
    first: u64,
    until: Instant,
) -> Result<Counts, Failure> {
    let mut counts = Counts::default();
    let mut number = first + worker;
    while Instant::now() < until {
        market.life(number, &mut counts).await?;
        number += workers;
    }
    Ok(counts)
}

/// Nodes of one service.
struct Market {
    token: String,
    nodes: Vec<String>,
}

impl Market {
    /// A car from its making to the end of its contract.
    async fn life(&self, number: u64, counts: &mut Counts) -> Result<(), Failure> {
        let rng = SystemRandom::new();
        let (pcid, emaid) = (format!("WVWS{number:013}"), format!("DESOKC{number:08}"));
        let key = PrivateKey::generate(&rng)?;
        let csr = CsrPlan::new(Edition::Iso2, CertificateKind::OemProvisioningLeaf, &pcid);
        let csr = STANDARD.encode(csr.sign(&key, &rng)?).into_bytes();
        let path = "/.well-known/est/oem/simpleenroll";
        let issued = self.ask("POST", path, "application/pkcs10", &csr, counts).await?;
        let leaf = first(&cms::read(&pem::from_base64(&issued, 65_536)?)?)?;
        let above = self.ask("GET", "/.well-known/est/oem/cacerts", "", &[], counts).await?;
        let above = cms::read(&pem::from_base64(&above, 65_536)?)?;
        let above: Vec<_> =
            above.iter().map(|der| Certificate::parse(der)).collect::<Result<_, _>>()?;
        let issuer = |of: &Certificate| above.iter().find(|sub| sub.subject() == of.issuer());
        let sub2 = issuer(&leaf).ok_or("no issuer")?;
        let sub1 = issuer(sub2).ok_or("no authority above")?;
        let upload = json!({
            "vehicleCertificate": STANDARD.encode(leaf.der()),
            "subCA2Certificate": STANDARD.encode(sub2.der()),
            "subCA1Certificate": STANDARD.encode(sub1.der()),
        });
        self.document("PUT", "/v1/oem/provCerts", &upload, counts).await?;
        counts.cars += 1;
        let order = json!({"emaid": emaid, "pcid": pcid});
        self.document("POST", "/v1/contracts", &order, counts).await?;
        counts.contracts += 1;

        let (request, signature) = installation_request(&leaf, roots()?, &key, &rng)?;
        let exi = message(signature, BodyElement::CertificateInstallationReq(request))?;
        let answer = self.ask("POST", "/v1/provision", "application/exi", &exi, counts).await?;
        let (contract, subs, contract_key) = delivered(&answer, &key)?;
        counts.installed += 1;
        // Asked once more, the answer is the same.
        if number.is_multiple_of(3) {
            let again = self.ask("POST", "/v1/provision", "application/exi", &exi, counts).await?;
            if again != answer {
                return Err(format!("{pcid}: two answers to one request").into());
            }
            counts.again += 1;
        }
        if number.is_multiple_of(2) {
            let (request, signature) =
                update_request(&contract, &subs, roots()?, &contract_key, &rng)?;
            let exi = message(signature, BodyElement::CertificateUpdateReq(request))?;
            let answer = self.ask("POST", "/v1/provision", "application/exi", &exi, counts).await?;
            let (renewed, ..) = delivered(&answer, &contract_key)?;
            if renewed == contract {
                return Err(format!("{emaid}: renewed with the same certificate").into());
            }
            counts.renewed += 1;
        }
        if number.is_multiple_of(5) {
            self.ask("DELETE", &format!("/v1/contracts/{emaid}"), "", &[], counts).await?;
            counts.revoked += 1;
        }
        Ok(())
    }

    /// How many contracts there are, and how many of them are revoked.
    async fn contracts(&self) -> Result<(u64, u64), Failure> {
        let (mut all, mut revoked, mut after) = (0, 0, String::new());
        loop {
            let path = format!("/v1/contracts?limit=1000{after}");
            let page = self.ask("GET", &path, "", &[], &mut Counts::default()).await?;
            let page: Value = serde_json::from_slice(&page)?;
            let contracts = page["contracts"].as_array().ok_or("no contracts")?;
            let own = contracts.iter().filter(|contract| {
                contract["emaid"].as_str().is_some_and(|emaid| emaid.starts_with("DESOK"))
            });
            for contract in own {
                all += 1;
                revoked += u64::from(contract["state"] == "revoked");
            }
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return Ok((all, revoked)),
            }
        }
    }

    async fn document(
        &self,
        method: &str,
        path: &str,
        body: &Value,
        counts: &mut Counts,
    ) -> Result<Vec<u8>, Failure> {
        self.ask(method, path, "application/json", body.to_string().as_bytes(), counts).await
    }

    /// Asks until a node answers. Every try of a request carries the same idempotency key.
    async fn ask(
        &self,
        method: &str,
        path: &str,
        media: &str,
        body: &[u8],
        counts: &mut Counts,
    ) -> Result<Vec<u8>, Failure> {
        let digest = ring::digest::digest(&ring::digest::SHA256, &[path.as_bytes(), body].concat());
        let key = STANDARD.encode(digest);
        let begin = usize::from(digest.as_ref().first().copied().unwrap_or(0));
        let mut trouble = String::new();
        for attempt in 0..TRIES {
            let node = self.nodes.get((begin + attempt) % self.nodes.len()).ok_or("no node")?;
            match self.once(node, method, path, media, body, &key).await {
                Ok((status, body)) if (200..300).contains(&status) => return Ok(body),
                Ok((status, body)) if status < 500 && status != 429 => {
                    let body = String::from_utf8_lossy(&body);
                    return Err(format!("{method} {path}: {status} {body}").into());
                }
                Ok((status, body)) => {
                    trouble = format!("{status} {}", String::from_utf8_lossy(&body));
                }
                Err(error) => trouble = error.to_string(),
            }
            counts.retries += 1;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(format!("{method} {path}: {trouble}, {TRIES} times").into())
    }

    async fn once(
        &self,
        node: &str,
        method: &str,
        path: &str,
        media: &str,
        body: &[u8],
        key: &str,
    ) -> Result<(u16, Vec<u8>), Failure> {
        let stream = TcpStream::connect(node).await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let mut request = hyper::Request::builder()
            .method(method)
            .uri(path)
            .header("host", node)
            .header("authorization", format!("Bearer {}", self.token))
            .header("idempotency-key", key);
        if !media.is_empty() {
            request = request.header("content-type", media);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body)))?;
        let answer = tokio::time::timeout(Duration::from_secs(10), async {
            let response = sender.send_request(request).await?;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await?.to_bytes().to_vec();
            Ok::<_, Failure>((status, body))
        });
        let answer = answer.await?;
        connection.abort();
        answer
    }
}

/// What the car takes out of an answer: the contract's certificate, those above it, and the key that belongs to it.
fn delivered(
    exi: &[u8],
    key: &PrivateKey,
) -> Result<(Certificate, Vec<Vec<u8>>, PrivateKey), Failure> {
    let message = V2gMessage::decode(exi)?;
    let (chain, encrypted, dh) = match &message.body.element {
        Some(BodyElement::CertificateInstallationRes(res)) => (
            &res.contract_signature_cert_chain,
            &res.contract_signature_encrypted_private_key.value,
            &res.dh_public_key.value,
        ),
        Some(BodyElement::CertificateUpdateRes(res)) => (
            &res.contract_signature_cert_chain,
            &res.contract_signature_encrypted_private_key.value,
            &res.dh_public_key.value,
        ),
        _ => return Err("another message".into()),
    };
    let leaf = Certificate::parse(&chain.certificate)?;
    let contract_key = unwrap(encrypted, dh, key, leaf.public_key()?, &SystemRandom::new())?;
    Ok((leaf, subs(chain), contract_key))
}

fn subs(chain: &CertificateChain) -> Vec<Vec<u8>> {
    let subs = chain.sub_certificates.iter().flat_map(|subs| subs.certificate.iter());
    subs.map(|sub| sub.to_vec()).collect()
}

fn message(signature: Signature, element: BodyElement) -> Result<Vec<u8>, Failure> {
    let session_id = Octets::new([7; 8].as_slice())?;
    let header = Header { session_id, notification: None, signature: Some(signature) };
    Ok(V2gMessage { header, body: Body { element: Some(element) } }.to_vec()?)
}

fn roots() -> Result<ListOfRootCertificateIds, Failure> {
    let root = X509IssuerSerial {
        issuer_name: Text::new("CN=V2G Root CA")?,
        serial_number: Integer::from(1_u64),
    };
    Ok(ListOfRootCertificateIds { root_certificate_id: List::new(vec![root])? })
}

fn first(ders: &[Vec<u8>]) -> Result<Certificate, Failure> {
    Ok(Certificate::parse(ders.first().ok_or("no certificate")?)?)
}

const TRIES: usize = 100;
