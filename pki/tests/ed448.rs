//! ISO 15118-20 on Ed448 [V2G20-2319]: with the feature all that other keys do, without it refusals that name the feature.

const NOW: i64 = 1_795_366_984;
/// A root made with OpenSSL.
const ROOT: &str = include_str!("../../test-vectors/keys/ed448-root.pem");

#[cfg(feature = "ed448")]
#[cfg(test)]
mod built {
    use super::{NOW, ROOT};
    use pki::cert::{CertificateKey, KeyUsage, SignatureAlgorithm};
    use pki::chain::{Check, Demand, Role, RootKind};
    use pki::issue::{CertificateAuthority, Csr, CsrPlan, Hierarchy, IssueError, Options, Plan};
    use pki::issue::{Issuer, Terms};
    use pki::key::{Algorithm, PrivateKey, Signer};
    use pki::profile::{CertificateKind as Kind, Edition, Rule, check};
    use pki::revocation::{
        CertId, Crl, CrlPlan, HashAlgorithm, OcspError, OcspRequest, OcspResponse, Responder,
        Revocation, Status,
    };
    use pki::{Anchors, Level};
    use ring::rand::SystemRandom;
    use std::sync::{Arc, LazyLock};

    static RNG: LazyLock<SystemRandom> = LazyLock::new(SystemRandom::new);

    fn hierarchy(algorithm: Algorithm) -> Hierarchy {
        let options = Options { algorithm, ..Options::of(Edition::Iso20) };
        Hierarchy::generate(&*RNG, NOW, options).unwrap()
    }

    fn demand(role: Role) -> Demand {
        Demand { role, edition: Edition::Iso20, level: Level::Strict }
    }

    #[test]
    fn a_whole_hierarchy_follows_the_strict_profiles_and_every_chain_verifies() {
        let hierarchy = hierarchy(Algorithm::Ed448);
        for kind in Edition::Iso20.kinds() {
            let certificate = hierarchy.certificate(kind);
            assert_eq!(check(certificate, kind, Edition::Iso20, Level::Strict), [], "{kind}");
            let key = *hierarchy.key(kind).public_key();
            assert_eq!(*certificate.key(), CertificateKey::Ed448(key));
            assert_eq!(*certificate.signature_algorithm(), SignatureAlgorithm::Ed448);
            assert_eq!(certificate.public_key(), Ok(&key));
        }
        for role in Role::of(Edition::Iso20) {
            let car = hierarchy.identity(role);
            let verify = |edition| {
                let demand = Demand { edition, ..demand(role) };
                demand.verify(car.leaf.der(), &car.sub_ders(), hierarchy.anchors(), NOW)
            };
            assert!(verify(Edition::Iso20).is_ok(), "{role:?}");
            assert_eq!(verify(Edition::Iso2).unwrap_err().check(), Check::Algorithm, "{role:?}");
        }
    }

    #[test]
    fn a_root_made_with_openssl_is_one() {
        let mut anchors = Anchors::new();
        anchors.add_pem(RootKind::V2g, ROOT).unwrap();
        assert_eq!(anchors.iter().count(), 1);
    }

    /// In each of its bits the signature counts.
    #[test]
    fn a_changed_certificate_does_not_verify() {
        let hierarchy = hierarchy(Algorithm::Ed448);
        let car = hierarchy.contract();
        let good = car.leaf.der();
        for (octet, bit) in [(60, 0), (good.len() / 2, 3), (good.len() - 114, 0)]
            .into_iter()
            .chain([(good.len() - 58, 6), (good.len() - 57, 1), (good.len() - 1, 0)])
        {
            let mut bad = good.to_vec();
            bad[octet] ^= 1 << bit;
            let verified = demand(Role::Contract)
                .verify(&bad, &car.sub_ders(), hierarchy.anchors(), NOW)
                .map(drop);
            assert!(verified.is_err(), "octet {octet}");
        }
    }

    /// A leaf of one algorithm below authorities of the other, properly signed, both ways.
    #[test]
    fn no_chain_mixes_ed448_and_p521() {
        let (edwards, nist) = (hierarchy(Algorithm::Ed448), hierarchy(Algorithm::P521));
        for (above, below) in [(&edwards, &nist), (&nist, &edwards)] {
            for (sub2, leaf, name, role) in [
                (Kind::MoSub2, Kind::ContractLeaf, "DEPNCC000000018", Role::Contract),
                (
                    Kind::OemSub2,
                    Kind::OemProvisioningLeaf,
                    "WVWP00000000000017",
                    Role::OemProvisioning,
                ),
            ] {
                let issuer =
                    Issuer { certificate: above.certificate(sub2), signer: &**above.key(sub2) };
                let key = below.key(leaf).public_key();
                let mut plan = Plan::of(Edition::Iso20, leaf, name, NOW - 60, NOW + 86_400);
                plan.key_usage = plan.key_usage.of_key(key.algorithm());
                let leaf = plan.issue(key, issuer, &*RNG).unwrap();
                let chain = above.identity(role);
                for level in Level::ALL {
                    let verified = Demand { level, ..demand(role) }
                        .verify(leaf.der(), &chain.sub_ders(), above.anchors(), NOW)
                        .map_err(|error| error.check());
                    assert_eq!(verified.map(drop), Err(Check::OneAlgorithm), "{level}");
                }
            }
        }
    }

