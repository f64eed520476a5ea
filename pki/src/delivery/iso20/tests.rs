use std::sync::LazyLock;

use ring::hkdf::{HKDF_SHA256, Salt};
use ring::rand::SystemRandom;

use super::*;
use crate::cert::KeyUsage;
use crate::drive::Dice;
use crate::issue::Plan;
use crate::key::Signer;
use crate::profile::CertificateKind as Kind;

static RNG: LazyLock<SystemRandom> = LazyLock::new(SystemRandom::new);

fn fresh() -> PrivateKey {
    PrivateKey::generate_for(Algorithm::P521, &*RNG).unwrap()
}

fn certificate(kind: Kind, name: &str, key: &PrivateKey) -> Certificate {
    Plan::new(kind, name, 0, 1).issue_self_signed(key, &*RNG).unwrap()
}

/// A car and a contract for it.
struct Pair {
    receiver: PrivateKey,
    contract: PrivateKey,
    bound_to: AssociatedData,
}

impl Pair {
    fn new() -> Self {
        let (receiver, contract) = (fresh(), fresh());
        let car = certificate(Kind::OemProvisioningLeaf, "WVWP00000000000017", &receiver);
        let bound_to = AssociatedData::new(
            &car,
            &certificate(Kind::ContractLeaf, "DEPNCC000000018", &contract),
        );
        Self { receiver, contract, bound_to: bound_to.unwrap() }
    }

    fn wrap(&self) -> WrappedKey {
        let kdf = ConcatKdf::default();
        wrap(&self.contract, self.receiver.public_key(), &self.bound_to, &kdf, &*RNG).unwrap()
    }

    fn open(&self, wrapped: &WrappedKey) -> Result<PrivateKey, DeliveryError> {
        self.open_by(wrapped, &ConcatKdf::default())
    }

    fn open_by(&self, wrapped: &WrappedKey, kdf: &dyn Kdf) -> Result<PrivateKey, DeliveryError> {
        let WrappedKey { encrypted, dh_public_key } = wrapped;
        let public = self.contract.public_key();
        unwrap(encrypted, dh_public_key, &self.receiver, public, &self.bound_to, kdf, &*RNG)
    }
}

#[test]
fn what_openssl_wraps_opens() {
    let mut count = 0;
    for row in include_str!("../../../../test-vectors/delivery/iso20-key-wrap.tsv").lines().skip(1)
    {
        let fields: Vec<_> = row.split('\t').collect();
        let [receiver, contract, bound_to, encrypted, dh] =
            [1, 2, 3, 4, 5].map(|i| unhex(fields[i]));
        let receiver = PrivateKey::from_pkcs8_der(&receiver, &*RNG).unwrap();
        let contract = PrivateKey::from_pkcs8_der(&contract, &*RNG).unwrap();
        let (public, bound_to) = (contract.public_key(), AssociatedData(bound_to));
        let kdf = ConcatKdf::default();
        let opened = unwrap(&encrypted, &dh, &receiver, public, &bound_to, &kdf, &*RNG);
        assert_eq!(opened.unwrap().scalar(), contract.scalar(), "{}", fields[0]);
        count += 1;
    }
    assert_eq!(count, 3);
}

#[test]
fn what_is_wrapped_opens_for_its_receiver_and_is_never_the_same_twice() {
    let pair = Pair::new();
    let (first, second) = (pair.wrap(), pair.wrap());
    assert_ne!(first.dh_public_key, second.dh_public_key);
    assert_ne!(first.encrypted[..12], second.encrypted[..12]);
    for wrapped in [first, second] {
        assert_eq!(pair.open(&wrapped).unwrap().scalar(), pair.contract.scalar());
    }
}

#[test]
fn a_small_number_is_padded_to_66_octets() {
    let pair = Pair::new();
    let mut one = [0; 66];
    one[65] = 1;
    let point = unhex(
        "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66\
         011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
    );
    let public = PublicKey::from_point(&point).unwrap();
    let contract = PrivateKey::from_scalar(&one, &public, &*RNG).unwrap();
    let pair = Pair { contract, ..pair };
    assert_eq!(pair.open(&pair.wrap()).unwrap().scalar(), one);
}

