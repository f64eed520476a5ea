use ring::rand::SystemRandom;

use super::*;
use crate::cert::KeyUsage;
use crate::issue::{Hierarchy, Options, Plan};
use crate::key::{Algorithm, KeyAgreement, KeyError, PrivateKey, PublicKey, Signer};
use crate::profile::CertificateKind;
use zeroize::Zeroizing;

const NOW: i64 = 1_795_366_984;

fn fresh() -> PrivateKey {
    PrivateKey::generate(&SystemRandom::new()).unwrap()
}

fn open(
    wrapped: &WrappedKey,
    receiver: &PrivateKey,
    contract: &PrivateKey,
) -> Result<PrivateKey, DeliveryError> {
    let (encrypted, dh) = (&wrapped.encrypted, &wrapped.dh_public_key);
    unwrap(encrypted, dh, receiver, contract.public_key(), &SystemRandom::new())
}

/// [V2G2-815] [V2G2-816] [V2G2-817] [V2G2-818] [V2G2-819]
#[test]
fn others_deliveries_open() {
    let rng = SystemRandom::new();
    let mut count = 0;
    for row in include_str!("../../../test-vectors/delivery/iso2-key-wrap.tsv").lines().skip(1) {
        let fields: Vec<_> = row.split('\t').collect();
        let [receiver, contract, encrypted, dh] = [1, 2, 3, 4].map(|i| unhex(fields[i]));
        let receiver = PrivateKey::from_pkcs8_der(&receiver, &rng).unwrap();
        let contract = PrivateKey::from_pkcs8_der(&contract, &rng).unwrap();
        let opened = unwrap(&encrypted, &dh, &receiver, contract.public_key(), &rng);
        assert_eq!(opened.unwrap().scalar(), contract.scalar(), "{}", fields[0]);
        count += 1;
    }
    assert_eq!(count, 3);
}

#[test]
fn what_is_wrapped_opens_for_its_receiver_and_is_never_the_same_twice() {
    let rng = SystemRandom::new();
    let (receiver, contract) = (fresh(), fresh());
    let first = wrap(&contract, receiver.public_key(), &rng).unwrap();
    let second = wrap(&contract, receiver.public_key(), &rng).unwrap();
    assert_ne!(first.dh_public_key, second.dh_public_key);
    assert_ne!(first.encrypted[..16], second.encrypted[..16]);
    for wrapped in [first, second] {
        assert_eq!(open(&wrapped, &receiver, &contract).unwrap().scalar(), contract.scalar());
    }
}

/// [V2G2-823]
#[test]
fn only_the_certificates_own_private_key_comes_out() {
    let rng = SystemRandom::new();
    let (receiver, contract, other) = (fresh(), fresh(), fresh());
    let wrapped = wrap(&contract, receiver.public_key(), &rng).unwrap();
    let not_its = DeliveryError::NotOfContract;
    assert_eq!(open(&wrapped, &receiver, &other).unwrap_err(), not_its);
    assert_eq!(open(&wrapped, &other, &contract).unwrap_err(), not_its);
    for octet in 0..48 {
        let mut changed = wrapped;
        changed.encrypted[octet] ^= 0x10;
        assert_eq!(open(&changed, &receiver, &contract).unwrap_err(), not_its, "octet {octet}");
    }
    let mut swapped = wrapped;
    swapped.dh_public_key = wrap(&contract, receiver.public_key(), &rng).unwrap().dh_public_key;
    assert_eq!(open(&swapped, &receiver, &contract).unwrap_err(), not_its);
}

/// Whoever knows one plaintext can choose it: the first block by the initialization vector. Zero and the order itself
/// must not become keys [V2G2-823].
#[test]
fn a_number_out_of_range_is_no_key() {
    let rng = SystemRandom::new();
    let (receiver, contract) = (fresh(), fresh());
    let order = unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    for number in [[0; 32].as_slice(), &order, &[0xff; 32]] {
        let wrapped = iso2::wrap_number(number.try_into().unwrap(), receiver.public_key(), &rng);
        let refused = open(&wrapped.unwrap(), &receiver, &contract).unwrap_err();
        assert_eq!(refused, DeliveryError::NotOfContract);
    }
}

