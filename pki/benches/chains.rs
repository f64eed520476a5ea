//! How many contract chains one core takes to their identifier in a second, whole: parsing, path, three signatures, the
//! profiles of four certificates.
//!
//! ```text
//! cargo bench -p pnc-pki --bench chains -- [SECONDS [COLD [WARM]]]     fails below COLD or WARM a second and core
//! ```
use cpu_time::ThreadTime;
use pki::chain::{Cache, ChainError, Demand, Level, Role};
use pki::issue::{Hierarchy, Identity, Options};
use pki::profile::Edition;
use pki::{Anchors, Evcoid};
use ring::rand::SystemRandom;
use std::error::Error;
use std::io::Write as _;
use std::time::Duration;

const NOW: i64 = 1_795_366_984;
/// Different contracts, taken in turn.
const CONTRACTS: usize = 256;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` adds a flag of its own.
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<f64>().ok());
    let seconds = Duration::from_secs_f64(numbers.next().unwrap_or(2.0));
    let (least_cold, least_warm) = (numbers.next(), numbers.next());
    let iso2 = Fleet::new(Edition::Iso2, CONTRACTS)?;
    let iso20 = Fleet::new(Edition::Iso20, 8)?;

    let cold = rate(seconds, |i| iso2.verify(i).map(drop))?;
    let mut known = Cache::new(1, 3600);
    // One entry: every chain is another one, but the authorities' signatures are known.
    let fresh = rate(seconds, |i| iso2.verify_with(&mut known, i))?;
    let mut cache = Cache::new(CONTRACTS, 3600);
    (0..CONTRACTS).try_for_each(|i| iso2.verify_with(&mut cache, i))?;
    let warm = rate(seconds, |i| iso2.verify_with(&mut cache, i))?;
    let cold20 = rate(seconds, |i| iso20.verify(i).map(drop))?;

    let mut out = std::io::stdout().lock();
    writeln!(out, "ISO 15118-20, P-521, cold            {cold20:>9.0} chains a second and core")?;
    writeln!(out, "ISO 15118-2, authorities known       {fresh:>9.0} chains a second and core")?;
    writeln!(
        out,
        "contract chains to EVCOID a second and core: {cold:.0} cold, {warm:.0} with the cache warm"
    )?;
    for (rate, least, name) in [(cold, least_cold, "cold"), (warm, least_warm, "warm")] {
        if least.is_some_and(|least| rate < least) {
            return Err(format!("{name}: below {}", least.unwrap_or_default()).into());
        }
    }
    Ok(())
}

/// Contracts with their chains.
struct Fleet {
    demand: Demand,
    contracts: Vec<(Identity, Evcoid)>,
    anchors: Anchors,
}

impl Fleet {
    fn new(edition: Edition, size: usize) -> Result<Self, Box<dyn Error>> {
        let rng = SystemRandom::new();
        let ocsp = Some("http://ocsp.example.com/v2g".to_owned());
        let hierarchy = Hierarchy::generate(&rng, NOW, Options { ocsp, ..Options::of(edition) })?;
        let mut contracts = Vec::new();
        for number in 0..size {
            let evcoid = Evcoid::from_elements("DE", "PNC", &format!("C{number:08}"))?;
            contracts.push((hierarchy.issue_contract(&rng, &evcoid, NOW)?, evcoid));
        }
        let demand = Demand { role: Role::Contract, edition, level: Level::Strict };
        Ok(Self { demand, contracts, anchors: hierarchy.anchors().clone() })
    }

    fn verify(&self, number: usize) -> Result<(), ChainError> {
        let (contract, evcoid) = &self.contracts[number % self.contracts.len()];
        let (leaf, subs) = (contract.leaf.der(), contract.sub_ders());
        let chain = self.demand.verify(leaf, &subs, &self.anchors, NOW)?;
        assert_eq!(chain.evcoid().map(Evcoid::stem), Some(evcoid.stem()));
        Ok(())
    }

    fn verify_with(&self, cache: &mut Cache, number: usize) -> Result<(), ChainError> {
        let (contract, evcoid) = &self.contracts[number % self.contracts.len()];
        let (leaf, subs) = (contract.leaf.der(), contract.sub_ders());
        let chain = cache.verify(self.demand, leaf, &subs, &self.anchors, NOW)?;
        assert_eq!(chain.evcoid().map(Evcoid::stem), Some(evcoid.stem()));
        Ok(())
    }
}

/// Calls a second of this thread's processor time.
fn rate(
    seconds: Duration,
    mut call: impl FnMut(usize) -> Result<(), ChainError>,
) -> Result<f64, ChainError> {
    let (begin, mut count) = (ThreadTime::now(), 0);
    while begin.elapsed() < seconds {
        for _ in 0..16 {
            call(count)?;
            count += 1;
        }
    }
    Ok(count as f64 / begin.elapsed().as_secs_f64())
}
