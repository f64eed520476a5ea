//! An authority issues what the strict profiles allow, and nothing else.

#[cfg(test)]
mod authorities {
    use std::sync::Arc;

    use pki::cert::{AttributeKind, KeyUsage};
    use pki::issue::{
        AuthorityError, CertificateAuthority, Csr, CsrPlan, IssueError, KeyId, Policy, Terms,
        issued_by, usual_days,
    };
    use pki::key::{Algorithm, PrivateKey, Signer};
    use pki::profile::{Authority, CertificateKind as Kind, Edition, Rule, check, profile};
    use pki::{Certificate, Level};
    use ring::rand::SystemRandom;

    const NOW: i64 = 1_795_366_984;
    const DAY: i64 = 86_400;

    type Subject = Vec<(AttributeKind, String)>;

    fn subject(edition: Edition, kind: Kind) -> Subject {
        let name = match kind {
            Kind::ContractLeaf => "DEPNCC00000001",
            Kind::OemProvisioningLeaf => "WVWP00000000000017",
            Kind::SeccLeaf => "DEICES00003C4D5578786756453309675434762",
            Kind::VehicleLeaf => "WVWV123456789ABCDEF7",
            _ => "Somebody",
        };
        let mut subject = vec![
            (AttributeKind::CommonName, name.to_owned()),
            (AttributeKind::Organization, "Operator".to_owned()),
        ];
        if edition == Edition::Iso20 && kind != Kind::VehicleLeaf {
            subject.push((AttributeKind::Country, "DE".to_owned()));
        }
        subject
    }

    fn contract() -> Subject {
        subject(Edition::Iso2, Kind::ContractLeaf)
    }

    fn key_for(edition: Edition) -> Arc<PrivateKey> {
        let algorithm = match edition {
            Edition::Iso2 => Algorithm::P256,
            Edition::Iso20 => Algorithm::P521,
        };
        Arc::new(PrivateKey::generate_for(algorithm, &SystemRandom::new()).unwrap())
    }

    fn key() -> Arc<PrivateKey> {
        key_for(Edition::Iso2)
    }

    /// Names a responder, as contracts and provisioning certificates of ISO 15118-20 must.
    fn answered(authority: CertificateAuthority) -> CertificateAuthority {
        let ocsp = Some("http://ocsp.example.com".to_owned());
        let terms = Terms { ocsp, ..authority.terms().clone() };
        authority.with_terms(terms).unwrap()
    }

    fn root(edition: Edition, kind: Kind) -> CertificateAuthority {
        let (rng, subject, key) = (SystemRandom::new(), subject(edition, kind), key_for(edition));
        answered(CertificateAuthority::root(edition, kind, &subject, key, None, NOW, &rng).unwrap())
    }

    fn below(authority: &CertificateAuthority, kind: Kind) -> CertificateAuthority {
        let (rng, edition) = (SystemRandom::new(), authority.edition());
        let (subject, key) = (subject(edition, kind), key_for(edition));
        let certificate = authority.issue(kind, &subject, key.public_key(), NOW, &rng).unwrap();
        answered(CertificateAuthority::new(certificate, edition, kind, key).unwrap())
    }

    fn mo_sub2() -> CertificateAuthority {
        let sub1 = below(&root(Edition::Iso2, Kind::MoRoot), Kind::MoSub1);
        let sub2 = below(&sub1, Kind::MoSub2);
        let terms = Terms::of(Edition::Iso2, Kind::MoSub2);
        sub2.with_terms(terms).unwrap()
    }

    /// Every kind below an authority, and below those.
    fn walk(authority: &CertificateAuthority, seen: &mut Vec<Kind>) {
        let (rng, edition) = (SystemRandom::new(), authority.edition());
        seen.push(authority.kind());
        for kind in issued_by(authority.kind(), edition) {
            let (subject, key) = (subject(edition, kind), key_for(edition));
            let issued = authority.issue(kind, &subject, key.public_key(), NOW, &rng).unwrap();
            assert_eq!(check(&issued, kind, edition, Level::Strict), [], "{kind}");
            issued.verify_signed_by(authority.certificate().public_key().unwrap()).unwrap();
            assert_eq!(issued.issuer(), authority.certificate().subject());
            // [V2G20-3000] [V2G20-3001]
            assert!(issued.not_before() >= authority.certificate().not_before());
            assert!(issued.not_after() <= authority.certificate().not_after());
            let days = (issued.not_after() - issued.not_before() + 1) / DAY;
            assert!(days <= usual_days(kind), "{kind}: {days} days");
            assert!((16..=20).contains(&issued.serial().len()) && issued.serial()[0] < 0x80);
            match profile(kind, edition).authority {
                Authority::Leaf => seen.push(kind),
                _ => {
                    let below = CertificateAuthority::new(issued, edition, kind, key).unwrap();
                    walk(&answered(below), seen);
                }
            }
        }
    }

