//! The generated hierarchy follows the strict profiles and verifies in every role.

use pki::cert::{Certificate, CertificateKey, SignatureAlgorithm};
use pki::chain::{
    AnchorError, Anchors, ChainError, Level, Position, Role, RootKind, verify, verify_contract,
    verify_secc,
};
use pki::id::Evcoid;
use pki::issue::{Hierarchy, Identity, Issuer, Options, Plan};
use pki::key::{Algorithm, KeyError, PrivateKey, Signer};
use pki::profile::{CertificateKind, Edition, check};
use pki::{Verified, pem};
use ring::rand::SystemRandom;

const NOW: i64 = 1_795_366_984;
const DAY: i64 = 86_400;

fn hierarchy() -> Hierarchy {
    let options =
        Options { ocsp: Some("http://ocsp.example.com/v2g".to_owned()), ..Options::default() };
    Hierarchy::generate(&SystemRandom::new(), NOW, options)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn verified(
    identity: &Identity,
    anchors: &Anchors,
    level: Level,
) -> Result<Verified<pki::Chain>, ChainError> {
    verify(identity.role, identity.leaf.der(), &identity.sub_ders(), anchors, NOW, level)
}

#[test]
fn every_certificate_follows_its_strict_profile_in_at_most_800_octets() {
    let hierarchy = hierarchy();
    let mut serials = std::collections::HashSet::new();
    for kind in Edition::Iso2.kinds() {
        let certificate = hierarchy.certificate(kind);
        for level in Level::ALL {
            assert_eq!(check(certificate, kind, Edition::Iso2, level), [], "{kind:?}");
        }
        // [V2G2-010]
        assert!(certificate.der().len() <= 800, "{kind:?}: {} octets", certificate.der().len());
        assert!(serials.insert(certificate.serial().to_vec()));
        assert_eq!(*certificate.key(), CertificateKey::P256(*hierarchy.key(kind).public_key()));
    }
}

#[test]
fn every_role_verifies_strictly_and_yields_what_the_session_needs() {
    let hierarchy = hierarchy();
    for role in Role::of(Edition::Iso2) {
        let identity = hierarchy.identity(role);
        let chain = verified(&identity, hierarchy.anchors(), Level::Strict).unwrap();
        assert_eq!(chain.role(), role);
        assert_eq!(*chain.leaf(), identity.leaf);
        assert_eq!(chain.public_key(), identity.key.public_key());
        assert_eq!(chain.subs(), identity.subs);
        assert_eq!(*chain.anchor().certificate(), identity.root);
        assert_eq!(chain.not_after(), identity.leaf.not_after());
        assert_eq!(chain.deviations(), []);
        assert_eq!(chain.evcoid().is_some(), role == Role::Contract);
    }
    let contract = hierarchy.contract();
    let anchors = hierarchy.anchors();
    let chain =
        verify_contract(contract.leaf.der(), &contract.sub_ders(), anchors, NOW, Level::Strict)
            .unwrap();
    assert_eq!(chain.evcoid(), Some(&Options::default().evcoid));
    assert!(!chain.expires_soon(NOW, 30 * DAY));
    assert!(chain.expires_soon(NOW, 730 * DAY));
    let secc = hierarchy.secc();
    assert!(verify_secc(secc.leaf.der(), &secc.sub_ders(), anchors, NOW, Level::Strict).is_ok());
}

#[test]
fn authorities_may_come_in_any_order_with_the_root_and_with_strangers_at_the_field_level() {
    let hierarchy = hierarchy();
    let (contract, oem) = (hierarchy.contract(), hierarchy.oem_provisioning());
    let [sub2, sub1] = [contract.subs[0].der(), contract.subs[1].der()];
    let (root, stranger) = (contract.root.der(), oem.subs[0].der());
    for subs in [
        vec![sub1, sub2],
        vec![root, sub1, sub2],
        vec![stranger, sub2, root, sub1],
        vec![sub2, sub2, sub1],
    ] {
        let chain =
            verify_contract(contract.leaf.der(), &subs, hierarchy.anchors(), NOW, Level::Field)
                .unwrap();
        assert_eq!(chain.subs(), contract.subs);
    }
    // In order, the root at the end does no harm at the strict level either.
    let subs = [sub2, sub1, root];
    assert!(
        verify_contract(contract.leaf.der(), &subs, hierarchy.anchors(), NOW, Level::Strict)
            .is_ok()
    );
    let five = [sub2, sub1, root, sub2, sub1];
    let error = verify_contract(contract.leaf.der(), &five, hierarchy.anchors(), NOW, Level::Field)
        .unwrap_err();
    assert_eq!(error, ChainError::TooMany { found: 5, max: 4 });
}

#[test]
fn no_root_means_no_trust_and_only_roots_are_anchors() {
    let hierarchy = hierarchy();
    let contract = hierarchy.contract();
    let with_root: Vec<_> = contract.chain().skip(1).chain([contract.root.der()]).collect();
    let error =
        verify_contract(contract.leaf.der(), &with_root, &Anchors::new(), NOW, Level::Field)
            .unwrap_err();
    assert!(matches!(error, ChainError::UntrustedRoot { .. }), "{error}");
    let mut anchors = Anchors::new();
    let sub1 = contract.subs[1].der();
    assert_eq!(anchors.add(RootKind::Mo, sub1), Err(AnchorError::NotSelfSigned));
    assert_eq!(anchors.add(RootKind::Mo, contract.leaf.der()), Err(AnchorError::NotSelfSigned));
    assert!(anchors.is_empty());
    // The V2G root is the negative control for a mobility operator's chain.
    anchors.add(RootKind::V2g, hierarchy.certificate(CertificateKind::V2gRoot).der()).unwrap();
    let error = verified(&contract, &anchors, Level::Field).unwrap_err();
    assert!(matches!(error, ChainError::NoIssuer { .. }), "{error}");
}

#[test]
fn among_roots_of_one_name_the_one_that_signed_is_found() {
    let (twin, hierarchy) = (hierarchy(), hierarchy());
    let contract = hierarchy.contract();
    let mut anchors = Anchors::new();
    for root in [&twin.contract().root, &contract.root, &twin.contract().root] {
        anchors.add(RootKind::Mo, root.der()).unwrap();
    }
    assert_eq!(anchors.len(), 2);
    let chain = verified(&contract, &anchors, Level::Strict).unwrap();
    assert_eq!(*chain.anchor().certificate(), contract.root);
    assert_eq!(
        *verified(&twin.contract(), &anchors, Level::Strict).unwrap().anchor().certificate(),
        twin.contract().root
    );
}

#[test]
fn a_private_root_issues_stations_directly_and_anchors_nothing_else() {
    let hierarchy = hierarchy();
    let secc = hierarchy.issue_private_secc(&SystemRandom::new()).unwrap();
    let chain = verified(&secc, hierarchy.anchors(), Level::Strict).unwrap();
    assert_eq!(chain.anchor().kind(), RootKind::PrivateOperator);
    // [V2G2-927]
    let mut anchors = Anchors::new();
    anchors.add(RootKind::PrivateOperator, hierarchy.contract().root.der()).unwrap();
    let error = verified(&hierarchy.contract(), &anchors, Level::Field).unwrap_err();
    assert!(matches!(error, ChainError::WrongRoot { .. }), "{error}");
    // [V2G2-868] A public root does not issue stations itself.
    let mut anchors = Anchors::new();
    anchors.add(RootKind::V2g, secc.root.der()).unwrap();
    assert_eq!(verified(&secc, &anchors, Level::Strict).unwrap_err(), ChainError::RootIssuedLeaf);
}

#[test]
fn validity_ends_with_its_last_second() {
    let hierarchy = hierarchy();
    let secc = hierarchy.secc();
    let at = |now| {
        verify_secc(secc.leaf.der(), &secc.sub_ders(), hierarchy.anchors(), now, Level::Strict)
    };
    let (first, last) = (secc.leaf.not_before(), secc.leaf.not_after());
    assert!(at(first).is_ok() && at(last).is_ok());
    assert!(matches!(at(first - 1), Err(ChainError::NotYetValid { .. })));
    assert!(matches!(at(last + 1), Err(ChainError::Expired { .. })));
}

#[test]
fn further_contracts_are_issued_for_any_identifier() {
    let hierarchy = hierarchy();
    for text in ["NL-TNM-C00122045-K", "UKSWI123456791A", "NL-TNM-012204-5"] {
        let evcoid = Evcoid::parse(text).unwrap();
        let contract = hierarchy.issue_contract(&SystemRandom::new(), &evcoid, NOW).unwrap();
        let chain = verified(&contract, hierarchy.anchors(), Level::Strict).unwrap();
        assert_eq!(chain.evcoid(), Some(&evcoid));
        assert_eq!(chain.leaf().public_key(), Ok(contract.key.public_key()));
    }
}

#[test]
fn files_hold_every_certificate_key_and_chain() {
    let hierarchy = hierarchy();
    let files: Vec<_> = hierarchy.files().collect();
    assert_eq!(files.len(), 2 * Edition::Iso2.kinds().count() + Role::of(Edition::Iso2).count());
    let text = |path: &str| {
        let file = files.iter().find(|(name, _)| name == path).unwrap();
        core::str::from_utf8(&file.1).unwrap()
    };
    let chain = pem::certificates(text("chains/contract.pem")).unwrap();
    assert!(chain.iter().map(Vec::as_slice).eq(hierarchy.contract().chain()));
    let key = PrivateKey::from_pem(text("keys/contract.pem"), &SystemRandom::new()).unwrap();
    assert_eq!(key.public_key(), hierarchy.contract().key.public_key());
    let root = pem::certificates(text("certs/v2g_root.pem")).unwrap();
    assert_eq!(
        Certificate::parse(&root[0]).as_ref(),
        Ok(hierarchy.certificate(CertificateKind::V2gRoot))
    );
}

#[test]
fn certificates_on_p521_are_issued_parsed_and_verified() {
    let rng = SystemRandom::new();
    let key = || PrivateKey::generate_for(Algorithm::P521, &rng).unwrap();
    let (root_key, leaf_key, p256) = (key(), key(), PrivateKey::generate(&rng).unwrap());
    let plan = |kind, name| Plan::new(kind, name, NOW - 3600, NOW + 3600);
    let root = plan(CertificateKind::V2gRoot, "Root").issue_self_signed(&root_key, &rng).unwrap();
    let issuer = Issuer { certificate: &root, signer: &root_key };
    let leaf = plan(CertificateKind::SeccLeaf, "Station")
        .issue(leaf_key.public_key(), issuer, &rng)
        .unwrap();
    assert_eq!(*leaf.key(), CertificateKey::P521(*leaf_key.public_key()));
    assert_eq!(*leaf.signature_algorithm(), SignatureAlgorithm::EcdsaSha512);
    assert_eq!(root.verify_signed_by(root_key.public_key()), Ok(()));
    assert_eq!(leaf.verify_signed_by(root_key.public_key()), Ok(()));
    assert_eq!(leaf.verify_signed_by(leaf_key.public_key()), Err(KeyError::BadSignature));
    let mismatch = KeyError::Mismatch { wanted: Algorithm::P256 };
    assert_eq!(leaf.verify_signed_by(p256.public_key()), Err(mismatch));

    // A chain of ISO 15118-2 has no room for it [V2G2-006].
    let mut anchors = Anchors::new();
    anchors.add(RootKind::V2g, root.der()).unwrap();
    for level in Level::ALL {
        let none: [&[u8]; 0] = [];
        let refused = verify_secc(leaf.der(), &none, &anchors, NOW, level).unwrap_err();
        let found = "EC P-521".to_owned();
        assert_eq!(
            refused,
            ChainError::Algorithm { at: Position::Root, found, edition: Edition::Iso2 }
        );
    }
}
