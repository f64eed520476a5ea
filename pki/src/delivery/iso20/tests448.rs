use std::sync::LazyLock;

use ring::rand::SystemRandom;

use super::*;
use crate::issue::Plan;
use crate::profile::{CertificateKind as Kind, Edition};

static RNG: LazyLock<SystemRandom> = LazyLock::new(SystemRandom::new);
const KDF: ConcatKdf = ConcatKdf { other_info: &[0x01, 0x55, 0x56] };

fn fresh(algorithm: Algorithm) -> PrivateKey {
    PrivateKey::generate_for(algorithm, &*RNG).unwrap()
}

fn certificate(kind: Kind, name: &str, key: &PrivateKey) -> Certificate {
    let mut plan = Plan::of(Edition::Iso20, kind, name, 0, 1);
    plan.key_usage = plan.key_usage.of_key(key.public_key().algorithm());
    plan.issue_self_signed(key, &*RNG).unwrap()
}

/// A car and a contract for it.
struct Pair {
    car: Certificate,
    receiver: PrivateKey,
    contract: PrivateKey,
    bound_to: AssociatedData,
}

impl Pair {
    fn new() -> Self {
        let (owner, contract) = (fresh(Algorithm::Ed448), fresh(Algorithm::Ed448));
        let car = certificate(Kind::OemProvisioningLeaf, "WVWP00000000000017", &owner);
        let leaf = certificate(Kind::ContractLeaf, "DEPNCC000000018", &contract);
        let bound_to = AssociatedData::new(&car, &leaf).unwrap();
        Self { car, receiver: owner, contract, bound_to }
    }

    fn wrap(&self) -> WrappedKey {
        let receiver = receiver(&self.car).unwrap();
        wrap(&self.contract, receiver, &self.bound_to, &KDF, &*RNG).unwrap()
    }

    fn open(&self, encrypted: &[u8], dh: &[u8]) -> Result<PrivateKey, DeliveryError> {
        let public = self.contract.public_key();
        unwrap(encrypted, dh, &self.receiver, public, &self.bound_to, &KDF, &*RNG)
    }
}

#[test]
fn a_contract_of_ed448_reaches_a_car_of_ed448() {
    let pair = Pair::new();
    let (first, second) = (pair.wrap(), pair.wrap());
    assert_ne!(first.dh_public_key, second.dh_public_key);
    for wrapped in [first, second] {
        assert!(matches!(wrapped.encrypted, EncryptedKey::X448(_)));
        assert_eq!(wrapped.dh_public_key[..77], [0; 77]);
        let key = pair.open(&wrapped.encrypted, &wrapped.dh_public_key).unwrap();
        assert_eq!(key.scalar(), pair.contract.scalar());
    }
}

/// As anybody with X448 and AES would open it who knows the key of X448 that belongs to the car's key.
#[test]
fn it_is_wrapped_by_x448_alone() {
    let pair = Pair::new();
    let WrappedKey { encrypted, dh_public_key } = pair.wrap();
    let ephemeral = PublicKey::of(Algorithm::X448, &dh_public_key[77..]).unwrap();
    let secret = pair.receiver.agree(&ephemeral).unwrap();
    assert_eq!(secret.len(), 56);
    let key = UnboundKey::new(&AES_256_GCM, &*KDF.derive(&secret)).unwrap();
    let (iv, sealed) = encrypted.split_at(12);
    let mut body = sealed.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(iv).unwrap();
    let aad = Aad::from(pair.bound_to.octets());
    let opened = LessSafeKey::new(key).open_in_place(nonce, aad, &mut body).unwrap();
    assert_eq!([&*opened, &[0]].concat(), pair.contract.scalar());
}

