//! A contract chain, verified; and the same after things that happen to certificates.

use pki::chain::verify_contract;
use pki::issue::Options;
use pki::pool::ContractState;
use pki::{Anchors, ContractPool, Hierarchy, Level};
use pnc_examples::Outcome;
use ring::rand::SystemRandom;
use std::io::{Write, stdout};

fn main() -> Outcome {
    let today = pnc::time::unix();
    let pki = Hierarchy::generate(&SystemRandom::new(), today, Options::default())?;
    let contract = pki.contract();
    let verify = |anchors: &Anchors, at| {
        verify_contract(contract.leaf.der(), &contract.sub_ders(), anchors, at, Level::Strict)
    };

    let chain = verify(pki.anchors(), today)?;
    let evcoid = chain.evcoid().ok_or("a contract without identifier")?;
    writeln!(stdout(), "{evcoid} is proven by")?;
    for (_, certificate, _) in chain.members() {
        writeln!(stdout(), "  {}", certificate.subject())?;
    }
    let pool = ContractPool::parse(&format!("{evcoid}, active, 2099-12-31\n"))?;
    let ContractState::Active { .. } = pool.resolve(evcoid, today) else {
        return Err("the pool does not know its own contract".into());
    };
    writeln!(stdout(), "and the pool lets it charge")?;

    for (what, outcome) in [
        ("no roots at all", verify(&Anchors::new(), today)),
        ("ten years later", verify(pki.anchors(), today + 10 * 365 * 86_400)),
    ] {
        match outcome {
            Ok(_) => return Err(format!("{what}: accepted").into()),
            Err(error) => writeln!(stdout(), "{what}: {error}")?,
        }
    }
    Ok(())
}
