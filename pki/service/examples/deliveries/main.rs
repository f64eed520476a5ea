//! How many contract certificates the service delivers in a second: cars' requests over HTTP on kept connections to a process
//! of its own, each verified, certificate made, key wrapped, signed, committed to the disk, answered. Then the process is
//! killed again and again while a quarter as many cars ask: every certificate that was answered is there, and none twice.
//!
//! ```text
//! deliveries [DATABASE-URL [CARS [CONNECTIONS [LEAST]]]]
//! ```
//!
//! Exits with an error below LEAST deliveries per second of processor time, that of the service and of the database's server
//! together; the cars are not counted.

mod node;
mod processor;
mod requests;

use std::error::Error;
use std::io::Write as _;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use pki_service::audit::Verifier;
use pki_service::store::{Options, Store};
use tokio::net::TcpStream;
use tokio::sync::watch;

use node::Node;
use processor::Processor;
use requests::Requests;

type Failure = Box<dyn Error + Send + Sync>;

/// How often the process is killed.
const KILLS: usize = 4;

/// How long a car is asked for in vain.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    if let [flag, keys, url] = arguments.as_slice()
        && flag == "--node"
    {
        return runtime.block_on(node::run(keys.as_ref(), url));
    }
    let mut arguments = arguments.into_iter();
    let directory = tempfile::tempdir()?;
    let file = format!("sqlite:{}", directory.path().join("store.db").display());
    let url = arguments.next().filter(|url| !url.is_empty()).unwrap_or(file);
    let mut number = |usual: u32| arguments.next().map_or(Ok(usual), |text| text.parse());
    let (cars, connections, least) = (number(5000)?, number(64)?, number(0)?);
    let all = Requests::new(cars + cars / 4)?;
    for (name, content) in all.hierarchy.files() {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
        std::fs::write(path, content)?;
    }
    let bench = Bench { keys: directory.path(), url: &url, connections: connections as usize };
    runtime.block_on(bench.run(all, cars as usize, f64::from(least)))
}

struct Bench<'a> {
    keys: &'a Path,
    url: &'a str,
    connections: usize,
}

impl Bench<'_> {
    async fn run(&self, all: Requests, cars: usize, least: f64) -> Result<(), Failure> {
        let store = self.store().await?;
        let token = all.fill(&store).await?;
        let before = certificates(&store).await?;
        store.close().await;
        let exi = Arc::new(all.exi);
        let clients = Clients { exi: Arc::clone(&exi), token, done: Arc::default() };

        let node = Node::start(self.keys, self.url)?;
        let processor = Processor::of(node.process_id(), self.url).await?;
        let (_keep, address) = watch::channel(node.address);
        let (begin, used) = (Instant::now(), processor.used()?);
        let mut answers = clients.ask(0..cars, self.connections, &address).await?;
        let (took, used) = (begin.elapsed(), processor.used()?.since(used));
        node.stop()?;
        let mut times: Vec<_> = answers.iter().map(|answer| answer.took).collect();
        times.sort();
        let millis = |part: usize| {
            times.get(times.len() * part / 1000).map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        let [rate, each] =
            [took.as_secs_f64(), used.service + used.server].map(|time| cars as f64 / time);
        let [service, server] = [used.service, used.server].map(|time| time * 1e3 / cars as f64);

        let database = self.url.split(':').next().unwrap_or_default();
        answers.extend(self.killed(&clients, cars..exi.len()).await?);
        self.check(&clients, &answers, before).await?;
        writeln!(
            std::io::stdout(),
            "{database}: {each:.0} deliveries a second and core (service {service:.2} ms, database server {server:.2} ms each), \
             {rate:.0} a second here, p50 {:.0} ms, p99 {:.0} ms; killed {KILLS} times: none of {} lost or twice",
            millis(500),
            millis(990),
            answers.len(),
        )?;
        if each < least { Err(format!("below {least}").into()) } else { Ok(()) }
    }

    /// Answers of nodes that are killed while they work.
    async fn killed(&self, clients: &Clients, cars: Range<usize>) -> Result<Vec<Answer>, Failure> {
        let (first, count) = (clients.done.load(Ordering::Relaxed), cars.len());
        let node = Node::start(self.keys, self.url)?;
        let (tell, address) = watch::channel(node.address);
        let kill = async {
            let mut node = node;
            for kill in 1..=KILLS {
                while clients.done.load(Ordering::Relaxed) - first < count * kill / (KILLS + 1) {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                node.kill()?;
                node = Node::start(self.keys, self.url)?;
                tell.send_replace(node.address);
            }
            Ok::<_, Failure>(node)
        };
        let (answers, node) =
            tokio::try_join!(clients.ask(cars, self.connections, &address), kill)?;
        node.stop()?;
        Ok(answers)
    }

    /// Every answer is given again as it was, there is one certificate for each, and the audit log tells of all.
    async fn check(
        &self,
        clients: &Clients,
        answers: &[Answer],
        before: usize,
    ) -> Result<(), Failure> {
        let node = Node::start(self.keys, self.url)?;
        let (_keep, address) = watch::channel(node.address);
        let again = clients.ask(0..answers.len(), self.connections, &address).await?;
        node.stop()?;
        // Both in the order of the cars.
        let lost = answers.iter().zip(&again).filter(|(one, other)| one.body != other.body).count();
        let store = self.store().await?;
        let issued = certificates(&store).await? - before;
        let report = Verifier::default().verify(&store, |_| {}).await?;
        store.close().await;
        if lost != 0 || issued != answers.len() || report.finding.is_some() {
            let finding = report.finding;
            let answers = answers.len();
            return Err(format!(
                "{lost} of {answers} answers lost, {issued} certificates on record, audit log: {finding:?}"
            )
            .into());
        }
        Ok(())
    }

    async fn store(&self) -> Result<Store, Failure> {
        Ok(Store::open(self.url, Options::default()).await?)
    }
}

/// Certificates of contracts in the store.
async fn certificates(store: &Store) -> Result<usize, Failure> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = store.certificates(after.as_ref(), 1000).await?;
        let Some(last) = page.last() else { return Ok(count) };
        count += page.iter().filter(|certificate| certificate.evcoid.is_some()).count();
        after = Some(last.id.clone());
    }
}