    #[test]
    fn an_authority_of_ed448_serves_requests_for_its_own_algorithm() {
        let subject = |kind| hierarchy_subject(kind);
        let key = |algorithm| Arc::new(PrivateKey::generate_for(algorithm, &*RNG).unwrap());
        let root = CertificateAuthority::root(
            Edition::Iso20,
            Kind::V2gRoot,
            &subject(Kind::V2gRoot),
            key(Algorithm::Ed448),
            None,
            NOW,
            &*RNG,
        );
        let mut authority = root.unwrap();
        for kind in [Kind::CpoSub1, Kind::CpoSub2] {
            let key = key(Algorithm::Ed448);
            let issued =
                authority.issue(kind, &subject(kind), key.public_key(), NOW, &*RNG).unwrap();
            authority = CertificateAuthority::new(issued, Edition::Iso20, kind, key).unwrap();
        }
        let terms =
            Terms { ocsp: Some("http://ocsp.example.com".to_owned()), ..authority.terms().clone() };
        let authority = authority.with_terms(terms).unwrap();
        let mut plan = CsrPlan::new(Edition::Iso20, Kind::SeccLeaf, "unused");
        plan.subject = subject(Kind::SeccLeaf);
        let own = key(Algorithm::Ed448);
        let request = Csr::parse(&plan.sign(&*own, &*RNG).unwrap()).unwrap();
        let leaf = authority.issue_for(Kind::SeccLeaf, &request, NOW, &*RNG).unwrap();
        assert_eq!(leaf.public_key(), Ok(own.public_key()));
        leaf.verify_signed_by(authority.certificate().public_key().unwrap()).unwrap();

        let other = Csr::parse(&plan.sign(&*key(Algorithm::P521), &*RNG).unwrap()).unwrap();
        let refused = authority.issue_for(Kind::SeccLeaf, &other, NOW, &*RNG).unwrap_err();
        let (found, wanted) = (Algorithm::P521, Algorithm::Ed448);
        assert_eq!(refused, IssueError::Algorithm { found, wanted });
        // A key that signs nothing is for no profile.
        let x448 = key(Algorithm::X448);
        assert!(
            authority
                .issue(Kind::SeccLeaf, &subject(Kind::SeccLeaf), x448.public_key(), NOW, &*RNG)
                .is_err()
        );
    }

    fn hierarchy_subject(kind: Kind) -> Vec<(pki::cert::AttributeKind, String)> {
        use pki::cert::AttributeKind::{CommonName, Country, Organization};
        let name = match kind {
            Kind::SeccLeaf => "DEPNCS000000000000000000000000000000013",
            _ => "Somebody",
        };
        vec![
            (CommonName, name.to_owned()),
            (Organization, "Operator".to_owned()),
            (Country, "DE".to_owned()),
        ]
    }

