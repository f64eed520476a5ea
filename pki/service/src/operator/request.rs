use exi::Document;
use pki::{Certificate, Pcid};
use ring::digest::{SHA256, digest};
use v2g::iso2::msg::{
    BodyElement, CertificateInstallationReq, CertificateUpdateReq, SessionId, V2gMessage,
};
use v2g::xmldsig::Signature;

use super::Refusal;

/// A car's signed request, as the station passed it on.
#[derive(Clone, Debug)]
pub struct CarRequest {
    /// The charging session's; the answer repeats it.
    pub session_id: SessionId,
    /// The signature in the message's header.
    pub signature: Option<Signature>,
    /// What is asked for.
    pub asked: Asked,
    /// SHA-256 of the octets: the same request asked twice has the same.
    pub digest: [u8; 32],
}

/// What a car asks for.
#[derive(Clone, Debug)]
pub enum Asked {
    /// A first contract certificate [V2G2-235].
    Installation(CertificateInstallationReq),
    /// A fresh certificate of the contract that it has [V2G2-228].
    Update(CertificateUpdateReq),
}

impl CarRequest {
    /// Most octets that are read. Requests seen in the field have 1 to 3 kB.
    pub const MAX_LEN: usize = 16 * 1024;

    /// Reads a whole message in EXI, as the car sent it.
    pub fn read(octets: &[u8]) -> Result<Self, Refusal> {
        let message = V2gMessage::decode(octets)?;
        let asked = match message.body.element {
            Some(BodyElement::CertificateInstallationReq(request)) => Asked::Installation(request),
            Some(BodyElement::CertificateUpdateReq(request)) => Asked::Update(request),
            Some(_) => return Err(Refusal::Message("another message")),
            None => return Err(Refusal::Message("an empty body")),
        };
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(digest(&SHA256, octets).as_ref());
        let (session_id, signature) = (message.header.session_id, message.header.signature);
        Ok(Self { session_id, signature, asked, digest: sha256 })
    }

    /// The certificate for whose key the contract's key is to be wrapped: the provisioning certificate [V2G2-820] or the
    /// contract's current one [V2G2-821]. Nothing about it is checked.
    pub fn receiver(&self) -> Result<Certificate, Refusal> {
        let der = match &self.asked {
            Asked::Installation(request) => request.oem_provisioning_cert.as_slice(),
            Asked::Update(request) => request.contract_signature_cert_chain.certificate.as_slice(),
        };
        Certificate::parse(der).map_err(|error| Refusal::Certificate(error.to_string()))
    }
}

/// The car that a provisioning certificate names in its CN [V2G2-933].
pub fn pcid(certificate: &Certificate) -> Result<Pcid, Refusal> {
    let name = certificate.subject().common_name();
    let name = name.ok_or_else(|| Refusal::Certificate("it has no common name".to_owned()))?;
    Pcid::parse(name).map_err(|error| Refusal::Certificate(format!("{name:?}: {error}")))
}
