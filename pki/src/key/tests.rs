use super::*;
use crate::pem::{self, PemError};
use ring::rand::SystemRandom;

/// Those that sign, of this build.
fn signing() -> impl Iterator<Item = Algorithm> {
    Algorithm::SIGNING.into_iter().filter(|algorithm| algorithm.is_built())
}

/// All of this build.
fn all() -> impl Iterator<Item = Algorithm> {
    Algorithm::ALL.into_iter().filter(|algorithm| algorithm.is_built())
}

#[test]
fn a_signature_verifies_raw_and_as_der_and_under_no_other_key_or_message() {
    let rng = SystemRandom::new();
    for algorithm in signing() {
        let key = PrivateKey::generate_for(algorithm, &rng).unwrap();
        let signature = key.sign_raw(b"message", &rng).unwrap();
        assert_eq!(signature.len(), algorithm.signature_len());
        let public = key.public_key();
        let in_der = algorithm.signature_to_der(&signature);
        assert_eq!(public.verify_raw(b"message", &signature), Ok(()));
        assert_eq!(public.verify_der(b"message", &in_der), Ok(()));
        let bad = Err(KeyError::BadSignature);
        assert_eq!(public.verify_raw(b"massage", &signature), bad);
        assert_eq!(public.verify_der(b"massage", &in_der), bad);
        assert_eq!(public.verify_raw(b"message", &signature[1..]), bad);
        assert_eq!(public.verify_raw(b"message", &vec![0; signature.len()]), bad);
        assert_eq!(public.verify_raw(b"message", &[]), bad);
        assert_eq!(public.verify_der(b"message", &[in_der.as_slice(), &[0]].concat()), bad);
        for other in signing() {
            let other = PrivateKey::generate_for(other, &rng).unwrap();
            assert_eq!(other.public_key().verify_raw(b"message", &signature), bad);
            assert_eq!(other.public_key().verify_der(b"message", &in_der), bad);
        }
    }
}

#[test]
fn a_number_in_a_signature_has_one_form_in_der() {
    let rng = SystemRandom::new();
    let key = PrivateKey::generate_for(Algorithm::P521, &rng).unwrap();
    let raw = key.sign_raw(b"message", &rng).unwrap();
    let (r, s) = raw.split_at(66);
    let digits = |half: &[u8]| half.iter().copied().skip_while(|&b| b == 0).collect::<Vec<_>>();
    let mut padded = vec![0, 0];
    padded.extend(digits(r));
    let padded = der::sequence(&[&der::element(der::INTEGER, &padded), &der::unsigned(s)]);
    assert_eq!(key.public_key().verify_der(b"message", &padded), Err(KeyError::BadSignature));
}

#[test]
fn openssl_agrees_on_secrets_and_signatures() {
    let rng = SystemRandom::new();
    for row in include_str!("../../../test-vectors/keys/openssl.tsv").lines().skip(1) {
        let fields: Vec<_> = row.split('\t').collect();
        let [first, second, shared, signature] = [1, 2, 3, 4].map(|i| unhex(fields[i]));
        let first = PrivateKey::from_pkcs8_der(&first, &rng).unwrap();
        let second = PrivateKey::from_pkcs8_der(&second, &rng).unwrap();
        assert_eq!(first.public_key().algorithm().to_string(), fields[0]);
        assert_eq!(*first.agree(second.public_key()).unwrap(), shared);
        assert_eq!(*second.agree(first.public_key()).unwrap(), shared);
        assert_eq!(first.public_key().verify_der(b"message", &signature), Ok(()));
    }
}

/// RFC 6979 A.2.7, SHA-512, "sample".
#[test]
fn p521_signs_as_rfc_6979_says() {
    let rng = SystemRandom::new();
    let scalar = unhex(
        "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538",
    );
    let signing = ::p521::ecdsa::SigningKey::from_slice(&scalar).unwrap();
    let point = signing.verifying_key().to_sec1_point(false);
    let public = PublicKey::from_point(point.as_bytes()).unwrap();
    let key = PrivateKey::from_scalar(&scalar, &public, &rng).unwrap();
    let expected = unhex(
        "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a",
    );
    assert_eq!(key.sign_raw(b"sample", &rng).unwrap(), expected);
}

