//! Ed448 and X448 against the vectors of RFC 8032 and RFC 7748, and against Wycheproof's.

use super::*;
use ring::rand::SystemRandom;

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().skip(1).map(|row| row.split('\t').collect())
}

fn key(algorithm: Algorithm, secret: &[u8]) -> PrivateKey {
    PrivateKey::of_curve448(algorithm, secret).unwrap()
}

/// RFC 8032 7.4. Signatures with a context, of which ISO 15118 has none, are refused.
#[test]
fn ed448_signs_as_rfc_8032_says() {
    let rng = SystemRandom::new();
    let (mut plain, mut with_context) = (0, 0);
    for row in rows(include_str!("../../../test-vectors/keys/rfc8032-ed448.tsv")) {
        let [secret, public, message, signature] = [1, 2, 3, 4].map(|i| unhex(row[i]));
        let key = key(Algorithm::Ed448, &secret);
        assert_eq!(key.public_key().point(), public);
        let verified = key.public_key().verify_raw(&message, &signature);
        if row[0].is_empty() {
            assert_eq!(key.sign_raw(&message, &rng).unwrap(), signature);
            assert_eq!(verified, Ok(()));
            plain += 1;
        } else {
            assert_eq!(verified, Err(KeyError::BadSignature));
            with_context += 1;
        }
    }
    assert_eq!((plain, with_context), (8, 1));
}

#[test]
fn ed448_judges_signatures_as_wycheproof_does() {
    let mut count = 0;
    for row in rows(include_str!("../../../test-vectors/keys/wycheproof-ed448.tsv")) {
        let [public, message, signature] = [3, 4, 5].map(|i| unhex(row[i]));
        let public = PublicKey::of(Algorithm::Ed448, &public).unwrap();
        let wanted = if row[2] == "valid" { Ok(()) } else { Err(KeyError::BadSignature) };
        assert_eq!(public.verify_raw(&message, &signature), wanted, "{}: {}", row[0], row[1]);
        assert_eq!(public.verify_der(&message, &signature), wanted, "{}: {}", row[0], row[1]);
        count += 1;
    }
    assert_eq!(count, 87);
}

/// A secret that would be zero is refused, everything else agreed on as told.
#[test]
fn x448_agrees_as_wycheproof_does() {
    let (mut agreed, mut refused) = (0, 0);
    for row in rows(include_str!("../../../test-vectors/keys/wycheproof-x448.tsv")) {
        let [private, public, shared] = [3, 4, 5].map(|i| unhex(row[i]));
        let Ok(peer) = PublicKey::of(Algorithm::X448, &public) else {
            assert_eq!(row[2], "invalid", "{}: {}", row[0], row[1]);
            continue;
        };
        let outcome = key(Algorithm::X448, &private).agree(&peer).map(|secret| secret.to_vec());
        if shared.iter().all(|octet| *octet == 0) {
            assert_eq!(outcome, Err(KeyError::LowOrder), "{}: {}", row[0], row[1]);
            refused += 1;
        } else {
            assert_eq!(outcome, Ok(shared), "{}: {}", row[0], row[1]);
            agreed += 1;
        }
    }
    assert!(agreed > 80 && refused > 8, "{agreed} agreed, {refused} refused");
}

/// RFC 7748 5.2: what comes out is the next number, and the number the next point.
#[test]
fn x448_iterates_as_rfc_7748_says() {
    let mut number = vec![0; 56];
    number[0] = 5;
    let mut point = number.clone();
    for round in 1..=1000 {
        let peer = PublicKey::of(Algorithm::X448, &point).unwrap();
        let next = key(Algorithm::X448, &number).agree(&peer).unwrap();
        point = core::mem::replace(&mut number, next.to_vec());
        let wanted = match round {
            1 => {
                "3f482c8a9f19b01e6c46ee9711d9dc14fd4bf67af30765c2ae2b846a4d23a8cd0db897086239492caf350b51f833868b9bc2b3bca9cf4113"
            }
            1000 => {
                "aa3b4749d55b9daf1e5b00288826c467274ce3ebbdd5c17b975e09d4af6c67cf10d087202db88286e2b79fceea3ec353ef54faa26e219f38"
            }
            _ => continue,
        };
        assert_eq!(number, unhex(wanted), "round {round}");
    }
}

