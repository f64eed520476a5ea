//! The same with every key of Ed448 [V2G20-2319], the private key wrapped by X448.

use super::*;
use exi::{Bytes, Document};
use pki::delivery::DeliveryError;
use pki::key::Algorithm;
use pki::{Level, PrivateKey};
use v2g::delivery::BuildError;
use v2g::signature::{SignedInfoGrammar, VerifyError};

static EDWARDS: LazyLock<Hierarchy> = LazyLock::new(|| {
    let options = Options { algorithm: Algorithm::Ed448, ..Options::of(Edition::Iso20) };
    Hierarchy::generate(&*RNG, NOW, options).unwrap()
});

fn deliver(contract: &Identity) -> CertificateInstallationRes {
    let (car, service) = (EDWARDS.oem_provisioning(), EDWARDS.cps());
    let subs = contract.sub_ders();
    let data =
        ContractData::new(&contract.leaf, &subs, &contract.key, &car.leaf, &*KDF, &*RNG).unwrap();
    let chain = certificate_chain(service.leaf.der(), &service.sub_ders()).unwrap();
    let service = ProvisioningService { chain, signer: &*service.key };
    data.into_response(header(), service, 0, &*RNG).unwrap()
}

fn install(res: &CertificateInstallationRes) -> Result<NewContract, AcceptError> {
    let car = EDWARDS.oem_provisioning();
    accept(res, &car.leaf, &*car.key, &*KDF, &trust(EDWARDS.anchors()), &*RNG)
}

#[test]
fn a_car_of_ed448_asks_and_installs() {
    let car = EDWARDS.oem_provisioning();
    let (subs, anchors) = (car.sub_ders(), EDWARDS.anchors());
    let wanted = Wanted { most: 1, first: Vec::new() };
    let request =
        installation_request(header(), (&car.leaf, &subs), anchors, &wanted, &*car.key, &*RNG);
    let request = CertificateInstallationReq::decode(&request.unwrap().to_vec().unwrap()).unwrap();
    let chain = check_installation(&request, anchors, NOW, Level::Strict).unwrap();
    assert_eq!(chain.leaf(), &car.leaf);

    let contract = EDWARDS.contract();
    let res = CertificateInstallationRes::decode(&deliver(&contract).to_vec().unwrap()).unwrap();
    let data = &res.signed_installation_data;
    assert_eq!(data.ecdh_curve, EcdhCurve::X448);
    assert!(matches!(data.encrypted_private_key, EncryptedPrivateKey::X448(_)));
    let installed = install(&res).unwrap();
    assert_eq!(installed.leaf, contract.leaf);
    assert_eq!(installed.key.scalar(), contract.key.scalar());
    let signature = installed.key.sign_raw(b"challenge", &*RNG).unwrap();
    let public = contract.leaf.public_key().unwrap();
    assert_eq!(public.verify_raw(b"challenge", &signature), Ok(()));
}

#[test]
fn signatures_are_pure_ed448_over_the_signed_information() {
    let mut res = deliver(&EDWARDS.contract());
    let service = EDWARDS.cps();
    let key = *service.leaf.public_key().unwrap();
    let data = res.signed_installation_data.clone();
    let signature = signature(&mut res);
    let info = &signature.signed_info;
    let algorithm = info.signature_method.algorithm.as_str();
    assert_eq!(algorithm, "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448");
    let [reference] = &info.reference[..] else { panic!() };
    let algorithm = reference.digest_method.algorithm.as_str();
    assert_eq!(algorithm, "http://www.w3.org/2001/04/xmlenc#sha512");
    assert_eq!(reference.digest_value.len(), 64);
    // The same key signs the same octets alike (RFC 8032 5.2.6).
    let octets = exi::Fragment::<v2g::xmldsig::Grammar>::encode_fragment(info).unwrap();
    let value = service.key.sign_raw(&octets, &*RNG).unwrap();
    assert_eq!(signature.signature_value.value.as_slice(), value);
    assert_eq!(value.len(), 114);
    let grammar = verify_signature(&data, signature, &key);
    assert_eq!(grammar, Ok(SignedInfoGrammar::XmlSignature));
}

#[test]
fn a_signature_in_another_form_or_by_another_key_is_refused() {
    let good = deliver(&EDWARDS.contract());
    let value = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut res = good.clone();
        let value = &mut signature(&mut res).signature_value.value;
        let mut octets = value.to_vec();
        change(&mut octets);
        *value = Bytes::new(octets).unwrap();
        install(&res).unwrap_err()
    };
    let refused = AcceptError::Signature(VerifyError::Value);
    assert_eq!(value(&|octets| octets[0] ^= 1), refused);
    // Bits that mean nothing, in R and in S; a shorter and a longer one; none.
    assert_eq!(value(&|octets| octets[56] |= 1), refused);
    assert_eq!(value(&|octets| octets[113] |= 1), refused);
    assert_eq!(value(&|octets| octets.truncate(113)), refused);
    assert_eq!(value(&|octets| octets.push(0)), refused);
    assert_eq!(value(&Vec::clear), refused);
    let mut res = good.clone();
    sign(&mut res, &PrivateKey::generate_for(Algorithm::Ed448, &*RNG).unwrap());
    assert_eq!(install(&res).unwrap_err(), refused);
    // Named ECDSA, and signed so.
    let mut res = good.clone();
    sign(&mut res, &PrivateKey::generate_for(Algorithm::P521, &*RNG).unwrap());
    let found = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512".into();
    let unknown = VerifyError::Algorithm { what: "signature", found };
    assert_eq!(install(&res).unwrap_err(), AcceptError::Signature(unknown));
}

/// Signed as they are, by the service itself.
#[test]
fn deliveries_that_do_not_fit_are_refused_for_their_own_reason() {
    let signed = |change: &dyn Fn(&mut SignedInstallationData)| {
        let mut res = deliver(&EDWARDS.contract());
        change(&mut res.signed_installation_data);
        sign(&mut res, &*EDWARDS.cps().key);
        install(&res).unwrap_err()
    };
    let of_p521 = |data: &mut SignedInstallationData| {
        data.encrypted_private_key = EncryptedPrivateKey::Secp521(Bytes::new(vec![7; 94]).unwrap());
    };
    assert_eq!(signed(&of_p521), AcceptError::Curve);
    let both = signed(&|data| {
        of_p521(data);
        data.ecdh_curve = EcdhCurve::Secp521;
    });
    assert_eq!(both, AcceptError::Curve);
    let zero = signed(&|data| data.dh_public_key = Bytes::new(vec![0; 133]).unwrap());
    let low_order = DeliveryError::DhPublicKey(pki::key::KeyError::LowOrder);
    assert_eq!(zero, AcceptError::Key(low_order));
    let forged = signed(&|data| {
        data.encrypted_private_key = EncryptedPrivateKey::X448(Bytes::new(vec![7; 84]).unwrap());
    });
    assert_eq!(forged, AcceptError::Key(DeliveryError::NotAuthentic));
}

#[test]
fn no_contract_of_one_algorithm_goes_to_a_car_of_the_other() {
    for (of, to) in [(&*EDWARDS, &*HIERARCHY), (&*HIERARCHY, &*EDWARDS)] {
        let (contract, car) = (of.contract(), to.oem_provisioning());
        let subs = contract.sub_ders();
        let refused =
            ContractData::new(&contract.leaf, &subs, &contract.key, &car.leaf, &*KDF, &*RNG);
        let wanted = contract.key.public_key().algorithm();
        let curve = DeliveryError::Curve { whose: "receiver's key", wanted };
        assert_eq!(refused.unwrap_err(), BuildError::Wrap(curve));
    }
}
