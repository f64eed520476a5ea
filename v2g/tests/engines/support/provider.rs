//! Who has contracts: makes deliveries as a mobility operator and a provisioning service do.

use super::{CLOCK, hierarchy, random};
use exi::Document;
use pki::{Certificate, Evcoid};
use v2g::delivery::{ContractData, Delivered, certificate_chain};
use v2g::iso2::msg::*;
use v2g::xmldsig::Signature;

/// The contract that an installation brings.
pub(crate) fn evcoid() -> Evcoid {
    Evcoid::parse("DEPNCC00000077").unwrap().with_check_digit()
}

/// The message for the car.
pub(crate) fn answer(request: &[u8]) -> Vec<u8> {
    write(&deliver(request))
}

/// A delivery of a fresh contract to who asks, signed.
pub(crate) fn deliver(request: &[u8]) -> V2gMessage {
    let request = V2gMessage::decode(request).unwrap();
    let (receiver, update) = match request.body.element.as_ref().unwrap() {
        BodyElement::CertificateInstallationReq(r) => (&r.oem_provisioning_cert, false),
        BodyElement::CertificateUpdateReq(r) => {
            (&r.contract_signature_cert_chain.certificate, true)
        }
        other => panic!("no request for a certificate: {other:?}"),
    };
    let receiver = Certificate::parse(receiver.as_slice()).unwrap();
    let evcoid = match update {
        true => Evcoid::parse(receiver.subject().common_name().unwrap()).unwrap(),
        false => evcoid(),
    };
    let contract = hierarchy().issue_contract(&*random(), &evcoid, CLOCK).unwrap();
    let (subs, rng) = (contract.sub_ders(), random());
    let data = ContractData::new(&contract.leaf, &subs, &contract.key, &receiver, &*rng).unwrap();
    let service = hierarchy().cps();
    let signature = data.sign(&*service.key, &*rng).unwrap();
    let chain = certificate_chain(None, service.leaf.der(), &service.sub_ders()).unwrap();
    let body = match update {
        true => BodyElement::CertificateUpdateRes(data.into_update(chain)),
        false => BodyElement::CertificateInstallationRes(data.into_installation(chain)),
    };
    message(request.header.session_id, body, Some(signature))
}

pub(crate) fn message(
    session_id: SessionId,
    body: BodyElement,
    signature: Option<Signature>,
) -> V2gMessage {
    V2gMessage {
        header: Header { session_id, notification: None, signature },
        body: Body { element: Some(body) },
    }
}

pub(crate) fn write(message: &V2gMessage) -> Vec<u8> {
    message.to_vec().unwrap()
}

/// A delivery of an installation with something changed, and signed again where that is wanted.
pub(crate) fn spoilt(
    request: &[u8],
    sign: bool,
    change: impl FnOnce(&mut CertificateInstallationRes),
) -> Vec<u8> {
    let mut message = deliver(request);
    let Some(BodyElement::CertificateInstallationRes(res)) = &mut message.body.element else {
        panic!("no installation")
    };
    change(res);
    if sign {
        let signature = Delivered::from(&*res).sign(&*hierarchy().cps().key, &*random());
        message.header.signature = Some(signature.unwrap());
    }
    write(&message)
}
