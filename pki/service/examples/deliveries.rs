//! How many contract certificates the service delivers in a second: cars' requests over HTTP on kept connections, each
//! verified, certificate made, key wrapped, signed, committed to the disk, answered; then counted in the store.
//!
//! ```text
//! deliveries [DATABASE-URL [CARS [CONNECTIONS [LEAST]]]]     exits with an error below LEAST a second and core
//! ```
use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use exi::{Document as _, Integer, List, Octets, Text};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use pki::issue::{Hierarchy, Issuer, Options, Plan};
use pki::profile::CertificateKind;
use pki::{Evcoid, PrivateKey, Signer as _};
use pki_service::api::{Desk, Limits, Paths, Role, Service, Terms, Token, serve};
use pki_service::store::{
    self, Actor, Change, Client, ClientKind, Contract, Provisioning, ProvisioningState, Store,
    Submission,
};
use ring::rand::SystemRandom;
use tokio::net::{TcpListener, TcpStream};
use v2g::delivery::installation_request;
use v2g::iso2::msg::{Body, BodyElement, Header, ListOfRootCertificateIds, V2gMessage};
use v2g::xmldsig::X509IssuerSerial;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let directory = tempfile::tempdir()?;
    let file = format!("sqlite:{}", directory.path().join("store.db").display());
    let url = arguments.next().filter(|url| !url.is_empty()).unwrap_or(file);
    let mut number = |usual: u32| arguments.next().map_or(Ok(usual), |text| text.parse());
    let (cars, connections, least) = (number(5000)?, number(64)?, number(0)?);
    let requests = Arc::new(Requests::new(cars)?);
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(run(&url, requests, cars, connections, f64::from(least)))
}

async fn run(
    url: &str,
    requests: Arc<Requests>,
    cars: u32,
    connections: u32,
    least: f64,
) -> Result<(), Failure> {
    let store = Store::open(url, store::Options::default()).await?;
    let token = requests.fill(&store).await?;
    let desk = Desk::trial(&requests.hierarchy, Terms::default())?;
    let limits = Limits { client_rate: (0.0, 1.0), address_rate: (0.0, 1.0), ..Limits::default() };
    let service = Arc::new(Service::new(store.clone(), desk, limits, Paths::default()));
    service.prepare().await?;
    let before = count(&store).await?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(serve(service, listener, None, async {
        let _ = stopped.await;
    }));

    let (begin, used) = (Instant::now(), processor_time()?);
    let mut clients = Vec::new();
    for place in 0..connections {
        let (requests, token) = (Arc::clone(&requests), token.clone());
        clients.push(tokio::spawn(async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let (mut sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
            tokio::spawn(connection);
            let mut times = Vec::new();
            for exi in requests.exi.iter().skip(place as usize).step_by(connections as usize) {
                let request = hyper::Request::post("/v1/provision")
                    .header("host", "localhost")
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/exi")
                    .body(Full::new(Bytes::from(exi.clone())))?;
                let begin = Instant::now();
                let response = sender.send_request(request).await?;
                let status = response.status();
                let body = response.into_body().collect().await?.to_bytes();
                times.push(begin.elapsed());
                if !status.is_success() {
                    return Err(String::from_utf8_lossy(&body).into_owned().into());
                }
            }
            Ok::<_, Failure>(times)
        }));
    }
    let mut times: Vec<Duration> = Vec::new();
    for client in clients {
        times.extend(client.await??);
    }
    let (took, used) = (begin.elapsed(), processor_time()? - used);
    let _ = stop.send(());
    serving.await?;
    let issued = count(&store).await? - before;
    store.close().await;
    if issued != cars as usize || times.len() != issued {
        return Err(format!("{issued} certificates on record, {} answers", times.len()).into());
    }
    times.sort();
    let millis = |part: usize| {
        times.get(times.len() * part / 1000).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    let rate = f64::from(cars) / took.as_secs_f64();
    let each = f64::from(cars) / used;
    writeln!(
        std::io::stdout(),
        "{rate:.0} deliveries a second, {each:.0} a second of processor time (clients included), \
         p50 {:.1} ms, p99 {:.1} ms, {issued} certificates on record",
        millis(500),
        millis(990)
    )?;
    if each < least { Err(format!("below {least}").into()) } else { Ok(()) }
}

/// Seconds that all threads of this process have used.
fn processor_time() -> Result<f64, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = |place: usize| fields.split_whitespace().nth(place).unwrap_or("0").parse::<f64>();
    // User and system time, in hundredths of a second on every Linux.
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

async fn count(store: &Store) -> Result<usize, Failure> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = store.certificates(after.as_ref(), 1000).await?;
        let Some(last) = page.last() else { return Ok(count) };
        count += page.iter().filter(|certificate| certificate.evcoid.is_some()).count();
        after = Some(last.id.clone());
    }
}

