//! The same for ISO 15118-20: one element is signed for each direction, the car's provisioning chain and the service's
//! [`SignedInstallationData`], and a car may have several contracts, one response for each.
//!
//! The private key travels under AES-256-GCM, by an agreement on P-521 or, with the feature `ed448`, X448: see
//! [`pki::delivery::iso20`] for what is not known for certain about it. Deliveries for a TPM are refused by name.

mod accept;
mod data;
mod error;
mod request;

use super::BuildError;
use crate::iso20::msg::common::*;
use alloc::vec::Vec;
use exi::{Bytes, List};

pub use accept::{NewContract, accept};
pub use data::{ContractData, ProvisioningService, verify_signature};
pub use error::AcceptError;
pub use request::{
    Wanted, check_installation, check_installation_by, choose, installation_request,
};

/// Certificates in DER as messages carry them, the leaf's issuer first among `subs`.
pub fn certificate_chain(
    leaf: &[u8],
    subs: &[impl AsRef<[u8]>],
) -> Result<CertificateChain, BuildError> {
    let sub_certificates = if subs.is_empty() { None } else { Some(sub_certificates(subs)?) };
    Ok(CertificateChain { certificate: octets(leaf)?, sub_certificates })
}

fn sub_certificates(subs: &[impl AsRef<[u8]>]) -> Result<SubCertificates, BuildError> {
    let list = subs.iter().map(|sub| octets(sub.as_ref())).collect::<Result<Vec<_>, _>>()?;
    let certificate = List::new(list)
        .map_err(|_| BuildError::Authorities { found: subs.len(), room: MOST_SUBS })?;
    Ok(SubCertificates { certificate })
}

fn octets(der: &[u8]) -> Result<CertificateBytes, BuildError> {
    Bytes::new(der).map_err(|_| BuildError::CertificateLength { found: der.len(), room: LONGEST })
}

/// The authorities of a chain.
fn subs(subs: Option<&SubCertificates>) -> Vec<&[u8]> {
    subs.into_iter().flat_map(|subs| subs.certificate.iter()).map(|sub| sub.as_slice()).collect()
}

const MOST_SUBS: usize = 3;
const LONGEST: usize = 1600;