#[test]
fn an_ephemeral_agreement_gives_both_sides_the_same_secret() {
    let rng = SystemRandom::new();
    for algorithm in all() {
        let key = PrivateKey::generate_for(algorithm, &rng).unwrap();
        let (public, secret) = agree_ephemeral(key.public_key(), &rng).unwrap();
        let wanted = if algorithm == Algorithm::Ed448 { Algorithm::X448 } else { algorithm };
        assert_eq!(public.algorithm(), wanted);
        assert_eq!(*key.agree(&public).unwrap(), *secret);
        let (again, other) = agree_ephemeral(key.public_key(), &rng).unwrap();
        assert_ne!(again, public);
        assert_ne!(other, secret);
    }
}

#[test]
fn no_secret_is_shared_with_what_is_no_point_of_the_same_curve() {
    let rng = SystemRandom::new();
    for algorithm in WEIERSTRASS {
        let key = PrivateKey::generate_for(algorithm, &rng).unwrap();
        let good = key.public_key().point().to_vec();
        let half = good.len() / 2;
        let with = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut point = good.clone();
            change(&mut point);
            PublicKey::from_point(&point)
        };
        let bad = [
            with(&|point| point[1..].fill(0)),
            with(&|point| point[1..].fill(0xff)),
            with(&|point| point[1..=half].fill(0)),
            with(&|point| point[half + 1..].fill(0)),
            // Of every two x-coordinates one belongs to the twist; with this y, all but one do not fit.
            with(&|point| point[half] ^= 1),
            with(&|point| point[2 * half] ^= 1),
        ];
        for point in bad {
            assert_eq!(point, Err(KeyError::NotOnCurve));
        }
        for infinity in [&[0][..], &[4], &[2; 33], &[]] {
            assert!(PublicKey::from_point(infinity).is_err());
        }
        for other in all().filter(|other| *other != algorithm) {
            let other = PrivateKey::generate_for(other, &rng).unwrap();
            let mismatch = Err(KeyError::Mismatch { wanted: algorithm });
            assert_eq!(key.agree(other.public_key()), mismatch);
        }
    }
}

#[test]
fn numbers_out_of_range_are_no_private_keys() {
    let rng = SystemRandom::new();
    let orders = [
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    ];
    for (algorithm, order) in WEIERSTRASS.into_iter().zip(orders) {
        let public = *PrivateKey::generate_for(algorithm, &rng).unwrap().public_key();
        let order = unhex(order);
        assert_eq!(order.len(), algorithm.secret_len());
        for scalar in [vec![0; order.len()], order.clone(), vec![0xff; order.len()]] {
            let refused = PrivateKey::from_scalar(&scalar, &public, &rng).unwrap_err();
            assert_eq!(refused, KeyError::Inconsistent);
        }
        let short = PrivateKey::from_scalar(&order[1..], &public, &rng).unwrap_err();
        assert!(matches!(short, KeyError::Malformed(_)));
    }
}

#[test]
fn keys_survive_every_form() {
    let rng = SystemRandom::new();
    for algorithm in all() {
        let key = PrivateKey::generate_for(algorithm, &rng).unwrap();
        for again in [
            PrivateKey::from_pem(&key.to_pem(), &rng).unwrap(),
            PrivateKey::from_pkcs8_der(&key.to_pkcs8_der(), &rng).unwrap(),
        ] {
            assert_eq!(again.scalar(), key.scalar());
            assert_eq!(again.public_key(), key.public_key());
        }
        let public = key.public_key();
        assert_eq!(PublicKey::from_spki(&public.to_spki()), Ok(*public));
        assert_eq!(PublicKey::of(algorithm, public.point()), Ok(*public));
        let secret: String =
            key.scalar().iter().skip(2).take(4).map(|octet| format!("{octet:02x}")).collect();
        assert!(!format!("{key:?}").contains(&secret));
    }
}

#[test]
fn unusable_keys_are_refused_for_their_own_reason() {
    let rng = SystemRandom::new();
    let from = |text: &str| PrivateKey::from_pem(text, &rng).map(|_| ()).unwrap_err();
    let block = |tag: &str| pem::encode(tag, &[0x30, 0]);
    assert_eq!(from(&block("ENCRYPTED PRIVATE KEY")), KeyError::Encrypted);
    let legacy = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMAA=\n-----END EC PRIVATE KEY-----\n";
    assert_eq!(from(legacy), KeyError::Encrypted);
    assert_eq!(from(&block("RSA PRIVATE KEY")), KeyError::Unsupported);
    assert_eq!(
        from(&block("CERTIFICATE")),
        KeyError::Pem(PemError::Missing { wanted: "private key" })
    );
    assert_eq!(from(&block("PRIVATE KEY")), KeyError::Malformed("PKCS#8 key"));
    assert_eq!(from(&block("EC PRIVATE KEY")), KeyError::Malformed("EC private key"));
    let (key, other) = (PrivateKey::generate(&rng).unwrap(), PrivateKey::generate(&rng).unwrap());
    let mixed = PrivateKey::from_scalar(key.scalar(), other.public_key(), &rng);
    assert_eq!(mixed.unwrap_err(), KeyError::Inconsistent);
    let bare =
        der::sequence(&[&der::unsigned(&[1]), &der::element(der::OCTET_STRING, key.scalar())]);
    assert_eq!(PrivateKey::from_sec1_der(&bare, &rng).unwrap_err(), KeyError::NoPublicKey);
    let mut compressed = key.public_key().point().to_vec();
    compressed[0] = 2;
    assert!(PublicKey::from_point(&compressed).is_err());
}