#[test]
fn a_change_anywhere_is_noticed() {
    let pair = Pair::new();
    let WrappedKey { encrypted, dh_public_key } = pair.wrap();
    for octet in [0, 11, 12, 40, 67, 68, 83] {
        let mut changed = encrypted.to_vec();
        changed[octet] ^= 8;
        let refused = pair.open(&changed, &dh_public_key).unwrap_err();
        assert_eq!(refused, DeliveryError::NotAuthentic, "octet {octet}");
    }
    let refused = pair.open(&encrypted, &pair.wrap().dh_public_key).unwrap_err();
    assert_eq!(refused, DeliveryError::NotAuthentic);
    let foreign = Pair { receiver: fresh(Algorithm::Ed448), ..Pair::new() };
    assert_eq!(foreign.open(&encrypted, &dh_public_key).unwrap_err(), DeliveryError::NotAuthentic);
    let other = Pair { contract: fresh(Algorithm::Ed448), ..pair };
    assert_eq!(other.open(&encrypted, &dh_public_key).unwrap_err(), DeliveryError::NotOfContract);
}

#[test]
fn malformed_deliveries_are_refused_for_their_own_reason() {
    let pair = Pair::new();
    let WrappedKey { encrypted, dh_public_key } = pair.wrap();
    for found in [0, 12, 83] {
        let refused = pair.open(&encrypted[..found], &dh_public_key).unwrap_err();
        assert_eq!(refused, DeliveryError::Length { found, wanted: 84 });
    }
    let p521 = pair.open(&[7; 94], &dh_public_key).unwrap_err();
    assert_eq!(p521, DeliveryError::Length { found: 94, wanted: 84 });
    let refused = |dh: &[u8]| pair.open(&encrypted, dh).unwrap_err();
    let malformed = DeliveryError::DhPublicKey(KeyError::Malformed("public key"));
    let mut in_front = dh_public_key;
    in_front[76] = 1;
    for dh in [&dh_public_key[1..], &dh_public_key[77..], &[], &in_front, &[4; 133]] {
        assert_eq!(refused(dh), malformed);
    }
    // The three points of low order, and the first two as they are not to be written.
    let (mut one, mut minus_one) = ([0; 133], [0xff; 133]);
    one[77] = 1;
    minus_one[..77].fill(0);
    let mut prime = minus_one;
    (minus_one[77], minus_one[105], prime[105]) = (0xfe, 0xfe, 0xfe);
    let mut above = prime;
    above[77..105].fill(0);
    above[105..].fill(0xff);
    for dh in [[0; 133], one, minus_one, prime, above] {
        assert_eq!(refused(&dh), DeliveryError::DhPublicKey(KeyError::LowOrder), "{dh:x?}");
    }
}

#[test]
fn only_keys_of_one_algorithm_that_fit_are_wrapped() {
    let pair = Pair::new();
    let p521 = fresh(Algorithm::P521);
    let refused = |contract: &PrivateKey, receiver: &PrivateKey| {
        let receiver = receiver.public_key();
        wrap(contract, receiver, &pair.bound_to, &KDF, &*RNG).unwrap_err()
    };
    let curve = |wanted| DeliveryError::Curve { whose: RECEIVER, wanted };
    assert_eq!(refused(&p521, &pair.receiver), curve(Algorithm::P521));
    assert_eq!(refused(&pair.contract, &p521), curve(Algorithm::Ed448));
    let whole = PrivateKey::of_curve448(Algorithm::Ed448, &[7; 57]).unwrap();
    assert_eq!(refused(&whole, &pair.receiver), DeliveryError::TooLong);
    let x448 = fresh(Algorithm::X448);
    let contract = DeliveryError::Curve { whose: CONTRACT, wanted: Algorithm::P521 };
    assert_eq!(refused(&x448, &pair.receiver), contract);
    let mut plan = Plan::new(Kind::OemProvisioningLeaf, "x", 0, 1);
    plan.key_usage = plan.key_usage.of_key(Algorithm::Ed448);
    // 1.0.15118.20.0.4 in the subject information access: the key stays in a TPM.
    let method = [0x06, 6, 0x28, 0xf6, 0x0e, 20, 0, 4, 0x86, 0];
    let access = [&[0x30, 12, 0x30, 10][..], &method].concat();
    plan.extra.push((vec![0x2b, 6, 1, 5, 5, 7, 1, 11], false, access));
    let in_tpm = plan.issue_self_signed(&pair.receiver, &*RNG).unwrap();
    assert_eq!(receiver(&in_tpm), Err(DeliveryError::ForTpm));
}
