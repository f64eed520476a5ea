//! Keys in a real module. `.ci/softhsm.sh` makes a token and says where it is: PNC_HSM_URI, PNC_HSM_PIN.

#[cfg(test)]
mod softhsm {
    use cryptoki::context::Pkcs11;
    use pki::cert::AttributeKind;
    use pki::issue::{CertificateAuthority, Csr, CsrPlan};
    use pki::key::{Algorithm, KeyError, PrivateKey, agree_ephemeral};
    use pki::profile::{CertificateKind as Kind, Edition};
    use pki::{KeyAgreement, PublicKey, Signer};
    use pki_hsm::{HsmError, Pin, Token, TokenKey, Uri, Use};
    use ring::rand::SystemRandom;
    use std::sync::Arc;
    use std::time::Instant;

    const NOW: i64 = 1_795_366_984;

    fn uri() -> Uri {
        Uri::parse(&std::env::var("PNC_HSM_URI").expect("PNC_HSM_URI")).unwrap()
    }

    fn pin() -> String {
        std::env::var("PNC_HSM_PIN").expect("PNC_HSM_PIN")
    }

    fn token(sessions: usize) -> Token {
        Token::open(&uri(), Pin::new(&pin()), sessions).unwrap()
    }

    fn key(token: &Token, label: &str, algorithm: Algorithm, usage: Use) -> TokenKey {
        token.generate(label, label.as_bytes(), algorithm, usage).unwrap()
    }

    #[test]
    fn an_authority_in_a_token_asks_for_its_certificate_and_issues() {
        let (token, rng) = (token(2), SystemRandom::new());
        for (edition, algorithm) in
            [(Edition::Iso2, Algorithm::P256), (Edition::Iso20, Algorithm::P521)]
        {
            let label = format!("root {algorithm}");
            let key = Arc::new(key(&token, &label, algorithm, Use::Sign));
            let signature = key.sign_raw(b"message", &rng).unwrap();
            assert_eq!(signature.len(), algorithm.signature_len());
            key.public_key().verify_raw(b"message", &signature).unwrap();
            assert!(key.public_key().verify_raw(b"massage", &signature).is_err());

            let plan = CsrPlan::new(edition, Kind::MoSub2, "MO Sub-CA 2");
            let csr = Csr::parse(&plan.sign(&*key, &rng).unwrap()).unwrap();
            assert_eq!(csr.public_key(), key.public_key());

            let subject = [(AttributeKind::CommonName, "V2G Root".to_owned())];
            let kind = Kind::V2gRoot;
            let root =
                CertificateAuthority::root(edition, kind, &subject, key.clone(), None, NOW, &rng);
            let root = root.unwrap();
            let sub = PrivateKey::generate_for(algorithm, &rng).unwrap();
            let subject = [
                (AttributeKind::CommonName, "CPO Sub-CA 1".to_owned()),
                (AttributeKind::Organization, "Operator".to_owned()),
                (AttributeKind::Country, "DE".to_owned()),
            ];
            let issued = root.issue(Kind::CpoSub1, &subject, sub.public_key(), NOW, &rng).unwrap();
            issued.verify_signed_by(key.public_key()).unwrap();

            for name in [
                Uri { object: Some(label.clone()), ..uri() },
                Uri { id: Some(label.clone().into_bytes()), ..uri() },
            ] {
                assert_eq!(token.key(&name).unwrap().public_key(), key.public_key());
            }
            let again = token.generate(&label, b"other", algorithm, Use::Sign);
            assert!(matches!(again, Err(HsmError::Taken)));
        }
    }

    #[test]
    fn keys_in_a_token_agree_with_keys_outside() {
        let (token, rng) = (token(1), SystemRandom::new());
        for algorithm in [Algorithm::P256, Algorithm::P521] {
            let inside = key(&token, &format!("agree {algorithm}"), algorithm, Use::Both);
            let outside = PrivateKey::generate_for(algorithm, &rng).unwrap();
            let secret = inside.agree(outside.public_key()).unwrap();
            assert_eq!(*secret, *outside.agree(inside.public_key()).unwrap());
            let (public, secret) = agree_ephemeral(inside.public_key(), &rng).unwrap();
            assert_eq!(*inside.agree(&public).unwrap(), *secret);
            // So the token is never asked about such a point.
            let mut point = outside.public_key().point().to_vec();
            *point.last_mut().unwrap() ^= 1;
            assert_eq!(PublicKey::from_point(&point), Err(KeyError::NotOnCurve));
        }
        let p256 = token.key(&Uri { object: Some("agree P-256".to_owned()), ..uri() }).unwrap();
        let p521 = PrivateKey::generate_for(Algorithm::P521, &rng).unwrap();
        let wanted = Algorithm::P256;
        assert_eq!(p256.agree(p521.public_key()), Err(KeyError::Mismatch { wanted }));
    }

    #[test]
    fn threads_share_sessions_and_lost_ones_are_opened_anew() {
        let token = token(2);
        let key = key(&token, "shared", Algorithm::P256, Use::Sign);
        let begin = Instant::now();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let key = &key;
                scope.spawn(move || {
                    for round in 0..250 {
                        let message = format!("{thread} {round}");
                        let signature = key.sign_raw(message.as_bytes(), &SystemRandom::new());
                        key.public_key()
                            .verify_raw(message.as_bytes(), &signature.unwrap())
                            .unwrap();
                    }
                });
            }
        });
        let rate = 2000.0 / begin.elapsed().as_secs_f64();
        println!("{rate:.0} signatures made and verified a second on two sessions");
        // The module forgets login and handles, as one does whose machine was away.
        let context = Pkcs11::new(uri().module_path.unwrap()).unwrap();
        for slot in context.get_slots_with_initialized_token().unwrap() {
            context.open_rw_session(slot).unwrap().logout().unwrap();
        }
        let signature = key.sign_raw(b"after", &SystemRandom::new()).unwrap();
        key.public_key().verify_raw(b"after", &signature).unwrap();
    }

    #[test]
    fn what_is_not_there_is_named_and_the_pin_never_is() {
        let wrong = Token::open(&uri(), Pin::new("no such PIN"), 1).unwrap_err();
        assert!(!format!("{wrong} {wrong:?}").contains("no such PIN"));
        assert!(!format!("{:?}", Pin::new("secret")).contains("secret"));
        let elsewhere = Uri { token: Some("nowhere".to_owned()), ..uri() };
        let missing = Token::open(&elsewhere, Pin::new(&pin()), 1);
        assert!(matches!(missing, Err(HsmError::Tokens(0))));
        let bare = Uri { module_path: None, ..uri() };
        assert!(matches!(Token::open(&bare, Pin::new(&pin()), 1), Err(HsmError::NoModule)));
        let token = token(1);
        assert!(matches!(token.key(&uri()), Err(HsmError::NoName)));
        let nobody = Uri { object: Some("nobody".to_owned()), ..uri() };
        assert!(matches!(token.key(&nobody), Err(HsmError::Keys(0))));
    }
}
