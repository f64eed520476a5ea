//! Requests for certificates are read strictly, and each that cannot be granted is refused for its own reason.

#[cfg(test)]
mod requests {
    use pki::cert::AttributeKind;
    use pki::issue::{Csr, CsrError, CsrPart, CsrPlan};
    use pki::key::{Algorithm, KeyError, PrivateKey, Signer};
    use pki::pem::{self, PemError};
    use pki::profile::{CertificateKind, Edition};
    use ring::rand::SystemRandom;

    fn station(key: &PrivateKey) -> Vec<u8> {
        CsrPlan::new(Edition::Iso2, CertificateKind::SeccLeaf, "DE*PNC*E0000001")
            .with(AttributeKind::Country, "DE")
            .with(AttributeKind::Organization, "Operator")
            .sign(key, &SystemRandom::new())
            .unwrap()
    }

    /// Every element of a request that has `tag` and `content`, replaced by another content of the same length.
    fn replaced(der: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        assert_eq!(from.len(), to.len());
        let at = der.windows(from.len()).position(|window| window == from).expect("it is there");
        [&der[..at], to, &der[at + from.len()..]].concat()
    }

    #[test]
    fn a_stations_request_says_what_its_operator_and_ocpp_want() {
        let rng = SystemRandom::new();
        for algorithm in Algorithm::SIGNING.into_iter().filter(|one| one.is_built()) {
            let key = PrivateKey::generate_for(algorithm, &rng).unwrap();
            let der = station(&key);
            let csr = Csr::parse(&der).unwrap();
            assert_eq!(csr.subject().to_string(), "C=DE, O=Operator, CN=DE*PNC*E0000001, DC=CPO");
            assert_eq!(csr.public_key(), key.public_key());
            let usage = csr.extensions().key_usage.as_ref().unwrap();
            assert!(usage.critical);
            // RFC 8410 5
            let wanted = match algorithm {
                Algorithm::Ed448 => "digitalSignature",
                _ => "digitalSignature, keyAgreement",
            };
            assert_eq!(usage.value.to_string(), wanted);
            let constraints = csr.extensions().basic_constraints.as_ref().unwrap();
            assert!(constraints.critical && !constraints.value.ca);
            assert_eq!(csr.attributes(), ["1.2.840.113549.1.9.14"]);
            assert_eq!(csr.der(), der);
            for text in [
                csr.to_pem(),
                CsrPlan::to_pem(&der),
                csr.to_pem().replace("BEGIN ", "BEGIN NEW ").replace("END ", "END NEW "),
            ] {
                assert_eq!(Csr::from_pem(&text).unwrap().der(), der);
            }
            assert_eq!(Csr::from_base64(pem::to_base64(&der).as_bytes()).unwrap().der(), der);
        }
    }

    #[test]
    fn requests_changed_after_signing_are_refused() {
        let key = PrivateKey::generate(&SystemRandom::new()).unwrap();
        let der = station(&key);
        let renamed = replaced(&der, b"E0000001", b"E0000002");
        assert_eq!(Csr::parse(&renamed).unwrap_err(), CsrError::BadSignature);
        let other = PrivateKey::generate(&SystemRandom::new()).unwrap();
        let point = |key: &PrivateKey| key.public_key().point().to_vec();
        let foreign = replaced(&der, &point(&key), &point(&other));
        assert_eq!(Csr::parse(&foreign).unwrap_err(), CsrError::BadSignature);
        // Every single octet counts.
        for at in 0..der.len() {
            let mut changed = der.clone();
            changed[at] ^= 1;
            assert!(Csr::parse(&changed).is_err(), "octet {at}");
        }
        for cut in 0..der.len() {
            assert!(Csr::parse(&der[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn each_malformation_has_its_own_error() {
        let key = PrivateKey::generate(&SystemRandom::new()).unwrap();
        let der = station(&key);
        let error = |der: &[u8]| Csr::parse(der).unwrap_err();
        let followed = [&der[..], &[0]].concat();
        assert_eq!(error(&followed), CsrError::Malformed(CsrPart::Request));
        let found = Csr::MAX_DER + 1;
        assert_eq!(error(&vec![0x30; found]), CsrError::TooLong { found, max: Csr::MAX_DER });
        let version = replaced(&der, &[2, 1, 0], &[2, 1, 1]);
        assert_eq!(error(&version), CsrError::Malformed(CsrPart::Version));
        let curve = [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
        let other_curve = replaced(&der, &curve, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 6]);
        assert_eq!(error(&other_curve), CsrError::Key(KeyError::Unsupported));
        let compressed = replaced(&der, &[0x42, 0, 4], &[0x42, 0, 2]);
        assert_eq!(error(&compressed), CsrError::Key(KeyError::Malformed("uncompressed point")));
        let sha256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
        let sha512 = replaced(&der, &sha256, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4]);
        assert_eq!(error(&sha512), CsrError::SignatureAlgorithm { wanted: Algorithm::P256 });
        let bare = Csr::from_pem("-----BEGIN X-----\nAAAA\n-----END X-----\n").unwrap_err();
        assert_eq!(bare, CsrError::Pem(PemError::Missing { wanted: "certificate request" }));
        assert_eq!(Csr::from_base64(b"*").unwrap_err(), CsrError::Pem(PemError::Base64));
    }
}
