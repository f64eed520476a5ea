//! Making contract data and signing it, without a car that asks.

use pki::PublicKey;
use pki::delivery::iso20::{self, EncryptedKey};
use pki::profile::Edition;

use super::contracts::{contract_id, deliverable};
use super::editions::{edition as edition_of, namespace};
use super::provision::{event, id_of, is_active, issued};
use super::vehicles::{car, certificate};
use super::*;
use crate::operator::{Delivery, Wrapped};
use crate::store::{self, Change, ProvisioningState};

/// `PUT generate/signedContractData`
pub(super) async fn generate(call: Call) -> Result<Reply, Problem> {
    let order: GenerateOrder = call.json()?;
    let edition = edition_of(order.xsd_msg_def_namespace.as_deref())?;
    let (evcoid, pcid) = (deliverable(&order.emaid)?, car(&order.pcid)?);
    call.principal()?.owns(evcoid.normal())?;
    if order.contract_begins.is_some_and(|begins| begins.0 > call.now) {
        return Err(Problem::new(Code::Conflict, "contracts that begin later are not offered"));
    }
    let provisioner = call.provisioner(edition)?;
    let store = &call.service.store;
    let unknown = || Problem::new(Code::UnknownPcid, format!("{pcid} is not in the pool"));
    let vehicle = store.provisioning(pcid.normal()).await?.ok_or_else(unknown)?;
    if vehicle.state == ProvisioningState::Revoked {
        return Err(Problem::new(Code::CertificateRevoked, format!("{pcid} is revoked")));
    }
    if edition_of(Some(namespace(&vehicle.leaf)))? != edition {
        let why = format!("{pcid} has a provisioning certificate of the other edition");
        return Err(Problem::new(Code::UnsupportedEdition, why));
    }
    let receiver = certificate(&vehicle.leaf)?;
    let mut changes = Vec::new();
    let contract = match store.contract(&evcoid).await? {
        Some(contract) => {
            if contract.pcid.as_deref() != Some(pcid.normal()) {
                return Err(Problem::new(Code::ContractTaken, "the contract is for another car"));
            }
            contract
        }
        None => {
            let mut contract = store::Contract::new(evcoid);
            contract.pcid = Some(pcid.normal().to_owned());
            contract.owner = call.principal()?.owner();
            contract.not_after = order.contract_ends.map(|ends| ends.0);
            changes.push(Change::CreateContract(contract.clone()));
            contract
        }
    };
    if !is_active(&contract, call.now) {
        return Err(Problem::new(Code::ContractEnded, "the contract is not active"));
    }
    let (ends, rng) = (contract.not_after, &call.service.rng);
    let delivery = provisioner.issue(&contract.evcoid, &receiver, ends, call.now, rng)?;
    let id = id_of(&call, provisioner, &delivery.certificate)?;
    changes.extend(issued(&call, &contract, &receiver, &delivery, &id)?);
    let message = provisioner.signed(&delivery, call.now, rng)?;
    let emaid = contract.evcoid.normal().to_owned();
    let pcid = Some(pcid.normal().to_owned());
    let document = SignedContractData { emaid, pcid, signed_contract_data: Base64(message) };
    let reply = Reply::json(StatusCode::CREATED, &document)?;
    let event = event("mo.contract.created", &contract);
    call.commit(changes, [event], reply).await
}

/// `PUT contractData/signed`: signs what a mobility operator made elsewhere, and keeps nothing.
pub(super) async fn sign(call: Call) -> Result<Reply, Problem> {
    let order: SignOrder = call.json()?;
    let edition = edition_of(order.xsd_msg_def_namespace.as_deref())?;
    let provisioner = call.provisioner(edition)?;
    let data = order.contract_data;
    let evcoid = contract_id(&data.emaid)?;
    call.principal()?.owns(evcoid.normal())?;
    let chain = data.contract_signature_cert_chain;
    let leaf = certificate(&chain.contract_signature_cert_chain_certificate.0)?;
    let subs = chain.contract_signature_cert_chain_sub_certificates;
    let subs: Vec<_> = subs.into_iter().map(|sub| sub.0).collect();
    let verified = call.verify(edition, pki::chain::Role::Contract, leaf.der(), &subs)?;
    let level = provisioner.settings().level;
    let proven =
        verified.evcoid().map(|own| pki::chain::compare_claim(evcoid.normal(), own, level));
    if !proven.is_some_and(pki::chain::Claim::is_accepted) {
        return Err(Problem::new(Code::WrongRole, "the certificate is another contract's"));
    }
    let encrypted = &data.contract_signature_encrypted_private_key.0;
    let wrapped = wrapped_key(edition, encrypted, &data.dh_public_key.0)?;
    let delivery = Delivery { certificate: leaf, wrapped };
    let message = provisioner.signed_for(&delivery, &subs, call.now, &call.service.rng)?;
    let emaid = evcoid.normal().to_owned();
    let document = SignedContractData { emaid, pcid: None, signed_contract_data: Base64(message) };
    Reply::json(StatusCode::OK, &document)
}

/// `GET signer`
pub(super) async fn signer(call: Call) -> Result<Reply, Problem> {
    let none = || Problem::new(Code::UnknownAuthority, "no contract certificates are made here");
    let service = call.service.desk.provisioners.first().ok_or_else(none)?.service();
    let subs = service.subs().iter().map(|sub| Base64::from(sub.der())).collect();
    let certificate = Base64::from(service.certificate().der());
    Reply::json(StatusCode::OK, &SignerDocument { certificate, sub_certificates: subs })
}

/// Data that was made before, signed again.
pub(super) fn signed(
    call: &Call,
    data: &store::ContractData,
) -> Result<SignedContractData, Problem> {
    let damaged = || Problem::new(Code::Internal, "stored contract data cannot be read");
    let delivery = Delivery::read(&data.body).ok_or_else(damaged)?;
    let provisioner = call.provisioner(delivery.wrapped.edition())?;
    let message = provisioner.signed(&delivery, call.now, &call.service.rng)?;
    let (emaid, pcid) = (data.evcoid.normal().to_owned(), Some(data.pcid.clone()));
    Ok(SignedContractData { emaid, pcid, signed_contract_data: Base64(message) })
}

fn wrapped_key(edition: Edition, encrypted: &[u8], dh: &[u8]) -> Result<Wrapped, Problem> {
    let wrapped = Wrapped::of(edition, encrypted, dh).ok_or_else(|| {
        let why = format!("a key of {} and a public key of {} octets", encrypted.len(), dh.len());
        Problem::new(Code::MalformedDer, why)
    })?;
    // Every octets are a key of X448; others must be on their curve.
    let any = |key: &iso20::WrappedKey| matches!(key.encrypted, EncryptedKey::X448(_));
    if !matches!(&wrapped, Wrapped::Iso20(key) if any(key)) {
        PublicKey::from_point(dh).map_err(|error| Problem::new(Code::MalformedDer, error))?;
    }
    Ok(wrapped)
}