    #[test]
    fn whatever_is_issued_from_any_root_downwards_passes_its_strict_profile() {
        for edition in Edition::ALL {
            let mut seen = Vec::new();
            for kind in [Kind::V2gRoot, Kind::PrivateRoot, Kind::MoRoot, Kind::OemRoot] {
                walk(&root(edition, kind), &mut seen);
            }
            for kind in edition.kinds() {
                assert!(seen.contains(&kind), "{kind} of {edition}");
            }
        }
    }

    #[test]
    fn requests_become_certificates_of_the_profile_whatever_they_ask_for() {
        let (rng, authority, key) = (SystemRandom::new(), mo_sub2(), key());
        let mut plan = CsrPlan::new(Edition::Iso2, Kind::ContractLeaf, "DE-PNC-C00000001");
        plan.key_usage = KeyUsage::DIGITAL_SIGNATURE | KeyUsage::DATA_ENCIPHERMENT;
        let csr = Csr::parse(&plan.sign(&*key, &rng).unwrap()).unwrap();
        let issued = authority.issue_for(Kind::ContractLeaf, &csr, NOW, &rng).unwrap();
        assert_eq!(check(&issued, Kind::ContractLeaf, Edition::Iso2, Level::Strict), []);
        assert_eq!(issued.public_key().unwrap(), key.public_key());
        assert_eq!(issued.subject(), csr.subject());

        plan.subject.retain(|(kind, _)| *kind != AttributeKind::DomainComponent);
        let csr = Csr::parse(&plan.sign(&*key, &rng).unwrap()).unwrap();
        let issued = authority.issue_for(Kind::ContractLeaf, &csr, NOW, &rng).unwrap();
        assert_eq!(issued.subject().domain_component(), Some("MO"));
    }

    #[test]
    fn requests_that_no_profile_grants_are_refused() {
        let (rng, authority, key) = (SystemRandom::new(), mo_sub2(), key());
        let refused = |plan: CsrPlan, key: &PrivateKey| {
            let csr = Csr::parse(&plan.sign(key, &rng).unwrap()).unwrap();
            authority.issue_for(Kind::ContractLeaf, &csr, NOW, &rng).unwrap_err()
        };
        let good = CsrPlan::new(Edition::Iso2, Kind::ContractLeaf, "DEPNCC00000001");
        let powers = CsrPlan { authority: Authority::Sub(0), ..good.clone() };
        assert_eq!(refused(powers, &key), IssueError::Powers);
        let powers = CsrPlan { key_usage: KeyUsage::KEY_CERT_SIGN, ..good.clone() };
        assert_eq!(refused(powers, &key), IssueError::Powers);
        let station = CsrPlan::new(Edition::Iso2, Kind::SeccLeaf, "DEPNCC00000001");
        let (found, wanted) = ("CPO".to_owned(), "MO".to_owned());
        assert_eq!(refused(station, &key), IssueError::Domain { found, wanted });
        let p521 = PrivateKey::generate_for(Algorithm::P521, &rng).unwrap();
        let (found, wanted) = (Algorithm::P521, Algorithm::P256);
        assert_eq!(refused(good.clone(), &p521), IssueError::Algorithm { found, wanted });
        for (plan, rule) in [
            (good.clone().with(AttributeKind::Country, "DE"), Rule::Country),
            (CsrPlan::new(Edition::Iso2, Kind::ContractLeaf, "nobody"), Rule::CommonName),
            (good.clone().with(AttributeKind::CommonName, "DEPNCC00000001"), Rule::CommonName),
            (good.with(AttributeKind::DomainComponent, "MO"), Rule::DomainComponent),
        ] {
            match refused(plan, &key) {
                IssueError::Profile(broken) => assert_eq!(broken[0].rule, rule),
                other => panic!("{other} instead of {rule:?}"),
            }
        }
    }