/// RFC 8032 5.2.5 and RFC 7748 4.2: one number makes the public keys of both, and either half leads to the same secret.
#[test]
fn a_key_of_ed448_agrees_as_the_key_of_x448_that_belongs_to_it() {
    let rng = SystemRandom::new();
    let (first, second) = (
        PrivateKey::generate_for(Algorithm::Ed448, &rng).unwrap(),
        PrivateKey::generate_for(Algorithm::X448, &rng).unwrap(),
    );
    let u = PublicKey::X448(first.public_key().to_x448().unwrap());
    let secret = first.agree(second.public_key()).unwrap();
    assert_eq!(second.agree(first.public_key()).unwrap(), secret);
    assert_eq!(second.agree(&u).unwrap(), secret);
    let mismatch = Err(KeyError::Mismatch { wanted: Algorithm::Ed448 });
    let p256 = PrivateKey::generate(&rng).unwrap();
    assert_eq!(first.agree(p256.public_key()), mismatch);
    assert_eq!(second.sign_raw(b"message", &rng), Err(KeyError::SignsNothing));
    let nothing = Err(KeyError::SignsNothing);
    assert_eq!(second.public_key().verify_raw(b"message", &[0; 114]), nothing);
}

/// Off the curve, of low order, and points written in a way that is not theirs.
#[test]
fn a_public_key_that_is_no_point_of_the_prime_group_verifies_and_agrees_on_nothing() {
    let rng = SystemRandom::new();
    let key = PrivateKey::generate_for(Algorithm::Ed448, &rng).unwrap();
    let signature = key.sign_raw(b"message", &rng).unwrap();
    let good: [u8; 57] = key.public_key().point().try_into().unwrap();
    let (mut off, mut minus_one, mut one) = ([0; 57], [0xff; 57], [0; 57]);
    (off[0], minus_one[0], minus_one[28], minus_one[56], one[0]) = (2, 0xfe, 0xfe, 0, 1);
    let (mut with_bit, mut zero, mut prime) = (good, [0; 57], [0xff; 57]);
    with_bit[56] |= 1;
    (prime[28], prime[56], zero[56]) = (0xfe, 0, 0x80);
    for (point, error) in [
        (off, KeyError::NotOnCurve),
        (minus_one, KeyError::NotOnCurve),
        (prime, KeyError::NotOnCurve),
        (zero, KeyError::NotOnCurve),
        (with_bit, KeyError::NotOnCurve),
        (one, KeyError::LowOrder),
    ] {
        let public = PublicKey::Ed448(point);
        assert_eq!(key.agree(&public), Err(error.clone()), "{point:x?}");
        assert_eq!(agree_ephemeral(&public, &rng).unwrap_err(), error, "{point:x?}");
        let bad = Err(KeyError::BadSignature);
        assert_eq!(public.verify_raw(b"message", &signature), bad, "{point:x?}");
    }
}

#[test]
fn secrets_of_another_length_and_foreign_public_halves_are_no_keys() {
    let rng = SystemRandom::new();
    for algorithm in [Algorithm::Ed448, Algorithm::X448] {
        let (key, other) = (
            PrivateKey::generate_for(algorithm, &rng).unwrap(),
            PrivateKey::generate_for(algorithm, &rng).unwrap(),
        );
        let mixed = PrivateKey::from_scalar(key.scalar(), other.public_key(), &rng);
        assert_eq!(mixed.unwrap_err(), KeyError::Inconsistent);
        for length in [0, 32, 55, 58] {
            let refused = PrivateKey::from_scalar(&vec![7; length], key.public_key(), &rng);
            assert!(matches!(refused.unwrap_err(), KeyError::Malformed(_)));
            assert!(PublicKey::of(algorithm, &vec![7; length]).is_err());
        }
        let inner = der::element(der::OCTET_STRING, key.scalar());
        let with = |inner: &[u8], behind: &[u8]| {
            let identifier = der::element(der::SEQUENCE, algorithm.identifier());
            let secret = der::element(der::OCTET_STRING, inner);
            let info = der::sequence(&[&der::unsigned(&[1]), &identifier, &secret, behind]);
            PrivateKey::from_pkcs8_der(&info, &rng).map(|key| *key.public_key())
        };
        let half = |key: &PrivateKey| {
            der::element(der::implicit(1), &[&[0], key.public_key().point()].concat())
        };
        assert_eq!(with(&inner, &[]), Ok(*key.public_key()));
        assert_eq!(with(&inner, &half(&key)), Ok(*key.public_key()));
        assert_eq!(with(&inner, &half(&other)), Err(KeyError::Inconsistent));
        assert_eq!(with(key.scalar(), &[]), Err(KeyError::Malformed("PKCS#8 key")));
        assert_eq!(with(&[&inner[..], &[0]].concat(), &[]), Err(KeyError::Malformed("PKCS#8 key")));
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}