    #[test]
    fn lists_and_answers_signed_with_ed448_are_believed() {
        let (pki, foreign) = (hierarchy(Algorithm::Ed448), hierarchy(Algorithm::Ed448));
        let (leaf, issuer) = (pki.certificate(Kind::ContractLeaf), pki.certificate(Kind::MoSub2));
        let revoked = Revocation { at: NOW - 60, reason: None };
        let plan = CrlPlan {
            number: 1,
            this_update: NOW,
            next_update: NOW + 60,
            revoked: vec![(leaf.serial().to_vec(), revoked)],
        };
        let signer = |pki: &Hierarchy| Arc::clone(pki.key(Kind::MoSub2));
        let list = |key: &PrivateKey| {
            let list = plan.issue(Issuer { certificate: issuer, signer: key }, &*RNG).unwrap();
            Crl::parse(&list).unwrap().answer(leaf, issuer).map(|answer| answer.status())
        };
        assert_eq!(list(&signer(&pki)), Ok(Status::Revoked(revoked)));
        assert!(list(&signer(&foreign)).is_err());

        let id = CertId::new(HashAlgorithm::Sha1, leaf, issuer).unwrap();
        let request = OcspRequest::new([id]).to_der();
        let states = |_: &[u8]| Status::Good;
        let ask = |responder: Responder<'_>| {
            let reply = responder.reply(&request, &states, NOW, &*RNG);
            let response = OcspResponse::parse(&reply.der).unwrap();
            response.answer(leaf, issuer, NOW).map(|answer| answer.status())
        };
        assert_eq!(ask(Responder::new(issuer, &*signer(&pki))), Ok(Status::Good));
        let foreign = ask(Responder::new(issuer, &*signer(&foreign)));
        assert!(matches!(foreign, Err(OcspError::Unauthorized(_))));
        let own = signer(&pki);
        let mut changed = Responder::new(issuer, &*own).reply(&request, &states, NOW, &*RNG).der;
        // The last octet of a signature is zero.
        changed.iter_mut().rev().take(1).for_each(|last| *last ^= 1);
        let refused = OcspResponse::parse(&changed).unwrap().answer(leaf, issuer, NOW);
        assert_eq!(refused.map(drop), Err(OcspError::BadSignature));
        // [V2G20-2327] [V2G20-2389] A delegate's key is of the issuer's algorithm.
        let below = Issuer { certificate: issuer, signer: &**pki.key(Kind::MoSub2) };
        for (algorithm, good) in [(Algorithm::Ed448, true), (Algorithm::P521, false)] {
            let key = PrivateKey::generate_for(algorithm, &*RNG).unwrap();
            let plan = Plan::of(Edition::Iso20, Kind::OcspSigner, "Signer", NOW - 60, NOW + 86_400);
            let delegate = plan.issue(key.public_key(), below, &*RNG).unwrap();
            let outcome = ask(Responder::new(issuer, &key).with_delegate(&delegate));
            match good {
                true => assert_eq!(outcome, Ok(Status::Good)),
                false => assert!(matches!(outcome, Err(OcspError::Unauthorized(_)))),
            }
        }
    }

    #[test]
    fn a_key_of_ed448_that_is_to_agree_breaks_its_profile() {
        let key = PrivateKey::generate_for(Algorithm::Ed448, &*RNG).unwrap();
        let mut plan = Plan::of(Edition::Iso20, Kind::SeccLeaf, "x", NOW, NOW + 60);
        plan.key_usage = plan.key_usage | KeyUsage::KEY_AGREEMENT;
        let certificate = plan.issue_self_signed(&key, &*RNG).unwrap();
        let broken = check(&certificate, Kind::SeccLeaf, Edition::Iso20, Level::Strict);
        assert!(broken.iter().any(|broken| broken.rule == Rule::KeyUsageOfKey), "{broken:?}");
    }
}

#[cfg(not(feature = "ed448"))]
#[cfg(test)]
mod absent {
    use super::{NOW, ROOT};
    use pki::chain::{AnchorError, ChainError, Demand, Position, Role, RootKind};
    use pki::issue::{Defect, Hierarchy, IssueError, Options};
    use pki::key::{Algorithm, KeyError};
    use pki::profile::Edition;
    use pki::{Anchors, Certificate, Level, pem};
    use ring::rand::SystemRandom;

    const MISSING: KeyError = KeyError::NotBuilt { algorithm: Algorithm::Ed448 };

    #[test]
    fn roots_keys_and_chains_are_refused_by_the_features_name() {
        let root = Certificate::parse(&pem::certificates(ROOT).unwrap()[0]).unwrap();
        assert_eq!(root.key().to_string(), "Ed448");
        assert_eq!(root.public_key(), Err(MISSING));
        let refused = Anchors::new().add(RootKind::V2g, root.der()).unwrap_err();
        assert_eq!(refused, AnchorError::NotBuilt(MISSING));
        assert!(refused.to_string().contains("feature `ed448`"));

        let rng = SystemRandom::new();
        let options = Options { algorithm: Algorithm::Ed448, ..Options::of(Edition::Iso20) };
        let refused = Hierarchy::generate(&rng, NOW, options).map(drop).unwrap_err();
        assert_eq!(refused, IssueError::Key(MISSING));

        let hierarchy = Hierarchy::generate(&rng, NOW, Options::of(Edition::Iso20)).unwrap();
        let chain = hierarchy.damaged(Role::Contract, Defect::Ed448Key, &rng).unwrap();
        let demand = Demand { role: Role::Contract, edition: Edition::Iso20, level: Level::Strict };
        let subs: Vec<_> = chain.subs.iter().map(Vec::as_slice).collect();
        let refused = demand.verify(&chain.leaf, &subs, &chain.anchors, NOW).map(drop).unwrap_err();
        let (at, algorithm) = (Position::Leaf, Algorithm::Ed448);
        assert_eq!(refused, ChainError::NotBuilt { at, algorithm });
        assert!(refused.to_string().contains("feature `ed448`"));
    }
}