    #[test]
    fn terms_say_what_is_written_and_what_is_issued() {
        let (rng, authority, key) = (SystemRandom::new(), mo_sub2(), key());
        let address = |name: &str| format!("http://{name}.example.com");
        let policy = Policy {
            oid: "1.3.6.1.4.1.41525.1.2.1.0".to_owned(),
            statement: Some("https://cps.example.com/".to_owned()),
        };
        let terms = Terms {
            kinds: vec![Kind::ContractLeaf],
            lifetime: Some(28 * DAY),
            lead: 60,
            ocsp: Some(address("ocsp")),
            crl: Some(address("crl")),
            policies: vec![policy.clone()],
            key_id: KeyId::Short,
        };
        let authority = authority.with_terms(terms.clone()).unwrap();
        let contract = contract();
        let issue = |kind, now| authority.issue(kind, &contract, key.public_key(), now, &rng);
        let issued = issue(Kind::ContractLeaf, NOW).unwrap();
        let extensions = issued.extensions();
        assert_eq!(extensions.ocsp.as_ref().unwrap().value, [address("ocsp")]);
        assert_eq!(extensions.crl.as_ref().unwrap().value, [address("crl")]);
        assert_eq!(extensions.subject_key_id.as_ref().unwrap().value.len(), 8);
        assert_eq!(extensions.subject_key_id.as_ref().unwrap().value[0] >> 4, 4);
        assert!(extensions.all.iter().any(|all| all.value == "2.5.29.32" && !all.critical));
        assert_eq!((issued.not_before(), issued.not_after()), (NOW - 60, NOW - 60 + 28 * DAY - 1));

        assert_eq!(issue(Kind::OcspSigner, NOW).unwrap_err(), IssueError::Kind(Kind::OcspSigner));
        let end = authority.certificate().not_after();
        assert_eq!(issue(Kind::ContractLeaf, end + 1).unwrap_err(), IssueError::AuthorityNotValid);
        assert_eq!(
            issue(Kind::ContractLeaf, NOW - DAY).unwrap_err(),
            IssueError::AuthorityNotValid
        );
        // Cut off by the authority's own end, it would be shorter than contracts may be.
        match issue(Kind::ContractLeaf, end - DAY).unwrap_err() {
            IssueError::Profile(broken) => assert_eq!(broken[0].rule, Rule::Validity),
            other => panic!("{other}"),
        }
        let refused = |terms| authority.clone().with_terms(terms).unwrap_err();
        let sub = Terms { kinds: vec![Kind::MoSub2], ..terms.clone() };
        assert_eq!(refused(sub), AuthorityError::Kind(Kind::MoSub2));
        for bad in ["ftp://example.com", "http://exämple.com", "http://a b"] {
            let terms = Terms { ocsp: Some(bad.to_owned()), ..terms.clone() };
            assert_eq!(
                refused(terms),
                AuthorityError::Terms(IssueError::Unwritable(bad.to_owned()))
            );
        }
        let policies = vec![Policy { oid: "9.9".to_owned(), ..policy }];
        let bad = refused(Terms { policies, ..terms });
        assert_eq!(bad, AuthorityError::Terms(IssueError::Unwritable("9.9".to_owned())));
    }

    #[test]
    fn only_a_sound_authority_with_its_own_key_issues() {
        let (rng, authority, key) = (SystemRandom::new(), mo_sub2(), key());
        let new = |certificate: Certificate, kind, key| {
            CertificateAuthority::new(certificate, Edition::Iso2, kind, key).unwrap_err()
        };
        let certificate = authority.certificate().clone();
        assert_eq!(new(certificate.clone(), Kind::MoSub2, key.clone()), AuthorityError::ForeignKey);
        let contract = contract();
        let leaf =
            authority.issue(Kind::ContractLeaf, &contract, key.public_key(), NOW, &rng).unwrap();
        let error = new(leaf.clone(), Kind::ContractLeaf, key.clone());
        assert_eq!(error, AuthorityError::Leaf(Kind::ContractLeaf));
        match new(leaf, Kind::MoSub2, key.clone()) {
            AuthorityError::Profile(broken) => {
                assert!(broken.iter().any(|broken| broken.rule == Rule::Authority))
            }
            other => panic!("{other}"),
        }
        let error = CertificateAuthority::root(
            Edition::Iso2,
            Kind::MoSub1,
            &contract,
            key,
            None,
            NOW,
            &rng,
        );
        assert_eq!(error.unwrap_err(), IssueError::Kind(Kind::MoSub1));
    }
}
