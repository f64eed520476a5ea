use super::super::{BuildError, RequestError, data::belongs, roots::root_serials};
use super::{octets, sub_certificates, subs};
use crate::fixed;
use crate::iso20::msg::common::*;
use crate::iso20::msg::types::{Header, ListOfRootCertificateIds};
use crate::signature::{Signed, sign, verify};
use alloc::boxed::Box;
use alloc::vec::Vec;
use exi::{List, Text};
use pki::chain::Demand;
use pki::id::Likeness;
use pki::profile::Edition;
use pki::{Anchors, Certificate, Chain, Evcoid, Level, Role, Signer, Verified};
use ring::rand::SecureRandom;

/// What a car asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wanted {
    /// How many contracts it can keep, from 1.
    pub most: u8,
    /// The contracts it wants first, at most 8.
    pub first: Vec<Evcoid>,
}

/// A car's request for contract certificates; its provisioning chain is signed with its provisioning key [V2G20-2342].
///
/// Roots, number and order of contracts are not covered by the signature.
pub fn installation_request(
    header: Header,
    provisioning: (&Certificate, &[impl AsRef<[u8]>]),
    roots: &Anchors,
    wanted: &Wanted,
    key: &dyn Signer,
    rng: &dyn SecureRandom,
) -> Result<CertificateInstallationReq, BuildError> {
    let (leaf, subs) = provisioning;
    belongs(leaf, key.public_key())?;
    let chain = SignedCertificateChain {
        id: fixed(ID),
        certificate: octets(leaf.der())?,
        sub_certificates: if subs.is_empty() { None } else { Some(sub_certificates(subs)?) },
    };
    let element = Signed::element::<Grammar, _>(ID, &chain)?;
    let signature = Some(Box::new(sign(&[element], key, rng)?));
    let root_certificate_id = List::new(root_serials(roots)?).map_err(|_| BuildError::Roots)?;
    Ok(CertificateInstallationReq {
        header: Header { signature, ..header },
        oem_provisioning_certificate_chain: chain,
        list_of_root_certificate_ids: ListOfRootCertificateIds { root_certificate_id },
        maximum_contract_certificate_chains: wanted.most,
        prioritized_emaids: prioritized(&wanted.first)?,
    })
}

/// Checks a request: the provisioning chain, with the authorities it brings, and the signature over it.
pub fn check_installation(
    request: &CertificateInstallationReq,
    anchors: &Anchors,
    now_unix: i64,
    level: Level,
) -> Result<Verified<Chain>, RequestError> {
    let sent = &request.oem_provisioning_certificate_chain;
    let demand = Demand { role: Role::OemProvisioning, edition: Edition::Iso20, level };
    let subs = subs(sent.sub_certificates.as_ref());
    let chain = demand.verify(&sent.certificate, &subs, anchors, now_unix)?;
    check_installation_by(request, &chain)?;
    Ok(chain)
}

/// Checks a request against a provisioning chain that was verified before: the certificate is the chain's, and it signed
/// all that the request brings of it.
pub fn check_installation_by(
    request: &CertificateInstallationReq,
    chain: &Verified<Chain>,
) -> Result<(), RequestError> {
    let sent = &request.oem_provisioning_certificate_chain;
    if sent.certificate.as_slice() != chain.leaf().der() {
        return Err(RequestError::ForeignCertificate);
    }
    let signature = request.header.signature.as_deref().ok_or(RequestError::Unsigned)?;
    let element = Signed::element::<Grammar, _>(sent.id.as_str(), sent);
    let element = element.map_err(|error| RequestError::Signature(error.into()))?;
    verify(signature, &[element], chain.public_key())?;
    Ok(())
}

/// Which of the contracts at hand a request is answered with, in order: those it names first, then the others, and no more
/// than it can keep.
pub fn choose<'a, C>(
    request: &CertificateInstallationReq,
    at_hand: &'a [C],
    evcoid: impl Fn(&C) -> &Evcoid,
) -> Vec<&'a C> {
    let named = request.prioritized_emaids.iter().flat_map(|list| list.emaid.iter());
    let named: Vec<_> = named.filter_map(|text| Evcoid::parse(text.as_str()).ok()).collect();
    let place = |contract: &C| {
        let own = evcoid(contract);
        let is_own = |named: &Evcoid| match named.compare(own) {
            Likeness::Same | Likeness::CheckDigitOnOneSide | Likeness::OtherForm => true,
            Likeness::CheckDigitsDiffer | Likeness::Different => false,
        };
        named.iter().position(is_own).unwrap_or(usize::MAX)
    };
    let mut chosen: Vec<_> = at_hand.iter().collect();
    chosen.sort_by_key(|contract| place(contract));
    chosen.truncate(request.maximum_contract_certificate_chains.into());
    chosen
}

fn prioritized(first: &[Evcoid]) -> Result<Option<EmaidList>, BuildError> {
    if first.is_empty() {
        return Ok(None);
    }
    let emaids = first.iter().map(|evcoid| Text::new(evcoid.normal()));
    let emaids = emaids.collect::<Result<Vec<_>, _>>().map_err(|_| BuildError::Evcoid)?;
    let emaid = List::new(emaids).map_err(|_| BuildError::Evcoids(first.len()))?;
    Ok(Some(EmaidList { emaid }))
}

const ID: &str = "id1";
