//! Deliveries for whoever asks, made once.

use super::delivery::delivered;
use super::hierarchy;
use crate::delivery::Delivered;
use crate::iso2::msg::*;
use crate::xmldsig::Signature;
use alloc::vec::Vec;
use exi::Document;
use ring::rand::SystemRandom;
use std::sync::OnceLock;

/// A good answer to a request for a certificate; nothing to what is none.
pub(super) fn answer(request: &[u8]) -> Vec<u8> {
    static MADE: OnceLock<[(BodyElement, Option<Signature>); 2]> = OnceLock::new();
    let [installation, update] = MADE.get_or_init(|| [installation(), update()]);
    let Ok(request) = V2gMessage::decode(request) else { return Vec::new() };
    let (body, signature) = match request.body.element {
        Some(BodyElement::CertificateInstallationReq(_)) => installation.clone(),
        Some(BodyElement::CertificateUpdateReq(_)) => update.clone(),
        _ => return Vec::new(),
    };
    let session_id = request.header.session_id;
    let message = V2gMessage {
        header: Header { session_id, notification: None, signature },
        body: Body { element: Some(body) },
    };
    message.to_vec().unwrap_or_default()
}

fn installation() -> (BodyElement, Option<Signature>) {
    let (data, provisioning) = delivered(&hierarchy().oem_provisioning().leaf);
    let res = data.into_installation(provisioning);
    let signature = sign(&Delivered::from(&res));
    (BodyElement::CertificateInstallationRes(res), signature)
}

fn update() -> (BodyElement, Option<Signature>) {
    let (data, provisioning) = delivered(&hierarchy().contract().leaf);
    let res = data.into_update(provisioning);
    let signature = sign(&Delivered::from(&res));
    (BodyElement::CertificateUpdateRes(res), signature)
}

fn sign(delivered: &Delivered<'_>) -> Option<Signature> {
    delivered.sign(&*hierarchy().cps().key, &SystemRandom::new()).ok()
}
