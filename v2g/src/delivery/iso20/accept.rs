use super::super::{Trust, accept::contract};
use super::{AcceptError, subs, verify_signature};
use crate::iso20::msg::common::*;
use crate::iso20::msg::types::{Processing, ResponseCode};
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use pki::chain::{Demand, Position};
use pki::delivery::DeliveryError;
use pki::delivery::iso20::{AssociatedData, Kdf, unwrap};
use pki::key::{Algorithm, KeyAgreement, KeyError};
use pki::profile::Edition;
use pki::{Certificate, ChainError, Evcoid, PrivateKey, Role};
use ring::rand::SecureRandom;

/// A contract that passed every check: what the car may keep.
#[derive(Debug)]
pub struct NewContract {
    /// The contract certificate.
    pub leaf: Certificate,
    /// The authorities, the leaf's issuer first, as delivered.
    pub subs: Vec<Certificate>,
    /// The contract's private key; it belongs to the certificate.
    pub key: Arc<PrivateKey>,
    /// The contract.
    pub evcoid: Evcoid,
    /// Whether the contract's own chain leads to a root that the car has. Without one it is the provisioning service
    /// alone that vouches for it.
    pub anchored: bool,
    /// How many more contracts the service has for this car: it asks again until there are none.
    pub remaining: u8,
}

/// Checks a delivery: the provisioning service's chain, its signature over the data, the contract's certificates as far as
/// the car's roots reach, and that the private key that comes out for `receiver`, the key of the certificate `provisioning`,
/// is the contract certificate's.
pub fn accept(
    res: &CertificateInstallationRes,
    provisioning: &Certificate,
    receiver: &dyn KeyAgreement,
    kdf: &dyn Kdf,
    trust: &Trust<'_>,
    rng: &dyn SecureRandom,
) -> Result<NewContract, AcceptError> {
    // With a warning the session goes on, but there is no contract for this car.
    if !matches!(res.response_code, ResponseCode::Ok | ResponseCode::OkCertificateExpiresSoon) {
        return Err(AcceptError::Refused(res.response_code));
    }
    if res.evse_processing != Processing::Finished {
        return Err(AcceptError::Ongoing);
    }
    let Trust { anchors, now_unix, level } = *trust;
    let edition = Edition::Iso20;
    let service = &res.cps_certificate_chain;
    let service_subs = subs(service.sub_certificates.as_ref());
    let service = Demand { role: Role::Cps, edition, level }
        .verify(&service.certificate, &service_subs, anchors, now_unix)
        .map_err(AcceptError::Service)?;
    let signature = res.header.signature.as_deref().ok_or(AcceptError::Unsigned)?;
    let data = &res.signed_installation_data;
    verify_signature(data, signature, service.public_key()).map_err(AcceptError::Signature)?;
    let (encrypted, of_key) = match (&data.encrypted_private_key, data.ecdh_curve) {
        (EncryptedPrivateKey::Secp521(encrypted), EcdhCurve::Secp521) => {
            (encrypted.as_slice(), Algorithm::P521)
        }
        (EncryptedPrivateKey::X448(encrypted), EcdhCurve::X448) => {
            (encrypted.as_slice(), Algorithm::Ed448)
        }
        (EncryptedPrivateKey::Tpm(_), _) => return Err(AcceptError::ForTpm),
        _ => return Err(AcceptError::Curve),
    };
    if !of_key.is_built() {
        let missing = KeyError::NotBuilt { algorithm: of_key };
        return Err(AcceptError::Key(DeliveryError::Agreement(missing)));
    }

    let chain = &data.contract_certificate_chain;
    let chain_subs = subs(Some(&chain.sub_certificates));
    let (leaf, subs, anchored) =
        contract(&chain.certificate, &chain_subs, edition, trust).map_err(AcceptError::Contract)?;
    let name = leaf.subject().common_name();
    let evcoid = name.and_then(|name| Evcoid::parse(name).ok()).ok_or(AcceptError::NoEvcoid)?;
    let public = leaf.public_key().map_err(|_| {
        let found = leaf.key().to_string();
        AcceptError::Contract(ChainError::Algorithm { at: Position::Leaf, found, edition })
    })?;
    if public.algorithm() != of_key {
        return Err(AcceptError::Curve);
    }
    let bound_to = AssociatedData::new(provisioning, &leaf).map_err(AcceptError::Key)?;
    let key = unwrap(encrypted, &data.dh_public_key, receiver, public, &bound_to, kdf, rng)
        .map_err(AcceptError::Key)?;
    let remaining = res.remaining_contract_certificate_chains;
    Ok(NewContract { leaf, subs, key: Arc::new(key), evcoid, anchored, remaining })
}