#[test]
fn mutated_keys_end_in_a_typed_error_or_the_same_key() {
    let rng = SystemRandom::new();
    let mut dice = crate::drive::Dice::new(3);
    for algorithm in all() {
        let rounds = if algorithm == Algorithm::P256 { 2_000 } else { 200 };
        let key = PrivateKey::generate_for(algorithm, &rng).unwrap();
        let (der, text) = (key.to_pkcs8_der(), key.to_pem());
        for _ in 0..rounds {
            crate::drive::key(&dice.mutate(&der), &rng);
            crate::drive::pem_text(&dice.mutate_text(&text), &rng);
        }
    }
}

/// A key of Ed448, and one of X448, as OpenSSL writes them: without the feature they are read as far as their names.
#[cfg(not(feature = "ed448"))]
#[test]
fn keys_that_this_build_does_not_have_are_refused_by_name() {
    let rng = SystemRandom::new();
    for algorithm in [Algorithm::Ed448, Algorithm::X448] {
        let missing = KeyError::NotBuilt { algorithm };
        assert!(missing.to_string().contains("feature `ed448`"));
        assert_eq!(PrivateKey::generate_for(algorithm, &rng).unwrap_err(), missing);
        let secret = vec![7; algorithm.secret_len()];
        let inner = der::element(der::OCTET_STRING, &der::element(der::OCTET_STRING, &secret));
        let identifier = der::element(der::SEQUENCE, algorithm.identifier());
        let info = der::sequence(&[&der::unsigned(&[0]), &identifier, &inner]);
        assert_eq!(PrivateKey::from_pkcs8_der(&info, &rng).unwrap_err(), missing);
        let public = PublicKey::of(algorithm, &secret).unwrap();
        assert_eq!(PublicKey::from_spki(&public.to_spki()), Ok(public));
        assert_eq!(agree_ephemeral(&public, &rng).unwrap_err(), missing);
    }
    let public = PublicKey::Ed448([7; 57]);
    let missing = Err(KeyError::NotBuilt { algorithm: Algorithm::Ed448 });
    assert_eq!(public.verify_raw(b"message", &[0; 114]), missing);
    assert_eq!(public.verify_der(b"message", &[0; 114]), missing);
}

#[test]
fn the_curve_named_twice_must_be_the_same() {
    let rng = SystemRandom::new();
    let key = PrivateKey::generate(&rng).unwrap();
    let curve = |oid: &[u8]| der::constructed(der::explicit(0), &[&der::oid(oid)]);
    let point = der::element(der::explicit(1), &der::bit_string(key.public_key().point()));
    let scalar = der::element(der::OCTET_STRING, key.scalar());
    let sec1 = |oid: &[u8]| der::sequence(&[&der::unsigned(&[1]), &scalar, &curve(oid), &point]);
    let p256 = sec1(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
    assert_eq!(PrivateKey::from_sec1_der(&p256, &rng).unwrap().scalar(), key.scalar());
    let p384 = sec1(&[0x2b, 0x81, 0x04, 0x00, 0x22]);
    assert_eq!(PrivateKey::from_sec1_der(&p384, &rng).unwrap_err(), KeyError::Unsupported);
    let p521 = der::element(der::OCTET_STRING, &sec1(&[0x2b, 0x81, 0x04, 0x00, 0x23]));
    let algorithm = der::element(der::SEQUENCE, Algorithm::P256.identifier());
    let info = der::sequence(&[&der::unsigned(&[0]), &algorithm, &p521]);
    assert_eq!(
        PrivateKey::from_pkcs8_der(&info, &rng).unwrap_err(),
        KeyError::Mismatch { wanted: Algorithm::P521 }
    );
}

const WEIERSTRASS: [Algorithm; 2] = [Algorithm::P256, Algorithm::P521];

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}
