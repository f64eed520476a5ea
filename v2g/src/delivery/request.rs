use super::{BuildError, RequestError, data};
use crate::fixed;
use crate::iso2::msg::*;
use crate::signature::{Signed, sign, verify};
use crate::xmldsig::{AnyText, Signature};
use alloc::vec::Vec;
use exi::Fragment;
use pki::chain::{compare_claim, verify as verify_chain, verify_contract};
use pki::{Anchors, Certificate, Chain, Level, Role, Signer, Verified};
use ring::rand::SecureRandom;

/// A car's request for a first contract certificate, signed with its provisioning key [V2G2-235] [V2G2-236].
pub fn installation_request(
    provisioning: &Certificate,
    roots: ListOfRootCertificateIds,
    key: &dyn Signer,
    rng: &dyn SecureRandom,
) -> Result<(CertificateInstallationReq, Signature), BuildError> {
    data::belongs(provisioning, key.public_key())?;
    let request = CertificateInstallationReq {
        id: fixed(ID),
        oem_provisioning_cert: data::octets(provisioning.der())?,
        list_of_root_certificate_ids: roots,
    };
    let signature = signed(&request.id, &request, key, rng)?;
    Ok((request, signature))
}

/// A car's request for a fresh certificate of the contract that it has, signed with that contract's key [V2G2-228].
pub fn update_request(
    contract: &Certificate,
    subs: &[impl AsRef<[u8]>],
    roots: ListOfRootCertificateIds,
    key: &dyn Signer,
    rng: &dyn SecureRandom,
) -> Result<(CertificateUpdateReq, Signature), BuildError> {
    data::belongs(contract, key.public_key())?;
    let request = CertificateUpdateReq {
        id: fixed(ID),
        contract_signature_cert_chain: data::certificate_chain(None, contract.der(), subs)?,
        emaid: data::emaid(contract)?,
        list_of_root_certificate_ids: roots,
    };
    let signature = signed(&request.id, &request, key, rng)?;
    Ok((request, signature))
}

/// Checks a request for a first certificate: the provisioning chain, whose authorities the request does not carry, and
/// the signature over the whole request.
pub fn check_installation(
    request: &CertificateInstallationReq,
    signature: Option<&Signature>,
    subs: &[impl AsRef<[u8]>],
    anchors: &Anchors,
    now_unix: i64,
    level: Level,
) -> Result<Verified<Chain>, RequestError> {
    let leaf = &request.oem_provisioning_cert;
    let chain = verify_chain(Role::OemProvisioning, leaf, subs, anchors, now_unix, level)?;
    check_installation_by(request, signature, &chain)?;
    Ok(chain)
}

/// Checks a request for a first certificate against a provisioning chain that was verified before: the certificate is the
/// chain's, and it signed the whole request.
pub fn check_installation_by(
    request: &CertificateInstallationReq,
    signature: Option<&Signature>,
    chain: &Verified<Chain>,
) -> Result<(), RequestError> {
    if request.oem_provisioning_cert.as_slice() != chain.leaf().der() {
        return Err(RequestError::ForeignCertificate);
    }
    check(&request.id, request, signature, chain)
}

/// Checks a request for a fresh certificate: the chain of the contract that the car has, the signature over the whole
/// request, and that the identifier asked for is the certificate's.
pub fn check_update(
    request: &CertificateUpdateReq,
    signature: Option<&Signature>,
    anchors: &Anchors,
    now_unix: i64,
    level: Level,
) -> Result<Verified<Chain>, RequestError> {
    let chain = &request.contract_signature_cert_chain;
    let subs: Vec<_> = data::subs(chain).collect();
    let chain = verify_contract(&chain.certificate, &subs, anchors, now_unix, level)?;
    check_update_by(request, signature, &chain, level)?;
    Ok(chain)
}

/// Checks a request for a fresh certificate against the contract's chain, verified before.
pub fn check_update_by(
    request: &CertificateUpdateReq,
    signature: Option<&Signature>,
    chain: &Verified<Chain>,
    level: Level,
) -> Result<(), RequestError> {
    if request.contract_signature_cert_chain.certificate.as_slice() != chain.leaf().der() {
        return Err(RequestError::ForeignCertificate);
    }
    check(&request.id, request, signature, chain)?;
    // Every chain of a contract has one.
    if let Some(evcoid) = chain.evcoid() {
        let claim = compare_claim(request.emaid.as_str(), evcoid, level);
        if !claim.is_accepted() {
            return Err(RequestError::Claim(claim));
        }
    }
    Ok(())
}

fn signed<E: Fragment<Grammar>>(
    id: &AnyText,
    request: &E,
    key: &dyn Signer,
    rng: &dyn SecureRandom,
) -> Result<Signature, BuildError> {
    let element = Signed::element::<Grammar, _>(id.as_str(), request)?;
    Ok(sign(&[element], key, rng)?)
}

fn check<E: Fragment<Grammar>>(
    id: &AnyText,
    request: &E,
    signature: Option<&Signature>,
    chain: &Chain,
) -> Result<(), RequestError> {
    let signature = signature.ok_or(RequestError::Unsigned)?;
    let element = Signed::element::<Grammar, _>(id.as_str(), request);
    let element = element.map_err(|error| RequestError::Signature(error.into()))?;
    verify(signature, &[element], chain.public_key())?;
    Ok(())
}

const ID: &str = "id1";