/// The vector, the text, the tag, and what is bound without being sent.
#[test]
fn a_change_anywhere_is_noticed() {
    let pair = Pair::new();
    let wrapped = pair.wrap();
    let mut dice = Dice::new(20);
    let some: Vec<_> = (0..16).map(|_| dice.below(94)).collect();
    for octet in [0, 11, 12, 44, 77, 78, 93].into_iter().chain(some) {
        let EncryptedKey::Secp521(mut changed) = wrapped.encrypted else { panic!() };
        changed[octet] ^= 1 << dice.below(8);
        let changed = WrappedKey { encrypted: EncryptedKey::Secp521(changed), ..wrapped };
        assert_eq!(pair.open(&changed).unwrap_err(), DeliveryError::NotAuthentic, "octet {octet}");
    }
    let mut swapped = wrapped;
    swapped.dh_public_key = pair.wrap().dh_public_key;
    assert_eq!(pair.open(&swapped).unwrap_err(), DeliveryError::NotAuthentic);
    for octet in 0..pair.bound_to.0.len() {
        let mut bound_to = pair.bound_to.clone();
        bound_to.0[octet] ^= 1;
        let (kdf, public) = (ConcatKdf::default(), pair.contract.public_key());
        let WrappedKey { encrypted, dh_public_key: dh } = &wrapped;
        let opened = unwrap(encrypted, dh, &pair.receiver, public, &bound_to, &kdf, &*RNG);
        assert_eq!(opened.unwrap_err(), DeliveryError::NotAuthentic, "octet {octet}");
    }
}

#[test]
fn only_the_receiver_opens_it_and_only_the_certificates_own_key_comes_out() {
    let pair = Pair::new();
    let wrapped = pair.wrap();
    let foreign = Pair { receiver: fresh(), ..Pair::new() };
    assert_eq!(foreign.open(&wrapped).unwrap_err(), DeliveryError::NotAuthentic);
    let other = Pair { contract: fresh(), ..pair };
    assert_eq!(other.open(&wrapped).unwrap_err(), DeliveryError::NotOfContract);
}

/// A sender can wrap any number well. Zero and the order itself must not become keys.
#[test]
fn a_number_out_of_range_is_no_key() {
    let pair = Pair::new();
    let order = unhex(
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa\
         51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    );
    for number in [[0; 66].as_slice(), &order, &[0xff; 66]] {
        let (on, receiver) = (Algorithm::P521, pair.receiver.public_key());
        let kdf = ConcatKdf::default();
        let wrapped = wrap_number(number, on, receiver, &pair.bound_to, &kdf, &*RNG);
        assert_eq!(pair.open(&wrapped.unwrap()).unwrap_err(), DeliveryError::NotOfContract);
    }
}

#[test]
fn another_derivation_is_put_in_its_place() {
    struct Hkdf;
    impl Kdf for Hkdf {
        fn derive(&self, secret: &[u8]) -> Zeroizing<[u8; 32]> {
            let mut key = Zeroizing::new([0; 32]);
            let extracted = Salt::new(HKDF_SHA256, &[]).extract(secret);
            extracted.expand(&[], HKDF_SHA256).unwrap().fill(&mut *key).unwrap();
            key
        }
    }
    let pair = Pair::new();
    let (empty, default) = (ConcatKdf { other_info: &[] }, ConcatKdf::default());
    let kdfs: [&dyn Kdf; 3] = [&default, &empty, &Hkdf];
    for (i, by) in kdfs.into_iter().enumerate() {
        let receiver = pair.receiver.public_key();
        let wrapped = wrap(&pair.contract, receiver, &pair.bound_to, by, &*RNG).unwrap();
        for (j, kdf) in kdfs.into_iter().enumerate() {
            let opened =
                pair.open_by(&wrapped, kdf).map(|key| key.scalar() == pair.contract.scalar());
            let wanted = if i == j { Ok(true) } else { Err(DeliveryError::NotAuthentic) };
            assert_eq!(opened, wanted, "wrapped by {i}, opened by {j}");
        }
    }
}

