use exi::Document;
use pki::cert::AttributeKind;
use pki::delivery::{WrappedKey, receiver, wrap};
use pki::issue::{CertificateAuthority, IssueError};
use pki::profile::CertificateKind;
use pki::{Certificate, Chain, Evcoid, Level, PrivateKey, Signer, Verified};
use ring::rand::SecureRandom;
use v2g::delivery::{
    BuildError, ContractData, certificate_chain, check_installation_by, check_update_by,
};
use v2g::iso2::msg::{Body, BodyElement, CertificateChain, Header, SessionId, V2gMessage};
use v2g::xmldsig::Signature;

use super::{Asked, CarRequest, Refusal, Signatory};

/// Makes contract certificates and delivers them: a mobility operator's last authority, and the provisioning service that
/// signs for it.
pub struct Provisioner {
    authority: CertificateAuthority,
    /// The authority itself and those above it, in DER.
    contract_subs: Vec<Vec<u8>>,
    service: Signatory,
    /// The provisioning service's certificates as every answer carries them.
    provisioning: CertificateChain,
    settings: Settings,
}

/// What a [`Provisioner`] writes and how strictly it reads.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Organization in the subject of contract certificates.
    pub organization: Option<String>,
    /// How closely requests and their certificates must follow the standard.
    pub level: Level,
}

/// A contract's certificate with its key as only the car can read it. The key itself is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The contract's certificate.
    pub certificate: Certificate,
    /// Its private key, wrapped.
    pub wrapped: WrappedKey,
}

impl Provisioner {
    /// `above` are the authorities between `authority` and the root, its issuer first.
    pub fn new(
        authority: CertificateAuthority,
        above: &[Certificate],
        service: Signatory,
        settings: Settings,
    ) -> Result<Self, Refusal> {
        let own = std::iter::once(authority.certificate()).chain(above);
        let contract_subs: Vec<_> = own.map(|sub| sub.der().to_vec()).collect();
        let subs: Vec<_> = service.subs().iter().map(Certificate::der).collect();
        let provisioning = certificate_chain(None, service.certificate().der(), &subs)?;
        // Both chains go into messages; whether they fit is told now, not when a car asks.
        certificate_chain(None, authority.certificate().der(), &contract_subs)?;
        Ok(Self { authority, contract_subs, service, provisioning, settings })
    }

    /// The authority that issues contract certificates.
    pub fn authority(&self) -> &CertificateAuthority {
        &self.authority
    }

    /// The authorities of every contract certificate in DER, its issuer first.
    pub fn contract_subs(&self) -> &[Vec<u8>] {
        &self.contract_subs
    }

    /// Who signs deliveries.
    pub fn service(&self) -> &Signatory {
        &self.service
    }

    /// What was set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether the request is the work of whose chain this is: signed as a whole, with that certificate in it.
    pub fn check(&self, request: &CarRequest, chain: &Verified<Chain>) -> Result<(), Refusal> {
        let signature = request.signature.as_ref();
        match &request.asked {
            Asked::Installation(asked) => check_installation_by(asked, signature, chain)?,
            Asked::Update(asked) => {
                check_update_by(asked, signature, chain, self.settings.level)?;
            }
        }
        Ok(())
    }

    /// Makes a contract's key and certificate, and wraps the key for the owner of `car`: the provisioning certificate
    /// [V2G2-820] or the contract's current one [V2G2-821].
    ///
    /// The certificate ends as the authority's terms say, or at `ends` (seconds since 1970) if that is earlier; but no
    /// contract certificate is valid for less than four weeks [V2G2-884].
    pub fn issue(
        &self,
        evcoid: &Evcoid,
        car: &Certificate,
        ends: Option<i64>,
        now_unix: i64,
        rng: &dyn SecureRandom,
    ) -> Result<Delivery, Refusal> {
        let receiver = receiver(car)?;
        let mut subject = vec![(AttributeKind::CommonName, evcoid.normal().to_owned())];
        let organization = self.settings.organization.clone();
        subject.extend(organization.map(|name| (AttributeKind::Organization, name)));
        let key = PrivateKey::generate(rng).map_err(IssueError::from)?;
        let (kind, public) = (CertificateKind::ContractLeaf, key.public_key());
        let issue = |authority: &CertificateAuthority| {
            authority.issue(kind, &subject, public, now_unix, rng)
        };
        let mut certificate = issue(&self.authority)?;
        if let Some(ends) = ends.filter(|ends| *ends < certificate.not_after()) {
            let mut terms = self.authority.terms().clone();
            // Both ends count.
            let lifetime = ends.saturating_sub(certificate.not_before()).saturating_add(1);
            terms.lifetime = Some(lifetime.max(SHORTEST));
            let authority = self.authority.clone().with_terms(terms);
            certificate = issue(&authority.map_err(|_| IssueError::Validity)?)?;
        }
        let wrapped = wrap(&key, receiver, rng)?;
        Ok(Delivery { certificate, wrapped })
    }

    /// A delivery with its signature as an answer to no request: the session in it is blank, and no signature covers that.
    pub fn signed(&self, delivery: &Delivery, rng: &dyn SecureRandom) -> Result<Vec<u8>, Refusal> {
        let Delivery { certificate, wrapped } = delivery;
        self.signed_for(certificate, &self.contract_subs, wrapped, rng)
    }

    /// As [`Self::signed`], for a contract certificate of another mobility operator with those above it.
    pub fn signed_for(
        &self,
        certificate: &Certificate,
        subs: &[Vec<u8>],
        wrapped: &WrappedKey,
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, Refusal> {
        let data = ContractData::from_wrapped(certificate, subs, wrapped)?;
        let signature = data.sign(self.service.signer(), rng)?;
        let response = data.into_installation(self.provisioning.clone());
        message(SessionId::default(), signature, BodyElement::CertificateInstallationRes(response))
    }

    /// The signed answer to a request, as it goes to the car. [V2G2-891] [V2G2-230]
    pub fn answer(
        &self,
        request: &CarRequest,
        delivery: &Delivery,
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, Refusal> {
        let Delivery { certificate, wrapped } = delivery;
        let data = ContractData::from_wrapped(certificate, &self.contract_subs, wrapped)?;
        let signature = data.sign(self.service.signer(), rng)?;
        let provisioning = self.provisioning.clone();
        let element = match &request.asked {
            Asked::Installation(_) => {
                BodyElement::CertificateInstallationRes(data.into_installation(provisioning))
            }
            Asked::Update(_) => BodyElement::CertificateUpdateRes(data.into_update(provisioning)),
        };
        message(request.session_id, signature, element)
    }
}

/// Least validity of a contract certificate, seconds.
const SHORTEST: i64 = 28 * 86_400;

fn message(
    session_id: SessionId,
    signature: Signature,
    element: BodyElement,
) -> Result<Vec<u8>, Refusal> {
    let header = Header { session_id, notification: None, signature: Some(signature) };
    let message = V2gMessage { header, body: Body { element: Some(element) } };
    Ok(message.to_vec().map_err(BuildError::from)?)
}