/// The stations that pass the cars' requests on.
struct Clients {
    exi: Arc<Vec<Vec<u8>>>,
    token: String,
    /// Answers so far.
    done: Arc<AtomicUsize>,
}

struct Answer {
    car: usize,
    took: Duration,
    body: Bytes,
}

impl Clients {
    /// Asks for these cars, again wherever there is no answer.
    async fn ask(
        &self,
        cars: Range<usize>,
        connections: usize,
        address: &watch::Receiver<SocketAddr>,
    ) -> Result<Vec<Answer>, Failure> {
        let next = Arc::new(AtomicUsize::new(cars.start));
        let client = |_| {
            let (exi, done, next) =
                (Arc::clone(&self.exi), Arc::clone(&self.done), Arc::clone(&next));
            let (authorization, address) = (format!("Bearer {}", self.token), address.clone());
            let end = cars.end;
            tokio::spawn(async move {
                let (mut answers, mut connection) = (Vec::new(), None);
                loop {
                    let car = next.fetch_add(1, Ordering::Relaxed);
                    let Some(exi) = exi.get(..end).and_then(|exi| exi.get(car)) else {
                        return Ok::<_, Failure>(answers);
                    };
                    let begin = Instant::now();
                    let body = loop {
                        let to = *address.borrow();
                        match ask(&mut connection, to, &authorization, exi).await {
                            Ok((status, body)) if status.is_success() => break body,
                            Ok((status, body)) if !status.is_server_error() => {
                                return Err(String::from_utf8_lossy(&body).into_owned().into());
                            }
                            Ok((status, _)) if begin.elapsed() > PATIENCE => {
                                return Err(format!("still {status}").into());
                            }
                            Err(error) if begin.elapsed() > PATIENCE => return Err(error),
                            _ => {
                                connection = None;
                                tokio::time::sleep(Duration::from_millis(10)).await;
                            }
                        }
                    };
                    done.fetch_add(1, Ordering::Relaxed);
                    answers.push(Answer { car, took: begin.elapsed(), body });
                }
            })
        };
        let clients: Vec<_> = (0..connections).map(client).collect();
        let mut answers = Vec::new();
        for client in clients {
            answers.extend(client.await??);
        }
        answers.sort_by_key(|answer| answer.car);
        Ok(answers)
    }
}

type Kept = Option<SendRequest<Full<Bytes>>>;

async fn ask(
    connection: &mut Kept,
    address: SocketAddr,
    authorization: &str,
    exi: &[u8],
) -> Result<(hyper::StatusCode, Bytes), Failure> {
    let sender = match connection {
        Some(sender) => sender,
        None => {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let (sender, driver) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
            tokio::spawn(driver);
            connection.insert(sender)
        }
    };
    let request = hyper::Request::post("/v1/provision")
        .header("host", "localhost")
        .header("authorization", authorization)
        .header("content-type", "application/exi")
        .body(Full::new(Bytes::copy_from_slice(exi)))?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    Ok((status, response.into_body().collect().await?.to_bytes()))
}