#[test]
fn malformed_deliveries_are_refused_for_their_own_reason() {
    let pair = Pair::new();
    let WrappedKey { encrypted, dh_public_key } = pair.wrap();
    let refused = |encrypted: &[u8], dh: &[u8], receiver: &dyn KeyAgreement, public: &PublicKey| {
        let (bound_to, kdf) = (&pair.bound_to, ConcatKdf::default());
        unwrap(encrypted, dh, receiver, public, bound_to, &kdf, &*RNG).unwrap_err()
    };
    let (receiver, public) = (&pair.receiver, pair.contract.public_key());
    for found in [0, 12, 78, 93] {
        let short = refused(&encrypted[..found], &dh_public_key, receiver, public);
        assert_eq!(short, DeliveryError::Length { found, wanted: 94 });
    }
    let not_a_point = DeliveryError::DhPublicKey(KeyError::Malformed("uncompressed point"));
    for dh in [&dh_public_key[..132], &[], &[2; 67], &[4; 65]] {
        assert_eq!(refused(&encrypted, dh, receiver, public), not_a_point);
    }
    let mut off = dh_public_key;
    off[132] ^= 1;
    let not_on_curve = DeliveryError::DhPublicKey(KeyError::NotOnCurve);
    assert_eq!(refused(&encrypted, &off, receiver, public), not_on_curve);

    let p256 = PrivateKey::generate(&*RNG).unwrap();
    let curve = |whose| DeliveryError::Curve { whose, wanted: Algorithm::P521 };
    let (dh, bound_to, kdf) = (&dh_public_key, &pair.bound_to, &ConcatKdf::default());
    let refusal = refused(&encrypted, dh, receiver, p256.public_key());
    assert_eq!(refusal, curve("contract's key"));
    let mismatch = DeliveryError::Agreement(KeyError::Mismatch { wanted: Algorithm::P256 });
    assert_eq!(refused(&encrypted, dh, &p256, public), mismatch);
    let refusal = wrap(&p256, receiver.public_key(), bound_to, kdf, &*RNG).unwrap_err();
    assert_eq!(refusal, curve("contract's key"));
    let refusal = wrap(&pair.contract, p256.public_key(), bound_to, kdf, &*RNG).unwrap_err();
    assert_eq!(refusal, curve("receiver's key"));
}

#[test]
fn a_delivery_is_bound_to_car_and_certificate() {
    let (car, contract) = (fresh(), fresh());
    let leaf = certificate(Kind::ContractLeaf, "DEPNCC000000018", &contract);
    let oem = |name| certificate(Kind::OemProvisioningLeaf, name, &car);
    let bound_to = AssociatedData::new(&oem("wvw-p0000000000001-7"), &leaf).unwrap();
    let id = &leaf.extensions().subject_key_id.as_ref().unwrap().value;
    let id: String = id.iter().map(|octet| format!("{octet:02X}")).collect();
    assert_eq!(bound_to.octets(), format!("WVWP00000000000017{id}").as_bytes());
    let long = format!("wvwp{}", "0".repeat(60));
    assert!(AssociatedData::new(&oem(&long), &leaf).unwrap().octets().starts_with(b"WVWP000"));
    assert_eq!(AssociatedData::new(&oem("no PCID"), &leaf), Err(DeliveryError::NoPcid));
}

#[test]
fn a_receivers_certificate_must_allow_agreement_on_its_curve() {
    let key = fresh();
    let good = certificate(Kind::OemProvisioningLeaf, "x", &key);
    assert_eq!(receiver(&good), Ok(key.public_key()));
    let found = KeyUsage::DIGITAL_SIGNATURE;
    let service = certificate(Kind::CpsLeaf, "x", &key);
    assert_eq!(receiver(&service), Err(DeliveryError::NotForAgreement { found }));
    for last in [4, 5] {
        // Access method 1.0.15118.20.0.4 or .5, location an address without characters.
        let method = [0x06, 6, 0x28, 0xf6, 0x0e, 20, 0, last, 0x86, 0];
        let access = [&[0x30, 12, 0x30, 10][..], &method].concat();
        let mut plan = Plan::new(Kind::OemProvisioningLeaf, "x", 0, 1);
        plan.extra.push((vec![0x2b, 6, 1, 5, 5, 7, 1, 11], false, access));
        let in_tpm = plan.issue_self_signed(&key, &*RNG).unwrap();
        assert_eq!(receiver(&in_tpm), Err(DeliveryError::ForTpm));
    }
    let p256 = PrivateKey::generate(&*RNG).unwrap();
    let other = certificate(Kind::OemProvisioningLeaf, "x", &p256);
    let curve = DeliveryError::Curve { whose: "receiver's key", wanted: Algorithm::P521 };
    assert_eq!(receiver(&other), Err(curve));
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}
