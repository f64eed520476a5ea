//! The generated hierarchy of ISO 15118-20 follows the strict profiles, and its defects are defects.

#[cfg(test)]
mod iso20 {
    use pki::cert::{CertificateKey, SignatureAlgorithm};
    use pki::chain::Role;
    use pki::id::{Evccid, Seccid};
    use pki::issue::{Defect, Hierarchy, Options};
    use pki::key::Signer;
    use pki::profile::{CertificateKind as Kind, Edition, Rule, check};
    use pki::{Certificate, Level};
    use ring::rand::SystemRandom;

    const NOW: i64 = 1_795_366_984;

    fn hierarchy() -> Hierarchy {
        Hierarchy::generate(&SystemRandom::new(), NOW, Options::of(Edition::Iso20)).unwrap()
    }

    #[test]
    fn every_certificate_follows_its_strict_profile_on_p521_in_at_most_1600_octets() {
        let hierarchy = hierarchy();
        for kind in Edition::Iso20.kinds() {
            let certificate = hierarchy.certificate(kind);
            assert_eq!(check(certificate, kind, Edition::Iso20, Level::Strict), [], "{kind}");
            // [V2G20-2674]
            assert_eq!(*certificate.key(), CertificateKey::P521(*hierarchy.key(kind).public_key()));
            assert_eq!(*certificate.signature_algorithm(), SignatureAlgorithm::EcdsaSha512);
        }
        let name = |kind| hierarchy.certificate(kind).subject().common_name().unwrap();
        assert!(Seccid::parse(name(Kind::SeccLeaf)).unwrap().check_digit().is_acceptable());
        assert!(Evccid::parse(name(Kind::VehicleLeaf)).unwrap().check_digit().is_acceptable());
        // [V2G20-2339] The car has two certificates.
        let keys = [Kind::VehicleLeaf, Kind::OemProvisioningLeaf].map(|kind| hierarchy.key(kind));
        assert_ne!(keys[0].public_key(), keys[1].public_key());
    }

    #[test]
    fn every_branch_is_signed_down_to_its_leaf() {
        let hierarchy = hierarchy();
        let verify = |of: &Certificate, by: &Certificate| {
            assert_eq!(of.issuer(), by.subject());
            of.verify_signed_by(by.public_key().unwrap()).unwrap();
            // [V2G20-3000] [V2G20-3001]
            assert!(by.not_before() <= of.not_before() && of.not_after() <= by.not_after());
        };
        for role in Role::ALL {
            let identity = hierarchy.identity(role);
            verify(&identity.leaf, &identity.subs[0]);
            verify(&identity.subs[0], &identity.subs[1]);
            verify(&identity.subs[1], &identity.root);
        }
        let of = |kind| hierarchy.certificate(kind);
        verify(of(Kind::VehicleLeaf), of(Kind::VehicleSub2));
        verify(of(Kind::VehicleSub2), of(Kind::VehicleSub1));
        verify(of(Kind::VehicleSub1), of(Kind::OemRoot));
        let private = hierarchy.issue_private_secc(&SystemRandom::new()).unwrap();
        verify(&private.leaf, of(Kind::PrivateRoot));
    }

    #[test]
    fn defects_break_the_rule_that_they_are_about() {
        let (hierarchy, rng) = (hierarchy(), SystemRandom::new());
        for (defect, rule) in [
            (Defect::WithoutDigitalSignature, Rule::KeyUsage),
            (Defect::KeyUsageNotCritical, Rule::KeyUsageCritical),
            (Defect::WrongExtendedKeyUsage, Rule::ExtendedKeyUsage),
            (Defect::NoDomainComponent, Rule::DomainComponent),
            (Defect::WrongDomainComponent, Rule::DomainComponent),
            (Defect::TwoDomainComponents, Rule::DomainComponent),
            (Defect::RsaKey, Rule::Key),
            (Defect::OtherCurve, Rule::Key),
            (Defect::CompressedPoint, Rule::Key),
            (Defect::Sha1Signature, Rule::SignatureAlgorithm),
            (Defect::NegativeSerial, Rule::Serial),
            (Defect::TooLarge, Rule::Size),
        ] {
            let damaged = hierarchy.damaged(Role::Secc, defect, &rng).unwrap();
            let leaf = Certificate::parse(&damaged.leaf).unwrap();
            let broken = check(&leaf, Kind::SeccLeaf, Edition::Iso20, Level::Strict);
            let broken: Vec<_> = broken.iter().map(|broken| broken.rule).collect();
            assert_eq!(broken, [rule], "{defect:?}");
        }
    }
}
