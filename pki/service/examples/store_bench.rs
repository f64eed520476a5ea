//! Figures of the store:
//!
//! ```text
//! store_bench issue URL [--seconds N] [--clients N] [--least N] [--json]
//!     contracts issued a second: certificate, contract, its data and the kept reply, each answered when durable
//! store_bench pool URL [--contracts N] [--lookups N] [--most MICROSECONDS] [--json]
//!     fills the pool up to a number of contracts, then looks some up, by contract and by car
//! ```
//!
//! Exit code 1 if there are fewer issues a second than `--least`, or if the 99th percentile of look-ups is above `--most`.

use pki::Evcoid;
use pki_service::audit::Verifier;
use pki_service::store::*;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const NOW: i64 = 1_800_000_000;
/// Providers of the contracts that are issued and of those in the pool.
const ISSUED: &str = "ISS";
const POOL: &str = "PNC";
const USAGE: &str = "usage: store_bench issue|pool URL [--seconds N] [--clients N] [--least N] \
                     [--contracts N] [--lookups N] [--most N] [--json]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(arguments) = Arguments::parse(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let json = arguments.json;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let measured = runtime.map_err(Failure::from).and_then(|runtime| {
        // As in a service, the work is done where input and output are waited for.
        runtime.block_on(runtime.spawn(measure(arguments)))?
    });
    match measured {
        Ok((figures, good)) => {
            let mut out = std::io::stdout().lock();
            let text = if json { figures.to_string() } else { plain(&figures) };
            // Nobody reads it: nothing to tell.
            let _ = writeln!(out, "{text}");
            if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("store_bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(arguments: Arguments) -> Result<(Value, bool), Failure> {
    let store = Store::open(&arguments.url, Options::default()).await?;
    let measured = match arguments.what.as_str() {
        "issue" => issue(&store, &arguments).await,
        _ => pool(&store, &arguments).await,
    };
    store.close().await;
    measured
}

struct Arguments {
    what: String,
    url: String,
    json: bool,
    numbers: BTreeMap<String, u64>,
}

impl Arguments {
    fn parse(arguments: &[String]) -> Option<Self> {
        let [what, url, rest @ ..] = arguments else { return None };
        let known = matches!(what.as_str(), "issue" | "pool");
        let mut parsed = Self {
            what: known.then(|| what.clone())?,
            url: url.clone(),
            json: false,
            numbers: BTreeMap::new(),
        };
        let mut rest = rest.iter();
        while let Some(option) = rest.next() {
            match option.as_str() {
                "--json" => parsed.json = true,
                "--seconds" | "--clients" | "--least" | "--contracts" | "--lookups" | "--most" => {
                    parsed.numbers.insert(option.clone(), rest.next()?.parse().ok()?);
                }
                _ => return None,
            }
        }
        Some(parsed)
    }

    fn number(&self, option: &str, default: u64) -> u64 {
        self.numbers.get(option).copied().unwrap_or(default)
    }
}

/// Clients issue as fast as they are answered.
async fn issue(store: &Store, arguments: &Arguments) -> Result<(Value, bool), Failure> {
    let seconds = arguments.number("--seconds", 5);
    let clients = arguments.number("--clients", 128);
    let authority = Authority {
        name: "mo_sub2".to_owned(),
        kind: "mo-sub2".to_owned(),
        subject: "CN=MO Sub 2".to_owned(),
        certificate: vec![0x30; 600],
        chain: vec![vec![0x30; 600]],
        not_before: NOW,
        not_after: NOW + 100_000_000,
        retired: None,
    };
    store.commit(submission().with(Change::PutAuthority(authority))).await?;
    let begin_head = store.audit_head().await?;
    // Another run on the same database has other numbers.
    let next = Arc::new(AtomicU64::new(begin_head.seq));
    let over = Arc::new(AtomicBool::new(false));
    let begin = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let (store, next, over) = (store.clone(), next.clone(), over.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let request = request(next.fetch_add(1, Ordering::Relaxed))?;
                    let begin = Instant::now();
                    store.commit(request).await?;
                    times.push(begin.elapsed());
                }
                Ok::<_, Failure>(times)
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    over.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let elapsed = begin.elapsed().as_secs_f64();
    let rate = times.len() as f64 / elapsed;
    let report = Verifier::default().verify(store, |_| {}).await?;
    let whole =
        report.finding.is_none() && report.head.seq - begin_head.seq == 3 * times.len() as u64;
    let figures = json!({
        "database": scheme(&arguments.url), "clients": clients, "issued": times.len(),
        "issues_per_second": rate.round(), "p50_ms": millis(&mut times, 50.0),
        "p99_ms": millis(&mut times, 99.0), "audit_whole": whole,
    });
    Ok((figures, whole && rate >= arguments.number("--least", 0) as f64))
}

fn request(number: u64) -> Result<Submission, Failure> {
    let mut noise = vec![0; 600];
    SystemRandom::new().fill(&mut noise).map_err(|_| "no randomness")?;
    let id = CertificateId::new("mo_sub2", noise.get(..16).unwrap_or_default());
    let (evcoid, pcid) = (evcoid(ISSUED, number)?, pcid(number));
    let certificate = Certificate {
        id: id.clone(),
        kind: "contract".to_owned(),
        subject: format!("CN={evcoid}"),
        evcoid: Some(evcoid.clone()),
        pcid: Some(pcid.clone()),
        not_before: NOW,
        not_after: NOW + 60_000_000,
        der: noise.clone(),
        state: CertificateState::Delivered,
        changed: NOW,
        record: 0,
    };
    let contract = Contract {
        pcid: Some(pcid.clone()),
        certificate: Some(id.clone()),
        ..Contract::new(evcoid.clone())
    };
    let data = ContractData {
        evcoid,
        pcid,
        receiver: [1; 32],
        body: noise.get(..145).unwrap_or_default().to_vec(),
        certificate: id.clone(),
        created: NOW,
    };
    let reply = Reply {
        key: format!("provision:{}", id.serial),
        digest: [2; 32],
        expires: NOW + 86_400,
        response: Response {
            status: 200,
            content_type: "application/exi".to_owned(),
            body: noise.repeat(4),
        },
    };
    Ok(submission()
        .with(Change::IssueCertificate(certificate))
        .with(Change::CreateContract(contract))
        .with(Change::PutContractData(data))
        .replying(reply))
}

/// Fills the pool, then looks up.
async fn pool(store: &Store, arguments: &Arguments) -> Result<(Value, bool), Failure> {
    const CHUNK: u64 = 5_000;
    let contracts = arguments.number("--contracts", 100_000);
    let lookups = arguments.number("--lookups", 50_000);
    let begin = Instant::now();
    let first = filled(store, contracts).await?;
    for from in (first..contracts).step_by(usize::try_from(CHUNK)?) {
        let chunk: Result<Vec<Contract>, Failure> = (from..(from + CHUNK).min(contracts))
            .map(|number| {
                let pcid = Some(pcid(number));
                let not_after = Some(NOW + 60_000_000);
                Ok(Contract { pcid, not_after, ..Contract::new(evcoid(POOL, number)?) })
            })
            .collect();
        store.commit(submission().with(Change::ImportContracts(chunk?))).await?;
        if from % 500_000 == 0 {
            eprintln!("{from} contracts, {:.0} s", begin.elapsed().as_secs_f64());
        }
    }
    let filling = begin.elapsed().as_secs_f64();
    let (mut by_contract, mut by_car) = (Vec::new(), Vec::new());
    // A walk over all of them in an order that jumps.
    let mut number = 0;
    for _ in 0..lookups {
        number = (number + 7_777_777_777) % contracts.max(1);
        let (evcoid, pcid) = (evcoid(POOL, number)?, pcid(number));
        let begin = Instant::now();
        let found = store.contract(&evcoid).await?;
        by_contract.push(begin.elapsed());
        found.filter(|found| found.evcoid == evcoid).ok_or("a contract is not found")?;
        let begin = Instant::now();
        let found = store.contracts_of(&pcid).await?;
        by_car.push(begin.elapsed());
        found.iter().find(|one| one.evcoid == evcoid).ok_or("a car's contract is not found")?;
    }
    let p99 = [millis(&mut by_contract, 99.0), millis(&mut by_car, 99.0)];
    let figures = json!({
        "database": scheme(&arguments.url), "contracts": contracts,
        "filled_per_second": ((contracts - first) as f64 / filling).round(), "lookups": lookups,
        "by_contract_p50_ms": millis(&mut by_contract, 50.0), "by_contract_p99_ms": p99[0],
        "by_car_p50_ms": millis(&mut by_car, 50.0), "by_car_p99_ms": p99[1],
    });
    let most = arguments.number("--most", u64::MAX) as f64 / 1_000.0;
    Ok((figures, p99.iter().all(|p99| *p99 <= most)))
}

/// How many contracts an earlier run left, in whole chunks.
async fn filled(store: &Store, contracts: u64) -> Result<u64, Failure> {
    let (mut low, mut high) = (0, contracts);
    while low < high {
        let middle = low + (high - low) / 2;
        if store.contract(&evcoid(POOL, middle)?).await?.is_some() {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn submission() -> Submission {
    Submission::new(NOW, Actor { client: "bench".to_owned(), request: String::new() })
}

fn evcoid(provider: &str, number: u64) -> Result<Evcoid, Failure> {
    Ok(Evcoid::from_elements("DE", provider, &format!("C{number:08}"))?.with_check_digit())
}

fn pcid(number: u64) -> String {
    format!("WMI{number:014}")
}

fn scheme(url: &str) -> &str {
    url.split(':').next().unwrap_or_default()
}

/// A percentile in milliseconds.
fn millis(times: &mut [Duration], percent: f64) -> f64 {
    times.sort_unstable();
    let at = (times.len() as f64 * percent / 100.0) as usize;
    let time = times.get(at.min(times.len().saturating_sub(1))).copied().unwrap_or_default();
    (time.as_secs_f64() * 1e6).round() / 1e3
}

fn plain(figures: &Value) -> String {
    let fields = figures.as_object().into_iter().flatten();
    fields.map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}
