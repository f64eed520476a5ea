//! How many contract certificates an authority issues a second and core, each checked against its strict profile.
//!
//! ```text
//! cargo bench -p pnc-pki --bench issuing -- [SECONDS [LEAST]]     fails below LEAST for requests of ISO 15118-2
//! ```
use cpu_time::ThreadTime;
use pki::cert::AttributeKind;
use pki::issue::{CertificateAuthority, Csr, CsrPlan, Hierarchy, Options};
use pki::key::{Algorithm, PrivateKey, Signer};
use pki::profile::{CertificateKind as Kind, Edition};
use ring::rand::SystemRandom;
use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

const NOW: i64 = 1_795_366_984;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` adds a flag of its own.
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<f64>().ok());
    let seconds = Duration::from_secs_f64(numbers.next().unwrap_or(2.0));
    let least = numbers.next();
    let (iso2, iso20) = (Operator::new(Edition::Iso2)?, Operator::new(Edition::Iso20)?);
    let granted = rate(seconds, || iso2.grant())?;
    let lines = [
        ("ISO 15118-2, fresh key and certificate", rate(seconds, || iso2.issue())?),
        ("ISO 15118-20, request checked and granted", rate(seconds, || iso20.grant())?),
        ("ISO 15118-20, fresh key and certificate", rate(seconds, || iso20.issue())?),
        ("ISO 15118-2, request checked and granted", granted),
    ];
    let mut out = std::io::stdout().lock();
    for (name, rate) in lines {
        writeln!(out, "{name:<42} {rate:>7.0} a second and core")?;
    }
    match least {
        Some(least) if granted < least => Err(format!("below {least}").into()),
        _ => Ok(()),
    }
}

struct Operator {
    authority: CertificateAuthority,
    algorithm: Algorithm,
    request: Vec<u8>,
    rng: SystemRandom,
}

impl Operator {
    fn new(edition: Edition) -> Result<Self, Box<dyn Error>> {
        let (rng, kind) = (SystemRandom::new(), Kind::MoSub2);
        let hierarchy = Hierarchy::generate(&rng, NOW, Options::of(edition))?;
        let certificate = hierarchy.certificate(kind).clone();
        let signer: Arc<PrivateKey> = Arc::clone(hierarchy.key(kind));
        let algorithm = signer.public_key().algorithm();
        let authority = CertificateAuthority::new(certificate, edition, kind, signer)?;
        let mut terms = authority.terms().clone();
        terms.ocsp = Some("http://ocsp.example.com/v2g".to_owned());
        let authority = authority.with_terms(terms)?;
        let key = PrivateKey::generate_for(algorithm, &rng)?;
        let plan = CsrPlan::new(edition, Kind::ContractLeaf, NAME);
        let request = plan.with(AttributeKind::Organization, "Operator").sign(&key, &rng)?;
        Ok(Self { authority, algorithm, request, rng })
    }

    fn grant(&self) -> Result<(), Box<dyn Error>> {
        let request = Csr::parse(&self.request)?;
        self.authority.issue_for(Kind::ContractLeaf, &request, NOW, &self.rng)?;
        Ok(())
    }

    fn issue(&self) -> Result<(), Box<dyn Error>> {
        let key = PrivateKey::generate_for(self.algorithm, &self.rng)?;
        let subject = [(AttributeKind::CommonName, NAME.to_owned())];
        let kind = Kind::ContractLeaf;
        self.authority.issue(kind, &subject, key.public_key(), NOW, &self.rng)?;
        Ok(())
    }
}

fn rate(
    seconds: Duration,
    work: impl Fn() -> Result<(), Box<dyn Error>>,
) -> Result<f64, Box<dyn Error>> {
    let (begin, mut count) = (ThreadTime::now(), 0_u32);
    while begin.elapsed() < seconds {
        work()?;
        count += 1;
    }
    Ok(f64::from(count) / begin.elapsed().as_secs_f64())
}

const NAME: &str = "DEPNCC00000001";
