//! Making contract data and signing it, without a car that asks.

use pki::delivery::WrappedKey;

use ring::rand::SystemRandom;

use super::contracts::{contract_id, deliverable};
use super::provision::{edition_2, event, id_of, is_active, issued, wrapped};
use super::vehicles::{car, certificate};
use super::*;
use crate::store::{self, Change, ProvisioningState};

/// `PUT generate/signedContractData`
pub(super) async fn generate(call: Call) -> Result<Reply, Problem> {
    let order: GenerateOrder = call.json()?;
    edition_2(order.xsd_msg_def_namespace.as_deref())?;
    let (evcoid, pcid) = (deliverable(&order.emaid)?, car(&order.pcid)?);
    call.principal()?.owns(evcoid.normal())?;
    if order.contract_begins.is_some_and(|begins| begins.0 > call.now) {
        return Err(Problem::new(Code::Conflict, "contracts that begin later are not offered"));
    }
    let provisioner = call.provisioner()?;
    let store = &call.service.store;
    let unknown = || Problem::new(Code::UnknownPcid, format!("{pcid} is not in the pool"));
    let vehicle = store.provisioning(pcid.normal()).await?.ok_or_else(unknown)?;
    if vehicle.state == ProvisioningState::Revoked {
        return Err(Problem::new(Code::CertificateRevoked, format!("{pcid} is revoked")));
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
    let message = provisioner.signed(&delivery, rng)?;
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
    edition_2(order.xsd_msg_def_namespace.as_deref())?;
    let data = order.contract_data;
    let evcoid = contract_id(&data.emaid)?;
    call.principal()?.owns(evcoid.normal())?;
    let chain = data.contract_signature_cert_chain;
    let leaf = certificate(&chain.contract_signature_cert_chain_certificate.0)?;
    let subs = chain.contract_signature_cert_chain_sub_certificates;
    let subs: Vec<_> = subs.into_iter().map(|sub| sub.0).collect();
    let verified = call.verify(pki::chain::Role::Contract, leaf.der(), &subs)?;
    let level = call.provisioner()?.settings().level;
    let proven =
        verified.evcoid().map(|own| pki::chain::compare_claim(evcoid.normal(), own, level));
    if !proven.is_some_and(pki::chain::Claim::is_accepted) {
        return Err(Problem::new(Code::WrongRole, "the certificate is another contract's"));
    }
    let rng = &call.service.rng;
    let encrypted = &data.contract_signature_encrypted_private_key.0;
    let wrapped = wrapped_key(encrypted, &data.dh_public_key.0, rng)?;
    let message = call.provisioner()?.signed_for(&leaf, &subs, &wrapped, &call.service.rng)?;
    let emaid = evcoid.normal().to_owned();
    let document = SignedContractData { emaid, pcid: None, signed_contract_data: Base64(message) };
    Reply::json(StatusCode::OK, &document)
}

/// `GET signer`
pub(super) async fn signer(call: Call) -> Result<Reply, Problem> {
    let service = call.provisioner()?.service();
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
    let delivery = wrapped(data).ok_or_else(damaged)?;
    let message = call.provisioner()?.signed(&delivery, &call.service.rng)?;
    let (emaid, pcid) = (data.evcoid.normal().to_owned(), Some(data.pcid.clone()));
    Ok(SignedContractData { emaid, pcid, signed_contract_data: Base64(message) })
}

fn wrapped_key(encrypted: &[u8], dh: &[u8], rng: &SystemRandom) -> Result<WrappedKey, Problem> {
    let bad = |what| Problem::new(Code::MalformedDer, what);
    let encrypted =
        encrypted.try_into().map_err(|_| bad("an encrypted key of 48 octets is wanted"))?;
    let dh_public_key = dh.try_into().map_err(|_| bad("a public key of 65 octets is wanted"))?;
    let key = pki::PublicKey::from_point(dh);
    // Agreeing with a point tells whether it is on the curve.
    key.and_then(|key| pki::key::agree_ephemeral(&key, rng).map(drop))
        .map_err(|error| Problem::new(Code::MalformedDer, error))?;
    Ok(WrappedKey { encrypted, dh_public_key })
}
