//! rustls-webpki as a second opinion on random chains of stations, both ways: what it refuses is refused here, what it
//! accepts is refused here for what it does not know; the differences that remain are named.

use std::collections::BTreeMap;
use std::time::Duration;

use pki::cert::{ExtendedKeyUsage, KeyUsage};
use pki::chain::{Check, Demand, Level, Position, Role, RootKind};
use pki::drive::Dice;
use pki::issue::{Issuer, Plan};
use pki::key::{PrivateKey, Signer};
use pki::profile::{Authority, CertificateKind as Kind};
use pki::{Anchors, Certificate};
use ring::rand::SystemRandom;
use rustls_pki_types::{CertificateDer, UnixTime};

const NOW: i64 = 1_795_366_984;
const DAY: i64 = 86_400;
const ROUNDS: usize = 4_000;

#[test]
fn thousands_of_random_chains_are_judged_alike_but_for_known_differences() {
    let mut maker = Maker::new();
    let mut counts = BTreeMap::new();
    for round in 0..ROUNDS {
        let chain = maker.chain();
        let demand = Demand::iso2(Role::Secc, Level::Field);
        let ours = demand.verify(&chain.leaf, &chain.subs, &chain.anchors, NOW);
        let theirs = webpki_accepts(&chain);
        let outcome = match (&ours, theirs) {
            (Ok(_), true) => "both accept".to_owned(),
            (Err(_), false) => "both refuse".to_owned(),
            (Ok(verified), false) => {
                let critical = verified.members().any(|(_, certificate, _)| {
                    certificate.extensions().ocsp.as_ref().is_some_and(|ocsp| ocsp.critical)
                });
                let again = verified.subs().iter().any(Certificate::is_self_issued);
                let why = match (critical, again) {
                    // The check of revocation looks at it; webpki does not know the extension.
                    (true, _) => "critical AIA",
                    // It counts towards the path length there, and not in RFC 5280 6.1.4.
                    (false, true) => "self-issued authority",
                    _ => panic!("round {round}: accepted, but not by webpki"),
                };
                format!("only we accept: {why}")
            }
            (Err(error), true) => {
                let known = match error.check() {
                    // Key usage, domain components and path lengths of the standard are not its business.
                    Check::Profile | Check::CertificateSigning => true,
                    // Of a root, it looks at name and key alone.
                    Check::Validity | Check::PathLength => error.at() == Some(Position::Root),
                    _ => false,
                };
                assert!(known, "round {round}: webpki accepts, we do not: {error}");
                format!("only webpki accepts: {}", error.check())
            }
        };
        *counts.entry(outcome).or_insert(0) += 1;
    }
    let count = |outcome: &str| counts.get(outcome).copied().unwrap_or_default();
    let least = [
        ("both accept", 400),
        ("both refuse", 1_000),
        ("only we accept: critical AIA", 5),
        ("only webpki accepts: profile", 100),
        ("only webpki accepts: certificate-signing", 20),
        ("only webpki accepts: validity", 20),
    ];
    for (outcome, least) in least {
        assert!(count(outcome) >= least, "{outcome}: {counts:?}");
    }
}

struct Made {
    leaf: Vec<u8>,
    subs: Vec<Vec<u8>>,
    root: Vec<u8>,
    anchors: Anchors,
}

struct Maker {
    dice: Dice,
    rng: SystemRandom,
    keys: Vec<PrivateKey>,
}

impl Maker {
    fn new() -> Self {
        let rng = SystemRandom::new();
        let key = || PrivateKey::generate(&rng).unwrap_or_else(|error| panic!("{error}"));
        Self { dice: Dice::new(20), keys: (0..6).map(|_| key()).collect(), rng }
    }

