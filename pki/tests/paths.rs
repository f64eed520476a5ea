//! Paths among several candidates, and rustls-webpki as a second opinion.

use std::time::Duration;

use pki::cert::{AttributeKind, ExtendedKeyUsage};
use pki::chain::{ChainError, Level, Role, verify, verify_contract};
use pki::drive::Dice;
use pki::issue::{Defect, Hierarchy, IssueError, Issuer, Options, Plan};
use pki::key::{KeyError, PrivateKey, PublicKey, Signer};
use pki::profile::{Authority, CertificateKind};
use ring::rand::{SecureRandom, SystemRandom};
use rustls_pki_types::{CertificateDer, UnixTime};

const NOW: i64 = 1_795_366_984;
const DAY: i64 = 86_400;

fn hierarchy() -> Hierarchy {
    let rng = SystemRandom::new();
    Hierarchy::generate(&rng, NOW, Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// Stands for a hardware module: the key never leaves it.
struct Module(PrivateKey);

impl Signer for Module {
    fn public_key(&self) -> &PublicKey {
        self.0.public_key()
    }

    fn sign_raw(&self, message: &[u8], rng: &dyn SecureRandom) -> Result<Vec<u8>, KeyError> {
        self.0.sign_raw(message, rng)
    }
}

#[test]
fn beside_an_expired_certificate_of_the_same_authority_the_renewed_one_is_found() {
    let (rng, hierarchy) = (SystemRandom::new(), hierarchy());
    let contract = hierarchy.contract();
    let expired = hierarchy.damaged(Role::Contract, Defect::ExpiredSub2, &rng).unwrap();
    let [sub2, sub1] = [contract.subs[0].der(), contract.subs[1].der()];
    let old = expired.subs[0].as_slice();
    for subs in [[old, sub2, sub1], [sub2, old, sub1], [sub1, old, sub2]] {
        let chain =
            verify_contract(contract.leaf.der(), &subs, hierarchy.anchors(), NOW, Level::Field);
        assert_eq!(chain.unwrap().subs()[0].der(), sub2);
    }
    let only_old = [old, sub1];
    let error =
        verify_contract(contract.leaf.der(), &only_old, hierarchy.anchors(), NOW, Level::Field);
    assert!(matches!(error, Err(ChainError::Expired { .. })));
}

#[test]
fn authorities_that_vouch_for_each_other_lead_nowhere() {
    let rng = SystemRandom::new();
    let hierarchy = hierarchy();
    let keys =
        [PrivateKey::generate(&rng).unwrap(), PrivateKey::generate(&rng).unwrap()].map(Module);
    let plan = |name: &str| {
        let mut plan = Plan::new(CertificateKind::MoSub1, name, NOW - DAY, NOW + DAY);
        plan.authority = Authority::Root;
        plan
    };
    // Two authorities, each issued by the other, once with the same name for all.
    for names in [["A", "B"], ["A", "A"]] {
        let [a, b] = [0, 1].map(|i| plan(names[i]).issue_self_signed(&keys[i], &rng).unwrap());
        let a_by_b = plan(names[0]).issue(
            keys[0].public_key(),
            Issuer { certificate: &b, signer: &keys[1] },
            &rng,
        );
        let b_by_a = plan(names[1]).issue(
            keys[1].public_key(),
            Issuer { certificate: &a, signer: &keys[0] },
            &rng,
        );
        let (a_by_b, b_by_a) = (a_by_b.unwrap(), b_by_a.unwrap());
        let leaf = hierarchy.contract().leaf;
        let mut leaf_plan =
            Plan::new(CertificateKind::ContractLeaf, "DEPNCC00000001", NOW - DAY, NOW + DAY);
        leaf_plan.key_usage = leaf.extensions().key_usage.as_ref().unwrap().value;
        let issuer = Issuer { certificate: &a, signer: &keys[0] };
        let leaf = leaf_plan.issue(keys[0].public_key(), issuer, &rng).unwrap();
        let subs = [a_by_b.der(), b_by_a.der(), a.der(), b.der()];
        let error =
            verify_contract(leaf.der(), &subs, hierarchy.anchors(), NOW, Level::Field).unwrap_err();
        assert!(
            matches!(error, ChainError::NoIssuer { .. } | ChainError::UntrustedRoot { .. }),
            "{error}"
        );
    }
}

#[test]
fn what_cannot_be_written_is_not_issued() {
    let rng = SystemRandom::new();
    let key = PrivateKey::generate(&rng).unwrap();
    let plan = Plan::new(CertificateKind::MoRoot, "Root", NOW, NOW + DAY);
    let issue = |plan: Plan| {
        plan.issue_self_signed(&key, &rng).map(|certificate| certificate.subject().to_string())
    };
    let other = AttributeKind::Other("2.5.4.7".to_owned());
    assert_eq!(
        issue(plan.clone().with(other, "Köln")).unwrap(),
        "CN=Root, 2.5.4.7=K\\u{f6}ln, DC=MO"
    );
    for (kind, value) in [
        (AttributeKind::Country, "de"),
        (AttributeKind::Country, "DEU"),
        (AttributeKind::DomainComponent, "Ä"),
        (AttributeKind::Organization, ""),
        (AttributeKind::Other("x".to_owned()), "y"),
    ] {
        assert_eq!(
            issue(plan.clone().with(kind.clone(), value)),
            Err(IssueError::Attribute { kind })
        );
    }
    let mut odd = plan.clone();
    odd.extended_key_usage = vec![ExtendedKeyUsage::Other("1".to_owned())];
    assert_eq!(issue(odd), Err(IssueError::Purpose("1".to_owned())));
    let mut odd = plan.clone();
    odd.not_after = i64::MAX / 2;
    assert_eq!(issue(odd), Err(IssueError::Validity));
    let mut odd = plan;
    odd.extra.push((vec![0x55, 0x1d, 19], true, vec![1, 2, 3]));
    assert!(matches!(issue(odd), Err(IssueError::Unparsable(_))));
}

/// Whatever the second opinion refuses is refused here too; it knows no roles and no profiles, so not the other way round.
#[test]
fn no_station_is_accepted_that_webpki_refuses() {
    let (rng, hierarchy) = (SystemRandom::new(), hierarchy());
    let mut dice = Dice::new(9);
    let mut refused = 0;
    for defect in [
        Defect::None,
        Defect::ExpiredLeaf,
        Defect::ExpiredSub1,
        Defect::ExpiredSub2,
        Defect::NotYetValidLeaf,
        Defect::TwinRoot,
        Defect::UnknownRoot,
        Defect::OtherRole,
        Defect::SelfSignedLeaf,
        Defect::LeafAsIssuer,
        Defect::ThirdSub,
        Defect::SwappedPathLengths,
        Defect::MissingSub2,
        Defect::InvertedOrder,
        Defect::SubWithoutCertSign,
        Defect::SubNotCa,
        Defect::SubOnOtherCurve,
        Defect::WrongExtendedKeyUsage,
        Defect::Sha1Signature,
        Defect::TamperedSignature,
        Defect::TamperedBody,
        Defect::UnknownCriticalExtension,
        Defect::DuplicateExtension,
        Defect::NegativeSerial,
        Defect::CutOff,
    ] {
        let chain = hierarchy.damaged(Role::Secc, defect, &rng).unwrap();
        let root = hierarchy.certificate(CertificateKind::V2gRoot).der();
        for round in 0..20 {
            let leaf = if round == 0 { chain.leaf.clone() } else { dice.mutate(&chain.leaf) };
            let ours =
                verify(Role::Secc, &leaf, &chain.subs, &chain.anchors, NOW, Level::Field).is_ok();
            let theirs = webpki_accepts(&leaf, &chain.subs, root);
            // A negative serial number is a formality that only the strict level minds.
            assert!(
                !ours || theirs || defect == Defect::NegativeSerial,
                "{defect:?}, round {round}"
            );
            refused += usize::from(!theirs);
            if defect == Defect::None && round == 0 {
                assert!(ours && theirs);
            }
        }
    }
    assert!(refused > 400, "{refused}");
}

fn webpki_accepts(leaf: &[u8], subs: &[Vec<u8>], root: &[u8]) -> bool {
    let root = CertificateDer::from(root);
    let subs: Vec<_> = subs.iter().map(|sub| CertificateDer::from(sub.as_slice())).collect();
    let leaf = CertificateDer::from(leaf);
    let (Ok(anchor), Ok(leaf)) =
        (webpki::anchor_from_trusted_cert(&root), webpki::EndEntityCert::try_from(&leaf))
    else {
        return false;
    };
    let now = UnixTime::since_unix_epoch(Duration::from_secs(NOW.unsigned_abs()));
    let usage = webpki::KeyUsage::server_auth();
    leaf.verify_for_usage(
        &[webpki::ring::ECDSA_P256_SHA256],
        &[anchor],
        &subs,
        now,
        usage,
        None,
        None,
    )
    .is_ok()
}