/// Cars with their certificates and what they send.
struct Requests {
    hierarchy: Hierarchy,
    cars: Vec<(String, Vec<u8>)>,
    exi: Vec<Vec<u8>>,
    now: i64,
}

impl Requests {
    fn new(cars: u32) -> Result<Self, Failure> {
        let rng = SystemRandom::new();
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
        let options =
            Options { ocsp: Some("http://ocsp.example.com/v2g".to_owned()), ..Options::default() };
        let hierarchy = Hierarchy::generate(&rng, now, options)?;
        let kind = CertificateKind::OemSub2;
        let issuer =
            Issuer { certificate: hierarchy.certificate(kind), signer: &**hierarchy.key(kind) };
        let roots = ListOfRootCertificateIds {
            root_certificate_id: List::new(vec![X509IssuerSerial {
                issuer_name: Text::new("CN=V2G Root CA")?,
                serial_number: Integer::from(1_u64),
            }])?,
        };
        // Numbers of their own, for databases that have seen cars before.
        let first = u64::try_from(now)? % 10_000_000 * 1_000_000;
        let (mut all, mut exi) = (Vec::new(), Vec::new());
        for number in 0..cars {
            let pcid = format!("WVW{:014}", first + u64::from(number));
            let plan =
                Plan::new(CertificateKind::OemProvisioningLeaf, &pcid, now - 60, now + 86_400);
            let key = PrivateKey::generate(&rng)?;
            let leaf = plan.issue(key.public_key(), issuer, &rng)?;
            let (request, signature) = installation_request(&leaf, roots.clone(), &key, &rng)?;
            let session_id = Octets::new([7; 8].as_slice())?;
            let header = Header { session_id, notification: None, signature: Some(signature) };
            let element = Some(BodyElement::CertificateInstallationReq(request));
            exi.push(V2gMessage { header, body: Body { element } }.to_vec()?);
            all.push((pcid, leaf.der().to_vec()));
        }
        Ok(Self { hierarchy, cars: all, exi, now })
    }

    /// Puts every car with a contract into the pools, and a client that asks for them.
    async fn fill(&self, store: &Store) -> Result<String, Failure> {
        let (id, token) = Token::generate(&SystemRandom::new()).map_err(|_| "no randomness")?;
        let client = Client {
            id,
            name: "bench".to_owned(),
            kind: ClientKind::Token,
            hash: token.hash(),
            roles: vec![Role::Cpo.name().to_owned()],
            party: None,
            expires: None,
            revoked: None,
        };
        let submission = Submission::new(self.now, Actor::default());
        store.commit(submission.with(Change::AddClient(client))).await?;
        let subs = self.hierarchy.oem_provisioning().subs;
        let subs: Vec<_> = subs.iter().map(|sub| sub.der().to_vec()).collect();
        // Contracts of their own too: of the second, and counted.
        let second = self.now % 100_000;
        for (place, part) in self.cars.chunks(500).enumerate() {
            let mut submission = Submission::new(self.now, Actor::default());
            let mut contracts = Vec::new();
            for (number, (pcid, leaf)) in part.iter().enumerate() {
                let number = place * 500 + number;
                let provider = format!("{:03}", second % 1000);
                let instance = format!("C{:02}{number:06}", second / 1000);
                let mut contract =
                    Contract::new(Evcoid::from_elements("DE", &provider, &instance)?);
                contract.pcid = Some(pcid.clone());
                contracts.push(contract);
                submission = submission.with(Change::PutProvisioning(Provisioning {
                    pcid: pcid.clone(),
                    leaf: leaf.clone(),
                    subs: subs.clone(),
                    roots: Vec::new(),
                    owner: None,
                    previous_pcid: None,
                    not_after: self.now + 86_400,
                    state: ProvisioningState::Active,
                    changed: self.now,
                    reason: None,
                }));
            }
            store.commit(submission.with(Change::ImportContracts(contracts))).await?;
        }
        Ok(token.as_str().to_owned())
    }
}
