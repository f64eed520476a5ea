//! Deliveries and requests of ISO 15118-20: none may be accepted with a key that is not the certificate's.

use super::CLOCK;
use crate::delivery::Trust;
use crate::delivery::iso20::{
    ContractData, ProvisioningService, accept, certificate_chain, check_installation, choose,
};
use crate::iso20::msg::common::*;
use crate::iso20::msg::types::{Header, SessionId};
use crate::signature::{Signed, sign};
use alloc::{boxed::Box, vec, vec::Vec};
use exi::{Bytes, Document, List};
use pki::delivery::iso20::ConcatKdf;
use pki::issue::Options;
use pki::profile::Edition;
use pki::{Evcoid, Hierarchy, Level, Signer};
use ring::rand::SystemRandom;
use std::sync::OnceLock;

/// The first octet says what the others are: a request or a response in EXI, or one part of a delivery that is then signed
/// well.
pub fn delivery20(data: &[u8]) {
    let Some((&how, rest)) = data.split_first() else { return };
    match how % 7 {
        0 => request(rest),
        1 => {
            if let Ok(res) = CertificateInstallationRes::decode(rest) {
                take(&res);
            }
        }
        part => part_of(part, rest),
    }
}

fn request(octets: &[u8]) {
    let Ok(request) = CertificateInstallationReq::decode(octets) else { return };
    let _ = check_installation(&request, hierarchy().anchors(), CLOCK, Level::Lab);
    let at_hand: Vec<Evcoid> =
        hierarchy().contract().leaf.subject().common_name().map_or_else(Vec::new, |name| {
            vec![name; 3].into_iter().filter_map(|name| Evcoid::parse(name).ok()).collect()
        });
    let chosen = choose(&request, &at_hand, |evcoid| evcoid);
    assert!(chosen.len() <= usize::from(request.maximum_contract_certificate_chains));
}

/// Puts the octets into a good delivery and signs that as the provisioning service.
fn part_of(part: u8, octets: &[u8]) {
    let mut res = good().clone();
    let data = &mut res.signed_installation_data;
    match part {
        2 => {
            let encrypted = Bytes::new(padded(octets, 94)).unwrap_or_default();
            data.encrypted_private_key = EncryptedPrivateKey::Secp521(encrypted);
        }
        3 => data.dh_public_key = Bytes::new(padded(octets, 133)).unwrap_or_default(),
        4 => {
            let certificate = octets.get(..1600).unwrap_or(octets);
            let certificate = Bytes::new(certificate).unwrap_or_default();
            data.contract_certificate_chain.certificate = certificate;
        }
        5 => {
            let subs = octets.chunks(1600).take(3).filter_map(|sub| Bytes::new(sub).ok());
            let Ok(certificate) = List::new(subs.collect::<Vec<_>>()) else { return };
            data.contract_certificate_chain.sub_certificates = SubCertificates { certificate };
        }
        _ => {
            let encrypted = Bytes::new(padded(octets, 206)).unwrap_or_default();
            data.encrypted_private_key = EncryptedPrivateKey::Tpm(encrypted);
        }
    }
    let rng = SystemRandom::new();
    let element = Signed::element::<Grammar, _>(data.id.as_str(), data);
    let signature = element.ok().map(|e| sign(&[e], &*hierarchy().cps().key, &rng));
    res.header.signature = signature.and_then(Result::ok).map(Box::new);
    take(&res);
}

fn take(res: &CertificateInstallationRes) {
    let car = hierarchy().oem_provisioning();
    let trust = Trust { anchors: hierarchy().anchors(), now_unix: CLOCK, level: Level::Lab };
    let rng = SystemRandom::new();
    if let Ok(contract) = accept(res, &car.leaf, &*car.key, &ConcatKdf::default(), &trust, &rng) {
        assert_eq!(contract.leaf.public_key(), Ok(contract.key.public_key()));
    }
}

pub(super) fn good() -> &'static CertificateInstallationRes {
    static GOOD: OnceLock<CertificateInstallationRes> = OnceLock::new();
    GOOD.get_or_init(|| {
        let (contract, car) = (hierarchy().contract(), hierarchy().oem_provisioning());
        let (cps, rng, kdf) = (hierarchy().cps(), SystemRandom::new(), ConcatKdf::default());
        let subs = contract.sub_ders();
        let data = ContractData::new(&contract.leaf, &subs, &contract.key, &car.leaf, &kdf, &rng);
        let chain = certificate_chain(cps.leaf.der(), &cps.sub_ders());
        let (data, chain) = match (data, chain) {
            (Ok(data), Ok(chain)) => (data, chain),
            (data, chain) => panic!("no delivery: {data:?} {chain:?}"),
        };
        let session_id = SessionId::new(&[7; 8]).unwrap_or_default();
        let header = Header { session_id, time_stamp: 0, signature: None };
        let service = ProvisioningService { chain, signer: &*cps.key };
        match data.into_response(header, service, 0, &rng) {
            Ok(res) => res,
            Err(error) => panic!("no delivery: {error}"),
        }
    })
}

/// One set of certificates for the whole run.
fn hierarchy() -> &'static Hierarchy {
    static HIERARCHY: OnceLock<Hierarchy> = OnceLock::new();
    HIERARCHY.get_or_init(|| {
        let options = Options::of(Edition::Iso20);
        match Hierarchy::generate(&SystemRandom::new(), CLOCK, options) {
            Ok(hierarchy) => hierarchy,
            Err(error) => panic!("no certificates: {error}"),
        }
    })
}

/// So many octets, zeros behind those given.
fn padded(octets: &[u8], len: usize) -> Vec<u8> {
    let mut octets = octets.to_vec();
    octets.resize(len, 0);
    octets
}