#[test]
fn malformed_deliveries_are_refused_for_their_own_reason() {
    let rng = SystemRandom::new();
    let (receiver, contract) = (fresh(), fresh());
    let WrappedKey { encrypted, dh_public_key } =
        wrap(&contract, receiver.public_key(), &rng).unwrap();
    let refused = |encrypted: &[u8], dh: &[u8]| {
        unwrap(encrypted, dh, &receiver, contract.public_key(), &rng).unwrap_err()
    };
    for found in [0, 16, 32, 47] {
        let short = refused(&encrypted[..found], &dh_public_key);
        assert_eq!(short, DeliveryError::Length { found, wanted: 48 });
    }
    let not_a_point = DeliveryError::DhPublicKey(KeyError::Malformed("uncompressed point"));
    for dh in [&dh_public_key[..64], &[], &[0], &[2; 33], &[4; 133]] {
        assert_eq!(refused(&encrypted, dh), not_a_point);
    }
    let mut off = dh_public_key;
    off[64] ^= 1;
    let zero = [&[4][..], &[0; 64]].concat();
    for dh in [off.as_slice(), &zero] {
        assert_eq!(refused(&encrypted, dh), DeliveryError::DhPublicKey(KeyError::NotOnCurve));
    }
}

#[test]
fn a_module_that_fails_is_told_from_a_bad_delivery() {
    struct Broken;
    impl KeyAgreement for Broken {
        fn agree(&self, _: &PublicKey) -> Result<Zeroizing<Vec<u8>>, KeyError> {
            Err(KeyError::Signer)
        }
    }
    let rng = SystemRandom::new();
    let contract = fresh();
    let wrapped = wrap(&contract, fresh().public_key(), &rng).unwrap();
    let (encrypted, dh) = (&wrapped.encrypted, &wrapped.dh_public_key);
    let refused = unwrap(encrypted, dh, &Broken, contract.public_key(), &rng).unwrap_err();
    assert_eq!(refused, DeliveryError::Agreement(KeyError::Signer));
}

#[test]
fn keys_on_another_curve_take_no_part() {
    let rng = SystemRandom::new();
    let (p256, p521) = (fresh(), PrivateKey::generate_for(Algorithm::P521, &rng).unwrap());
    let not_p256 = |whose| DeliveryError::Curve { whose, wanted: Algorithm::P256 };
    let refused = wrap(&p521, p256.public_key(), &rng).unwrap_err();
    assert_eq!(refused, not_p256("contract's key"));
    let refused = wrap(&p256, p521.public_key(), &rng).unwrap_err();
    assert_eq!(refused, not_p256("receiver's key"));
    let wrapped = wrap(&p256, p256.public_key(), &rng).unwrap();
    assert_eq!(open(&wrapped, &p256, &p521).unwrap_err(), not_p256("contract's key"));
    let mismatch = DeliveryError::Agreement(KeyError::Mismatch { wanted: Algorithm::P521 });
    assert_eq!(open(&wrapped, &p521, &p256).unwrap_err(), mismatch);
}

/// [V2G2-822]
#[test]
fn a_receivers_certificate_must_allow_agreement() {
    let rng = SystemRandom::new();
    let hierarchy = Hierarchy::generate(&rng, NOW, Options::default()).unwrap();
    for identity in [hierarchy.oem_provisioning(), hierarchy.contract()] {
        assert_eq!(receiver(&identity.leaf), Ok(identity.key.public_key()));
    }
    let found = KeyUsage::DIGITAL_SIGNATURE;
    assert_eq!(receiver(&hierarchy.cps().leaf), Err(DeliveryError::NotForAgreement { found }));
    let p521 = PrivateKey::generate_for(Algorithm::P521, &rng).unwrap();
    let kind = CertificateKind::OemProvisioningLeaf;
    let other = Plan::new(kind, "x", NOW, NOW + 1).issue_self_signed(&p521, &rng).unwrap();
    let wanted = Algorithm::P256;
    assert_eq!(receiver(&other), Err(DeliveryError::Curve { whose: "receiver's key", wanted }));
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}
