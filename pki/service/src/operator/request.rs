use exi::{Document, Octets};
use pki::profile::Edition;
use pki::{Certificate, Evcoid, Pcid};
use ring::digest::{SHA256, digest};
use v2g::delivery::iso20;
use v2g::iso2::msg::{
    BodyElement, CertificateInstallationReq, CertificateUpdateReq, SessionId, V2gMessage,
};
use v2g::iso20::msg::common::CertificateInstallationReq as CertificateInstallationReq20;
use v2g::xmldsig::{Signature, X509IssuerSerial};

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
    /// Contract certificates by ISO 15118-20, one for each time it asks.
    Installation20(Box<CertificateInstallationReq20>),
}

impl CarRequest {
    /// Most octets that are read. Requests seen in the field have 1 to 3 kB.
    pub const MAX_LEN: usize = 16 * 1024;

    /// Reads a whole message in EXI, as the car sent it. The two editions' messages begin differently.
    pub fn read(octets: &[u8]) -> Result<Self, Refusal> {
        let (session_id, signature, asked) = match V2gMessage::decode(octets) {
            Ok(message) => {
                let asked = match message.body.element {
                    Some(BodyElement::CertificateInstallationReq(it)) => Asked::Installation(it),
                    Some(BodyElement::CertificateUpdateReq(it)) => Asked::Update(it),
                    Some(_) => return Err(Refusal::Message("another message")),
                    None => return Err(Refusal::Message("an empty body")),
                };
                (message.header.session_id, message.header.signature, asked)
            }
            Err(iso2) => {
                let request = CertificateInstallationReq20::decode(octets);
                let request = request.map_err(|iso20| Refusal::Exi { iso2, iso20 })?;
                let session_id = Octets::new(request.header.session_id.as_slice());
                let signature = request.header.signature.as_deref().cloned();
                (session_id.unwrap_or_default(), signature, Asked::Installation20(request.into()))
            }
        };
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(digest(&SHA256, octets).as_ref());
        Ok(Self { session_id, signature, asked, digest: sha256 })
    }

    /// The edition of the message.
    pub fn edition(&self) -> Edition {
        match self.asked {
            Asked::Installation(_) | Asked::Update(_) => Edition::Iso2,
            Asked::Installation20(_) => Edition::Iso20,
        }
    }

    /// The certificate for whose key the contract's key is to be wrapped: the provisioning certificate [V2G2-820] or the
    /// contract's current one [V2G2-821]. Nothing about it is checked.
    pub fn receiver(&self) -> Result<Certificate, Refusal> {
        let der = match &self.asked {
            Asked::Installation(request) => request.oem_provisioning_cert.as_slice(),
            Asked::Update(request) => request.contract_signature_cert_chain.certificate.as_slice(),
            Asked::Installation20(request) => {
                request.oem_provisioning_certificate_chain.certificate.as_slice()
            }
        };
        Certificate::parse(der).map_err(|error| Refusal::Certificate(error.to_string()))
    }

    /// Which of a car's contracts, the default first, it is to have, in order: the default, or by ISO 15118-20 those that it
    /// names before the others, as many as it can keep.
    pub fn choose<'a, C>(&self, at_hand: &'a [C], evcoid: impl Fn(&C) -> &Evcoid) -> Vec<&'a C> {
        match &self.asked {
            Asked::Installation(_) | Asked::Update(_) => at_hand.iter().take(1).collect(),
            Asked::Installation20(request) => iso20::choose(request, at_hand, evcoid),
        }
    }

    /// The roots by which the car verifies, issuer and serial number.
    pub fn roots(&self) -> &[X509IssuerSerial] {
        match &self.asked {
            Asked::Installation(request) => {
                &request.list_of_root_certificate_ids.root_certificate_id
            }
            Asked::Update(request) => &request.list_of_root_certificate_ids.root_certificate_id,
            Asked::Installation20(request) => {
                &request.list_of_root_certificate_ids.root_certificate_id
            }
        }
    }
}

/// The car that a provisioning certificate names in its CN [V2G2-933].
pub fn pcid(certificate: &Certificate) -> Result<Pcid, Refusal> {
    let name = certificate.subject().common_name();
    let name = name.ok_or_else(|| Refusal::Certificate("it has no common name".to_owned()))?;
    Pcid::parse(name).map_err(|error| Refusal::Certificate(format!("{name:?}: {error}")))
}
