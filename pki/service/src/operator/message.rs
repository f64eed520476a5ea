//! The answers in either edition.

use exi::{Document, Octets};
use pki::Certificate;
use pki::profile::Edition;
use ring::rand::SecureRandom;
use v2g::delivery::{BuildError, ContractData, certificate_chain, iso20};
use v2g::iso2::msg::{Body, BodyElement, CertificateChain, Header, SessionId, V2gMessage};
use v2g::iso20::msg::common::CertificateChain as CertificateChain20;
use v2g::iso20::msg::types::Header as Header20;
use v2g::xmldsig::Signature;

use super::{Delivery, Refusal, Signatory, Wrapped};

/// A chain of certificates as messages carry it.
#[derive(Clone, Debug)]
pub(super) enum Chains {
    Iso2(CertificateChain),
    Iso20(CertificateChain20),
}

/// What an answer says beside what is delivered.
pub(super) struct Envelope {
    pub(super) session_id: SessionId,
    /// Whether it answers an update, which ISO 15118-2 alone has.
    pub(super) update: bool,
    /// How many more contracts there are, which ISO 15118-20 alone says.
    pub(super) remaining: u8,
    pub(super) now_unix: i64,
}

impl Chains {
    /// `subs` has the leaf's issuer first.
    pub(super) fn new(
        edition: Edition,
        leaf: &[u8],
        subs: &[impl AsRef<[u8]>],
    ) -> Result<Self, BuildError> {
        Ok(match edition {
            Edition::Iso2 => Self::Iso2(certificate_chain(None, leaf, subs)?),
            Edition::Iso20 => Self::Iso20(iso20::certificate_chain(leaf, subs)?),
        })
    }

    /// The message that delivers, with these certificates of the provisioning service and its signature.
    pub(super) fn sign(
        &self,
        Delivery { certificate, wrapped }: &Delivery,
        subs: &[Vec<u8>],
        envelope: Envelope,
        service: &Signatory,
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, Refusal> {
        match (self, wrapped) {
            (Self::Iso2(chain), Wrapped::Iso2(wrapped)) => {
                let data = ContractData::from_wrapped(certificate, subs, wrapped)?;
                let signature = data.sign(service.signer(), rng)?;
                let element = if envelope.update {
                    BodyElement::CertificateUpdateRes(data.into_update(chain.clone()))
                } else {
                    BodyElement::CertificateInstallationRes(data.into_installation(chain.clone()))
                };
                message(envelope.session_id, signature, element)
            }
            (Self::Iso20(chain), Wrapped::Iso20(wrapped)) => {
                answer(chain, (certificate, subs, wrapped), envelope, service, rng)
            }
            (Self::Iso2(_), _) => Err(Refusal::Edition(Edition::Iso2)),
            (Self::Iso20(_), _) => Err(Refusal::Edition(Edition::Iso20)),
        }
    }
}

fn message(
    session_id: SessionId,
    signature: Signature,
    element: BodyElement,
) -> Result<Vec<u8>, Refusal> {
    let header = Header { session_id, notification: None, signature: Some(signature) };
    let message = V2gMessage { header, body: Body { element: Some(element) } };
    Ok(message.to_vec().map_err(BuildError::from)?)
}

fn answer(
    chain: &CertificateChain20,
    (certificate, subs, wrapped): (&Certificate, &[Vec<u8>], &pki::delivery::iso20::WrappedKey),
    envelope: Envelope,
    service: &Signatory,
    rng: &dyn SecureRandom,
) -> Result<Vec<u8>, Refusal> {
    let data = iso20::ContractData::from_wrapped(certificate, subs, wrapped)?;
    // The answer to no request is of a blank session.
    let session_id = Octets::new(envelope.session_id.as_slice());
    let session_id = session_id.or_else(|_| Octets::new([0; 8].as_slice())).unwrap_or_default();
    let time_stamp = u64::try_from(envelope.now_unix).unwrap_or_default();
    let header = Header20 { session_id, time_stamp, signature: None };
    let service = iso20::ProvisioningService { chain: chain.clone(), signer: service.signer() };
    let response = data.into_response(header, service, envelope.remaining, rng)?;
    Ok(response.to_vec().map_err(BuildError::from)?)
}
