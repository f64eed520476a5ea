//! Deliveries and requests of contract certificates: none may be accepted with a key that is not the certificate's.

use super::{CLOCK, hierarchy};
use crate::delivery::{
    ContractData, Delivered, Trust, accept, certificate_chain, check_installation, check_update,
};
use crate::fixed;
use crate::iso2::msg::*;
use alloc::{string::String, vec::Vec};
use exi::{Bytes, Document, Text};
use pki::{Certificate, Level, Signer};
use ring::rand::SystemRandom;
use std::sync::OnceLock;

/// The first octet says what the others are: a message in EXI, or one part of a delivery that is then signed well.
pub fn delivery(data: &[u8]) {
    let Some((&how, rest)) = data.split_first() else { return };
    match how % 6 {
        0 => message(rest),
        part => part_of(part, rest),
    }
}

fn message(octets: &[u8]) {
    let Ok(message) = V2gMessage::decode(octets) else { return };
    let signature = message.header.signature.as_ref();
    let anchors = hierarchy().anchors();
    let (car, level) = (hierarchy().oem_provisioning(), Level::Field);
    match &message.body.element {
        Some(BodyElement::CertificateInstallationReq(request)) => {
            let subs = car.sub_ders();
            let _ = check_installation(request, signature, &subs, anchors, CLOCK, level);
        }
        Some(BodyElement::CertificateUpdateReq(request)) => {
            let _ = check_update(request, signature, anchors, CLOCK, level);
        }
        Some(BodyElement::CertificateInstallationRes(res)) => take(&res.into(), signature),
        Some(BodyElement::CertificateUpdateRes(res)) => take(&res.into(), signature),
        _ => {}
    }
}

/// Puts the octets into a good delivery and signs that as the provisioning service.
fn part_of(part: u8, octets: &[u8]) {
    let mut res = good().clone();
    match part {
        1 => {
            let value = &mut res.contract_signature_encrypted_private_key.value;
            *value = Bytes::new(cut(octets, 48)).unwrap_or_default();
        }
        2 => res.dh_public_key.value = Bytes::new(cut(octets, 65)).unwrap_or_default(),
        3 => {
            let text = Text::new(String::from_utf8_lossy(cut(octets, 15)));
            res.emaid.value = text.unwrap_or(fixed("DEPNCC00000001"));
        }
        4 => {
            let certificate = &mut res.contract_signature_cert_chain.certificate;
            *certificate = Bytes::new(cut(octets, 800)).unwrap_or_default();
        }
        _ => {
            let subs: Vec<_> = octets.chunks(800).take(4).collect();
            let leaf = res.contract_signature_cert_chain.certificate.to_vec();
            let Ok(chain) = certificate_chain(Some("id1"), &leaf, &subs) else { return };
            res.contract_signature_cert_chain = chain;
        }
    }
    let delivered = Delivered::from(&res);
    let signature = delivered.sign(&*hierarchy().cps().key, &SystemRandom::new());
    take(&delivered, signature.ok().as_ref());
}

fn take(delivered: &Delivered<'_>, signature: Option<&crate::xmldsig::Signature>) {
    let hierarchy = hierarchy();
    let trust = Trust { anchors: hierarchy.anchors(), now_unix: CLOCK, level: Level::Field };
    let receiver = hierarchy.oem_provisioning().key;
    if let Ok(contract) = accept(delivered, signature, &*receiver, &trust, &SystemRandom::new()) {
        assert_eq!(contract.leaf.public_key(), Ok(contract.key.public_key()));
    }
}

fn good() -> &'static CertificateInstallationRes {
    static GOOD: OnceLock<CertificateInstallationRes> = OnceLock::new();
    GOOD.get_or_init(|| {
        let (data, provisioning) = delivered(&hierarchy().oem_provisioning().leaf);
        data.into_installation(provisioning)
    })
}

/// The contract for one who holds a certificate, and who signs for it.
pub(super) fn delivered(receiver: &Certificate) -> (ContractData, CertificateChain) {
    let (contract, cps) = (hierarchy().contract(), hierarchy().cps());
    let (subs, rng) = (contract.sub_ders(), SystemRandom::new());
    let data = ContractData::new(&contract.leaf, &subs, &contract.key, receiver, &rng);
    let provisioning = certificate_chain(None, cps.leaf.der(), &cps.sub_ders());
    match (data, provisioning) {
        (Ok(data), Ok(provisioning)) => (data, provisioning),
        (data, provisioning) => panic!("no delivery: {data:?} {provisioning:?}"),
    }
}

fn cut(octets: &[u8], most: usize) -> &[u8] {
    octets.get(..most).unwrap_or(octets)
}