    /// Once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.dice.below(times) == 0
    }

    /// Up to three authorities below a root, each certificate with a few things that may be wrong; as a peer sends them, or
    /// one missing, one too many, in any order.
    fn chain(&mut self) -> Made {
        let depth = [1, 2, 2, 2, 3][self.dice.below(5)];
        let mut plan = Plan::new(Kind::V2gRoot, "Root", NOW - 900 * DAY, NOW + 900 * DAY);
        if self.once_in(20) {
            plan.not_after = NOW - DAY;
        }
        let root = plan.issue_self_signed(&self.keys[0], &self.rng);
        let root = root.unwrap_or_else(|error| panic!("{error}"));
        let mut issuers = vec![(root.clone(), 0)];
        for above in 0..depth {
            let kind = if above == 0 { Kind::CpoSub1 } else { Kind::CpoSub2 };
            let name = ["A", "B", "B", "C"][self.dice.below(4)];
            let mut plan = Plan::new(kind, name, NOW - 90 * DAY, NOW + 300 * DAY);
            plan.authority = Authority::Sub(u32::try_from(depth - above - 1).unwrap_or(0));
            if self.once_in(12) {
                plan.authority =
                    [Authority::Leaf, Authority::Root, Authority::Sub(0), Authority::Sub(1)]
                        [self.dice.below(4)];
            }
            if self.once_in(20) {
                plan.key_usage = KeyUsage::CRL_SIGN;
            }
            self.spoil(&mut plan);
            let key = self.dice.below(4) + 1;
            let sub = self.issue(&plan, key, &issuers);
            issuers.push((sub, key));
        }
        let mut plan = Plan::new(Kind::SeccLeaf, "DE*PNC*E1", NOW - 9 * DAY, NOW + 30 * DAY);
        plan.extended_key_usage = match self.dice.below(8) {
            0 => vec![ExtendedKeyUsage::ServerAuth],
            1 => vec![ExtendedKeyUsage::ClientAuth],
            2 => vec![ExtendedKeyUsage::ClientAuth, ExtendedKeyUsage::ServerAuth],
            _ => Vec::new(),
        };
        if self.once_in(12) {
            plan.subject.pop();
        }
        self.spoil(&mut plan);
        let leaf = self.issue(&plan, 5, &issuers);
        let mut leaf = leaf.der().to_vec();
        if self.once_in(12) {
            leaf = self.dice.mutate(&leaf);
        }
        let mut subs: Vec<_> =
            issuers.iter().skip(1).rev().map(|(sub, _)| sub.der().to_vec()).collect();
        if self.once_in(10) {
            subs.remove(self.dice.below(subs.len()));
        }
        if self.once_in(10) {
            subs.reverse();
        }
        if self.once_in(10) {
            subs.push(root.der().to_vec());
        }
        let mut anchors = Anchors::new();
        anchors.add(RootKind::V2g, root.der()).unwrap_or_else(|error| panic!("{error}"));
        Made { leaf, subs, root: root.der().to_vec(), anchors }
    }

    /// What any certificate may have wrong.
    fn spoil(&mut self, plan: &mut Plan) {
        const POLICIES: (&[u8], &[u8]) = (&[0x55, 0x1d, 32], &[0x30, 6, 0x30, 4, 6, 2, 0x2a, 3]);
        match self.dice.below(120) {
            0..3 => plan.not_after = NOW - 1,
            3..6 => plan.not_before = NOW + 1,
            6 => plan.not_after = NOW,
            7 => plan.not_before = NOW,
            8..10 => plan.extra.push((vec![0x69, 1], true, vec![5, 0])),
            10 => plan.extra.push((POLICIES.0.to_vec(), true, POLICIES.1.to_vec())),
            11..14 => {
                plan.ocsp = Some("http://ocsp.example.com".to_owned());
                plan.pointers_critical = true;
            }
            14..16 => {
                plan.crl = Some("http://crl.example.com".to_owned());
                plan.pointers_critical = true;
            }
            16..18 => plan.key_usage_critical = false,
            _ => {}
        }
    }

    /// By the last of the issuers, or by another one, or with another one's key.
    fn issue(&mut self, plan: &Plan, key: usize, issuers: &[(Certificate, usize)]) -> Certificate {
        let last = issuers.len() - 1;
        let at = if self.once_in(25) { self.dice.below(issuers.len()) } else { last };
        let signer = if self.once_in(25) { self.dice.below(6) } else { issuers[at].1 };
        let issuer = Issuer { certificate: &issuers[at].0, signer: &self.keys[signer] };
        let issued = plan.issue(self.keys[key].public_key(), issuer, &self.rng);
        issued.unwrap_or_else(|error| panic!("{error}"))
    }
}

fn webpki_accepts(chain: &Made) -> bool {
    let root = CertificateDer::from(chain.root.as_slice());
    let subs: Vec<_> = chain.subs.iter().map(|sub| CertificateDer::from(sub.as_slice())).collect();
    let leaf = CertificateDer::from(chain.leaf.as_slice());
    let (Ok(anchor), Ok(leaf)) =
        (webpki::anchor_from_trusted_cert(&root), webpki::EndEntityCert::try_from(&leaf))
    else {
        return false;
    };
    let now = UnixTime::since_unix_epoch(Duration::from_secs(NOW.unsigned_abs()));
    let usage = webpki::KeyUsage::server_auth();
    let algorithms = [webpki::ring::ECDSA_P256_SHA256];
    leaf.verify_for_usage(&algorithms, &[anchor], &subs, now, usage, None, None).is_ok()
}
